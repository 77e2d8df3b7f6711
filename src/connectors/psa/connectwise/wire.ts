import { z } from 'zod'

/** ConnectWise's JSON, only the parts that are read. A field without a value is null or left out (connectwise-api.md 7). */

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const id = z.int()
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true)

/** What another record looks like inside one; its name may be missing. */
const Reference = z.object({ id, name: text })
export type Reference = z.infer<typeof Reference>
const optionalReference = Reference.nullish().transform((value) => value ?? null)

/** `login/companyinfo`; null for a company that is unknown (connectwise-api.md 1). */
export const CompanyInfo = z
  .object({
    CompanyName: text,
    Codebase: z.string(),
    VersionNumber: text,
    // The documents show a text, real answers a boolean.
    IsCloud: z.union([z.boolean(), z.string()]).nullish(),
  })
  .nullable()
export type CompanyInfo = z.infer<typeof CompanyInfo>

export const Ticket = z.object({
  id,
  externalXRef: text,
  company: Reference,
  board: optionalReference,
  status: optionalReference,
  priority: optionalReference,
  type: optionalReference,
  subType: optionalReference,
  item: optionalReference,
  // Without it nobody could tell open from closed.
  closedFlag: z.boolean(),
  mergedParentTicket: z
    .object({ id })
    .nullish()
    .transform((value) => value ?? null),
  _info: z.object({ lastUpdated: text }).nullish(),
})
export type Ticket = z.infer<typeof Ticket>
export const ticketFields = Object.keys(Ticket.shape)

/** The answer to a create. */
export const Created = z.object({ id })

/** The answer to a change of a ticket. */
export const Changed = z.object({ id, closedFlag: z.boolean() })
export type Changed = z.infer<typeof Changed>

export const Note = z.object({ id, text })
export type Note = z.infer<typeof Note>
export const noteFields = Object.keys(Note.shape)

export const Company = z.object({ id, identifier: text, name: text, status: optionalReference })
export type Company = z.infer<typeof Company>
export const companyFields = Object.keys(Company.shape)

export const Board = z.object({ id, name: text, inactiveFlag: flag, projectFlag: flag })
export type Board = z.infer<typeof Board>
export const boardFields = Object.keys(Board.shape)

export const Status = z.object({
  id,
  name: text,
  sortOrder: z.number().nullish(),
  closedStatus: flag,
  defaultFlag: flag,
  inactive: flag,
})
export type Status = z.infer<typeof Status>
export const statusFields = Object.keys(Status.shape)

export const Type = z.object({ id, name: text, inactiveFlag: flag })
export type Type = z.infer<typeof Type>
export const typeFields = Object.keys(Type.shape)

export const SubType = z.object({
  ...Type.shape,
  typeAssociationIds: z
    .array(id)
    .nullish()
    .transform((value) => value ?? []),
})
export type SubType = z.infer<typeof SubType>
export const subTypeFields = Object.keys(SubType.shape)

/** Which type, subtype and item may stand together on a board. */
export const Association = z.object({
  id,
  type: optionalReference,
  subType: optionalReference,
  item: optionalReference,
})
export type Association = z.infer<typeof Association>
export const associationFields = Object.keys(Association.shape)

export const Priority = z.object({ id, name: text, sortOrder: z.number().nullish() })
export type Priority = z.infer<typeof Priority>
export const priorityFields = Object.keys(Priority.shape)

export const Source = z.object({ id, name: text })
export type Source = z.infer<typeof Source>
export const sourceFields = Object.keys(Source.shape)

export const Count = z.object({ count: z.int() })
