import type { z } from 'zod'
import type { ComputerSeen, EventSeen, Severity, TenantSeen, TroubleLevel } from '../core/observation.ts'
import type { Log } from '../lib/log.ts'
import type { HttpClient, Reach } from './http.ts'

/**
 * What a security product must offer to be a source. A source connector is a plain object of functions; it gets one
 * context per call and holds no state between calls. Every function succeeds or throws `ConnectorError`.
 */
export type SourceConnector<Settings = unknown> = {
  /** The folder's name, stored in the database and never changed. */
  readonly id: string
  readonly name: string
  /** Fields of a connection. Metadata per field: `title`, `help`, `secret`, `group`, `multiline`, `place`, `titles`, `when`. */
  readonly settings: z.ZodType<Settings>
  /** All this source can report; the rules screens and the ticket texts are made from it. */
  readonly catalogue: Catalogue
  /** The words for any status key that this source ever reported, also for one that its catalogue does not list. */
  describeStatus(key: string): StatusDescription
  /** What decides about tickets of any event type; absent: no event has an end, and each follows its severity. */
  describeEvent?(type: string): EventTraits
  /**
   * Present when the source is never asked, because everything is sent to us: it is settled from the inbox, and the three
   * functions that list and poll are not called (docs/adr/0013).
   */
  readonly pushed?: PushedSource<Settings>
  facts(settings: Settings): SourceFacts
  /** How to reach this connection: trust, proxy, time-outs, secrets. */
  reach(settings: Settings): Reach
  /** Tries the settings and says what was seen; throws when the connection itself fails. */
  check(context: SourceContext<Settings>): Promise<CheckReport>
  /** All tenants the connection sees now. */
  listTenants(context: SourceContext<Settings>): Promise<readonly TenantSeen[]>
  /**
   * The present state of every managed computer, page by page. The last item tells which tenants were listed whole;
   * only those may end conditions. A generator that throws has listed nothing whole.
   */
  pollComputers(context: SourceContext<Settings>, tenants: readonly TenantSeen[]): AsyncIterable<ComputerPage>
  /** Events after the cursor (`''` = begin now: return the newest position without old events). */
  pollEvents(context: SourceContext<Settings>, cursor: string): AsyncIterable<EventPage>
}

/** What settling the inbox of a source needs to know of its connector. */
export type PushedSource<Settings = unknown> = {
  /** The stored key of an event type as a channel names it. */
  eventTypeKey(product: string, type: string): string
  rules(settings: Settings): PushRules
}

export type PushRules = {
  readonly httpOn: boolean
  /** A company that once sent a list counts as silent when no other came for so long, in ms; 0: never. */
  readonly silentMs: number
  /** How long a status that was reported by itself holds without a repeat, in ms; null: until a message ends it. */
  readonly holdMs: number | null
  /** Messages that may wait in the inbox; a single company may use a quarter of it. */
  readonly mostWaiting: number
  /** Bytes that messages may take which wait until a person reads them or says whose they are. */
  readonly mostUnreadBytes: number
}

/** What of an event type decides about its tickets. */
export type EventTraits = {
  /** Key in the catalogue's products; null when it has none. */
  readonly product: string | null
  /** It holds until it is resolved, and its ticket closes then. */
  readonly hasEnd: boolean
  /** Without a rule of its own it follows the rule of its severity. */
  readonly followsSeverity: boolean
}

export type SourceContext<Settings> = {
  readonly settings: Settings
  readonly http: HttpClient
  readonly log: Log
  now(): Date
  readonly signal: AbortSignal
}

/** A page of a poll, and at its end what the poll amounts to. */
export type ComputerPage =
  | { readonly kind: 'computers'; readonly computers: readonly ComputerSeen[] }
  | {
      readonly kind: 'end'
      /** Keys of the tenants whose list is complete. */
      readonly complete: readonly string[]
      /** Tenants that did not answer, with the reason in words for a person. */
      readonly failed: readonly { readonly tenantKey: string; readonly message: string }[]
    }

/** Events in cursor order; `cursor` is safe to store once these events are on disk. */
export type EventPage = { readonly events: readonly EventSeen[]; readonly cursor: string }

export type SourceFacts = {
  /** False when a computer at Critical may hide the reasons it has at Warning level (design.md, section 4). */
  readonly namesAllReasons: boolean
  /** Seconds between two polls of computers, and of events. */
  readonly computersEverySeconds: number
  readonly eventsEverySeconds: number
}

/** Words for everything the source can report. Keys are stored in the database and never change. */
export type Catalogue = {
  /** Products whose ticketing is set up each by itself, in the order in which they are shown; absent: there is one. */
  readonly products?: readonly {
    readonly key: string
    readonly title: string
    /** The rows of severities are this product's. */
    readonly hasSeverities: boolean
  }[]
  readonly statuses: readonly StatusDescription[]
  readonly severities: readonly {
    readonly severity: Severity
    readonly title: string
    /** One of the rules that are recommended to begin with. */
    readonly starter?: boolean
  }[]
  readonly eventTypes: readonly EventType[]
}

/** A status description: why a computer is Warning or Critical. */
export type StatusDescription = {
  readonly key: string
  readonly title: string
  /** The levels at which a rule can be set for it. */
  readonly levels: readonly TroubleLevel[]
  /** One line for the ticket: how to put it right. */
  readonly advice: string
  readonly product?: string
  /** One of the rules that are recommended to begin with: at which levels, and after how long. */
  readonly starter?: { readonly levels: readonly TroubleLevel[]; readonly delayMinutes: number }
}

export type EventType = {
  readonly key: string
  readonly title: string
  readonly usualSeverity: Severity
  readonly advice: string
  readonly product?: string
  /** It holds until it is resolved, and its ticket closes then; absent: it happens once. */
  readonly hasEnd?: boolean
  /** One of the rules that are recommended to begin with. */
  readonly starter?: boolean
}

/** What `check` saw. `problems` are things that will not work although the connection does. */
export type CheckReport = {
  readonly facts: readonly { readonly title: string; readonly value: string }[]
  readonly problems: readonly { readonly title: string; readonly advice: string }[]
}
