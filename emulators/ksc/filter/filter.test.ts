import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AttributeTable, bool, createTable, int, long, text, time } from '../attributes/attribute.ts'
import { PxgError } from '../wire/pxg-error.ts'
import { allowedNumbers, compileFilter, lowerBound } from './evaluate.ts'
import { parseFilter } from './parse.ts'
import { type Filter, FilterSyntaxError, type Literal, type Operator } from './syntax.ts'
import { compileWildcard } from './wildcard.ts'

const condition = (attribute: string, operator: Operator, value: Literal, mask?: number): Filter => ({
  kind: 'condition',
  attribute,
  operator,
  value,
  ...(mask !== undefined && { mask }),
})
const number = (value: number): Literal => ({ kind: 'number', value })
const words = (value: string): Literal => ({ kind: 'text', value })

describe('parsing', () => {
  test.each<[string, Filter]>([
    ['', { kind: 'all' }],
    ['   ', { kind: 'all' }],
    ['(KLHST_WKS_DN="*")', condition('KLHST_WKS_DN', '=', words('*'))],
    ['KLHST_WKS_DN="*"', condition('KLHST_WKS_DN', '=', words('*'))],
    ['(a<>-5)', condition('a', '<>', number(-5))],
    ['(a>=5)', condition('a', '>=', number(5))],
    ['( a <= 5 )', condition('a', '<=', number(5))],
    ['(a="say ""hi""")', condition('a', '=', words('say "hi"'))],
    ['(a="")', condition('a', '=', words(''))],
    ['(a="()&|!<>")', condition('a', '=', words('()&|!<>'))],
    ['(a>T"2025-01-31 12:00:00")', condition('a', '>', { kind: 'time', value: Date.UTC(2025, 0, 31, 12) })],
    ['(a<CURTIME(-86400))', condition('a', '<', { kind: 'current-time', offsetSeconds: -86_400 })],
    ['(a<CURTIME(+60))', condition('a', '<', { kind: 'current-time', offsetSeconds: 60 })],
    ['(a<CURTIME(5))', condition('a', '<', { kind: 'current-time', offsetSeconds: 5 })],
    ['(a=0x0aFF)', condition('a', '=', { kind: 'binary', hex: '0aff' })],
    ['(KLHST_WKS_STATUS & 0x00000004 <> 0)', condition('KLHST_WKS_STATUS', '<>', number(0), 4)],
    ['(KLHST_WKS_STATUS&1<>0)', condition('KLHST_WKS_STATUS', '<>', number(0), 1)],
    ['(&(a=1)(b=2))', { kind: 'and', parts: [condition('a', '=', number(1)), condition('b', '=', number(2))] }],
    ['(|(a=1))', { kind: 'or', parts: [condition('a', '=', number(1))] }],
    ['(!(a=1))', { kind: 'not', part: condition('a', '=', number(1)) }],
    [
      '(& (KLHST_WKS_GROUPID_GP <> 4) (| (a&2=2) (!(b="x?[a-c]*")) ) )',
      {
        kind: 'and',
        parts: [
          condition('KLHST_WKS_GROUPID_GP', '<>', number(4)),
          {
            kind: 'or',
            parts: [condition('a', '=', number(2), 2), { kind: 'not', part: condition('b', '=', words('x?[a-c]*')) }],
          },
        ],
      },
    ],
  ])('%s', (source, filter) => {
    expect(parseFilter(source)).toEqual(filter)
  })

  test.each([
    '(',
    ')',
    '()',
    '(a)',
    '(a=)',
    '(=1)',
    '(a=1',
    'a=1)',
    '(a=1)(b=2)',
    '(&)',
    '(&a=1)',
    '(!(a=1)(b=2))',
    '(!)',
    '((a=1))',
    '(a="x)',
    '(a==1)',
    '(a=1 b)',
    '(a=T"2025-02-30 00:00:00")',
    '(a=T"2025-01-01")',
    '(a=T"2025-01-01 24:00:00")',
    '(a=CURTIME(x))',
    '(a&"x"<>0)',
    '(a&-1<>0)',
    '(a&0x1ffffffff<>0)',
    '(a=99999999999999999999)',
    '(a=1;)',
    "(a='x')",
    `${'(!'.repeat(1000)}(a=1)${')'.repeat(1000)}`,
  ])('refuses %s', (source) => {
    expect(() => parseFilter(source)).toThrow(FilterSyntaxError)
  })

  test('says where it went wrong', () => {
    expect(() => parseFilter('(&(a=1)(b?2))')).toThrow('unexpected character "?" at position 9')
    expect(() => parseFilter('(a=1')).toThrow('expected ")" at position 4')
  })

  const token = fc.constantFrom(
    ...['(', ')', '&', '|', '!', '=', '<>', '<', '>=', 'a', 'T"', '"', '""', '1', '-', '0x', 'CURTIME(', ' ', '[', '*'],
  )
  test('any text either parses or is a syntax error', () => {
    const input = fc.oneof(
      fc.string(),
      fc.array(token, { maxLength: 60 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(input, (source) => {
        try {
          parseFilter(source)
        } catch (error) {
          expect(error).toBeInstanceOf(FilterSyntaxError)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('long hostile text ends at once', () => {
    for (const unit of ['(', '(&', '(!', '""', '"', 'a', '1', '(&(a=1)']) {
      expect(() => parseFilter(unit.repeat(200_000)), unit).toThrow(FilterSyntaxError)
    }
    expect(parseFilter(' '.repeat(200_000))).toEqual({ kind: 'all' })
    expect(parseFilter(`(|${'(a=1)'.repeat(50_000)})`)).toMatchObject({ kind: 'or' })
  })

  const tree = fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 4 },
      fc
        .record({
          attribute: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,10}$/),
          operator: fc.constantFrom<Operator>('=', '<>', '>', '<', '>=', '<='),
          value: fc.oneof(
            fc.maxSafeInteger().map(number),
            fc.string().map(words),
            fc
              .integer({ min: -1e9, max: 1e9 })
              .map((offsetSeconds): Literal => ({ kind: 'current-time', offsetSeconds })),
          ),
          mask: fc.option(fc.nat(), { nil: undefined }),
        })
        .map(({ attribute, operator, value, mask }) => condition(attribute, operator, value, mask)),
      fc
        .tuple(fc.constantFrom<'and' | 'or'>('and', 'or'), fc.array(tie('filter'), { minLength: 1, maxLength: 4 }))
        .map(([kind, parts]): Filter => ({ kind, parts })),
      tie('filter').map((part): Filter => ({ kind: 'not', part })),
    ),
  })).filter

  test('what is written is read back', () => {
    fc.assert(
      fc.property(tree, (filter) => {
        expect(parseFilter(write(filter))).toEqual(filter)
      }),
    )
  })
})

function write(filter: Filter): string {
  switch (filter.kind) {
    case 'all':
      return ''
    case 'not':
      return `(! ${write(filter.part)})`
    case 'condition': {
      const { value } = filter
      const right =
        value.kind === 'text'
          ? `"${value.value.replaceAll('"', '""')}"`
          : value.kind === 'current-time'
            ? `CURTIME(${value.offsetSeconds})`
            : String(value.kind === 'binary' ? value.hex : value.value)
      return `(${filter.attribute}${filter.mask === undefined ? '' : ` & ${filter.mask}`} ${filter.operator} ${right})`
    }
    default:
      return `(${filter.kind === 'and' ? '&' : '|'}${filter.parts.map(write).join(' ')})`
  }
}

describe('wildcards', () => {
  test.each<[string, string, boolean]>([
    ['acme-pc-01', 'ACME-PC-01', true],
    ['*', '', true],
    ['?', '', false],
    ['a*c', 'abbbc', true],
    ['a*c', 'abbbd', false],
    ['*-PC-*', 'acme-pc-7', true],
    ['a?c', 'abc', true],
    ['PC-[0-4]', 'pc-3', true],
    ['PC-[0-4]', 'pc-5', false],
    ['PC-[^0-4]', 'pc-5', true],
    ['PC-[^0-4]', 'pc-', false],
    ['[abc][xyz]', 'by', true],
    ['a[b', 'a[b', true],
    ['[]]', ']', true],
    ['a.c', 'abc', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['**', 'x', true],
  ])('%s on %s: %s', (pattern, subject, matches) => {
    expect(compileWildcard(pattern)(subject)).toBe(matches)
  })

  test('a text always matches itself between stars, and hostile patterns end soon', () => {
    const plain = fc.string().filter((one) => !/[[\]*?]/.test(one))
    fc.assert(
      fc.property(plain, plain, plain, (before, inside, after) =>
        compileWildcard(`*${inside}*`)(`${before}${inside}${after}`),
      ),
    )
    expect(compileWildcard(`${'*a'.repeat(200)}b`)('a'.repeat(20_000))).toBe(false)
  })
})

type Row = { name?: string; count: number; big: number; on: boolean; at?: number; groups: number[] }
const table: AttributeTable<Row> = createTable<Row>({
  name: text((row) => row.name),
  count: int((row) => row.count),
  big: long((row) => row.big),
  on: bool((row) => row.on),
  at: time((row) => row.at),
  gp: { ...int((row) => row.groups[0]), any: (row) => row.groups },
})
const now = Date.UTC(2025, 0, 31, 12)
const row: Row = {
  name: 'Acme-PC',
  count: 6,
  big: 4_294_967_297,
  on: true,
  at: Date.UTC(2025, 0, 31, 11, 0, 0, 500),
  groups: [5, 3],
}

describe('evaluating', () => {
  test.each<[string, boolean]>([
    ['', true],
    ['(count=6)', true],
    ['(count<>6)', false],
    ['(count>=6)', true],
    ['(count<6)', false],
    ['(count="6")', true],
    ['(count=0x6)', true],
    ['(count & 2 <> 0)', true],
    ['(count & 1 <> 0)', false],
    ['(count & 0x4 = 4)', true],
    ['(big>4294967296)', true],
    ['(on=1)', true],
    ['(on<>0)', true],
    ['(name="acme*")', true],
    ['(name<>"acme*")', false],
    ['(name="acme")', false],
    ['(name>"aaa")', true],
    ['(at=T"2025-01-31 11:00:00")', true],
    ['(at>"2025-01-31T10:59:59Z")', true],
    ['(at>CURTIME(-3600))', false],
    ['(at>CURTIME(-3601))', true],
    ['(gp=3)', true],
    ['(gp=4)', false],
    ['(gp<>3)', false],
    ['(gp<>4)', true],
    ['(|(count=1)(name="*pc"))', true],
    ['(&(count=6)(!(on=1)))', false],
  ])('%s: %s', (source, passes) => {
    expect(compileFilter(parseFilter(source), table, now)(row)).toBe(passes)
  })

  test.each(['(name="*")', '(name<>"x")', '(name>"")', '(at<CURTIME(0))', '(at<>T"2020-01-01 00:00:00")'])(
    'NULL passes no comparison: %s',
    (source) => {
      const empty: Row = { count: 0, big: 0, on: false, groups: [] }
      expect(compileFilter(parseFilter(source), table, now)(empty)).toBe(false)
    },
  )

  test.each([
    ['(nothing=1)', 1125],
    ['(count="x")', 1192],
    ['(at="yesterday")', 1192],
    ['(at=5)', 1192],
    ['(name&1<>0)', 1192],
    ['(name=CURTIME(0))', 1192],
  ])('%s is error %i', (source, code) => {
    const compile = () => compileFilter(parseFilter(source), table, now)
    expect(compile).toThrow(PxgError)
    expect(compile).toThrow(expect.objectContaining({ code }))
  })

  test('bounds follow from the filter', () => {
    const allowed = (source: string) => allowedNumbers(parseFilter(source), 'v')
    expect(allowed('(&(v=3)(a=1))')).toEqual(new Set([3]))
    expect(allowed('(|(v=3)(v=4))')).toEqual(new Set([3, 4]))
    expect(allowed('(&(|(v=3)(v=4))(|(v=4)(v=5)))')).toEqual(new Set([4]))
    for (const open of ['', '(v>3)', '(!(v=3))', '(|(v=3)(a=1))', '(v&1=1)']) expect(allowed(open)).toBeUndefined()
    const bound = (source: string) => lowerBound(parseFilter(source), 'id')
    expect(bound('(&(id>7)(a=1)(id>=5))')).toBe(7)
    expect(bound('(id=5)')).toBe(4)
    expect(bound('(|(id>7)(a=1))')).toBe(-Infinity)
  })
})
