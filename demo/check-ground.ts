import type { Level } from '../emulators/ksc/model/history.ts'

/** What the demo's check is told, and what it finds. */

/** A time in which a side could not do its part; `where` is a virtual server's UID when it concerns only that one. */
export type Trouble = { readonly where: 'ksc' | 'autotask' | (string & {}); readonly from: Date; to: Date | null }

/** What the run was meant to do. */
export type CheckPlan = {
  /** What begins from here on gets a ticket; what held before opens none by itself. */
  readonly since: Date
  readonly now: Date
  /** Longest time between two readings of the source, and of the desk. */
  readonly stepMinutes: number
  /** Autotask company by `KLVSRV_UID` ('' = the main server); who is not in it gets no tickets. */
  readonly clients: ReadonlyMap<string, number>
  /** Creation delay in minutes of the rule for a reason at a level; null when it is off. */
  delayOf(level: Level, bit: number): number | null
  /** Whether an event gets a ticket (1 info ... 4 critical). */
  wantsEvent(type: string, severity: number): boolean
  /** How events are called in titles, by type. */
  readonly eventNames: ReadonlyMap<string, string>
  readonly lifetimeHours: number
  /** True when a repeat of an event makes a ticket of its own. */
  readonly ticketPerEvent: boolean
  /** True when a Critical computer's mask names its Warning reasons too. */
  readonly namesAllReasons: boolean
  readonly troubles: readonly Trouble[]
}

export const violationKinds = [
  /** Two tickets open at once for the same company, computer and reason. */
  'duplicates',
  /** Closed by us while it still held, or an event ticket, which is a person's to close. */
  'wronglyClosed',
  /** At a company that is not the computer's client. */
  'wrongClient',
  /** It held long enough, or happened, and never got a ticket. */
  'missing',
  /** Over for long, and the ticket is still open. */
  'lingering',
  /** A ticket for something that was not so. */
  'unfounded',
  /** Something that a person had changed was changed by us. */
  'overwritten',
] as const

export type ViolationKind = (typeof violationKinds)[number]

export type Violation = {
  readonly kind: ViolationKind
  readonly at: Date
  readonly ticketId: number | null
  readonly computer: string
  readonly words: string
}
