import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  binary,
  date,
  datetime,
  double,
  fieldsOf,
  float,
  long,
  type Plain,
  params,
  parseExactly,
  untag,
} from './parameters.ts'

describe('writing', () => {
  test.each([
    ['a 64-bit integer', long(12), { type: 'long', value: 12 }],
    ['one beyond a double', long(2n ** 60n + 1n), { type: 'long', value: '1152921504606846977' }],
    ['the smallest', long(-(2n ** 63n)), { type: 'long', value: '-9223372036854775808' }],
    [
      'a moment, whole seconds',
      datetime(new Date('2025-01-31T12:00:00.987Z')),
      { type: 'datetime', value: '2025-01-31T12:00:00Z' },
    ],
    ['never', datetime(null), { type: 'datetime', value: '' }],
    ['a day', date('2025-01-31'), { type: 'date', value: '2025-01-31' }],
    ['bytes', binary(Buffer.from('hello')), { type: 'binary', value: 'aGVsbG8=' }],
    ['a float', float(1.5), { type: 'float', value: 1.5 }],
    ['a double', double(-0.25), { type: 'double', value: -0.25 }],
    [
      'a container with a container',
      params({ Name: 'id', Asc: true, Nested: params({ n: 1 }), List: ['a', null, long(5)] }),
      {
        type: 'params',
        value: {
          Name: 'id',
          Asc: true,
          Nested: { type: 'params', value: { n: 1 } },
          List: ['a', null, { type: 'long', value: 5 }],
        },
      },
    ],
  ])('%s', (_name, tagged, expected) => {
    expect(JSON.parse(JSON.stringify(tagged))).toEqual(expected)
  })

  test.each([
    ['a fraction as long', () => long(1.5)],
    ['an unsafe number as long', () => long(2 ** 60)],
    ['65 bits', () => long(2n ** 63n)],
    ['an invalid moment', () => datetime(new Date(Number.NaN))],
    ['a day in another form', () => date('31.01.2025')],
    ['not a number', () => double(Number.NaN)],
    ['infinity', () => float(Number.POSITIVE_INFINITY)],
  ])('refuses %s', (_name, write) => {
    expect(write).toThrow(RangeError)
  })

  test.each([
    ['null', null],
    ['nothing', undefined],
    ['an integer beyond 32 bits without its type', 2 ** 31],
    ['a fraction without its type', 0.5],
    ['a plain object', { a: 1 }],
    ['a date object', new Date(0)],
    ['such a value in a list', [{ a: 1 }]],
  ])('refuses %s inside a container', (_name, value) => {
    expect(() => params({ field: value })).toThrow(/field: .*must be left out or carry its type/)
  })
})

describe('reading', () => {
  test.each<[string, unknown, Plain]>([
    ['plain text', 'a', 'a'],
    ['a plain integer', 7, 7],
    ['a long as number', { type: 'long', value: 7 }, 7],
    ['a long as text', { type: 'long', value: '7' }, 7],
    ['a huge long', { type: 'long', value: '9223372036854775807' }, 2n ** 63n - 1n],
    ['a broken long', { type: 'long', value: 'seven' }, Number.NaN],
    ['a long with a fraction', { type: 'long', value: 1.5 }, Number.NaN],
    ['a moment', { type: 'datetime', value: '2025-01-31T12:00:00Z' }, new Date('2025-01-31T12:00:00Z')],
    [
      'a moment with milliseconds',
      { type: 'datetime', value: '2025-01-31T12:00:00.5Z' },
      new Date('2025-01-31T12:00:00.5Z'),
    ],
    [
      'a moment without zone is UTC',
      { type: 'datetime', value: '2025-01-31 12:00:00' },
      new Date('2025-01-31T12:00:00Z'),
    ],
    [
      'a moment with an offset',
      { type: 'datetime', value: '2025-01-31T13:00:00+01:00' },
      new Date('2025-01-31T12:00:00Z'),
    ],
    ['never', { type: 'datetime', value: '' }, null],
    ['a broken moment', { type: 'datetime', value: 'soon' }, null],
    ['a moment far ahead', { type: 'datetime', value: '9999-12-31T23:59:59Z' }, new Date('9999-12-31T23:59:59Z')],
    ['a day', { type: 'date', value: '2025-01-31' }, '2025-01-31'],
    ['bytes', { type: 'binary', value: 'aGVsbG8=' }, new Uint8Array(Buffer.from('hello'))],
    ['a float as text', { type: 'float', value: '1.5' }, 1.5],
    ['a broken double', { type: 'double', value: '' }, Number.NaN],
    ['a container', { type: 'params', value: { a: { type: 'long', value: 1 } } }, { a: 1 }],
    ['a broken container', { type: 'params', value: 'a' }, null],
    ['an unknown type', { type: 'quaternion', value: 1 }, null],
    ['an object that only looks tagged', { type: 'long', value: 1, more: 2 }, { type: 'long', value: 1, more: 2 }],
    ['a name of Object.prototype as type', { type: 'toString', value: 1 }, null],
    ['a list', [{ type: 'params', value: {} }, null], [{}, null]],
    ['nothing', undefined, null],
  ])('%s', (_name, raw, expected) => {
    expect(untag(raw)).toEqual(expected)
  })

  test.each([
    ['{"a":9007199254740993}', { a: 9007199254740993n }],
    ['{"a":-18446744073709551615,"b":1}', { a: -18446744073709551615n, b: 1 }],
    ['{"text":"number 12345678901234567890","n":1.5}', { text: 'number 12345678901234567890', n: 1.5 }],
    ['{"a":1e300}', { a: 1e300 }],
    ['[1,2]', [1, 2]],
  ])('keeps every digit of %s', (text, expected) => {
    expect(parseExactly(text)).toEqual(expected)
  })
})

test('a long number is found wherever it stands, and no other', () => {
  const digits = fc.stringMatching(/^[1-9]\d{0,24}$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ maxLength: 40 }), digits), { maxLength: 5 }), (pairs) => {
      const text = JSON.stringify(pairs).replace(/"(\d+)"\]/g, '$1]')
      const read = parseExactly(text) as [string, number | bigint][]
      expect(read.map(([, number]) => String(number))).toEqual(
        pairs.map(([, number]) => (Number.isSafeInteger(Number(number)) ? number : String(BigInt(number)))),
      )
    }),
  )
})

test.each([
  ['tagged', params({ a: 1 }), { a: 1 }],
  ['plain', { a: long(1) }, { a: { type: 'long', value: 1 } }],
  ['plain with a field named type', { type: 'params', value: {}, more: 1 }, { type: 'params', value: {}, more: 1 }],
  ['another type', { type: 'long', value: { a: 1 } }, null],
  ['a list', [{ a: 1 }], null],
  ['a tagged list', { type: 'params', value: [] }, null],
  ['text', 'a', null],
  ['nothing', null, null],
])('the fields of a container: %s', (_name, raw, expected) => {
  expect(fieldsOf(raw)).toEqual(expected)
})

describe('there and back', () => {
  const tagged = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => {
      const number = Number(n)
      return [long(n), Number.isSafeInteger(number) ? number : n] as const
    }),
    fc.maxSafeInteger().map((n) => [long(n), n] as const),
    fc
      .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
      .map((moment) => [datetime(moment), new Date(Math.floor(moment.getTime() / 1000) * 1000)] as const),
    fc.uint8Array().map((bytes) => [binary(bytes), bytes] as const),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => [double(n), n] as const),
    fc.string().map((text) => [text, text] as const),
    fc.boolean().map((flag) => [flag, flag] as const),
    fc.integer().map((n) => [n, n] as const),
  )

  test('every value inside a container comes back as it was', () => {
    const names = fc.string({ minLength: 1 }).filter((name) => name !== '__proto__')
    fc.assert(
      fc.property(fc.dictionary(names, tagged), fc.array(tagged), (fields, list) => {
        const pick = (index: 0 | 1) =>
          Object.fromEntries(Object.entries(fields).map(([name, pair]) => [name, pair[index]]))
        const written = params({ inner: params(pick(0)), list: list.map(([value]) => value) })
        const read = untag(parseExactly(JSON.stringify(written)))
        const expected = { inner: pick(1), list: list.map(([, value]) => value) }
        // JSON knows no negative zero.
        expect(JSON.stringify(read, replacer)).toBe(JSON.stringify(expected, replacer))
      }),
    )
  })

  test('whatever JSON comes, reading never throws and never leaves a type mark', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        untag(parseExactly(text))
      }),
    )
  })
})

function replacer(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `bigint ${value}`
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  return value
}
