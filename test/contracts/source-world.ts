import type { SourceConnector } from '../../src/connectors/source.ts'
import type { FailureKind, FailureReason } from '../../src/core/failure.ts'
import type { ComputerSeen, ReasonSeen, Severity, TroubleLevel } from '../../src/core/observation.ts'
import type { Interceptor, Match } from '../support/interceptor.ts'

/**
 * What a vendor brings to the source contract: its connector and a world, that is the vendor's emulator with what happens
 * at the MSP's clients. Everything vendor-specific of the contract is here; the tests know none of it.
 */

export type SourceSubject<Settings> = {
  readonly name: string
  readonly connector: SourceConnector<Settings>
  /** A fresh server; the contract stops it. */
  startWorld(): Promise<SourceWorld<Settings>>
}

export type Expected = { readonly kind: FailureKind; readonly reason: FailureReason; readonly message: RegExp }

export type RaisedEvent = {
  readonly tenantKey: string
  /** Empty for an event of the server itself. */
  readonly computerKey: string
  readonly type: string
  /** `info` must never be reported. */
  readonly severity: Severity | 'info'
  readonly text: string
  /** The server's clock when absent. */
  readonly happenedAt?: Date
}

/** Ways a connection can break while a call runs. */
export type Break = 'cut-before' | 'cut-after' | 'truncate-reply' | 'hang' | 'refuse'

export type SourceWorld<Settings> = {
  /** Between the connector and the emulator; answers in the vendor's place when told to. */
  readonly interceptor: Interceptor
  /** Settings that are right, with small pages and a time-out of one second, so that every list has several pages. */
  readonly settings: Settings
  /** Settings with which every call must fail. */
  readonly wrongSettings: readonly { readonly title: string; readonly settings: Settings; readonly expect: Expected }[]
  /** Texts that no error and no log line may hold, encoded forms too. */
  readonly secrets: readonly string[]
  /** The server's clock; connectors get the same. */
  now(): Date
  advance(milliseconds: number): void

  /** The calls that log on, that list a page of computers and that list a page of events. */
  readonly calls: { readonly logOn: Match; readonly computers: Match; readonly events: Match }
  /** What an HTTP status means in the middle of a poll. */
  readonly statuses: readonly {
    readonly status: number
    readonly headers?: Readonly<Record<string, string>>
    readonly expect: Expected
  }[]

  /** Keys of three tenants with several computers each. */
  readonly tenants: readonly [string, string, string]
  /** Tenants by key with their names, read past the connector. */
  tenantNames(): Promise<Readonly<Record<string, string>>>
  /** All managed computers of enabled tenants, read past the connector. */
  computers(): Promise<readonly ComputerSeen[]>
  addTenant(name: string): Promise<string>
  removeTenant(tenantKey: string): Promise<void>
  enableTenant(tenantKey: string, enabled: boolean): Promise<void>
  /** While false, the server cannot list this tenant's computers. */
  letAnswer(tenantKey: string, answering: boolean): Promise<void>
  /** Gives the key. */
  addComputer(tenantKey: string, name: string, managed?: boolean): Promise<string>
  removeComputer(computerKey: string): Promise<void>
  moveComputer(computerKey: string, tenantKey: string): Promise<void>
  /** Makes it ill at this level; gives the reasons that the source must name. */
  sicken(computerKey: string, level: TroubleLevel): Promise<readonly ReasonSeen[]>
  heal(computerKey: string): Promise<void>
  /** The account can log on but read nothing, or may read again. */
  letRead(allowed: boolean): Promise<void>

  raise(event: RaisedEvent): Promise<void>
  /** Stores an event as a transaction that is not yet finished: later ones are seen before it. Gives what finishes it. */
  raiseUnfinished(event: RaisedEvent): Promise<() => Promise<void>>
  /** Removes all events stored so far, as happens when they are too old. */
  purgeEvents(): Promise<void>
  /** Restores an old database: event numbers begin anew, below those already given. */
  restoreOldEvents(): Promise<void>

  /** Ends all sessions of clients. */
  dropSessions(): Promise<void>
  /** Lists that are being read end, `times` times. */
  loseLists(times: number): void
  break(kind: Break, call: Match, times: number): void
  mend(): void
  stop(): Promise<void>
}
