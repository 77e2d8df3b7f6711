import type { Ids } from '../../lib/ids.ts'
import { createPeerCheck } from '../allowed-peers.ts'
import { boundFields, bounds, cleanText } from '../bounded.ts'
import { type CompanyRules, compileCompanyRules } from '../company-rules.ts'
import { patternBounds } from '../linear-pattern.ts'
import type { ChannelMessage, Field, Origin, Reading } from '../message.ts'
import { messageKey } from '../message-key.ts'
import { compileReadRules, type ReadRules } from '../read-rules.ts'
import { longestText, unread } from '../reading-words.ts'
import { type Mail, parseMail } from './parse-mail.ts'
import type { MailReading } from './settings.ts'

/** A mail with what is known of how it came. */
export type MailReceived = {
  readonly raw: Buffer
  /** How long it was; more than `raw` when it was cut. */
  readonly rawBytes: number
  readonly peer: string
  /** Whether `peer` is the host that delivered it (SMTP) or just the mailbox it lay in. */
  readonly isDelivered: boolean
  /** Envelope sender; empty where there is none. */
  readonly sender: string
  /** Envelope recipients; empty: those that the receiving server wrote into the mail. */
  readonly recipients: readonly string[]
  readonly receivedAt: Date
}

/** One message for each recipient, since each may be another company. */
export type ReadMail = (received: MailReceived) => Promise<ChannelMessage[]>

/** @throws PatternError when a rule or pattern of the settings cannot be used. */
export function createReadMail(deps: { readonly ids: Ids }, settings: MailReading): ReadMail {
  const companies = compileCompanyRules(settings.companyRules, ['company'])
  const patterns = compileReadRules(settings.patterns)
  const isRelay = createPeerCheck(settings.allowRelays)
  const senders = new Set(settings.allowSenders.map((entry) => entry.trim().toLowerCase()))

  return async (received) => {
    const mail = await parseMail(received.raw)
    const fields = boundFields(mailToFields(mail))
    const refusal = refuse(mail, received)
    const { reading, captured } = refusal ?? readFields(patterns, fields, mail)
    const seen = captured === '' ? fields : [{ name: 'company', value: captured }, ...fields]
    const recipients = received.recipients.length > 0 ? received.recipients : [mail.deliveredTo[0] ?? mail.to[0] ?? '']
    return [...new Set(recipients.map((recipient) => recipient.toLowerCase()))].map((recipient) =>
      toMessage({ deps, settings, companies, received, mail }, { recipient, fields: seen, reading }),
    )
  }

  function refuse(mail: Mail, { peer, isDelivered }: MailReceived): Read | null {
    const [from = ''] = mail.from
    const isKnown = senders.has(from) || senders.has(from.slice(from.lastIndexOf('@')))
    if (isDelivered && !isRelay(peer)) {
      return notAllowed(`${peer} is not on the list of relays of this source. Add it there if it delivers for you.`)
    }
    if (mail.from.length !== 1) return notAllowed('The mail names no sender, or more than one.')
    if (isKnown) return null
    return notAllowed(
      `${cleanText(from, 200)} is not on the list of senders of this source. Add it there if you know it.`,
    )
  }
}

type Read = { readonly reading: Reading; readonly captured: string }

function notAllowed(detail: string): Read {
  return { reading: unread('sender-not-allowed', detail), captured: '' }
}

function readFields(patterns: ReadRules, fields: readonly Field[], mail: Mail): Read {
  const read = patterns.read(fields)
  if (read === null) {
    const broken = mail.isWhole ? '' : ' Its MIME structure is broken, so only its lines were read.'
    return {
      reading: unread(
        'no-pattern',
        `No pattern of this source fits this mail.${broken} Add one and try it on this mail.`,
      ),
      captured: '',
    }
  }
  const { reading } = read
  const captured = read.captured.company ?? ''
  if (reading.kind === 'unread') return { reading, captured }
  // What a pattern takes no text and no time from has those of the mail.
  const text = reading.text === '' ? cleanText(`${mail.subject}\n${mail.body}`, longestText) : reading.text
  return { reading: { ...reading, text, happenedAt: reading.happenedAt ?? mail.date }, captured }
}

/** What patterns and rules look at; also what is shown of the mail. */
function* mailToFields(mail: Mail): Generator<Field> {
  const body = mail.body.slice(0, patternBounds.text)
  yield { name: 'subject', value: mail.subject.slice(0, 1_000) }
  yield { name: 'from', value: mail.from.join(', ').slice(0, 1_000) }
  yield { name: 'to', value: mail.to.join(', ').slice(0, 1_000) }
  yield { name: 'date', value: mail.date?.toISOString() ?? '' }
  yield { name: 'message-id', value: mail.messageId.slice(0, 500) }
  yield { name: 'body', value: body }
  yield { name: 'text', value: `${mail.subject.slice(0, 1_000)}\n${body}` }
}

type Context = {
  readonly deps: { readonly ids: Ids }
  readonly settings: MailReading
  readonly companies: CompanyRules
  readonly received: MailReceived
  readonly mail: Mail
}

type Seen = { readonly recipient: string; readonly fields: readonly Field[]; readonly reading: Reading }

function toMessage(
  { deps, settings, companies, received, mail }: Context,
  { recipient, fields, reading }: Seen,
): ChannelMessage {
  const origin: Origin = {
    peer: received.peer,
    certificate: '',
    host: '',
    tag: '',
    sender: cleanText(received.sender === '' ? (mail.from[0] ?? '') : received.sender, 320).toLowerCase(),
    recipient: cleanText(recipient, 320),
  }
  return {
    channel: 'mail',
    sourceId: settings.sourceId,
    key: keyOf(deps.ids, settings.sourceId, recipient, mail, received.raw),
    receivedAt: received.receivedAt,
    origin,
    company: companies.find(origin, fields),
    // The joined text is for patterns only: what is kept need not hold it twice.
    fields: fields.filter(({ name }) => name !== 'text'),
    raw: cleanText(received.raw.toString('utf8'), bounds.rawChars),
    whole: received.raw,
    version: settings.version,
    clues: companies.clues(origin, fields),
    rawBytes: received.rawBytes,
    reading,
  }
}

/** The same mail delivered twice, or by two ways, has one key; one without an id of its own is told by all its bytes. */
function keyOf(ids: Ids, sourceId: number, recipient: string, mail: Mail, raw: Buffer): string {
  const ground = ['mail', String(sourceId), recipient]
  if (mail.messageId !== '') {
    return messageKey([
      ...ground,
      mail.messageId,
      mail.date?.toISOString() ?? '',
      mail.from.join(),
      mail.subject,
      mail.body,
    ])
  }
  return messageKey([...ground, raw, ...(mail.date === null ? [ids.uuid()] : [])])
}
