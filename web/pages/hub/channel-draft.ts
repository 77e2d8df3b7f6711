import type { Channels, SaveChannelsData } from '../../api/generated/types.gen.ts'

/** The channels of a source while they are being edited, and what of that goes to the server. Pure. */

export const sections = ['mail', 'syslog', 'smtp', 'mailbox'] as const
/** Part of the settings that is edited and saved by itself. */
export type Section = (typeof sections)[number]

type Body = SaveChannelsData['body']
type Stored<S extends Section> = NonNullable<Channels[S]>
export type Certificate = NonNullable<Stored<'smtp'>['certificate']>

/** `stored` keeps what is there, `paste` takes PEM, `make` lets the server make a self-signed one. */
export const certificateWays = ['stored', 'paste', 'make'] as const
export type CertificateDraft = {
  readonly way: (typeof certificateWays)[number]
  readonly certificate: string
  /** Empty: as it is stored. */
  readonly key: string
  /** Names and addresses, a line each. */
  readonly makeFor: string
}

export type SyslogDraft = Omit<Stored<'syslog'>, 'tls'> & {
  readonly encrypted: boolean
  readonly certificate: CertificateDraft
  readonly clientCertificates: NonNullable<Stored<'syslog'>['tls']>['clientCertificates']
  readonly clientAuthorities: string
}
export type SmtpDraft = Omit<Stored<'smtp'>, 'certificate'> & { readonly certificate: CertificateDraft }
export type MailboxDraft = Stored<'mailbox'> & { /** Empty: as it is stored. */ readonly password: string }

export type Drafts = {
  readonly mail: Stored<'mail'>
  readonly syslog: SyslogDraft
  readonly smtp: SmtpDraft
  readonly mailbox: MailboxDraft
}

function certificateDraft(stored: Certificate | null): CertificateDraft {
  const draft = { certificate: '', key: '', makeFor: '' }
  if (stored === null) return { ...draft, way: 'make' }
  // A config file brings certificates without their keys: only the key is to be pasted then.
  if (!stored.keySet) return { ...draft, way: 'paste', certificate: stored.certificate }
  return { ...draft, way: 'stored' }
}

/** What a form shows at first; of a channel that is not set up, what is usual. */
export function draftOf<S extends Section>(section: S, channels: Channels): Drafts[S] {
  const { usual } = channels
  const of: { readonly [K in Section]: () => Drafts[K] } = {
    mail: () => channels.mail,
    syslog: () => {
      const { tls, ...plain } = channels.syslog ?? usual.syslog
      return {
        ...plain,
        // One that is new is encrypted: without is for a network that is one's own alone.
        encrypted: channels.syslog === null || tls !== null,
        certificate: certificateDraft(tls),
        clientCertificates: tls?.clientCertificates ?? 'none',
        clientAuthorities: tls?.clientAuthorities ?? '',
      }
    },
    smtp: () => {
      const stored = channels.smtp ?? usual.smtp
      return { ...stored, certificate: certificateDraft(stored.certificate) }
    },
    mailbox: () => ({ ...(channels.mailbox ?? usual.mailbox), password: '' }),
  }
  return of[section]()
}

/** Lines of a text that is a list of entries. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

type CertificateInput = { certificate?: string; key?: string; makeFor?: [string, string] }

function certificateInput({ way, certificate, key, makeFor }: CertificateDraft): CertificateInput {
  if (way === 'stored') return {}
  if (way === 'paste') return { certificate, key }
  const [first = '', ...others] = linesOf(makeFor)
  // At least one name; the generated client takes that for a pair.
  return { makeFor: [first, ...others] as unknown as [string, string] }
}

/** Lists that are typed a line each may hold empty lines until they are left. */
function withoutEmptyLines<T extends object>(values: T): T {
  const isLines = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((entry) => typeof entry === 'string')
  const entries = Object.entries(values).map(([key, value]) => [
    key,
    isLines(value) ? linesOf(value.join('\n')) : value,
  ])
  return Object.fromEntries(entries) as T
}

/** What `save-channels` takes of a section. */
export function inputOf<S extends Section>(section: S, draft: Drafts[S]): Partial<Body> {
  const { mail, syslog, smtp, mailbox } = { [section]: withoutEmptyLines(draft) } as Partial<Drafts>
  if (section === 'mail') return { mail }
  if (section === 'syslog' && syslog !== undefined) {
    const { encrypted, certificate, clientCertificates, clientAuthorities, ...plain } = syslog
    const authorities = clientCertificates === 'none' ? '' : clientAuthorities
    const tls = { ...certificateInput(certificate), clientCertificates, clientAuthorities: authorities }
    return { syslog: { ...plain, tls: encrypted ? tls : null } }
  }
  if (section === 'smtp' && smtp !== undefined) {
    const certificate = smtp.encryption === 'none' ? null : certificateInput(smtp.certificate)
    return { smtp: { ...smtp, certificate } }
  }
  if (mailbox === undefined) return {}
  const { passwordSet: _, password, ...plain } = mailbox
  const authorities = plain.authorities === '' ? null : plain.authorities
  return { mailbox: { ...plain, authorities, ...(password !== '' && { password }) } }
}
