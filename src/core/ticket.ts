import type { Failure } from './failure.ts'
import type { TroubleLevel } from './observation.ts'

/**
 * A ticket as the reconciler sees it: what it should be (desired) and what we know it is (known). Judging changes only
 * the desired half, tending only the known half, so that the two never overwrite each other.
 */

/** Vendor settings by field key, values as the desk stores them (ids, not labels). */
export type FieldValues = Readonly<Record<string, string>>

/** What a desk is told when a ticket is created. */
export type TicketDraft = {
  /** Our stable key, written inside the ticket. */
  readonly reference: string
  readonly accountId: string
  readonly title: string
  readonly description: string
  readonly general: FieldValues
  readonly fields: FieldValues
  /** The moment that relative dates (due in n hours) count from. */
  readonly at: Date
}

/** What a desk says about a ticket. */
export type TicketSeen = {
  readonly ticketId: string
  readonly number: string
  readonly reference: string
  readonly accountId: string
  readonly state: 'open' | 'closed'
  readonly changedAt: Date | null
  /** Present values of the fields that may be rewritten later. */
  readonly fields: FieldValues
}

/** `nothing`: no ticket is wanted and none need be closed (given up by a person). */
export type Want = 'open' | 'closed' | 'nothing'

export type Desired = {
  readonly want: Want
  /** Not to be opened before this moment (creation delay). */
  readonly notBefore: Date | null
  readonly level: TroubleLevel
  /** The fields as the rule in force wants them. */
  readonly fields: FieldValues
  /** How often the same thing was seen again since the ticket was opened. */
  readonly repeats: number
}

/** `absent`: none at the desk as far as we know. `gone`: deleted or merged by a person. */
export type Phase = 'absent' | 'open' | 'closed' | 'gone'

export type Known = {
  readonly phase: Phase
  readonly ticketId: string | null
  /** Fields as we last wrote them; null before the ticket exists. */
  readonly written: FieldValues | null
  readonly levelTold: TroubleLevel | null
  readonly repeatsTold: number
  readonly repeatsToldAt: Date | null
  /** Notes sent so far; the next note's marker carries this number. */
  readonly notes: number
  /** Who closed it. */
  readonly closedBy: 'us' | 'person' | null
  /** True after a person reopened a ticket that we had closed: it is theirs until the condition begins again. */
  readonly released: boolean
  /** Start of the latest call whose outcome we never learned; null when nothing is unsure. */
  readonly unsureSince: Date | null
  /** Start of the last look since then: it found no ticket, or found the known one open. */
  readonly lookedAt: Date | null
  /** Failures since the last success, and the latest of them. */
  readonly failures: number
  readonly failure: Failure | null
  readonly retryAt: Date | null
  /** Stopped until a person helps. */
  readonly stuck: boolean
}

export type Ticket = { readonly desired: Desired; readonly known: Known }

/** What the reconciler must know of a desk to choose a step. */
export type DeskFacts = {
  /** Longest time in ms from the start of an attempt until its ticket must be found, if it was ever created. */
  readonly settleMs: number
  /** Least time in ms between two notes about repeats. */
  readonly repeatNoteEveryMs: number
  /** Keys of the fields that are rewritten when the level rises. */
  readonly escalates: readonly string[]
}

/** How a ticket's life with us ended. */
export type Outcome = 'closed-by-us' | 'closed-by-person' | 'deleted-by-person' | 'never-needed' | 'given-up'

/** Whether the desk was looked at since the latest call of unknown outcome. */
export function hasLooked({ unsureSince, lookedAt }: Pick<Known, 'unsureSince' | 'lookedAt'>): boolean {
  return unsureSince === null || (lookedAt !== null && lookedAt >= unsureSince)
}

/** Whether nothing is known of what stands in it, nor whose doing that is: a restore makes it so. */
export function isDoubted(known: Pick<Known, 'written' | 'unsureSince' | 'lookedAt'>): boolean {
  return known.written !== null && Object.keys(known.written).length === 0 && !hasLooked(known)
}

export const nothingKnown: Known = {
  phase: 'absent',
  ticketId: null,
  written: null,
  levelTold: null,
  repeatsTold: 0,
  repeatsToldAt: null,
  notes: 0,
  closedBy: null,
  released: false,
  unsureSince: null,
  lookedAt: null,
  failures: 0,
  failure: null,
  retryAt: null,
  stuck: false,
}
