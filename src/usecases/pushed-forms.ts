import type { EventState, Level, ReasonSeen, Severity } from '../core/observation.ts'
import type { NewParcel } from '../db/inbox.ts'
import { toJson } from '../db/json.ts'

/** The bodies of parcels, by form: what is stored by whoever takes something and read by settling. Dates are ISO text. */

export type PushedComputer = {
  readonly key: string
  readonly name: string
  readonly level: Level
  readonly reasons: readonly ReasonSeen[]
  readonly link: string
}

export type PushedChange =
  | { readonly number: number; readonly computer: PushedComputer }
  | { readonly number: number; readonly removed: string }

export type PushedStatus = {
  readonly computer: { readonly key: string; readonly name: string }
  readonly level: Level
  readonly state: 'raised' | 'ended'
  readonly reasons: readonly ReasonSeen[]
  readonly namesAll: boolean
  /** When its message was received, which may be long before the parcel was stored; absent: with the parcel. */
  readonly receivedAt?: string
}

export type PushedEvent = {
  readonly key: string
  /** As stored, see `PushedSource.eventTypeKey`. */
  readonly type: string
  readonly typeName: string
  readonly severity: Severity
  readonly state: EventState
  readonly computer: { readonly key: string; readonly name: string } | null
  readonly text: string
  readonly happenedAt: string
}

export type FormBodies = {
  list: { readonly companyName: string; readonly number: number; readonly computers: readonly PushedComputer[] }
  changes: { readonly companyName: string; readonly changes: readonly PushedChange[] }
  statuses: { readonly companyName: string; readonly statuses: readonly PushedStatus[] }
  events: { readonly companyName: string; readonly events: readonly PushedEvent[] }
  mailboxes: { readonly companyName: string; readonly count: number; readonly countedAt: string }
}

const lanes = {
  list: 'computers',
  changes: 'computers',
  statuses: 'computers',
  events: 'events',
  mailboxes: 'events',
} as const

/** Items of one parcel, but for lists, which stay whole. */
const itemsOfParcel = 1_000

/** A parcel of one form. */
export function toParcel<F extends keyof FormBodies>(
  form: F,
  company: string,
  channel: string,
  items: number,
  body: FormBodies[F],
): NewParcel {
  return { lane: lanes[form], company, channel, form, items, body: toJson(body) }
}

/** Cuts many items into runs of a size that one transaction settles. */
export function inRuns<T>(items: readonly T[], size: number = itemsOfParcel): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size))
}
