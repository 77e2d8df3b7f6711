import { z } from 'zod'
import { MailInput } from '../../usecases/channel-settings.ts'
import { listOf, Moment, named } from './common.ts'

/** The channels by which a source listens, as they are shown: no secret, only whether it is set. */

const Certificate = z.object({
  certificate: z.string().describe('PEM'),
  keySet: z.boolean(),
  chain: listOf(
    z.object({
      subject: z.string(),
      issuer: z.string(),
      names: listOf(z.string()),
      notBefore: Moment,
      notAfter: Moment,
      sha1: z.string().describe('fingerprint: hexadecimal pairs joined by colons'),
      sha256: z.string(),
    }),
  ).describe('the certificate and those it comes with'),
})

const CompanyRule = z.object({
  name: z.string(),
  on: z.enum(['peer', 'certificate', 'host', 'tag', 'sender', 'recipient', 'field']),
  field: z.string(),
  match: z.enum(['exact', 'pattern']),
  value: z.string(),
  company: z.string(),
  companyName: z.string(),
})

const ReadRule = z.object({
  name: z.string(),
  enabled: z.boolean(),
  when: listOf(z.object({ field: z.string(), pattern: z.string() })),
  words: z.record(z.string(), z.string()),
})

const Mail = named(
  'MailReading',
  z.object({
    allowSenders: listOf(z.string()),
    allowRelays: listOf(z.string()),
    companyRules: listOf(CompanyRule),
    patterns: listOf(ReadRule),
  }),
)

const limits = <K extends string>(...names: K[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, z.int()])) as Record<K, z.ZodInt>)

const Syslog = named(
  'SyslogChannel',
  z.object({
    enabled: z.boolean(),
    host: z.string(),
    port: z.int(),
    tls: Certificate.extend({
      clientCertificates: z.enum(['none', 'optional', 'required']),
      clientAuthorities: z.string(),
    }).nullable(),
    udpPort: z.int().nullable(),
    allowFrom: listOf(z.string()),
    companyRules: listOf(CompanyRule),
    readRules: listOf(ReadRule),
    statusPhrases: listOf(z.object({ phrase: z.string(), statusKey: z.string() })),
    statusNamesAll: z.boolean(),
    zoneMinutes: z.int(),
    limits: limits('messageBytes', 'connections', 'connectionsPerPeer', 'idleSeconds', 'waitingPerPeer'),
  }),
)

const Smtp = named(
  'SmtpChannel',
  z.object({
    enabled: z.boolean(),
    host: z.string(),
    port: z.int(),
    name: z.string(),
    domains: listOf(z.string()),
    encryption: z.enum(['none', 'offered', 'required', 'from-the-start']),
    certificate: Certificate.nullable(),
    limits: limits(
      'messageBytes',
      'connections',
      'connectionsPerPeer',
      'recipients',
      'messagesPerMinutePerPeer',
      'messagesPerMinutePerRecipient',
      'idleSeconds',
    ),
  }),
)

const Mailbox = named(
  'MailboxChannel',
  z.object({
    enabled: z.boolean(),
    host: z.string(),
    port: z.int(),
    user: z.string(),
    signIn: z.enum(['password', 'application']),
    authority: z.string(),
    tenant: z.string(),
    clientId: z.string(),
    passwordSet: z.boolean().describe('whether the password, or the client secret of an application, is stored'),
    encryption: z.enum(['from-the-start', 'required', 'none']),
    authorities: z.string().nullable(),
    folder: z.string(),
    notBefore: z.iso.date(),
    messageBytes: z.int(),
    everySeconds: z.int(),
  }),
)

export const ChannelState = named(
  'ChannelState',
  z.object({
    channel: z.enum(['syslog', 'smtp']),
    process: z.string().describe('which of the processes says so'),
    state: z.enum(['listening', 'failing']),
    address: z.string().describe('where it listens, or should'),
    message: z.string().describe('why it does not listen and what to do; empty while it does'),
    since: Moment,
    seenAt: Moment,
    counts: z
      .record(z.string(), z.int())
      .describe('messages since the process began: taken, unread, pushedBack, dropped, refused, waiting'),
  }),
)

export const Channels = named(
  'Channels',
  z.object({
    version: z.int().describe('to be sent back with a change'),
    mail: Mail,
    syslog: Syslog.nullable(),
    smtp: Smtp.nullable(),
    mailbox: Mailbox.nullable(),
    states: listOf(ChannelState).describe('of the listeners; a mailbox is the duty `poll-mailbox` of the status'),
    usual: z
      .object({ syslog: Syslog, smtp: Smtp, mailbox: Mailbox })
      .describe('what a form begins with where nothing is set up yet'),
    words: listOf(z.string()).describe('words that a read rule may give or capture'),
    mailFields: listOf(z.string()).describe('fields of a mail that a pattern may look at'),
  }),
)

export const TryMail = z.strictObject({
  raw: z.string().min(1).max(1_000_000).describe('headers, an empty line, the body; a body alone is taken, too'),
  recipient: z.string().max(320).default('').describe('the address it came to'),
  mail: MailInput.optional().describe('read it by these, not yet saved; absent: by those that are stored'),
})

export const MailTried = named(
  'MailTried',
  z.object({
    pattern: z.string().nullable().describe('name of the pattern that fits; null when none does'),
    captured: z.record(z.string(), z.string()),
    reading: z
      .record(z.string(), z.unknown())
      .describe('what a mail of an allowed sender is read as; `kind` tells the rest'),
    asReceived: z.record(z.string(), z.unknown()).describe('the same, or why this very mail is not read'),
    company: z.object({ key: z.string(), name: z.string(), rule: z.string() }).nullable(),
    fields: listOf(z.object({ name: z.string(), value: z.string() })),
  }),
)
