import { type Condition, type Filter, FilterSyntaxError, type Token } from './syntax.ts'
import { readTokens } from './tokens.ts'

/** Deeper nesting is refused, so that no text can exhaust the stack. */
const maxDepth = 200

type Cursor = { tokens: Token[]; index: number }

/**
 * Parses a filter text (ksc-open-api.md 4.5). Empty text selects all; a single condition may stand without brackets.
 * Throws `FilterSyntaxError` and nothing else.
 */
export function parseFilter(text: string): Filter {
  const cursor: Cursor = { tokens: readTokens(text), index: 0 }
  if (peek(cursor).kind === 'end') return { kind: 'all' }
  const filter = peek(cursor).kind === 'open' ? parseBracketed(cursor, 0) : parseCondition(cursor)
  expect(cursor, 'end', 'the end of the filter')
  return filter
}

function parseBracketed(cursor: Cursor, depth: number): Filter {
  const open = expect(cursor, 'open', '"("')
  if (depth >= maxDepth) throw new FilterSyntaxError('nested too deeply', open.at)
  const filter = parseInside(cursor, depth)
  expect(cursor, 'close', '")"')
  return filter
}

function parseInside(cursor: Cursor, depth: number): Filter {
  const { kind } = peek(cursor)
  if (kind === 'not') {
    cursor.index += 1
    return { kind: 'not', part: parseBracketed(cursor, depth + 1) }
  }
  if (kind !== 'and' && kind !== 'or') return parseCondition(cursor)
  cursor.index += 1
  const parts = [parseBracketed(cursor, depth + 1)]
  while (peek(cursor).kind === 'open') parts.push(parseBracketed(cursor, depth + 1))
  return { kind, parts }
}

function parseCondition(cursor: Cursor): Condition {
  const attribute = expect(cursor, 'name', 'an attribute name').name
  let mask: number | undefined
  if (peek(cursor).kind === 'and') {
    cursor.index += 1
    mask = parseMask(cursor)
  }
  const { operator } = expect(cursor, 'operator', 'a comparison sign')
  const { literal } = expect(cursor, 'literal', 'a value')
  return { kind: 'condition', attribute, operator, value: literal, ...(mask !== undefined && { mask }) }
}

function parseMask(cursor: Cursor): number {
  const { literal, at } = expect(cursor, 'literal', 'a bit mask')
  const value =
    literal.kind === 'number'
      ? literal.value
      : literal.kind === 'binary'
        ? Number.parseInt(literal.hex, 16)
        : Number.NaN
  if (!(value >= 0 && value <= 0xffff_ffff)) throw new FilterSyntaxError('a bit mask is a number of 32 bits', at)
  return value
}

function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.index] as Token
}

function expect<Kind extends Token['kind']>(cursor: Cursor, kind: Kind, what: string): Token & { kind: Kind } {
  const token = peek(cursor)
  if (token.kind !== kind) throw new FilterSyntaxError(`expected ${what}`, token.at)
  // The closing "end" token stays, so that peek always finds one.
  if (kind !== 'end') cursor.index += 1
  return token as Token & { kind: Kind }
}
