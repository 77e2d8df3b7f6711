import { mailFields } from '../channels/mail-patterns.ts'
import { readingWordNames } from '../channels/reading-words.ts'
import { type ChannelStateRow, type ChannelsRow, loadChannelStates, loadChannels } from '../db/source-channels.ts'
import { type CertificateFacts, certificateChain } from '../lib/certificate.ts'
import {
  type ChannelSecret,
  MailboxInput,
  noChannels,
  SmtpInput,
  type StoredChannels,
  SyslogInput,
  wholeMailbox,
} from './channel-settings.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'

type CertificateView = {
  readonly certificate: string
  readonly keySet: boolean
  readonly chain: readonly CertificateFacts[]
}

type Of<K extends keyof StoredChannels> = NonNullable<StoredChannels[K]>
type SyslogView = Omit<Of<'syslog'>, 'tls'> & { readonly tls: (CertificateView & Of<'syslog'>['tls']) | null }
type SmtpView = Omit<Of<'smtp'>, 'certificate'> & { readonly certificate: CertificateView | null }
type MailboxView = ReturnType<typeof wholeMailbox> & { readonly passwordSet: boolean }

export type ChannelsView = {
  readonly version: number
  readonly mail: StoredChannels['mail']
  readonly syslog: SyslogView | null
  readonly smtp: SmtpView | null
  readonly mailbox: MailboxView | null
  readonly states: readonly ChannelStateRow[]
  readonly usual: { readonly syslog: SyslogView; readonly smtp: SmtpView; readonly mailbox: MailboxView }
  readonly words: readonly string[]
  readonly mailFields: readonly string[]
}

/** A process that said nothing for so long has ended, in ms. */
export const stateKeptMs = 30_000

/** The channels of a source, without secrets, and how its listeners are. Throws `RequestError`. */
export async function showChannels(deps: Deps, { sourceId }: { sourceId: number }): Promise<ChannelsView> {
  await openPushed(deps, sourceId)
  const row = await loadChannels<StoredChannels>(deps.pool, sourceId)
  const now = deps.clock.now()
  const states = await loadChannelStates(deps.pool, new Date(now.getTime() - stateKeptMs))
  return {
    ...toView(row),
    states: states.filter((state) => state.sourceId === sourceId),
    usual: usualChannels(now),
    words: readingWordNames,
    mailFields,
  }
}

function toView(
  row: Pick<ChannelsRow<StoredChannels>, 'version' | 'settings' | 'secrets'> | null,
): Pick<ChannelsView, 'version' | 'mail' | 'syslog' | 'smtp' | 'mailbox'> {
  const { version, settings, secrets } = row ?? { version: 0, settings: noChannels, secrets: {} }
  const { mail, syslog, smtp, mailbox } = settings
  const isSet = (secret: ChannelSecret): boolean => secret in secrets
  return {
    version,
    mail,
    syslog: syslog && {
      ...syslog,
      tls: syslog.tls && { ...syslog.tls, ...toCertificate(syslog.tls.certificate, isSet('syslogKey')) },
    },
    smtp: smtp && {
      ...smtp,
      certificate: smtp.certificate && toCertificate(smtp.certificate.certificate, isSet('smtpKey')),
    },
    mailbox: mailbox && { ...wholeMailbox(mailbox), passwordSet: isSet('mailboxPassword') },
  }
}

function toCertificate(certificate: string, keySet: boolean): CertificateView {
  return { certificate, keySet, chain: certificateChain(certificate) }
}

function usualChannels(now: Date): ChannelsView['usual'] {
  const { password: _, ...mailbox } = MailboxInput.parse({ host: 'imap.example.com', user: '' })
  const notBefore = now.toISOString().slice(0, 10)
  return {
    syslog: { ...SyslogInput.parse({ tls: null }), tls: null },
    smtp: { ...SmtpInput.parse({ name: '', domains: [] }), certificate: null },
    mailbox: { ...mailbox, host: '', notBefore, passwordSet: false },
  }
}
