import { z } from 'zod'
import { defaultSmtpLimits } from '../channels/mail/settings.ts'
import { defaultMailPatterns } from '../channels/mail-patterns.ts'
import { defaultLimits } from '../channels/syslog/settings.ts'

/** The channels of a source as they are entered and stored: what each field may be. What fits together is judged elsewhere. */

/** Where a secret of a source's channels belongs, bound into its sealed form. */
export function channelSecretPlace(sourceId: number, field: string): string {
  return `source_channels/${sourceId}/${field}`
}

/** The secrets by the names under which they are sealed. */
export const channelSecrets = ['syslogKey', 'smtpKey', 'mailboxPassword'] as const
export type ChannelSecret = (typeof channelSecrets)[number]

/** Where each secret is entered. */
export const channelSecretFields: Readonly<Record<ChannelSecret, string>> = {
  syslogKey: 'syslog.tls.key',
  smtpKey: 'smtp.certificate.key',
  mailboxPassword: 'mailbox.password',
}

const longestPem = 200_000
const mostRules = 1_000
const mostEntries = 1_000

const Words = z.string().max(500)
const Pem = z.string().trim().max(longestPem)
const Host = z.string().trim().min(1).max(253)
const Entries = z.array(z.string().trim().min(1).max(300)).max(mostEntries)

/** Keys stand in identities, whose parts are joined by a control character. */
const CompanyKey = z
  .string()
  .trim()
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, 'A key holds no control characters.')

const CompanyRule = z.strictObject({
  name: z.string().trim().max(200),
  on: z.enum(['peer', 'certificate', 'host', 'tag', 'sender', 'recipient', 'field']),
  field: z.string().max(100).default('').describe('name of the field, for `on: field`'),
  match: z.enum(['exact', 'pattern']),
  value: z.string().max(2_000),
  company: CompanyKey.default('').describe('key of the company; empty: the group `company` of the pattern'),
  companyName: Words.default(''),
})

const ReadRule = z.strictObject({
  name: z.string().trim().max(200),
  enabled: z.boolean().default(true),
  when: z.array(z.strictObject({ field: z.string().max(100), pattern: z.string().max(2_000) })).max(20),
  words: z
    .record(z.string().max(40), z.string().max(4_000))
    .describe('words that a group of the same name goes before'),
})

const StatusPhrase = z.strictObject({ phrase: Words.trim(), statusKey: z.string().trim().max(200) })
const Switch = z.boolean().default(true).describe('false: set up, but switched off')
const int = (usual: number) => z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(usual)

/** How mails are read, whichever way they come. */
export const MailInput = z.strictObject({
  allowSenders: Entries.default([]).describe('addresses and @domains whose mails are read; empty: none is'),
  allowRelays: Entries.default([]).describe('addresses and networks that may deliver; empty: any'),
  companyRules: z.array(CompanyRule).max(mostRules).default([]),
  patterns: z.array(ReadRule).max(mostRules).describe('the first that fits reads the mail'),
})

const certificateFields = {
  certificate: Pem.optional().describe('PEM with its chain; absent: as stored'),
  key: Pem.nullish().describe('PEM, written and never read; null or absent: as stored'),
  makeFor: z
    .tuple([Host], Host)
    .optional()
    .describe('make a self-signed certificate for these names and addresses, and a key, instead of the stored ones'),
}

export const SyslogInput = z.strictObject({
  enabled: Switch,
  host: Host.default('0.0.0.0').describe('IP address of this machine to listen on'),
  port: int(6514),
  tls: z
    .strictObject({
      ...certificateFields,
      clientCertificates: z.enum(['none', 'optional', 'required']).default('none'),
      clientAuthorities: Pem.default('').describe('PEM; what client certificates are checked against'),
    })
    .nullable()
    .describe('null: without encryption, for a network that is yours alone'),
  udpPort: z.int().nullable().default(null).describe('null: no UDP, which loses messages and proves no sender'),
  allowFrom: Entries.default([]).describe('addresses and networks that may send; empty: all'),
  companyRules: z.array(CompanyRule).max(mostRules).default([]),
  readRules: z.array(ReadRule).max(mostRules).default([]),
  statusPhrases: z.array(StatusPhrase).max(mostEntries).default([]),
  statusNamesAll: z.boolean().default(false),
  zoneMinutes: z.int().default(0).describe('east of UTC, of senders that write no zone'),
  limits: z
    .strictObject({
      messageBytes: int(defaultLimits.messageBytes),
      connections: int(defaultLimits.connections),
      connectionsPerPeer: int(defaultLimits.connectionsPerPeer),
      idleSeconds: int(defaultLimits.idleSeconds),
      waitingPerPeer: int(defaultLimits.waitingPerPeer),
    })
    .prefault({}),
})

export const SmtpInput = z.strictObject({
  enabled: Switch,
  host: Host.default('0.0.0.0').describe('IP address of this machine to listen on'),
  port: int(25),
  name: z.string().trim().max(253).describe('of this server, as its certificate says it'),
  domains: z.array(z.string().trim().toLowerCase().max(253)).max(100).describe('whose addresses are the companies’'),
  encryption: z.enum(['none', 'offered', 'required', 'from-the-start']).default('offered'),
  certificate: z.strictObject(certificateFields).nullable().default(null),
  limits: z
    .strictObject({
      messageBytes: int(defaultSmtpLimits.messageBytes),
      connections: int(defaultSmtpLimits.connections),
      connectionsPerPeer: int(defaultSmtpLimits.connectionsPerPeer),
      recipients: int(defaultSmtpLimits.recipients),
      messagesPerMinutePerPeer: int(defaultSmtpLimits.messagesPerMinutePerPeer),
      messagesPerMinutePerRecipient: int(defaultSmtpLimits.messagesPerMinutePerRecipient),
      idleSeconds: int(defaultSmtpLimits.idleSeconds),
    })
    .prefault({}),
})

const signInFields = {
  signIn: z
    .enum(['password', 'application'])
    .default('password')
    .describe('`application`: OAuth 2.0 client credentials and SASL XOAUTH2, which Exchange Online wants'),
  authority: z
    .string()
    .trim()
    .max(500)
    .default('https://login.microsoftonline.com')
    .describe('where an application gets its token: address of the sign-in authority without the tenant'),
  tenant: z.string().trim().max(253).default('').describe('of an application: Directory (tenant) ID or a domain'),
  clientId: z.string().trim().max(100).default('').describe('of an application: Application (client) ID'),
}

export const MailboxInput = z.strictObject({
  enabled: Switch,
  host: Host.describe('of the IMAP server'),
  port: int(993),
  user: z.string().trim().max(320).describe('name or address of the mailbox'),
  ...signInFields,
  password: z
    .string()
    .max(2_000)
    .nullish()
    .describe(
      'of the mailbox; with `signIn: application` the client secret; written and never read; null or absent: as stored',
    ),
  encryption: z.enum(['from-the-start', 'required', 'none']).default('from-the-start'),
  authorities: Pem.nullable()
    .default(null)
    .describe('PEM of certificate authorities to trust beside those of the system'),
  folder: z.string().trim().max(500).default('INBOX'),
  notBefore: z.iso
    .date()
    .optional()
    .describe('mails that arrived before this day are not looked at; absent: as stored, or today'),
  messageBytes: int(defaultSmtpLimits.messageBytes),
  everySeconds: z.int().min(10).max(86_400).default(60).describe('between two looks'),
})

/** What is absent stays as it is; null takes a channel away. */
export const ChannelsInput = z.strictObject({
  version: z.int().min(0).describe('of the settings this change was made on; 0 before the first'),
  mail: MailInput.optional(),
  syslog: SyslogInput.nullish(),
  smtp: SmtpInput.nullish(),
  mailbox: MailboxInput.nullish(),
})

export type SaveChannels = z.output<typeof ChannelsInput>
export type MailSettings = z.output<typeof MailInput>
type Stored<T> = Omit<T, 'key' | 'makeFor'>

/** As it is stored: whole, without a secret. */
export type StoredChannels = {
  readonly mail: MailSettings
  readonly syslog: (Omit<z.output<typeof SyslogInput>, 'tls'> & { readonly tls: StoredTls | null }) | null
  readonly smtp:
    | (Omit<z.output<typeof SmtpInput>, 'certificate'> & {
        readonly certificate: { readonly certificate: string } | null
      })
    | null
  readonly mailbox: StoredMailbox | null
}

type SignInField = keyof typeof signInFields
type WholeMailbox = Omit<z.output<typeof MailboxInput>, 'password' | 'notBefore'> & { readonly notBefore: string }
/** Stored before an application could sign in, it says nothing of how. */
type StoredMailbox = Omit<WholeMailbox, SignInField> & Partial<Pick<WholeMailbox, SignInField>>

const usualSignIn = z.object(signInFields).parse({})

/** A stored mailbox with all that is said of it today. */
export function wholeMailbox(stored: StoredMailbox): WholeMailbox {
  return { ...usualSignIn, ...stored }
}

type StoredTls = Stored<Omit<NonNullable<z.output<typeof SyslogInput>['tls']>, 'certificate'>> & {
  readonly certificate: string
}

/** Before anything was saved. */
export const noChannels: StoredChannels = {
  mail: MailInput.parse({ patterns: defaultMailPatterns }),
  syslog: null,
  smtp: null,
  mailbox: null,
}
