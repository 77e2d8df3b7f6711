import type { Ids } from '../../lib/ids.ts'
import type { Log } from '../../lib/log.ts'
import { boundFields, bounds, cleanText } from '../bounded.ts'
import { type CompanyRules, compileCompanyRules } from '../company-rules.ts'
import { readKasperskyEvent, type StatusReading } from '../kaspersky/read-event.ts'
import { statusPhrases } from '../kaspersky/status-phrases.ts'
import type { ChannelMessage, Field, Origin, Reading } from '../message.ts'
import { messageKey } from '../message-key.ts'
import { compileReadRules, type ReadRules } from '../read-rules.ts'
import { unread } from '../reading-words.ts'
import type { Frame } from './frame.ts'
import { parseSyslog, type SyslogRecord } from './parse.ts'
import { recordFields } from './record-fields.ts'
import type { SyslogSettings } from './settings.ts'
import { parseEpoch } from './timestamps.ts'

/** A frame with what is known of the connection it came by. */
export type Received = {
  readonly frame: Frame
  readonly peer: string
  readonly certificate: string
  readonly receivedAt: Date
}

export type ReadFrame = (received: Received) => ChannelMessage

type Compiled = {
  readonly companies: CompanyRules
  readonly rules: ReadRules
  readonly status: StatusReading
}

/** What of the settings decides how a frame is read. */
export type SyslogReading = Pick<
  SyslogSettings,
  'sourceId' | 'version' | 'companyRules' | 'readRules' | 'statusPhrases' | 'statusNamesAll' | 'zoneMinutes'
>

/** Fields that say whose an event is: the administration group and the server of Kaspersky Security Center, and what a pattern took. */
const telling = ['gn', 'kscfqdn', 'company']

/**
 * Makes the function that turns a frame into a message; it never throws and waits for nothing.
 * @throws PatternError when a rule of the settings cannot be used.
 */
export function createReadFrame(deps: { readonly log: Log; readonly ids: Ids }, settings: SyslogReading): ReadFrame {
  const compiled: Compiled = {
    companies: compileCompanyRules(settings.companyRules, telling),
    rules: compileReadRules(settings.readRules),
    status: { phrases: [...settings.statusPhrases, ...statusPhrases], namesAll: settings.statusNamesAll },
  }
  return (received) => {
    const { frame, receivedAt } = received
    const text = frame.bytes.toString('utf8')
    const common = {
      channel: 'syslog',
      sourceId: settings.sourceId,
      receivedAt,
      raw: cleanText(text, bounds.rawChars),
      whole: frame.bytes,
      version: settings.version,
      rawBytes: frame.totalBytes,
    } as const
    const isCut = frame.totalBytes > frame.bytes.length
    try {
      const record = parseSyslog(text, { now: receivedAt, zoneMinutes: settings.zoneMinutes })
      const fields = boundFields(recordFields(record))
      const time = timeOf(record)
      // Without a time of its own, or with its end cut off, the same text may well be a second event.
      const unique = time === null || isCut ? [deps.ids.uuid()] : []
      const origin = originOf(received, record)
      const { reading, captured } = isCut ? cutReading(frame) : readRecord(compiled, record, fields, time)
      // What a pattern took for the company can be looked at by a rule on the field `company`.
      const seen = captured === '' ? fields : [{ name: 'company', value: captured }, ...fields]
      const key = messageKey(['syslog', String(settings.sourceId), origin.peer, frame.bytes, ...unique])
      const { companies } = compiled
      const clues = companies.clues(origin, seen)
      return { ...common, key, origin, clues, company: companies.find(origin, seen), fields: seen, reading }
    } catch (error) {
      deps.log.error({ err: error, peer: received.peer }, 'syslog message cannot be read; keeping it as it is')
      const key = messageKey(['syslog', String(settings.sourceId), deps.ids.uuid()])
      const reading = unread(
        'no-form',
        'Reading this message failed inside Tocsin. Report it with the text of the message.',
      )
      return { ...common, key, origin: originOf(received, null), clues: [], company: null, fields: [], reading }
    }
  }
}

function originOf({ peer, certificate }: Received, record: SyslogRecord | null): Origin {
  const host = cleanText(record?.host ?? '', 255)
  return { peer, certificate, host, tag: cleanText(record?.tag ?? '', 128), sender: '', recipient: '' }
}

type Read = { readonly reading: Reading; readonly captured: string }

function cutReading(frame: Frame): Read {
  const detail = `The message was ${frame.totalBytes} bytes long, ${frame.bytes.length} of them were kept. Raise the limit of the listener if such messages are wanted.`
  return { reading: unread('too-long', detail), captured: '' }
}

function readRecord(
  { rules, status }: Compiled,
  record: SyslogRecord,
  fields: readonly Field[],
  time: Date | null,
): Read {
  const ruled = rules.read(fields)
  if (ruled !== null) return { reading: withTime(ruled.reading, time), captured: ruled.captured.company ?? '' }
  const reading = readKasperskyEvent(fields, time, status)
  if (reading !== null) return { reading, captured: '' }
  if (record.form === 'none') {
    return {
      reading: unread('no-form', 'This is no syslog in any form we know. Check what the sender is set to send.'),
      captured: '',
    }
  }
  const detail = 'The message was taken apart, but it is not of a product we know. Add a rule that says how to read it.'
  return { reading: unread('unknown-product', detail), captured: '' }
}

function withTime(reading: Reading, time: Date | null): Reading {
  return reading.kind === 'unread' || reading.happenedAt !== null ? reading : { ...reading, happenedAt: time }
}

/** When the sender says it was: in the header, or in the payload where the header has none. */
function timeOf(record: SyslogRecord): Date | null {
  if (record.time !== null) return record.time
  const fields = record.payload?.kind === 'cef' ? record.payload.cef.extension : record.payload?.leef.attributes
  const stamp = fields?.find(({ name }) => name === 'rt' || name === 'devTime')
  return stamp === undefined ? null : parseEpoch(stamp.value)
}
