// What the tenant's tables hold. The schemas also read a state back (`PUT /_emulator/state`).
import { z } from 'zod'

const text = z.string()
const optional = text.nullable()
const id = z.int()

/** Set values by the vendor's property names; what is unset is not there. Dates are milliseconds. */
const Values = z.record(text, z.union([text, z.number(), z.boolean(), z.null(), z.record(text, optional)]))
/** By the id of the field's definition. */
const CustomValues = z.record(text, text)
/** Place 0 is the vendor's index 1. */
const Places = z.array(optional)

/** A service order. */
export const OrderRow = z.strictObject({
  /** ServiceOrderNumber. */
  id,
  values: Values,
  /** Neither in a closing status nor voided. */
  open: z.boolean(),
  /** The rep who has it open in a window of the Tigerpaw program. */
  lockedBy: z.int().nullable(),
  openTasks: z.int(),
  notes: z.int(),
  resolutions: Places,
  symptoms: Places,
  externalTicketId: optional,
  externalProduct: optional,
  custom: CustomValues,
})
export type OrderRow = z.infer<typeof OrderRow>

/** A note of an order. */
export const NoteRow = z.strictObject({
  id,
  order: id,
  topic: text,
  note: text,
  created: z.number(),
  started: z.number(),
  modified: z.number(),
  rep: id,
})
export type NoteRow = z.infer<typeof NoteRow>

/** A client. */
export const AccountRow = z.strictObject({
  /** AccountNumber. */
  id,
  values: Values,
  phone: optional,
  email: optional,
  contact: optional,
  /** DefaultDispatchBoardId. */
  board: z.int().nullable(),
  custom: CustomValues,
})
export type AccountRow = z.infer<typeof AccountRow>

/** What an account is called in another product. */
export const CrossReferenceRow = z.strictObject({
  /** AccountExternalProductId. */
  id,
  account: id,
  product: id,
  externalId: text,
  systemId: optional,
  comment: optional,
})
export type CrossReferenceRow = z.infer<typeof CrossReferenceRow>

/** A person at the desk. */
export const RepRow = z.strictObject({
  /** RepNumber. */
  id,
  firstName: text,
  lastName: text,
  email: text,
  title: text,
  inactive: z.boolean(),
})
export type RepRow = z.infer<typeof RepRow>

/** A recurring agreement. */
export const AgreementRow = z.strictObject({
  /** AgreementNumber. */
  id,
  account: id,
  externalProduct: text,
  type: text,
  start: z.number(),
  end: z.number(),
  created: z.number(),
})
export type AgreementRow = z.infer<typeof AgreementRow>

/** A line of an agreement. */
export const ChargeRow = z.strictObject({
  /** DetailId. */
  id,
  agreement: id,
  itemId: text,
  description: text,
  quantity: z.int(),
  price: z.number(),
  added: z.number(),
})
export type ChargeRow = z.infer<typeof ChargeRow>

/** Something that is sold. */
export const PriceItemRow = z.strictObject({
  /** PriceBookItemNumber. */
  id,
  itemId: text,
  description: text,
  /** M, A, L, S or F. */
  type: text,
  category: text,
  partNumber: text,
  price: z.number(),
  cost: z.number(),
  inactive: z.boolean(),
})
export type PriceItemRow = z.infer<typeof PriceItemRow>
