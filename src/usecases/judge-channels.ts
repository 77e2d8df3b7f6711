import { isIP } from 'node:net'
import { checkCompanyRules, type RuleIssue } from '../channels/company-rules.ts'
import { checkMailboxSettings, checkMailReading, checkSmtpSettings } from '../channels/mail/settings.ts'
import { mailFields } from '../channels/mail-patterns.ts'
import { checkReadRules } from '../channels/read-rules.ts'
import { checkSyslogSettings } from '../channels/syslog/settings.ts'
import { certificateChain, certificateProblem } from '../lib/certificate.ts'
import { isLinkLocal } from '../lib/link-local.ts'
import { type ChannelSecret, channelSecretFields, type MailSettings, type StoredChannels } from './channel-settings.ts'
import { type OfChannels, toMailboxSettings, toSmtpSettings, toSyslogSettings } from './open-channels.ts'
import type { FieldIssue } from './request-error.ts'

/** Secrets in the clear, for judging and opening, never for storing or showing. */
export type PlainSecrets = Readonly<Partial<Record<ChannelSecret, string>>>

/** Stands for a secret that is to be entered later, while all else is judged. Never stored. */
const placeholder = 'to-be-entered'

/**
 * All that is wrong with the channels of a source, a field each; empty when they can be used. `lacking` are secrets that they may
 * lack for now: a channel without its secret waits, and says so.
 */
export function channelIssues(
  sourceId: number,
  channels: StoredChannels,
  known: PlainSecrets,
  lacking: readonly ChannelSecret[] = [],
): FieldIssue[] {
  const plain = { ...known, ...Object.fromEntries(lacking.map((field) => [field, placeholder])) }
  const excused = lacking.map((field) => channelSecretFields[field])
  return onePerField([
    ...mailIssues(sourceId, channels.mail),
    ...syslogIssues(sourceId, channels, plain),
    ...smtpIssues(sourceId, channels, plain),
    ...mailboxIssues(sourceId, channels, plain),
    ...ownPortIssues(channels),
  ]).filter(({ field }) => !excused.includes(field))
}

/** The same for how mails are read. */
export function mailIssues(sourceId: number, mail: MailSettings): FieldIssue[] {
  return [
    ...under('mail', checkMailReading({ ...unsaved(sourceId), ...mail })),
    ...rows('mail.companyRules', checkCompanyRules(mail.companyRules)),
    ...rows('mail.patterns', checkReadRules(mail.patterns, mailFields)),
  ]
}

function syslogIssues(sourceId: number, { syslog }: StoredChannels, { syslogKey = '' }: PlainSecrets): FieldIssue[] {
  if (syslog === null) return []
  const issues = [
    ...under('syslog', checkSyslogSettings(toSyslogSettings(unsaved(sourceId), syslog, syslogKey))),
    ...rows('syslog.companyRules', checkCompanyRules(syslog.companyRules)),
    ...rows('syslog.readRules', checkReadRules(syslog.readRules, null)),
  ]
  const { tls } = syslog
  if (tls === null) return issues
  return [
    ...issues,
    ...pairIssues('syslog.tls', tls.certificate, syslogKey),
    ...pemIssues('syslog.tls.clientAuthorities', tls.clientAuthorities),
  ]
}

function smtpIssues(sourceId: number, { smtp, mail }: StoredChannels, { smtpKey = '' }: PlainSecrets): FieldIssue[] {
  if (smtp === null) return []
  const { certificate } = smtp
  return [
    ...under('smtp', checkSmtpSettings(toSmtpSettings(unsaved(sourceId), smtp, mail, smtpKey))).filter(notOfMail),
    ...(certificate === null ? [] : pairIssues('smtp.certificate', certificate.certificate, smtpKey)),
  ]
}

function mailboxIssues(
  sourceId: number,
  { mailbox, mail }: StoredChannels,
  { mailboxPassword = '' }: PlainSecrets,
): FieldIssue[] {
  if (mailbox === null) return []
  const wanted = toMailboxSettings(unsaved(sourceId), mailbox, mail, mailboxPassword)
  const issues = under('mailbox', checkMailboxSettings(wanted))
  if (isLinkLocal(mailbox.host)) {
    const message = 'No mail server stands at this address: it is where machines tell about themselves.'
    issues.push({ field: 'mailbox.host', message })
  }
  const { hostname = '' } = URL.parse(mailbox.authority ?? '') ?? {}
  if (mailbox.signIn === 'application' && isLinkLocal(hostname.replace(/^\[|\]$/g, ''))) {
    const message = 'No sign-in authority stands at this address: it is where machines tell about themselves.'
    issues.push({ field: 'mailbox.authority', message })
  }
  return [...issues.filter(notOfMail), ...pemIssues('mailbox.authorities', mailbox.authorities ?? '')]
}

/** What is judged has no version yet. */
function unsaved(sourceId: number): OfChannels {
  return { sourceId, version: 0 }
}

/** How mails are read is judged by itself, once. */
function notOfMail({ field }: FieldIssue): boolean {
  return !/\.(allowSenders|allowRelays)$/.test(field)
}

function pairIssues(field: string, certificate: string, key: string): FieldIssue[] {
  if (key === '') return [{ field: `${field}.key`, message: 'Paste the private key of the certificate as PEM.' }]
  const problem = certificateProblem(certificate, key)
  return problem === null ? [] : [{ field: `${field}.${problem.of}`, message: problem.message }]
}

function pemIssues(field: string, pem: string): FieldIssue[] {
  if (pem === '') return []
  try {
    if (certificateChain(pem).length > 0) return []
  } catch {
    return [{ field, message: 'One of these certificates cannot be read: paste the whole PEM text again.' }]
  }
  return [{ field, message: 'Paste certificates as PEM, beginning with -----BEGIN CERTIFICATE-----.' }]
}

function ownPortIssues({ syslog, smtp }: StoredChannels): FieldIssue[] {
  if (syslog === null || smtp === null || !syslog.enabled || !smtp.enabled || !meet(syslog, smtp)) return []
  return [{ field: 'smtp.port', message: 'The syslog listener of this source has this port: choose another.' }]
}

type Door = { readonly host: string; readonly port: number }

/** Whether two listeners cannot stand on one machine at once. Port 0 is any free one. */
function meet(one: Door, other: Door): boolean {
  const isAny = ({ host }: Door): boolean => host === '0.0.0.0' || host === '::'
  return one.port !== 0 && one.port === other.port && (one.host === other.host || isAny(one) || isAny(other))
}

/** Ports that another source listens on already. */
export function takenPortIssues(
  channels: StoredChannels,
  others: readonly { readonly sourceName: string; readonly settings: StoredChannels }[],
): FieldIssue[] {
  return others.flatMap(({ sourceName, settings }) => {
    const theirs = [settings.syslog, settings.smtp].filter((door) => door?.enabled === true)
    return (['syslog', 'smtp'] as const).flatMap((channel) => {
      const mine = channels[channel]
      if (mine === null || !mine.enabled || !theirs.some((door) => door !== null && meet(mine, door))) return []
      return [{ field: `${channel}.port`, message: `“${sourceName}” listens on this port: choose another.` }]
    })
  })
}

/** Names and addresses that a certificate is to be made for. */
export function nameIssues(field: string, names: readonly string[]): FieldIssue[] {
  const isName = (text: string): boolean =>
    isIP(text) !== 0 || /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(text)
  return names.flatMap((name) =>
    isName(name) ? [] : [{ field, message: `“${name}” is neither a name like hub.msp.example nor an IP address.` }],
  )
}

function under(prefix: string, issues: readonly FieldIssue[]): FieldIssue[] {
  return issues.map(({ field, message }) => ({ field: `${prefix}.${field}`, message }))
}

function rows(prefix: string, issues: readonly RuleIssue[]): FieldIssue[] {
  return issues.map(({ index, field, message }) => ({ field: `${prefix}.${index}.${field}`, message }))
}

function onePerField(issues: readonly FieldIssue[]): FieldIssue[] {
  return issues.filter(({ field }, n) => issues.findIndex((other) => other.field === field) === n)
}
