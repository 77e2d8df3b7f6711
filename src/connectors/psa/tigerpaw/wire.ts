import { z } from 'zod'

/** Tigerpaw's JSON, only the parts that are read. What is unset comes as null or is left out. */

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const id = z.int()
const optionalId = z.int().nullish()

/** Fields of an order. Loose, because a change may have to send all of them back (map.ts). */
const ServiceOrder = z.looseObject({
  AccountNumber: optionalId,
  Reference: text,
  Status: text,
  Priority: text,
  DispatchBoardNumber: optionalId,
  WorkPerformed: text,
  DateCreated: text,
  StatusChangeDate: text,
  DateTimeClosed: text,
  VoidDate: text,
})

const Lock = z.object({ LockingRepNumber: optionalId, LockingRepName: text })

/** `ServiceOrderSummary`: what a read by number, writes and searches give. */
export const Order = z.object({
  ServiceOrderNumber: id,
  ServiceOrder,
  ServiceOrderLock: Lock.nullish(),
})
export type Order = z.infer<typeof Order>

export const AccountSummary = z.object({
  AccountNumber: id,
  Account: z.object({ Name: text, AccountId: text, Status: text }),
})
export type AccountSummary = z.infer<typeof AccountSummary>

export const Note = z.object({ ServiceOrderNoteNumber: id, Note: text })
export type Note = z.infer<typeof Note>

/** Rows of master tables. */
export const Board = z.object({ DispatchBoardId: id, Description: text })
export const Priority = z.object({ Priority: z.string(), Rank: z.number().nullish() })
export const OrderType = z.object({ Type: z.string() })
export const Status = z.object({ Status: z.string(), Rank: z.number().nullish() })
export const Rep = z.object({
  RepNumber: id,
  FirstName: text,
  LastName: text,
  DisplayName: text,
  Inactive: z.boolean().nullish(),
})
export const NoteTopic = z.object({ Value: text, Topic: text })
export const ExternalProduct = z.object({ Product: text, Active: z.boolean().nullish() })

/** `Success` must be there and true: anything else is no success, whatever the HTTP status (tigerpaw-api.md 2.3). */
const succeeded = { Success: z.literal(true), Message: text }

/** An answer that tells nothing but that it went well, or one text. */
export const Done = z.object(succeeded)
export const OrderWritten = z.object({ ...succeeded, ServiceOrderSummary: Order })

export const ProductInformation = z.object({
  HasValidLicense: z.boolean().nullish(),
  IsTigerpawOne: z.boolean().nullish(),
  IsArchivedDatabase: z.boolean().nullish(),
  DatabaseVersion: text,
})

/** A page of a list, whose items stand under `name`: a list, one object, or nothing. */
export function pageOf<T extends z.ZodType>(name: string, row: T) {
  return z
    .looseObject({ ...succeeded, NextRow: z.int().nullish(), TotalCount: z.int().nullish() })
    .refine((page) => name in page || page.TotalCount === 0, `holds neither ${name} nor that there are none`)
    .transform(({ NextRow, TotalCount, ...page }) => ({
      items: toItems(page[name]),
      nextRow: NextRow ?? 0,
      totalCount: TotalCount ?? 0,
    }))
    .pipe(z.object({ items: z.array(row), nextRow: z.int(), totalCount: z.int() }))
}

/** A master table: a list, one object as the contract declares for some, or an object that holds the list. */
export function tableOf<T extends z.ZodType>(row: T) {
  return z
    .union([z.array(z.unknown()), z.record(z.string(), z.unknown())])
    .transform(toRows)
    .pipe(z.object({ rows: z.array(row), isWhole: z.boolean() }))
}

function toItems(value: unknown): unknown[] {
  if (value === null || value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

/** `isWhole` is false for a single object: nobody knows whether there are more. */
function toRows(value: unknown): { rows: unknown[]; isWhole: boolean } {
  if (Array.isArray(value)) return { rows: value, isWhole: true }
  if (typeof value !== 'object' || value === null) return { rows: [], isWhole: true }
  const lists = Object.values(value).filter((one) => Array.isArray(one))
  const [list] = lists
  return lists.length === 1 && list !== undefined ? { rows: list, isWhole: true } : { rows: [value], isWhole: false }
}
