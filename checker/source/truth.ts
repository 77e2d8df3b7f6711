import type { Span } from '../spans.ts'

/** What really was, whatever the vendor: read from an emulator's own history by a file of its vendor beside this one. */

export type Level = 'warning' | 'critical'
export type Severity = 'warning' | 'functional-failure' | 'critical'

/** How rules and tickets speak of something that holds until it ends. */
export type Reason = {
  /** Key of its row of rules: of a status description, or of an event type that has an end. */
  readonly key: string
  /** In the words of our tickets. */
  readonly what: string
  /** An event that has an end has its rule among the event types, and no level of its own. */
  readonly isEvent: boolean
}

/** A reason that held on a computer of one client. */
export type Held = Span &
  Reason & {
    readonly tenant: string
    /** Where an event with an end names none, the source's name, as in its tickets. */
    readonly computer: string
    readonly levels: readonly (Span & { readonly level: Level })[]
    /** When the source named it; a Critical level may hide reasons of the Warning level. */
    readonly shown: readonly Span[]
  }

/** An event that only happened. */
export type Happened = {
  readonly at: number
  /** From when on it was to be read; Infinity: never. */
  readonly toldAt: number
  readonly tenant: string
  /** Empty for one that is about no computer. */
  readonly computer: string
  readonly type: string
  /** In the words of our tickets. */
  readonly what: string
  /** Null: too light for any rule. */
  readonly severity: Severity | null
  /** Whether the row of its severity decides where its type has none. */
  readonly followsSeverity: boolean
}

export type Truth = {
  readonly held: readonly Held[]
  readonly events: readonly Happened[]
  /** When a computer was Critical, by its name. */
  readonly critical: ReadonlyMap<string, readonly Span[]>
  /** Where a computer was, by its name. */
  readonly places: ReadonlyMap<string, readonly (Span & { readonly tenant: string })[]>
  /** When a client was removed, by its key: its tickets are the operator's from then on. */
  readonly removed: ReadonlyMap<string, number>
  /** When a client was added, by its key; those of the start are not in it. */
  readonly added: ReadonlyMap<string, number>
}
