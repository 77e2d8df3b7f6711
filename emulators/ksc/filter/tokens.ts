import { FilterSyntaxError, type Literal, type Operator, type Token } from './syntax.ts'

const patterns = {
  space: /[ \t\r\n]+/y,
  name: /[A-Za-z_][A-Za-z0-9_.]*/y,
  operator: /<>|>=|<=|=|<|>/y,
  time: /T"([^"]{0,30})"/y,
  currentTime: /CURTIME[ ]*\([ ]*([+-]?[ ]*\d{1,12})?[ ]*\)/y,
  hex: /0x([0-9a-fA-F]+)/y,
  number: /-?\d+/y,
}
const signs: Record<string, 'open' | 'close' | 'and' | 'or' | 'not'> = {
  '(': 'open',
  ')': 'close',
  '&': 'and',
  '|': 'or',
  '!': 'not',
}

/** Splits a filter text. Throws `FilterSyntaxError` only. */
export function readTokens(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found) at = pattern.lastIndex
    return found
  }
  while (at < text.length) {
    const start = at
    if (match(patterns.space)) continue
    const sign = signs[text.charAt(at)]
    if (sign) {
      at += 1
      tokens.push({ kind: sign, at: start })
      continue
    }
    if (text.charAt(at) === '"') {
      const quoted = readQuoted(text, at)
      at = quoted.end
      tokens.push({ kind: 'literal', literal: { kind: 'text', value: quoted.value }, at: start })
      continue
    }
    const literal = readLiteral(match, start)
    if (literal) {
      tokens.push({ kind: 'literal', literal, at: start })
      continue
    }
    const operator = match(patterns.operator)
    const name = operator ? null : match(patterns.name)
    if (operator) tokens.push({ kind: 'operator', operator: operator[0] as Operator, at: start })
    else if (name) tokens.push({ kind: 'name', name: name[0], at: start })
    else throw new FilterSyntaxError(`unexpected character ${JSON.stringify(text.charAt(at))}`, start)
  }
  tokens.push({ kind: 'end', at })
  return tokens
}

/** Reads `"..."` with doubled quotes inside, starting at its first quote. */
function readQuoted(text: string, start: number): { value: string; end: number } {
  let end = text.indexOf('"', start + 1)
  while (end >= 0 && text.charAt(end + 1) === '"') end = text.indexOf('"', end + 2)
  if (end < 0) throw new FilterSyntaxError('the text has no closing quote', start)
  return { value: text.slice(start + 1, end).replaceAll('""', '"'), end: end + 1 }
}

function readLiteral(match: (pattern: RegExp) => RegExpExecArray | null, at: number): Literal | undefined {
  const time = match(patterns.time)
  if (time) {
    const value = parseTime(time[1] ?? '', /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/)
    if (value === undefined) throw new FilterSyntaxError('T"..." needs YYYY-MM-DD hh:mm:ss', at)
    return { kind: 'time', value }
  }
  const current = match(patterns.currentTime)
  if (current) return { kind: 'current-time', offsetSeconds: Number((current[1] ?? '0').replaceAll(' ', '')) }
  const hex = match(patterns.hex)
  if (hex) return { kind: 'binary', hex: (hex[1] ?? '').toLowerCase() }
  const number = match(patterns.number)
  if (!number) return undefined
  const value = Number(number[0])
  if (!Number.isSafeInteger(value)) throw new FilterSyntaxError('number too large', at)
  return { kind: 'number', value }
}

/** The quoted ISO dates that official samples compare with, `"2020-03-31T00:00:00Z"`; undefined when it is not one. */
export function parseIsoTime(text: string): number | undefined {
  return parseTime(text, /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)Z?$/)
}

function parseTime(text: string, form: RegExp): number | undefined {
  const parts = form.exec(text)?.slice(1).map(Number)
  if (!parts) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  const value = Date.UTC(year, month - 1, day, hour, minute, second)
  const date = new Date(value)
  const same = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  return same ? value : undefined
}
