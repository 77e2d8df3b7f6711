import type { ChannelsRow } from '../db/source-channels.ts'
import { makeCertificate } from '../lib/certificate.ts'
import { type ChannelSecret, type SaveChannels, type StoredChannels, wholeMailbox } from './channel-settings.ts'
import type { Deps } from './deps.ts'
import { nameIssues, type PlainSecrets } from './judge-channels.ts'
import { openSecret } from './open-channels.ts'
import { type FieldIssue, invalidInput } from './request-error.ts'

/** What a change makes of the stored channels, not judged yet. */
export type MergedChannels = {
  readonly settings: StoredChannels
  /** All secrets that are kept or given, in the clear. */
  readonly plain: PlainSecrets
  /** Those that were given or made now. */
  readonly fresh: ReadonlySet<ChannelSecret>
  /** Those that channels need which the change leaves as they are, and that are not stored or cannot be opened. */
  readonly lacking: readonly ChannelSecret[]
}

type Given = {
  certificate?: string | undefined
  key?: string | null | undefined
  makeFor?: [string, ...string[]] | undefined
}
type Input = Omit<SaveChannels, 'version'>

const enterAgain = {
  password: 'Enter the password again, because the server, its encryption or the way to sign in changed.',
  application: 'Enter the client secret again, because the server, the authority or the way to sign in changed.',
} as const

/**
 * Lays a change over what is stored: what is absent stays, null takes a channel and its secret away. Certificates are made where
 * they are asked for. Throws `RequestError` for a secret that must be entered again.
 */
export async function mergeChannels(
  deps: Pick<Deps, 'box'>,
  present: Pick<ChannelsRow<StoredChannels>, 'sourceId' | 'settings' | 'secrets'>,
  input: Input,
  now: Date,
): Promise<MergedChannels> {
  const before = present.settings
  const plain: Partial<Record<ChannelSecret, string>> = {}
  const fresh = new Set<ChannelSecret>()
  const lacking: ChannelSecret[] = []
  const issues: FieldIssue[] = []

  /** Whoever changes one channel need not first put another right. */
  function keep(field: ChannelSecret): void {
    const { text, problem } = openSecret(deps, present, field)
    if (problem === null) plain[field] = text
    else lacking.push(field)
  }

  /** `isKept` is false where what is stored was for something else. */
  function keepOrTake(field: ChannelSecret, place: string, given: string | null | undefined, isKept = true): void {
    if (given != null && given !== '') {
      plain[field] = given
      fresh.add(field)
      return
    }
    if (!isKept || present.secrets[field] === undefined) return
    const { text, problem } = openSecret(deps, present, field)
    if (problem === null) plain[field] = text
    else issues.push({ field: place, message: problem })
  }

  /** The certificate that is meant; its key is put aside. */
  async function pair(field: ChannelSecret, place: string, given: Given, stored: string | undefined): Promise<string> {
    const { makeFor } = given
    if (makeFor === undefined) {
      keepOrTake(field, `${place}.key`, given.key)
      return given.certificate ?? stored ?? ''
    }
    const wrong = nameIssues(`${place}.makeFor`, makeFor)
    issues.push(...wrong)
    if (wrong.length > 0) return ''
    const made = await makeCertificate(makeFor, now)
    keepOrTake(field, place, made.key)
    return made.certificate
  }

  const settings: StoredChannels = {
    mail: input.mail ?? before.mail,
    syslog: await mergeSyslog(),
    smtp: await mergeSmtp(),
    mailbox: mergeMailbox(),
  }
  if (issues.length > 0) throw invalidInput(issues)
  return { settings, plain, fresh, lacking }

  async function mergeSyslog(): Promise<StoredChannels['syslog']> {
    const given = input.syslog
    if (given === undefined) {
      if (before.syslog?.tls != null) keep('syslogKey')
      return before.syslog
    }
    if (given === null) return null
    if (given.tls === null) return { ...given, tls: null }
    const { key: _, makeFor: __, ...tls } = given.tls
    const certificate = await pair('syslogKey', 'syslog.tls', given.tls, before.syslog?.tls?.certificate)
    return { ...given, tls: { ...tls, certificate } }
  }

  async function mergeSmtp(): Promise<StoredChannels['smtp']> {
    const given = input.smtp
    if (given === undefined) {
      if (before.smtp?.certificate != null) keep('smtpKey')
      return before.smtp
    }
    if (given === null) return null
    if (given.certificate === null) return { ...given, certificate: null }
    const stored = before.smtp?.certificate?.certificate
    return {
      ...given,
      certificate: { certificate: await pair('smtpKey', 'smtp.certificate', given.certificate, stored) },
    }
  }

  function mergeMailbox(): StoredChannels['mailbox'] {
    const given = input.mailbox
    const stored = before.mailbox
    if (given === undefined) {
      if (stored !== null) keep('mailboxPassword')
      return stored
    }
    if (given === null) return null
    const { password, notBefore = stored?.notBefore ?? now.toISOString().slice(0, 10), ...rest } = given
    // Whoever may change an address could otherwise read the secret or a token there, though nothing shows it.
    const places = [
      ...(['host', 'port', 'encryption', 'authorities', 'signIn'] as const),
      ...(rest.signIn === 'application' ? (['authority'] as const) : []),
    ]
    const whole = stored === null ? null : wholeMailbox(stored)
    const isMoved = whole !== null && places.some((place) => whole[place] !== rest[place])
    if (isMoved && (password == null || password === '') && present.secrets.mailboxPassword !== undefined) {
      issues.push({ field: 'mailbox.password', message: enterAgain[rest.signIn] })
    }
    keepOrTake('mailboxPassword', 'mailbox.password', password, !isMoved)
    return { ...rest, notBefore }
  }
}
