import type { SourceConnector } from '../../src/connectors/source.ts'

/**
 * What a vendor brings to the contract of pushed sources: its connector, and a world in which its feeder sends to a real Tocsin
 * over a real network. Everything vendor-specific is here; the tests know none of it.
 */

export type PushedSubject<Settings, World = PushedWorld> = {
  readonly connector: SourceConnector<Settings>
  /** A fresh Tocsin with a fresh feeder; the contract stops it. */
  startWorld(): Promise<World>
}

export type Sending = {
  /** Newest first. */
  readonly reversed?: boolean
  /** Everything twice, as by a sender that did not get the first answer. */
  readonly twice?: boolean
}

/** A reason that holds for Tocsin, or an event that it knows, in one line each. */
export type Known = { readonly conditions: readonly string[]; readonly events: number }

export type PushedWorld = {
  /** Keys of two companies that are mapped, and switched on for everything below. */
  readonly companies: readonly [string, string]
  /** Keys of two statuses of computers, of an event with an end, and of one without. */
  readonly statuses: readonly [string, string]
  readonly lasting: string
  readonly plain: string

  addCompany(key: string): Promise<void>
  /** Computers are known by names that are the same as their keys. */
  addComputer(company: string, computer: string): Promise<void>
  removeComputer(company: string, computer: string): Promise<void>
  sicken(company: string, computer: string, status: string): Promise<void>
  heal(company: string, computer: string, status: string): Promise<void>
  happen(company: string, count: number): Promise<void>
  raise(company: string): Promise<void>
  resolve(company: string): Promise<void>

  /** Sends what happened and was not sent yet, then lets Tocsin settle it. */
  tell(sending?: Sending): Promise<void>
  /** Sends without settling; gives how often it was pushed back. */
  send(sending?: Sending): Promise<number>
  settle(): Promise<void>
  /** A complete list of a company is sent with the next. */
  list(company: string): Promise<void>
  /** What was not sent yet never will be. */
  forget(): Promise<void>
  pass(hours: number): Promise<void>

  /** Of one company; conditions as `computer/status`, with the computer empty for an event with an end. */
  known(company: string): Promise<Known>
  /** Tickets that are open at the desk for a company. */
  open(company: string): Promise<number>
  /** Every ticket that the desk ever had. */
  everOpened(): Promise<number>
  isMapped(company: string): Promise<boolean>
  stop(): Promise<void>
}

/** A world whose feeder also has other ways; what one of them cannot say waits for `tell`. */
export type PushedChannelsWorld = PushedWorld & {
  /** Begins and ends of what has an end, settled as by `tell`. */
  tellByMail(sending?: Sending): Promise<void>
  /** Computers that became ill, by their names. */
  tellBySyslog(sending?: Sending): Promise<void>
}
