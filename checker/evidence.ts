import type { HistoryEntry as HubHistoryEntry } from '../emulators/kaspersky-hub/world.ts'
import type { EmulatorStats } from '../emulators/kit/control.ts'
import type { JournalEntry } from '../emulators/kit/journal.ts'
import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import type { HistoryEntry as KscHistoryEntry } from '../emulators/ksc/model/history.ts'

/**
 * What a run hands to the checker: the emulators' own accounts of what was, what people meant, what was broken when, and
 * (if wanted) our database as it was in the end. Plain JSON, so that a run that failed can be kept and judged again.
 * All moments are those of one clock, the emulators', whatever the clocks of our processes did.
 */

/** Milliseconds since 1970 on the clock of the run. */
export type At = number

/** From (included) to (not included); null: to the end of the run. */
export type Lasting = { readonly from: At; readonly to: At | null }

export type Evidence = {
  /** What is judged. What holds before `from` held before anybody looked: it opens no tickets by itself. */
  readonly run: { readonly from: At; readonly to: At }
  readonly grace: Grace
  readonly sources: readonly SourceEvidence[]
  readonly desks: readonly DeskEvidence[]
  readonly integrations: readonly IntegrationEvidence[]
  readonly requests: readonly OpeningRequest[]
  readonly givenUp: readonly GivenUp[]
  readonly troubles: readonly Trouble[]
  readonly restores: readonly Restore[]
  /** Of the end of the run, with all processes of ours at rest; null when it is not judged. */
  readonly database: DatabaseEvidence | null
}

/** How long things may take when nothing is broken, in ms. Lateness is judged by these and by `troubles` alone. */
export type Grace = {
  /** From a change at the source to the end of the reading that sees it and its decision: polling interval and run time. */
  readonly seeMs: number
  /** From the decision to the ticket at the desk, in the busiest time of the run. */
  readonly deliverMs: number
  /** From what a person does at the desk to our knowing it. */
  readonly noticeMs: number
  /** Longest time that one call to a desk may run: what is under way cannot be taken back. */
  readonly callMs: number
  /** How long after the end of any trouble it is still felt (back-off, backlog). */
  readonly recoverMs: number
  /**
   * True when the evidence does not tell at which moments rules and mappings changed: then a ticket that came late, while
   * it still held, is no violation; one that never came is. Default false.
   */
  readonly forgivesLateTickets?: boolean
}

/** Vendors of desks whose emulators can be judged. */
export type DeskVendor = 'autotask' | 'tigerpaw' | 'connectwise'

/** One security product. Names of computers must be unique over all sources of a run. */
export type SourceEvidence = KscEvidence | HubEvidence

export type KscEvidence = {
  readonly vendor: 'ksc'
  /** Its name in our settings. */
  readonly id: string
  /** Computers and reasons; `GET /_emulator/state?part=history`. */
  readonly history: readonly KscHistoryEntry[]
  /** How its events are called in tickets, by type (`displayName` of `part=events`). */
  readonly eventNames: Readonly<Record<string, string>>
  /** True when a Critical computer's mask names its Warning reasons too; the same in the emulator and in our settings. */
  readonly namesAllReasons: boolean
}

export type HubEvidence = {
  readonly vendor: 'kaspersky-hub'
  /** Its name in our settings. */
  readonly id: string
  /** Computers, statuses and events; `GET /_emulator/state?part=history` of its feeder. */
  readonly history: readonly HubHistoryEntry[]
}

/** What a desk's vendor allows us. */
export type DeskGrant = {
  /** Calls at once; null = not limited. */
  readonly threads: number | null
  /** Whether threads count for each endpoint (as the emulator names them in `stats`) or for the whole desk. */
  readonly threadsPer: 'endpoint' | 'desk'
  /** Endpoints for which nobody counts threads (`ZoneInformation`). */
  readonly uncounted: readonly string[]
  /** Requests in any rolling hour; null = not limited. */
  readonly perHour: number | null
}

export type DeskEvidence = {
  /** Its name in our settings. */
  readonly id: string
  readonly vendor: DeskVendor
  /** Whole, oldest first. */
  readonly history: readonly TicketHistoryEntry[]
  readonly journal: readonly JournalEntry[]
  readonly stats: EmulatorStats
  readonly grant: DeskGrant
  /** Regular expressions for titles of tickets of ours that are about ourselves (drill, self-watch): judged by nobody. */
  readonly aboutUs: readonly string[]
}

/** A rule as a person saved it, for as long as it stood. A row that was never saved is off. */
export type RuleSpan = Lasting & {
  readonly section: 'warning' | 'critical' | 'severity' | 'event-type'
  /** Key of the row in our API: `databases-outdated`, `critical`, `GNRL_EV_VIRUS_FOUND`. */
  readonly key: string
  readonly enabled: boolean
  readonly fields: Readonly<Record<string, string>>
  readonly delayMinutes: number
  readonly lifetimeHours: number
}

export type MappingSpan = Lasting & {
  /** Key of the tenant: of a KSC `KLVSRV_UID`, '' for the main server; of a hub the company's. */
  readonly tenant: string
  /** The desk's number of the client, as text. */
  readonly account: string
}

/** A time in which nothing is to be opened: for all, for one tenant, or for one computer. */
export type SilenceSpan = Lasting & { readonly tenant: string | null; readonly computer: string | null }

/** One source paired with one desk. It is there from its first rule or mapping on. */
export type IntegrationEvidence = {
  /** Its name in our settings. */
  readonly id: string
  readonly source: string
  readonly desk: string
  readonly repeats: 'note' | 'ticket'
  readonly rules: readonly RuleSpan[]
  readonly mappings: readonly MappingSpan[]
  readonly silences: readonly SilenceSpan[]
  /** From when on it is no more; close its rules and mappings then, too. */
  readonly removedAt: At | null
}

/** A person asked for tickets for what held before. */
export type OpeningRequest = { readonly at: At; readonly integration: string; readonly tenant: string | null }

/** A person told us to leave the ticket of a computer and a status description or event alone, at the desk or on its way. */
export type GivenUp = {
  readonly at: At
  readonly desk: string
  readonly computer: string
  /** In the words of the ticket. */
  readonly what: string
}

type Broken = Lasting & { readonly words: string }

/**
 * Something was broken. `can: 'nothing'` only while no reading (call) can have come through whole: then nothing may be
 * closed for what it said. Anything less is `can: 'some'`, which excuses lateness and nothing else.
 */
export type Trouble =
  /** A source, or one tenant of it (`''` is the main server; null all). */
  | (Broken & {
      readonly of: 'source'
      readonly source: string
      readonly tenant: string | null
      readonly can: 'nothing' | 'some'
    })
  | (Broken & { readonly of: 'desk'; readonly desk: string; readonly can: 'nothing' | 'some' })
  /** All our processes, or our database, were down or held up: killed, paused, disk full. */
  | (Broken & { readonly of: 'us' })
  /** The clock of our processes was ahead (positive) or behind. */
  | (Broken & { readonly of: 'clock'; readonly byMs: number })

/**
 * Our database was put back to an older copy. The rules, mappings and silences of the copy stand from then on: tell
 * them so in their own spans.
 */
export type Restore = { readonly at: At; readonly copiedAt: At }

/** Rows of our database, in plain words; see `read-database.ts`. Desks and sources by their names. */
export type DatabaseEvidence = {
  readonly tickets: readonly TicketRow[]
  readonly conditions: readonly ConditionRow[]
  readonly decisions: readonly DecisionRow[]
}

export type TicketRow = {
  readonly id: number
  readonly desk: string
  readonly account: string
  readonly computer: string
  readonly what: string
  readonly reference: string
  readonly conditionId: number | null
  readonly eventId: number | null
  readonly want: string
  readonly phase: string
  /** The desk's id of it; null while there is none. */
  readonly deskTicketId: string | null
  readonly stuck: boolean
  /** The desk's own words of the last failure; null when there is none. */
  readonly failure: string | null
  readonly done: boolean
  readonly outcome: string | null
}

export type ConditionRow = {
  readonly id: number
  readonly source: string
  readonly tenant: string
  readonly computer: string
  /** Key of the status description. */
  readonly status: string
  readonly beganAt: At
  readonly endedAt: At | null
}

export type DecisionRow = {
  readonly at: At
  readonly conditionId: number | null
  readonly eventId: number | null
  readonly ticketId: number | null
  readonly outcome: string
  readonly reason: string
}
