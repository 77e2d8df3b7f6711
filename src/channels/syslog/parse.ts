import { type Cef, parseCef } from './cef.ts'
import { type Leef, parseLeef } from './leef.ts'
import { parseStructuredData, type StructuredElement } from './structured-data.ts'
import { parseBsdTime, parseRfc3339 } from './timestamps.ts'

/**
 * One syslog message, taken apart. The parser never throws, looks at each character a fixed number of times, and leaves
 * in `message` whatever it has no name for.
 */
export type SyslogRecord = {
  /** `none`: neither a priority nor any form we know. */
  readonly form: 'rfc5424' | 'bsd' | 'bare' | 'none'
  readonly facility: number | null
  /** 0 (emergency) to 7 (debug), as the priority says; null without one. */
  readonly severity: number | null
  readonly time: Date | null
  readonly host: string
  /** APP-NAME of RFC 5424, TAG of the older form. */
  readonly tag: string
  readonly processId: string
  readonly messageId: string
  readonly structured: readonly StructuredElement[]
  readonly message: string
  readonly payload: { readonly kind: 'cef'; readonly cef: Cef } | { readonly kind: 'leef'; readonly leef: Leef } | null
}

export type ParseSetting = {
  /** For the year that the older form does not name. */
  readonly now: Date
  /** Minutes east of UTC in which senders of the older form write their time. */
  readonly zoneMinutes: number
}

/** Reads the text of one message, without its frame. */
export function parseSyslog(text: string, setting: ParseSetting): SyslogRecord {
  const begun = text.startsWith('\ufeff') ? text.slice(1) : text
  const pri = parsePriority(begun)
  const body = pri === null ? begun : begun.slice(pri.length)
  const facts = pri === null ? {} : { facility: pri.value >> 3, severity: pri.value & 7 }
  const record = parseRfc5424(body, pri !== null) ?? parseBsd(body, pri !== null, setting) ?? parseBare(body)
  return { ...empty, ...facts, ...record, payload: findPayload(record.message ?? '') }
}

const empty: SyslogRecord = {
  form: 'none',
  facility: null,
  severity: null,
  time: null,
  host: '',
  tag: '',
  processId: '',
  messageId: '',
  structured: [],
  message: '',
  payload: null,
}

type Part = Partial<SyslogRecord>

function parsePriority(text: string): { readonly value: number; readonly length: number } | null {
  const found = /^<(\d{1,3})>/.exec(text)
  const value = Number(found?.[1])
  return found === null || value > 191 ? null : { value, length: found[0].length }
}

/** A payload that stands where a header field should: some senders leave the fields before it out. */
function isPayload(text: string, at: number): boolean {
  return text.startsWith('CEF:', at) || text.startsWith('LEEF:', at)
}

function parseRfc5424(body: string, hasPriority: boolean): Part | null {
  const version = /^([1-9]\d?) /.exec(body)
  if (!hasPriority || version === null) return null
  const words: string[] = []
  let at = version[0].length
  while (words.length < 5 && at < body.length && !isPayload(body, at)) {
    const space = body.indexOf(' ', at)
    const end = space < 0 ? body.length : space
    words.push(body.slice(at, end))
    at = Math.min(end + 1, body.length)
  }
  const [timestamp = '-', host, tag, processId, messageId] = words
  const time = parseRfc3339(timestamp)
  if (time === null && timestamp !== '-') return null
  const header = {
    form: 'rfc5424' as const,
    time,
    host: nil(host),
    tag: nil(tag),
    processId: nil(processId),
    messageId: nil(messageId),
  }
  if (words.length < 5) return { ...header, message: body.slice(at) }
  if (body[at] === '-' && (body[at + 1] === ' ' || at + 1 === body.length))
    return { ...header, message: bodyText(body, at + 2) }
  if (body[at] !== '[') return { ...header, message: bodyText(body, at) }
  const { elements, end, whole } = parseStructuredData(body, at)
  // Broken structured data: what was read is kept, and the whole of it stays visible in the message.
  return { ...header, structured: elements, message: whole ? bodyText(body, end).trimStart() : body.slice(at) }
}

function nil(word: string | undefined): string {
  return word === undefined || word === '-' ? '' : word
}

function bodyText(body: string, at: number): string {
  const text = body.slice(at)
  const start = text.startsWith(' ') ? 1 : 0
  return text.startsWith('\ufeff', start) ? text.slice(start + 1) : text.slice(start)
}

/** RFC 3164, also with a timestamp of RFC 3339 in its place, as some relays write it. */
function parseBsd(body: string, hasPriority: boolean, { now, zoneMinutes }: ParseSetting): Part | null {
  const stamp = parseBsdTime(body, now, zoneMinutes) ?? (hasPriority ? leadingRfc3339(body) : null)
  if (stamp === null) return hasPriority && !isPayload(body, 0) ? { form: 'bsd', ...splitTag(body) } : null
  let at = stamp.length
  while (body[at] === ' ') at += 1
  if (isPayload(body, at)) return { form: 'bsd', time: stamp.time, message: body.slice(at) }
  const space = body.indexOf(' ', at)
  const hostEnd = space < 0 ? body.length : space
  const host = body.slice(at, hostEnd)
  return { form: 'bsd', time: stamp.time, host, ...splitTag(body.slice(hostEnd + 1)) }
}

function leadingRfc3339(body: string): { readonly time: Date; readonly length: number } | null {
  const end = body.slice(0, 40).indexOf(' ')
  const time = end < 0 ? null : parseRfc3339(body.slice(0, end))
  return time === null ? null : { time, length: end }
}

const longestTag = 128

/** `tag[pid]: message` or `tag: message`; without a colon there is no tag and all of it is the message. */
function splitTag(text: string): Pick<SyslogRecord, 'tag' | 'processId' | 'message'> {
  const untagged = { tag: '', processId: '', message: text }
  if (isPayload(text, 0)) return untagged
  const head = text.slice(0, longestTag)
  const found = /^([^\s[\]:]+)(?:\[([^\s[\]]*)\])?:(?: |$)/.exec(head)
  if (found === null) return untagged
  const [all, tag = '', processId = ''] = found
  return { tag, processId, message: text.slice(all.length) }
}

function parseBare(body: string): Part {
  return isPayload(body, 0) ? { form: 'bare', message: body } : { message: body }
}

function findPayload(message: string): SyslogRecord['payload'] {
  const text = message.trimStart()
  const cef = parseCef(text)
  if (cef !== null) return { kind: 'cef', cef }
  const leef = parseLeef(text)
  return leef === null ? null : { kind: 'leef', leef }
}
