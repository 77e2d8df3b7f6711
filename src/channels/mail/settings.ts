import { isIP } from 'node:net'
import { checkAddresses } from '../allowed-peers.ts'
import type { CompanyRule } from '../company-rules.ts'
import type { ReadRule } from '../read-rules.ts'

/** How the mails of a source are read, whichever way they come. */
export type MailReading = {
  readonly sourceId: number
  /** Of the channels that these settings are part of. */
  readonly version: number
  /**
   * From addresses (`notify@vendor.example`) and domains (`@vendor.example`) whose mails are read. A From address is easily
   * forged, so an empty list reads none: every mail is kept and shown, and a person adds the sender there.
   */
  readonly allowSenders: readonly string[]
  /** Addresses or networks of the relays that may deliver; empty: any. Ignored for a mailbox that is fetched. */
  readonly allowRelays: readonly string[]
  readonly companyRules: readonly CompanyRule[]
  readonly patterns: readonly ReadRule[]
}

/** The listener; plain data, `checkSmtpSettings` says what is wrong with it. */
export type SmtpSettings = MailReading & {
  readonly host: string
  /** 25 for the world, 0 takes a free one. */
  readonly port: number
  /** The name the server gives itself; it should be the one of the certificate. */
  readonly name: string
  /** Domains whose addresses are ours; mail for any other is refused, this is no relay. */
  readonly domains: readonly string[]
  readonly encryption: 'none' | 'offered' | 'required' | 'from-the-start'
  /** PEM; null with `none` only. */
  readonly certificate: { readonly certificate: string; readonly key: string } | null
  readonly limits: SmtpLimits
}

export type SmtpLimits = {
  readonly messageBytes: number
  readonly connections: number
  readonly connectionsPerPeer: number
  readonly recipients: number
  readonly messagesPerMinutePerPeer: number
  readonly messagesPerMinutePerRecipient: number
  readonly idleSeconds: number
}

export const defaultSmtpLimits: SmtpLimits = {
  messageBytes: 1024 * 1024,
  connections: 50,
  connectionsPerPeer: 10,
  recipients: 20,
  messagesPerMinutePerPeer: 600,
  messagesPerMinutePerRecipient: 120,
  idleSeconds: 60,
}

/** A mailbox that is fetched. */
export type MailboxSettings = MailReading & {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly encryption: 'from-the-start' | 'required' | 'none'
  /** PEM of authorities to trust beside those of the system; null: those of the system alone. */
  readonly authorities: string | null
  readonly folder: string
  /** Mails that arrived before this day are not looked at, so that an old mailbox is not read whole. */
  readonly notBefore: Date
  readonly messageBytes: number
}

type Bounds = readonly [fewest: number, most: number]

const limitBounds: Readonly<Record<keyof SmtpLimits, Bounds>> = {
  messageBytes: [16 * 1024, 25 * 1024 * 1024],
  connections: [1, 500],
  connectionsPerPeer: [1, 500],
  recipients: [1, 100],
  messagesPerMinutePerPeer: [1, 100_000],
  messagesPerMinutePerRecipient: [1, 100_000],
  idleSeconds: [10, 3_600],
}

export type SettingIssue = { readonly field: string; readonly message: string }

/** What is wrong with how mails are read; rules and patterns have checks of their own. */
export function checkMailReading(settings: MailReading): SettingIssue[] {
  const senders = settings.allowSenders.flatMap((entry) =>
    /^[^\s@]*@[^\s@]+\.[^\s@]+$/.test(entry.trim())
      ? []
      : [`“${entry}” is neither an address like notify@vendor.example nor a domain like @vendor.example.`],
  )
  return [
    ...senders.map((message) => ({ field: 'allowSenders', message })),
    ...checkAddresses(settings.allowRelays).map((message) => ({ field: 'allowRelays', message })),
  ]
}

export function checkSmtpSettings(settings: SmtpSettings): SettingIssue[] {
  const issues = checkMailReading(settings)
  const say = (field: string, message: string): number => issues.push({ field, message })
  if (isIP(settings.host) === 0) say('host', 'Give an IP address of this machine to listen on, for example 0.0.0.0.')
  if (!isWithin(settings.port, [0, 65_535])) say('port', 'A port is a number from 0 to 65535.')
  if (!isDomain(settings.name)) say('name', 'Give the name of this server, for example mail.msp.example.')
  if (settings.domains.length === 0) say('domains', 'Name at least one domain whose addresses are the companies’.')
  for (const domain of settings.domains) {
    if (!isDomain(domain)) say('domains', `“${domain}” is no domain like hub.msp.example.`)
  }
  if (settings.encryption !== 'none' && settings.certificate === null) {
    say('certificate', 'Paste a certificate and its key, or switch encryption off for a network that is yours alone.')
  }
  for (const [field, bounds] of Object.entries(limitBounds)) {
    if (!isWithin(settings.limits[field as keyof SmtpLimits], bounds)) {
      say(`limits.${field}`, `Give a whole number from ${bounds[0]} to ${bounds[1]}.`)
    }
  }
  return issues
}

export function checkMailboxSettings(settings: MailboxSettings): SettingIssue[] {
  const issues = checkMailReading(settings)
  const say = (field: string, message: string): number => issues.push({ field, message })
  if (isIP(settings.host) === 0 && !isDomain(settings.host)) say('host', 'Give the name of the IMAP server.')
  if (!isWithin(settings.port, [1, 65_535])) say('port', 'A port is a number from 1 to 65535; 993 is the one for TLS.')
  if (settings.encryption === 'none' && !isThisMachine(settings.host)) {
    const message =
      'Without encryption anybody on the way reads the password and the mails: that is for a server on this machine alone.'
    say('encryption', message)
  }
  if (settings.user.trim() === '') say('user', 'Give the user name of the mailbox.')
  if (settings.password === '') say('password', 'Give the password of the mailbox, or its app password.')
  if (settings.folder.trim() === '') say('folder', 'Name the folder to look into, for example INBOX.')
  if (!isWithin(settings.messageBytes, limitBounds.messageBytes)) {
    say('messageBytes', `Give a whole number from ${limitBounds.messageBytes[0]} to ${limitBounds.messageBytes[1]}.`)
  }
  return issues
}

function isThisMachine(host: string): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host.toLowerCase())
}

function isDomain(text: string): boolean {
  return (
    text.length <= 253 &&
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(text)
  )
}

function isWithin(value: number, [fewest, most]: Bounds): boolean {
  return Number.isInteger(value) && value >= fewest && value <= most
}
