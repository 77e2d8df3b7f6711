import { createReadMail } from './mail/read-mail.ts'
import type { MailReading } from './mail/settings.ts'
import type { CompanyFound, Field, Reading } from './message.ts'
import { compileReadRules } from './read-rules.ts'

export type MailTried = {
  /** Name of the pattern that fitted; null when none did. */
  readonly pattern: string | null
  /** What its groups captured. */
  readonly captured: Readonly<Record<string, string>>
  /** What a mail from a sender on the list is read as. */
  readonly reading: Reading
  /** What would be said of this very mail: the same, or why it is not read. */
  readonly asReceived: Reading
  readonly company: CompanyFound | null
  readonly fields: readonly Field[]
}

/** Longest mail that can be pasted, in bytes. */
const mostTried = 1024 * 1024

/**
 * “Paste a mail, see what Tocsin reads”: reads a raw mail (headers, an empty line, the body; a body alone is taken, too) with
 * the given patterns and rules. Stores nothing.
 * @throws PatternError when a pattern or rule cannot be used.
 */
export async function tryMail(
  settings: Pick<MailReading, 'patterns' | 'companyRules' | 'allowSenders'>,
  mail: { readonly raw: string; readonly recipient: string },
  now: Date,
): Promise<MailTried> {
  const read = createReadMail(
    { ids: { uuid: () => '', secret: () => '' } },
    { ...settings, sourceId: 0, version: 0, allowRelays: [] },
  )
  const bytes = Buffer.from(withHead(mail.raw), 'utf8').subarray(0, mostTried)
  const [message] = await read({
    raw: bytes,
    rawBytes: bytes.length,
    peer: '',
    isDelivered: false,
    sender: '',
    recipients: mail.recipient === '' ? [] : [mail.recipient],
    receivedAt: now,
  })
  if (message === undefined) throw new Error('A mail was read as no message at all.')
  const subject = message.fields.find(({ name }) => name === 'subject')?.value ?? ''
  const body = message.fields.find(({ name }) => name === 'body')?.value ?? ''
  const fields = [...message.fields, { name: 'text', value: `${subject}\n${body}` }]
  const fitting = compileReadRules(settings.patterns).read(fields)
  return {
    pattern: fitting?.rule ?? null,
    captured: fitting?.captured ?? {},
    reading: fitting?.reading ?? { kind: 'unread', reason: 'no-pattern', detail: 'No pattern fits this mail.' },
    asReceived: message.reading,
    company: message.company,
    fields: message.fields,
  }
}

/** A body that was pasted without its headers would be taken for headers, up to its first empty line. */
function withHead(raw: string): string {
  const head = raw.slice(0, 64 * 1024).split(/\r?\n\r?\n/, 1)[0] ?? ''
  return /^(?:from|subject|received|return-path|mime-version|message-id|delivered-to):/im.test(head) ? raw : `\n${raw}`
}
