import { z } from 'zod'
import { ConnectorError } from '../../failure.ts'
import { type Plain, type PlainParams, untag } from './parameters.ts'

/**
 * What we read of KSC's replies: only the fields used, leniently, since servers leave out what is NULL and clients in use
 * accept an integer as number, `long` or text (ksc-open-api.md 3). All schemas take values that `untag` has gone over.
 */

export type Integer = number | bigint

/** An integer of any size; null when it is none. */
export function toInteger(value: unknown): Integer | null {
  if (typeof value === 'number') return Number.isInteger(value) ? value : null
  if (typeof value === 'bigint') return value
  if (typeof value !== 'string' || !/^\s*[+-]?\d{1,20}\s*$/.test(value)) return null
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : BigInt(value.trim())
}

/** An integer within what a double holds; null when absent or unreadable. */
const Int = z
  .unknown()
  .optional()
  .transform((value) => {
    const integer = toInteger(value)
    return typeof integer === 'number' && Number.isSafeInteger(integer) ? integer : null
  })

const Text = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? value : ''))
const Moment = z
  .unknown()
  .optional()
  .transform((value) => (value instanceof Date ? value : null))
const Flag = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'boolean' ? value : null))

/** A virtual server (5.1). */
const VirtualServer = z.object({ KLVSRV_ID: Int, KLVSRV_UID: Text, KLVSRV_DN: Text, KLVSRV_ENABLED: Flag })
export type VirtualServer = z.infer<typeof VirtualServer>

/** A row of the events view (6.2, 6.4). */
const EventRow = z.object({
  event_db_id: Int,
  rise_time: Moment,
  registration_time: Moment,
  GNRL_EA_SEVERITY: Int,
  GNRL_EA_DESCRIPTION: Text,
  event_type: Text,
  event_type_display_name: Text,
  hostname: Text,
  hostdn: Text,
  KLVSRV_ID: Int,
})
export type EventRow = z.infer<typeof EventRow>
export const eventFields: readonly string[] = Object.keys(EventRow.shape)

/** Facts of the server (4.7, `GetStaticInfo`). */
const StaticInfo = z.object({
  KLADMSRV_SERVER_HOSTNAME: Text,
  KLADMSRV_PRODUCT_NAME: Text,
  KLADMSRV_PRODUCT_FULL_VERSION: Text,
  KLADMSRV_PRODUCT_VERSION: Text,
  KLADMSRV_IS_VIRTUAL: Flag,
})
export type StaticInfo = z.infer<typeof StaticInfo>
export const staticInfoFields: readonly string[] = Object.keys(StaticInfo.shape)

const PxgErrorBody = z.object({
  code: Int,
  subcode: Int,
  message: Text,
  locdata: z.object({ format: Text, args: z.array(Text).catch([]) }).catch({ format: '', args: [] }),
})
export type PxgErrorBody = {
  readonly code: number
  readonly subcode: number
  readonly message: string
  readonly format: string
  readonly args: readonly string[]
}

/** The error inside a reply, or null. */
export function readPxgError(reply: PlainParams): PxgErrorBody | null {
  if (reply.PxgError === undefined || reply.PxgError === null) return null
  const parsed = PxgErrorBody.safeParse(reply.PxgError)
  if (!parsed.success) return { code: 0, subcode: 0, message: '', format: '', args: [] }
  const { code, subcode, message, locdata } = parsed.data
  return { code: code ?? 0, subcode: subcode ?? 0, message, ...locdata }
}

/** The text a method returns. Throws `later/bad-reply` when there is none. */
export function readText(method: string, reply: PlainParams, name: string): string {
  const value = reply[name]
  if (typeof value === 'string' && value !== '') return value
  throw unexpected(method, `no text “${name}”`)
}

/** The count a method returns. Throws `later/bad-reply` when there is none. */
export function readCount(method: string, reply: PlainParams, name = 'PxgRetVal'): number {
  const value = toInteger(reply[name])
  if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) return value
  throw unexpected(method, `no count “${name}”`)
}

/** The records of a page: `KLCSP_ITERATOR_ARRAY` inside the named container. Throws `later/bad-reply` when there is none. */
function readItems(method: string, reply: PlainParams, container: string): readonly PlainParams[] {
  const holder = reply[container]
  const items = isParams(holder) ? holder.KLCSP_ITERATOR_ARRAY : undefined
  if (!Array.isArray(items)) throw unexpected(method, `no list “${container}.KLCSP_ITERATOR_ARRAY”`)
  return readRecords(method, items)
}

function readRecords(method: string, items: readonly Plain[]): readonly PlainParams[] {
  return items.map((item) => {
    if (!isParams(item)) throw unexpected(method, 'an item that is no record')
    return item
  })
}

export function readEventRows(method: string, reply: PlainParams): readonly EventRow[] {
  return readItems(method, reply, 'pRecords').map((item) => EventRow.parse(item))
}

export function readVirtualServers(method: string, reply: PlainParams): readonly VirtualServer[] {
  const items = reply.PxgRetVal
  if (!Array.isArray(items)) throw unexpected(method, 'no list “PxgRetVal”')
  return readRecords(method, items).map((item) => VirtualServer.parse(item))
}

export function readStaticInfo(method: string, reply: PlainParams): StaticInfo {
  const info = reply.PxgRetVal
  if (!isParams(info)) throw unexpected(method, 'no container “PxgRetVal”')
  return StaticInfo.parse(info)
}

/** A whole reply without its type marks. Throws `later/bad-reply` when it is no JSON object. */
export function readReply(method: string, raw: unknown): PlainParams {
  const plain = untag(raw)
  if (isParams(plain)) return plain
  throw unexpected(method, 'no JSON object')
}

function isParams(value: Plain | undefined): value is PlainParams {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  )
}

/** The failure for a reply that lacks what the method always gives. */
export function unexpected(method: string, what: string): ConnectorError {
  const text = `The answer to ${method} is not understood: it holds ${what}. Check that this is a supported version of Kaspersky Security Center.`
  return new ConnectorError('later', 'bad-reply', text, { outcome: 'unknown' })
}
