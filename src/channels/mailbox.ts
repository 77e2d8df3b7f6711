import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { Resolve } from '../lib/judged-lookup.ts'
import type { Log } from '../lib/log.ts'
import type { MailboxSettings } from './mail/settings.ts'
import type { Take } from './message.ts'

/** A mailbox that is looked into now and then, as use cases see it; `mail/poll-mailbox.ts` is the real one. */

/** Tokens by which an application signs in at a mail server. */
export type AccessTokens = {
  /** One that still holds for a while; the same until then. Throws `ConnectorError` when the authority gives none. */
  get(): Promise<string>
  /** The mail server did not take this one: the next is another. */
  drop(token: string): void
}

export type MailboxDeps = {
  readonly take: Take
  /** Asked where the settings say that an application signs in. */
  readonly tokens: AccessTokens
  readonly log: Log
  readonly clock: Clock
  readonly ids: Ids
  /** Default: the name server of this machine. */
  readonly resolve?: Resolve
  /** How long one look may take, in ms; default ten minutes. What was taken until then is marked, the rest is for the next. */
  readonly mostMs?: number
}

/** What one look into the mailbox did. */
export type MailboxPolled = {
  readonly taken: number
  /** True when more were there than one look takes: look again at once. */
  readonly hasMore: boolean
}

/**
 * Throws `MailboxError` when the mailbox cannot be read, `BusyError` when the inbox pushed a mail back, and what `tokens` throws.
 */
export type PollMailbox = (deps: MailboxDeps, settings: MailboxSettings, signal: AbortSignal) => Promise<MailboxPolled>

/** The mailbox could not be read; the message says what to do and holds no password and no token. */
export class MailboxError extends Error {
  readonly code = 'mailbox-failed'
  readonly reason: 'unreachable' | 'denied' | 'no-folder' | 'wrong-address'

  constructor(reason: MailboxError['reason'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MailboxError'
    this.reason = reason
  }
}
