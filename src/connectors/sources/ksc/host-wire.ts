import { fieldsOf, untag } from './parameters.ts'
import { type Integer, toInteger, unexpected } from './wire.ts'

/**
 * Computers as `ChunkAccessor` lists them (ksc-open-api.md 4.3, 4.4). A poll reads a million of them, so their fields are
 * read as they come, type marks and all, without a copy or a schema between; as leniently as everything else of KSC.
 */

type Mask = Integer | 'unreadable' | null

export type Host = {
  readonly KLHST_WKS_HOSTNAME: string
  readonly KLHST_WKS_DN: string
  readonly KLHST_WKS_FQDN: string
  readonly KLHST_WKS_WINHOSTNAME: string
  readonly KLHST_WKS_STATUS: number | null
  readonly KLHST_WKS_STATUS_ID: number | null
  /** Of any size, absent (null), or something else, which must not be taken for absent. */
  readonly KLHST_WKS_STATUS_MASK: Mask
  readonly KLHST_WKS_STATUS_HSDP: string
  readonly KLHST_WKS_FROM_UNASSIGNED: boolean | null
  readonly KLHST_WKS_RTP_STATE: number | null
  /** The moments are read only of computers that are not well: nothing is said of the others'. */
  readonly KLHST_WKS_RTP_AV_BASES_TIME: Date | null
  readonly KLHST_WKS_LAST_NAGENT_CONNECTED: Date | null
  readonly KLHST_WKS_LAST_FULLSCAN: Date | null
  readonly KLVSRV_ID: number | null
}

type Fields = Readonly<Record<string, unknown>>

function toHost(fields: Fields): Host {
  const status = readInt(fields.KLHST_WKS_STATUS_ID)
  const readMoment = status === 0 ? noMoment : toMoment
  return {
    KLHST_WKS_HOSTNAME: toText(fields.KLHST_WKS_HOSTNAME),
    KLHST_WKS_DN: toText(fields.KLHST_WKS_DN),
    KLHST_WKS_FQDN: toText(fields.KLHST_WKS_FQDN),
    KLHST_WKS_WINHOSTNAME: toText(fields.KLHST_WKS_WINHOSTNAME),
    KLHST_WKS_STATUS: readInt(fields.KLHST_WKS_STATUS),
    KLHST_WKS_STATUS_ID: status,
    KLHST_WKS_STATUS_MASK: toMask(fields.KLHST_WKS_STATUS_MASK),
    KLHST_WKS_STATUS_HSDP: toText(fields.KLHST_WKS_STATUS_HSDP),
    KLHST_WKS_FROM_UNASSIGNED: toFlag(fields.KLHST_WKS_FROM_UNASSIGNED),
    KLHST_WKS_RTP_STATE: readInt(fields.KLHST_WKS_RTP_STATE),
    KLHST_WKS_RTP_AV_BASES_TIME: readMoment(fields.KLHST_WKS_RTP_AV_BASES_TIME),
    KLHST_WKS_LAST_NAGENT_CONNECTED: readMoment(fields.KLHST_WKS_LAST_NAGENT_CONNECTED),
    KLHST_WKS_LAST_FULLSCAN: readMoment(fields.KLHST_WKS_LAST_FULLSCAN),
    KLVSRV_ID: readInt(fields.KLVSRV_ID),
  }
}

/** What to ask the server for: all that is read, and nothing else. */
export const hostFields: readonly string[] = Object.keys(toHost({}))

/** An integer within what a double holds; null when absent or unreadable. */
function readInt(raw: unknown): number | null {
  const integer = typeof raw === 'number' ? raw : toInteger(untag(raw))
  return Number.isSafeInteger(integer) ? Number(integer) : null
}

function toText(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : untag(raw)
  return typeof text === 'string' ? text : ''
}

function toFlag(raw: unknown): boolean | null {
  const flag = untag(raw)
  return typeof flag === 'boolean' ? flag : null
}

function toMask(raw: unknown): Mask {
  const mask = untag(raw)
  return mask === null ? null : (toInteger(mask) ?? 'unreadable')
}

function toMoment(raw: unknown): Date | null {
  const moment = untag(raw)
  return moment instanceof Date ? moment : null
}

function noMoment(): null {
  return null
}

/** The computers of a page and how many the server says they are. Throws `later/bad-reply` when there is no such list. */
export function readHostPage(method: string, raw: unknown): { hosts: readonly Host[]; count: number } {
  const reply = fieldsOf(raw)
  const items = fieldsOf(reply?.pChunk)?.KLCSP_ITERATOR_ARRAY
  if (!Array.isArray(items)) throw unexpected(method, 'no list “pChunk.KLCSP_ITERATOR_ARRAY”')
  const count = readInt(reply?.PxgRetVal)
  if (count === null || count < 0) throw unexpected(method, 'no count “PxgRetVal”')
  return { hosts: items.map((item) => readHost(method, item)), count }
}

function readHost(method: string, item: unknown): Host {
  const fields = fieldsOf(item)
  if (fields === null) throw unexpected(method, 'an item that is no record')
  return toHost(fields)
}
