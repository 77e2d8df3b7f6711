import { isIP } from 'node:net'
import { checkAddresses } from '../allowed-peers.ts'
import type { CompanyRule } from '../company-rules.ts'
import { type StatusPhrase, shortestPhrase } from '../kaspersky/status-phrases.ts'
import type { ReadRule } from '../read-rules.ts'

/** Everything a syslog listener is told. Plain data: `checkSyslogSettings` says what is wrong with it. */
export type SyslogSettings = {
  readonly sourceId: number
  /** Of the channels that these settings are part of. */
  readonly version: number
  /** Address to listen on, for example `0.0.0.0`. */
  readonly host: string
  /** TCP port; 0 takes a free one. 6514 is the one for TLS, 601 and 514 are those without. */
  readonly port: number
  /** Null: without encryption, for a network that is yours alone. */
  readonly tls: SyslogTls | null
  /** UDP port; null: off, because UDP can lose messages and proves no sender. 0 takes a free one. */
  readonly udpPort: number | null
  /** Addresses or networks (`203.0.113.0/24`) that may send; empty: all. */
  readonly allowFrom: readonly string[]
  readonly companyRules: readonly CompanyRule[]
  /** Rules for products of your own; they go before what is built in. */
  readonly readRules: readonly ReadRule[]
  /** Phrases for device-status events beside the English ones that are built in. */
  readonly statusPhrases: readonly StatusPhrase[]
  /**
   * True: a device-status event names every reason that holds at its level, so a later one ends those it leaves out. Right
   * only for a server that does so; one that sends an event for each reason would make them end one another.
   */
  readonly statusNamesAll: boolean
  /** Minutes east of UTC in which senders of the older form write their time. */
  readonly zoneMinutes: number
  readonly limits: SyslogLimits
}

export type SyslogTls = {
  /** PEM: the server's certificate with its chain, and its key. */
  readonly certificate: string
  readonly key: string
  readonly clientCertificates: 'none' | 'optional' | 'required'
  /** PEM: authorities (or self-signed certificates of clients) to trust; empty with `none`. */
  readonly clientAuthorities: string
}

export type SyslogLimits = {
  /** Longest message in bytes; of a longer one the beginning is kept, unread. */
  readonly messageBytes: number
  readonly connections: number
  readonly connectionsPerPeer: number
  /** A connection that says nothing for so long is closed. A sender may lose its next message by that, so keep it long. */
  readonly idleSeconds: number
  /** Messages of one peer that wait for the disk; then its connections are not read any more. */
  readonly waitingPerPeer: number
}

export const defaultLimits: SyslogLimits = {
  messageBytes: 64 * 1024,
  connections: 500,
  connectionsPerPeer: 50,
  idleSeconds: 24 * 3600,
  waitingPerPeer: 2_000,
}

type Bounds = readonly [fewest: number, most: number]

const limitBounds: Readonly<Record<keyof SyslogLimits, Bounds>> = {
  messageBytes: [1_024, 1024 * 1024],
  connections: [1, 10_000],
  connectionsPerPeer: [1, 10_000],
  idleSeconds: [60, 7 * 24 * 3600],
  waitingPerPeer: [10, 100_000],
}

export type SettingIssue = { readonly field: string; readonly message: string }

/** What is wrong with the settings themselves; rules and patterns have checks of their own. */
export function checkSyslogSettings(settings: SyslogSettings): SettingIssue[] {
  const issues: SettingIssue[] = []
  const say = (field: string, message: string): number => issues.push({ field, message })
  if (isIP(settings.host) === 0) say('host', 'Give an IP address of this machine to listen on, for example 0.0.0.0.')
  for (const field of ['port', 'udpPort'] as const) {
    const port = settings[field]
    if (port !== null && !isWithin(port, [0, 65_535])) say(field, 'A port is a number from 0 to 65535.')
  }
  if (!isWithin(settings.zoneMinutes, [-14 * 60, 14 * 60])) {
    say('zoneMinutes', 'Give the time zone in minutes east of UTC, for example 60.')
  }
  const { tls } = settings
  if (tls !== null) {
    if (!tls.certificate.includes('-----BEGIN CERTIFICATE-----'))
      say('tls.certificate', 'Paste the certificate with its chain as PEM.')
    if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(tls.key))
      say('tls.key', 'Paste the private key of the certificate as PEM.')
    const needsAuthority = tls.clientCertificates !== 'none'
    if (needsAuthority && !tls.clientAuthorities.includes('-----BEGIN CERTIFICATE-----')) {
      say('tls.clientAuthorities', 'Paste the certificates that client certificates are checked against as PEM.')
    }
  }
  issues.push(...checkAddresses(settings.allowFrom).map((message) => ({ field: 'allowFrom', message })))
  for (const { phrase, statusKey } of settings.statusPhrases) {
    if (phrase.trim().length < shortestPhrase) {
      say('statusPhrases', `“${phrase}” is too short: it would be found in texts about something else.`)
    }
    if (statusKey.trim() === '') say('statusPhrases', `Say which status “${phrase}” stands for.`)
  }
  for (const [field, bounds] of Object.entries(limitBounds)) {
    const value = settings.limits[field as keyof SyslogLimits]
    if (!isWithin(value, bounds)) say(`limits.${field}`, `Give a whole number from ${bounds[0]} to ${bounds[1]}.`)
  }
  return issues
}

function isWithin(value: number, [fewest, most]: Bounds): boolean {
  return Number.isInteger(value) && value >= fewest && value <= most
}
