import type { PsaConnector } from '../../src/connectors/psa.ts'
import type { FailureKind, FailureReason } from '../../src/core/failure.ts'
import type { FieldValues } from '../../src/core/ticket.ts'
import type { Match, Pair, StandIn } from '../support/interceptor.ts'

/**
 * What a vendor brings to the PSA contract: its connector and a world, that is the vendor's emulator with the
 * acts of a technician. Everything vendor-specific of the contract is here; the tests know none of it.
 */

export type PsaSubject<Settings> = {
  readonly name: string
  readonly connector: PsaConnector<Settings>
  /** A fresh desk; the contract stops it. */
  startWorld(): Promise<PsaWorld<Settings>>
}

export type Expected = { readonly kind: FailureKind; readonly reason?: FailureReason }

/** A ticket as the desk itself keeps it, read past the connector. */
export type StoredTicket = {
  readonly ticketId: string
  readonly reference: string
  readonly accountId: string
  readonly title: string
  readonly description: string
  readonly state: 'open' | 'closed'
  readonly resolution: string
  /** By our field keys. */
  readonly fields: FieldValues
  readonly notes: readonly { readonly title: string; readonly text: string; readonly internal: boolean }[]
  /** Everything of it that a client can write, to see that nothing else was touched. */
  readonly writable: Readonly<Record<string, unknown>>
}

/** A rule that must be found wanting. `prepare` changes the desk first, so that a value vanishes. */
export type BrokenRule = {
  readonly title: string
  readonly general?: FieldValues
  readonly rule: FieldValues
  readonly field: string
  readonly message: RegExp
  prepare?(): Promise<void> | void
}

export type PsaWorld<Settings> = {
  /** Where the emulator listens; plain http, unless there is a `certificate`. */
  readonly origin: string
  /** Where the emulator serves TLS: what it serves with, and what the connector meets at the origin it is given. */
  readonly certificate?: Pair
  /** Settings that are right, for a desk at this origin. */
  settings(origin: string): Settings
  /** Settings with which every call must fail. */
  readonly wrongSettings: readonly { title: string; settings(origin: string): Settings; expect: Expected }[]
  /** Texts that no error and no log line may hold, as they go over the wire too (encoded). */
  readonly secrets: readonly string[]
  /** The desk's clock; connectors get the same. */
  now(): Date
  advance(milliseconds: number): void

  /** Two accounts that tickets may be created for. */
  readonly accounts: readonly [string, string]
  /** Adds active accounts with these names, and one inactive account named `inactiveName`. Gives the ids of the active. */
  addAccounts(names: readonly string[], inactiveName: string): Promise<readonly string[]>

  readonly general: FieldValues
  /** A rule that is right. */
  readonly rule: FieldValues
  /** The same with other values in every field that escalates. */
  readonly urgentRule: FieldValues
  /** What fields with a default must get when a row is reset: field key to value. */
  readonly defaults: FieldValues
  readonly brokenRules: readonly BrokenRule[]
  /** A rule that the desk refuses although it is well formed, with words of the desk that the failure must quote. */
  readonly refusedRule: { readonly rule: FieldValues; readonly expect: Expected; readonly words: RegExp }

  readonly technician: {
    close(ticketId: string): Promise<void> | void
    reopen(ticketId: string): Promise<void> | void
    remove(ticketId: string): Promise<void> | void
    /** Merges the first ticket into the second; absent where no desk does that. */
    merge?(ticketId: string, intoTicketId: string): Promise<void> | void
    /** Sets one of our fields by hand. */
    write(ticketId: string, fieldKey: string, value: string): Promise<void> | void
    note(ticketId: string, text: string): Promise<void> | void
  }
  /** Makes the desk undo the next close by a rule of its own; absent where no desk does that. */
  undoNextClose?(): Promise<void> | void
  /** Everything at the desk with a reference. */
  tickets(): Promise<readonly StoredTicket[]>

  /** The emulator kit's faults (`emulators/kit/README.md`). */
  setFaults(faults: object): void
  /** Most requests at once since the start, by endpoint, and how many were answered 429. */
  load(): { readonly mostAtOnce: number; readonly rateLimited: number }
  /** How calls of each kind look on the wire; a path may be that of several kinds. */
  readonly calls: Readonly<Record<'create' | 'find' | 'read' | 'note' | 'update' | 'accounts', Match>>
  /** The body of a search that finds nothing, where a list alone may be one: then it is no broken answer. */
  readonly emptySearch?: string
  /** Whether a request changes something at the desk. */
  isWrite(method: string, path: string): boolean
  /** Answers of the vendor's own and what each must become, for a create and for a read of one ticket. */
  readonly answers: readonly {
    readonly title: string
    readonly answer: StandIn
    readonly create: Expected & { readonly unknown: boolean }
    readonly read: Expected
  }[]
  stop(): Promise<void>
}
