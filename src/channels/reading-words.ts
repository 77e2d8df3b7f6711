import type { Severity } from '../core/observation.ts'
import { cleanText } from './bounded.ts'
import type { ComputerNamed, Product, Reading, UnreadReason } from './message.ts'

/**
 * The words of a reading as patterns write them and groups capture them, and how they become a `Reading`. One place for
 * mail and syslog, so that a word means the same everywhere.
 */
export type ReadingWords = {
  /** `endpoint-security-cloud` or `microsoft-365`. */
  readonly product: string
  /** Event: key of the catalogue's event type, or the vendor's code. */
  readonly type?: string
  readonly title?: string
  readonly severity?: string
  /** `happened`, `raised` or `resolved` for an event; `raised` or `ended` for a status. */
  readonly state?: string
  /** Status: key of the status description. With `level` `ok` none is needed. */
  readonly status?: string
  readonly level?: string
  readonly computer?: string
  readonly text?: string
  readonly time?: string
}

/** Names a pattern may use for its groups and fixed words. */
export const readingWordNames = [
  'product',
  'type',
  'title',
  'severity',
  'state',
  'status',
  'level',
  'computer',
  'company',
  'text',
  'time',
] as const

const products: readonly Product[] = ['endpoint-security-cloud', 'microsoft-365']

/** The words that products use for their four severities, in English and German, and KSC's numbers 1 to 4. */
const severities: Readonly<Record<string, Severity | 'info'>> = {
  critical: 'critical',
  'critical event': 'critical',
  kritisch: 'critical',
  '4': 'critical',
  'functional failure': 'functional-failure',
  'functional-failure': 'functional-failure',
  funktionsfehler: 'functional-failure',
  error: 'functional-failure',
  '3': 'functional-failure',
  warning: 'warning',
  warnung: 'warning',
  '2': 'warning',
  info: 'info',
  informational: 'info',
  information: 'info',
  infomeldung: 'info',
  '1': 'info',
}

function wordToSeverity(word: string): Severity | 'info' | null {
  return severities[word.trim().toLowerCase()] ?? null
}

/** What a computer is known by when the product names no id of its own. */
export function nameToComputer(name: string): ComputerNamed | null {
  const shown = cleanText(name.trim(), 256)
  return shown === '' ? null : { key: shown.toLowerCase(), name: shown }
}

export const longestText = 4_000
const longestStatusKey = 200

/** Turns words into a reading; what is missing or makes no sense is said in the detail of an unread one. */
export function wordsToReading(words: ReadingWords, where: string): Reading {
  const product = products.find((known) => known === words.product)
  if (product === undefined) {
    return unread(
      'unknown-product',
      `${where} gives the product “${words.product}”. Use one of ${products.join(', ')}.`,
    )
  }
  const computer = nameToComputer(words.computer ?? '')
  const text = cleanText(words.text ?? '', longestText)
  const happenedAt = parseTime(words.time ?? '')
  if (words.status !== undefined || words.level !== undefined) {
    return statusReading({ product, computer, text, happenedAt }, words, where)
  }
  const type = (words.type ?? '').trim()
  if (type === '')
    return unread('no-pattern', `${where} gives no type of event and no status. Add one of them to its words.`)
  const severity = wordToSeverity(words.severity ?? '')
  if (severity === null) {
    return unread(
      'no-pattern',
      `${where} gives the severity “${words.severity ?? ''}”. Use critical, functional-failure, warning or info.`,
    )
  }
  const state = words.state ?? 'happened'
  if (state !== 'happened' && state !== 'raised' && state !== 'resolved') {
    return unread('no-pattern', `${where} gives the state “${state}”. Use happened, raised or resolved.`)
  }
  return {
    kind: 'event',
    product,
    type: cleanText(type, 100),
    typeName: cleanText(words.title ?? '', 200),
    severity,
    state,
    computer,
    text,
    happenedAt,
  }
}

type Common = {
  readonly product: Product
  readonly computer: ComputerNamed | null
  readonly text: string
  readonly happenedAt: Date | null
}

function statusReading({ product, computer, text, happenedAt }: Common, words: ReadingWords, where: string): Reading {
  if (computer === null) return unread('no-computer', `${where} gives a status, but the message names no computer.`)
  const level = (words.level ?? 'critical').trim().toLowerCase()
  const common = { kind: 'status', product, computer, namesAll: false, text, happenedAt } as const
  if (level === 'ok') return { ...common, level, state: 'ended', reasons: [] }
  if (level !== 'warning' && level !== 'critical') {
    return unread('no-pattern', `${where} gives the level “${level}”. Use ok, warning or critical.`)
  }
  const state = words.state ?? 'raised'
  if (state !== 'raised' && state !== 'ended') {
    return unread('no-pattern', `${where} gives the state “${state}”. Use raised or ended for a status.`)
  }
  const statusKey = (words.status ?? '').trim()
  if (statusKey === '')
    return unread('unknown-reasons', `${where} gives a level but no status. Add the status to its words.`)
  // Keys stand in identities, which an index must hold and whose parts are joined by a control character.
  if (statusKey.length > longestStatusKey || !/^[^\p{Cc}]*$/u.test(statusKey) || !statusKey.isWellFormed()) {
    const most = `at most ${longestStatusKey} characters and no control characters`
    return unread('unknown-reasons', `${where} gives the status “${statusKey.slice(0, 100)}”. Use ${most}.`)
  }
  return { ...common, level, state, reasons: [{ statusKey, text: '' }] }
}

export function unread(reason: UnreadReason, detail: string): Extract<Reading, { kind: 'unread' }> {
  return { kind: 'unread', reason, detail: cleanText(detail, 500) }
}

/** A time with its zone (ISO 8601 or the form of mail headers); anything else is no time, never a guess. */
function parseTime(text: string): Date | null {
  const trimmed = text.trim()
  if (!/(?:z|utc|gmt|[+-]\d\d:?\d\d)$/i.test(trimmed)) return null
  const ms = Date.parse(trimmed)
  return Number.isNaN(ms) ? null : new Date(ms)
}
