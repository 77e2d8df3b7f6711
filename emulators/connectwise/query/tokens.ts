// The words of a condition.
import { badCondition } from '../answers.ts'

/** One word, with where it begins. */
export type Token = { at: number } & (
  | { kind: 'word'; text: string }
  | { kind: 'sign'; text: string }
  | { kind: 'text'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'time'; value: number }
  | { kind: 'end' }
)

const space = /\s+/y
const sign = /!=|<=|>=|=|<|>|\(|\)|,/y
const word = /[A-Za-z_][\w/.]*/y
const number = /-?\d+(?:\.\d+)?(?![\w.])/y
const text = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y
const time = /\[([^\]]*)\]/y
/** UTC only: an offset is not understood. */
const moment = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?$/i

/** Splits a condition; the last token is `end`. Throws `ApiFindCondition` for what is no word of the grammar. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0

  function match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at
    return pattern.exec(source)
  }

  while (at < source.length) {
    const found = match(space) ?? readToken()
    at += found[0].length
  }
  tokens.push({ at, kind: 'end' })
  return tokens

  function readToken(): RegExpExecArray {
    const asSign = match(sign)
    if (asSign) return keep(asSign, { at, kind: 'sign', text: asSign[0] })
    const asText = match(text)
    if (asText) return keep(asText, { at, kind: 'text', value: withoutEscapes(asText[1] ?? asText[2] ?? '') })
    const asTime = match(time)
    if (asTime) return keep(asTime, { at, kind: 'time', value: readMoment(asTime[1] ?? '') })
    const asNumber = match(number)
    if (asNumber) return keep(asNumber, { at, kind: 'number', value: Number(asNumber[0]) })
    const asWord = match(word)
    if (asWord) return keep(asWord, { at, kind: 'word', text: asWord[0] })
    throw badCondition(`Unexpected ${JSON.stringify(source.slice(at, at + 12))} at position ${at} of the conditions.`)
  }

  function keep(found: RegExpExecArray, token: Token): RegExpExecArray {
    tokens.push(token)
    return found
  }
}

function readMoment(content: string): number {
  const trimmed = content.trim()
  const iso = trimmed.replace(' ', 'T').toUpperCase()
  const value = Date.parse(iso.length > 10 && !iso.endsWith('Z') ? `${iso}Z` : iso)
  if (moment.test(trimmed) && !Number.isNaN(value)) return value
  throw badCondition(`[${trimmed}] is not a valid date; it must be UTC without an offset.`)
}

function withoutEscapes(raw: string): string {
  return raw.replace(/\\(["'\\])/g, '$1')
}
