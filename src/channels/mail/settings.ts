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

/** How a mailbox lets us in: by its password, or by a token of an application (OAuth 2.0, SASL XOAUTH2). */
export type SignIn = 'password' | 'application'

/** A mailbox that is fetched. */
export type MailboxSettings = MailReading & {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly signIn: SignIn
  /** Of the mailbox; where an application signs in, its client secret. */
  readonly password: string
  /** Where the application gets its token: the address of the sign-in authority, without the tenant. */
  readonly authority: string
  /** Directory (tenant) ID or a domain of the tenant. */
  readonly tenant: string
  /** Application (client) ID. */
  readonly clientId: string
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
  issues.push(...checkSignIn(settings))
  if (settings.folder.trim() === '') say('folder', 'Name the folder to look into, for example INBOX.')
  if (!isWithin(settings.messageBytes, limitBounds.messageBytes)) {
    say('messageBytes', `Give a whole number from ${limitBounds.messageBytes[0]} to ${limitBounds.messageBytes[1]}.`)
  }
  return issues
}

function checkSignIn({ signIn, user, password, authority, tenant, clientId }: MailboxSettings): SettingIssue[] {
  const issues: SettingIssue[] = []
  const say = (field: string, message: string): number => issues.push({ field, message })
  if (/\p{Cc}/u.test(user)) say('user', 'A user name holds no control characters.')
  if (signIn === 'password') {
    if (user.trim() === '') say('user', 'Give the user name of the mailbox.')
    if (password === '') say('password', 'Give the password of the mailbox, or its app password.')
    return issues
  }
  if (user.trim() === '') say('user', 'Give the address of the mailbox, for example hub@msp.example.')
  if (!isAuthority(authority)) {
    const message =
      'Write it as https://login.microsoftonline.com, without anything after the host: the tenant has its own field.'
    say('authority', message)
  }
  if (!isTenant(tenant)) {
    say('tenant', 'Give the Directory (tenant) ID, or a domain of the tenant, for example contoso.onmicrosoft.com.')
  }
  if (!isUuid(clientId)) {
    say('clientId', 'Give the Application (client) ID, for example 11111111-2222-3333-4444-555555555555.')
  }
  if (password === '') say('password', 'Enter a client secret of the application: its Value, not its Secret ID.')
  return issues
}

/** Without TLS anybody on the way could read the client secret, so plain http is for this machine alone. */
function isAuthority(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '' || /[?#]/.test(text)) return false
  if (url.pathname !== '/') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(url.hostname.replace(/^\[|\]$/g, '')))
}

/** `common` and its like name no tenant, and an application that signs in by itself needs one. */
function isTenant(text: string): boolean {
  return isUuid(text) || (text.includes('.') && isDomain(text))
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
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
