import type { Severity, TroubleLevel } from '../core/observation.ts'

/**
 * What a channel (syslog, mail) hands over. A channel reads, it never decides: whether a message makes a ticket is the
 * settling's matter. Every message is handed over, also one that nobody could read or whose company is unknown.
 */
export type ChannelMessage = {
  readonly channel: 'syslog' | 'mail'
  /** The id of the hub source whose listener or mailbox took it. */
  readonly sourceId: number
  /**
   * At most 100 characters. The same message heard twice has the same key: hearing it again changes nothing. A message
   * without a time of its own gets a key for each hearing, so that a real repeat is never taken for an echo.
   */
  readonly key: string
  readonly receivedAt: Date
  readonly origin: Origin
  /** The company that a rule found; null when no rule did: kept for mapping, never guessed. */
  readonly company: CompanyFound | null
  /** What the message names, by name; unknown names are kept. At most 200 fields and 64 KiB in all. */
  readonly fields: readonly Field[]
  /** The message as text, at most 16 KiB of it, without characters that a database refuses (U+0000). */
  readonly raw: string
  /** As it came, up to the limit of its listener: what it is read again from. */
  readonly whole: Buffer
  /** Version of the channels by whose rules it was read. */
  readonly version: number
  /** What could say whose it is. */
  readonly clues: readonly Clue[]
  /** How long it was on the wire, in bytes; for a line that was cut, all bytes of it are counted. */
  readonly rawBytes: number
  readonly reading: Reading
}

/** Where a message came from. `peer` and `certificate` are proven by the connection, the rest is said by the sender. */
export type Origin = {
  /** IP address of the other end; for a mail fetched by IMAP the mailbox's address. */
  readonly peer: string
  /** Common name of the client certificate that the listener's authority signed; empty without one. */
  readonly certificate: string
  /** Host name inside the message. */
  readonly host: string
  /** APP-NAME or tag inside the message. */
  readonly tag: string
  /** Envelope sender of a mail; empty for syslog. */
  readonly sender: string
  /** Envelope recipient of a mail (the company's own address); empty for syslog. */
  readonly recipient: string
}

export type CompanyFound = {
  /** The tenant's key at the source. */
  readonly key: string
  readonly name: string
  /** The name of the rule that found it. */
  readonly rule: string
}

export type Field = { readonly name: string; readonly value: string }

/** A part of a message that a rule for companies may look at, and what stands there. */
export type Clue = {
  readonly on: keyof Origin | 'field'
  /** Name of the field, for `on: 'field'`; else empty. */
  readonly field: string
  readonly value: string
}

/** The products a hub speaks for; the keys of the groups in the source's catalogue. */
export type Product = 'endpoint-security-cloud' | 'microsoft-365'

/** The computer a message is about. */
export type ComputerNamed = {
  /** The product's own id where it names one; else the name in lower case. Unique within the company only. */
  readonly key: string
  readonly name: string
}

/** What was read. */
export type Reading =
  | EventRead
  | StatusRead
  | {
      readonly kind: 'unread'
      readonly reason: UnreadReason
      /** One sentence for a person: what was seen and what to do. */
      readonly detail: string
    }

/** Something that happened, or the beginning or end of an event that has one. */
export type EventRead = {
  readonly kind: 'event'
  readonly product: Product
  /** Key of an event type in the catalogue; for a type that the catalogue does not list, the vendor's own code. */
  readonly type: string
  /** The vendor's words for the type; empty when it gave none. */
  readonly typeName: string
  /** `info` is below what a rule can be set for. */
  readonly severity: Severity | 'info'
  /** `happened` for an event without an end. */
  readonly state: 'happened' | 'raised' | 'resolved'
  readonly computer: ComputerNamed | null
  readonly text: string
  /** By the sender's clock; null when it told none. */
  readonly happenedAt: Date | null
}

/** What a product says of a computer's status. */
export type StatusRead = {
  readonly kind: 'status'
  readonly product: Product
  readonly computer: ComputerNamed
  /** The level it has now; `ok` ends all its conditions. */
  readonly level: TroubleLevel | 'ok'
  /** `raised`: these reasons hold now; `ended`: these no longer do. Empty with level `ok`. */
  readonly state: 'raised' | 'ended'
  /** Keys of the catalogue's status descriptions with the product's own words. */
  readonly reasons: readonly { readonly statusKey: string; readonly text: string }[]
  /** True when the message names every reason that holds at its level: one that it leaves out has ended (or is hidden). */
  readonly namesAll: boolean
  readonly text: string
  readonly happenedAt: Date | null
}

export type UnreadReason =
  /** Not syslog in any form we know. */
  | 'no-form'
  /** Longer than the listener's limit: the beginning was kept. */
  | 'too-long'
  /** The form was read, but no product of ours speaks so. */
  | 'unknown-product'
  /** A status event whose reasons we could not read. */
  | 'unknown-reasons'
  /** An event about a computer that does not say which. */
  | 'no-computer'
  /** No pattern of the source fits this mail. */
  | 'no-pattern'
  /** The sender of the mail is not on the source's list. */
  | 'sender-not-allowed'

/**
 * Takes messages over. Resolves when all of them are on disk, and throws `BusyError` when none is: the channel then
 * stops reading (TCP), answers 4xx (SMTP), counts a drop (UDP), or leaves the mail where it is (IMAP), and tries again.
 * Any other error counts as busy, too, and is logged.
 */
export type Take = (messages: readonly ChannelMessage[]) => Promise<void>

/**
 * There is no room: in the inbox, or (`unread`) among what waits for a person. Nothing of the batch was stored; ask again after
 * `retryAfterMs`.
 */
export class BusyError extends Error {
  readonly code = 'inbox-busy'
  readonly retryAfterMs: number
  readonly full: 'inbox' | 'unread'

  constructor(retryAfterMs: number, full: 'inbox' | 'unread' = 'inbox') {
    super(
      full === 'inbox'
        ? 'The inbox is full for the moment. Nothing was lost: send it again a little later.'
        : 'Too much waits for a person to read it or to say whose it is. Nothing was lost: send it again later.',
    )
    this.name = 'BusyError'
    this.retryAfterMs = retryAfterMs
    this.full = full
  }
}
