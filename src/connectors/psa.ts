import type { z } from 'zod'
import type { VendorUsage } from '../core/budget.ts'
import type { TroubleLevel } from '../core/observation.ts'
import type { FieldValues, TicketDraft, TicketSeen } from '../core/ticket.ts'
import type { Log } from '../lib/log.ts'
import type { HttpClient, Reach } from './http.ts'
import type { CheckReport } from './source.ts'

/**
 * What a ticket desk must offer to be a PSA. A plain object of functions, one context per call, no state between calls
 * but what `Options` carries. Every function succeeds or throws `ConnectorError`; none retries.
 */
export type PsaConnector<Settings = unknown> = {
  /** The folder's name, stored in the database and never changed. */
  readonly id: string
  readonly name: string
  /** The desk's own words, as the console shows them. */
  readonly terms: PsaTerms
  /** Fields of a connection. Metadata per field: `title`, `help`, `secret`, `group`. */
  readonly settings: z.ZodType<Settings>
  /** Settings that all tickets of an integration share (status of new tickets, source ...). */
  readonly generalFields: readonly PsaField[]
  /** Settings of one rule row (queue, priority ...). */
  readonly ruleFields: readonly PsaField[]
  facts(settings: Settings): PsaFacts
  reach(settings: Settings): Reach
  check(context: PsaContext<Settings>): Promise<CheckReport>
  /** Active accounts, for mapping. */
  listAccounts(context: PsaContext<Settings>): Promise<readonly Account[]>
  /** Live lists for every field that has one, and what else is needed to judge a rule without a call. */
  readOptions(context: PsaContext<Settings>): Promise<PsaOptions>
  /** Judges a rule row against what was read from the desk, without a call: values that vanished, a field a category demands. */
  ruleProblems(options: PsaOptions, general: FieldValues, rule: FieldValues): readonly FieldProblem[]
  /** Every ticket that carries the reference, open or closed, newest first. */
  find(context: PsaContext<Settings>, reference: string, accountId: string): Promise<readonly TicketSeen[]>
  create(context: PsaContext<Settings>, draft: TicketDraft): Promise<TicketCreated>
  /** Throws `gone` when it was deleted or merged. */
  read(context: PsaContext<Settings>, ticketId: string): Promise<TicketSeen>
  /** Adds an internal note. `marker` stands in its text so that `hasNote` finds it again. */
  note(context: PsaContext<Settings>, ticketId: string, note: TicketNote): Promise<void>
  hasNote(context: PsaContext<Settings>, ticketId: string, marker: string): Promise<boolean>
  /** Writes the named fields only. */
  update(context: PsaContext<Settings>, ticketId: string, fields: FieldValues): Promise<void>
  /**
   * Sets the closed status with a resolution and reads the ticket back. A ticket that is closed already is not touched:
   * where the desk has no conditional close, it is read first.
   */
  close(context: PsaContext<Settings>, ticketId: string, closing: TicketClosing): Promise<TicketClosed>
  /** Whether the text that `close` left with the ticket holds `text`: tells a close of ours from a person's. */
  hasResolution(context: PsaContext<Settings>, ticketId: string, text: string): Promise<boolean>
  /**
   * Every ticket that carries a reference of Tocsin, of any installation, and was opened after the one with this id; null: all of
   * them. In pages, open or closed; finds what a database restored from an older copy does not know.
   */
  openedAfter(context: PsaContext<Settings>, ticketId: string | null): AsyncIterable<readonly TicketSeen[]>
  /**
   * Tickets of ours that changed at or after `since`, in pages; may include some that did not. `null`: the desk cannot be
   * asked, so that our open tickets are read in turn instead.
   */
  readonly changedSince: ((context: PsaContext<Settings>, since: Date) => AsyncIterable<readonly TicketSeen[]>) | null
  /** Messages by which the desk tells at once that a ticket changed; absent where it sends none. */
  readonly hints?: PsaHints<Settings>
  /** Reads how much of its hourly limit the vendor counts as used, by all programs; absent where it does not tell. */
  readonly readUsage?: (context: PsaContext<Settings>) => Promise<VendorUsage>
}

/** A hint only makes the next reading of changes come early: what changed is always read from the desk itself. */
export type PsaHints<Settings> = {
  /** Whether the connection's settings ask for them. */
  areWanted(settings: Settings): boolean
  /** Makes the desk send its messages to this address; does nothing when it does already. */
  register(context: PsaContext<Settings>, address: string): Promise<void>
  /**
   * `ours`: written by the desk itself, checked over the bytes as they came, and about a ticket of ours. Looks at what costs
   * nothing first, since anybody may send here; may ask the desk for its key.
   */
  judge(context: PsaContext<Settings>, message: HintMessage): Promise<'ours' | 'of-others' | 'forged'>
}

export type HintMessage = {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export type PsaContext<Settings> = {
  readonly settings: Settings
  readonly http: HttpClient
  readonly log: Log
  now(): Date
  readonly signal: AbortSignal
  /** The last answer of `readOptions`, kept by the caller. */
  readonly options: PsaOptions
  /** General settings of every integration that uses this connection: they say which statuses count as closed. */
  readonly generals: readonly FieldValues[]
}

export type TicketCreated = { readonly ticketId: string; readonly number: string }
export type TicketNote = {
  readonly title: string
  readonly text: string
  readonly marker: string
  /** Type and visibility of notes may be general settings. */
  readonly general: FieldValues
}
/** `seen` is what the desk says afterwards; `wasOpen` is false when somebody else had closed it before. */
export type TicketClosed = { readonly seen: TicketSeen; readonly wasOpen: boolean }
export type TicketClosing = { readonly resolution: string; readonly general: FieldValues }

export type PsaTerms = {
  readonly ticket: string
  readonly tickets: string
  readonly account: string
  readonly accounts: string
  readonly ticketing: string
}

/** A setting of a rule or of all tickets, as data: the form, the check and the API part are made from it. */
export type PsaField = {
  readonly key: string
  readonly title: string
  readonly help: string
  readonly kind: 'choice' | 'integer' | 'text'
  readonly required: boolean
  /** Shown in the table itself; other fields only in the panel. */
  readonly main: boolean
  /** For `choice`: the key of another field whose value narrows the list. */
  readonly dependsOn?: string
  readonly minimum?: number
  readonly maximum?: number
  /** Taken when a row is reset: a fixed value, or the label to look for in the live list. */
  readonly default?: { readonly value: string } | { readonly label: string }
  /** Rewritten when a ticket's level rises (queue, priority). Its present value is read first. */
  readonly escalates?: boolean
  /**
   * What the recommended rules take, by level: how labels of the live list begin, the best first. Where none is there the
   * person chooses.
   */
  readonly starter?: Readonly<Record<TroubleLevel, readonly string[]>>
}

export type FieldProblem = { readonly field: string; readonly message: string }

export type Option = {
  readonly value: string
  readonly label: string
  readonly active: boolean
  /** Value of the field named in `dependsOn` under which it may be chosen; absent = always. */
  readonly parent?: string
}

export type PsaOptions = {
  /** By field key. */
  readonly choices: Readonly<Record<string, readonly Option[]>>
  /** Whatever the connector wants to keep with them (limits by field, category rules), JSON only. */
  readonly extra: Readonly<Record<string, unknown>>
}

export type Account = {
  readonly id: string
  readonly name: string
  readonly number: string
  readonly active: boolean
}

export type PsaFacts = {
  /** Characters. */
  readonly maxTitle: number
  readonly maxDescription: number
  readonly maxNote: number
  readonly maxReference: number
  /** Calls at once that the vendor grants per endpoint, and requests per rolling hour; 0 = no such limit. */
  readonly threadsPerEndpoint: number
  readonly requestsPerHour: number
  /** Longest time after which a created ticket must be found by its reference. */
  readonly searchLagMs: number
  /** Longest time a call may take before it is given up. */
  readonly callTimeoutMs: number
  /** Longest time a call that we gave up may still run at the vendor, and take effect. */
  readonly longestCallMs: number
  /** Seconds between two readings of tickets changed by people. */
  readonly changesEverySeconds: number
  /** Address of a ticket in the desk's own web page; empty when unknown. */
  ticketLink(ticketId: string): string
}
