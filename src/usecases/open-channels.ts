import type { MailboxSettings, SmtpSettings } from '../channels/mail/settings.ts'
import type { SyslogSettings } from '../channels/syslog/settings.ts'
import { type ChannelsRow, channelsMark, listChannels } from '../db/source-channels.ts'
import { SecretBoxError } from '../lib/secret-box.ts'
import {
  type ChannelSecret,
  channelSecretPlace,
  type MailSettings,
  type StoredChannels,
  wholeMailbox,
} from './channel-settings.ts'
import type { Deps } from './deps.ts'

type Of<K extends keyof StoredChannels> = NonNullable<StoredChannels[K]>

/** A listener as it should be; or why it cannot be opened, in words. */
export type ListenerWanted = {
  readonly sourceId: number
  readonly address: string
  readonly problem: string | null
} & (
  | { readonly channel: 'syslog'; readonly settings: SyslogSettings }
  | { readonly channel: 'smtp'; readonly settings: SmtpSettings }
)

/** Every listener that is switched on, with its secrets, for the process that opens it. */
export async function openChannels(deps: Pick<Deps, 'pool' | 'box'>): Promise<ListenerWanted[]> {
  const rows = await listChannels<StoredChannels>(deps.pool)
  return rows.flatMap((row): ListenerWanted[] => {
    const { sourceId, version, settings } = row
    const of = { sourceId, version }
    const { syslog, smtp, mail } = settings
    const wanted: ListenerWanted[] = []
    if (syslog?.enabled) {
      const { text, problem } = openSecret(deps, row, 'syslogKey', syslog.tls !== null)
      const address = `${syslog.host}:${syslog.port}`
      wanted.push({ sourceId, channel: 'syslog', address, problem, settings: toSyslogSettings(of, syslog, text) })
    }
    if (smtp?.enabled) {
      const { text, problem } = openSecret(deps, row, 'smtpKey', smtp.certificate !== null)
      const address = `${smtp.host}:${smtp.port}`
      wanted.push({ sourceId, channel: 'smtp', address, problem, settings: toSmtpSettings(of, smtp, mail, text) })
    }
    return wanted
  })
}

/** A text that is another whenever the channels of any source were saved. */
export function channelsVersion(deps: Pick<Deps, 'pool'>): Promise<string> {
  return channelsMark(deps.pool)
}

/** A secret of the channels in the clear, or why it cannot be opened. */
export function openSecret(
  deps: Pick<Deps, 'box'>,
  { sourceId, secrets }: Pick<ChannelsRow, 'sourceId' | 'secrets'>,
  field: ChannelSecret,
  isNeeded = true,
): { readonly text: string; readonly problem: string | null } {
  const sealed = secrets[field]
  if (!isNeeded) return { text: '', problem: null }
  if (sealed === undefined) return { text: '', problem: missing[field] }
  try {
    return { text: deps.box.open(sealed, channelSecretPlace(sourceId, field)), problem: null }
  } catch (error) {
    if (!(error instanceof SecretBoxError)) throw error
    return { text: '', problem: error.message }
  }
}

const missing: Readonly<Record<ChannelSecret, string>> = {
  syslogKey: 'The key of the certificate is not stored: enter it in the channels of this source.',
  smtpKey: 'The key of the certificate is not stored: enter it in the channels of this source.',
  mailboxPassword:
    'The password of the mailbox, or the client secret of its application, is not stored: enter it in the channels of this source.',
}

/** Whose channels settings are part of, and which version of them. */
export type OfChannels = Pick<ChannelsRow, 'sourceId' | 'version'>

export function toSyslogSettings(
  { sourceId, version }: OfChannels,
  { enabled: _, tls, ...rest }: Of<'syslog'>,
  key: string,
): SyslogSettings {
  return { sourceId, version, ...rest, tls: tls === null ? null : { ...tls, key } }
}

export function toSmtpSettings(
  { sourceId, version }: OfChannels,
  { enabled: _, certificate, ...rest }: Of<'smtp'>,
  mail: MailSettings,
  key: string,
): SmtpSettings {
  return { sourceId, version, ...mail, ...rest, certificate: certificate === null ? null : { ...certificate, key } }
}

export function toMailboxSettings(
  { sourceId, version }: OfChannels,
  mailbox: Of<'mailbox'>,
  mail: MailSettings,
  password: string,
): MailboxSettings {
  const { enabled: _, everySeconds: __, notBefore, ...rest } = wholeMailbox(mailbox)
  return { sourceId, version, ...mail, ...rest, password, notBefore: new Date(`${notBefore}T00:00:00Z`) }
}
