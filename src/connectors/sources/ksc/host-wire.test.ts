import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hostFields, readHostPage } from './host-wire.ts'
import { datetime, fieldsOf, long, params, untag } from './parameters.ts'

const page = (items: readonly unknown[], count: unknown = items.length) => ({
  PxgRetVal: count,
  pChunk: { KLCSP_ITERATOR_ARRAY: items },
})
const readOne = (fields: object) => readHostPage('Test', page([{ type: 'params', value: fields }])).hosts[0]

describe('a computer', () => {
  test('every field, tagged as the server writes it', () => {
    const at = new Date('2026-01-02T03:04:05Z')
    const wire = {
      KLHST_WKS_HOSTNAME: 'id-1',
      KLHST_WKS_DN: 'PC-1',
      KLHST_WKS_FQDN: 'pc-1.example',
      KLHST_WKS_WINHOSTNAME: 'PC-1',
      KLHST_WKS_STATUS: 31,
      KLHST_WKS_STATUS_ID: 2,
      KLHST_WKS_STATUS_MASK: long(136),
      KLHST_WKS_STATUS_HSDP: 'isolated',
      KLHST_WKS_FROM_UNASSIGNED: false,
      KLHST_WKS_RTP_STATE: long(4),
      KLHST_WKS_RTP_AV_BASES_TIME: datetime(at),
      KLHST_WKS_LAST_NAGENT_CONNECTED: datetime(at),
      KLHST_WKS_LAST_FULLSCAN: datetime(null),
      KLVSRV_ID: 3,
    }
    expect(Object.keys(wire)).toEqual(hostFields)
    expect(readOne(wire)).toEqual({
      ...wire,
      KLHST_WKS_STATUS_MASK: 136,
      KLHST_WKS_RTP_STATE: 4,
      KLHST_WKS_RTP_AV_BASES_TIME: at,
      KLHST_WKS_LAST_NAGENT_CONNECTED: at,
      KLHST_WKS_LAST_FULLSCAN: null,
    })
  })

  test('without any field, and the moments of one that is well', () => {
    const empty = { KLHST_WKS_STATUS_ID: null, KLHST_WKS_STATUS_MASK: null, KLVSRV_ID: null, KLHST_WKS_HOSTNAME: '' }
    expect(readOne({})).toMatchObject(empty)
    const well = { KLHST_WKS_STATUS_ID: 0, KLHST_WKS_LAST_FULLSCAN: datetime(new Date(0)) }
    expect(readOne(well)).toMatchObject({ KLHST_WKS_STATUS_ID: 0, KLHST_WKS_LAST_FULLSCAN: null })
  })

  test('whatever stands in a field, it reads as what is left without the marks of types', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.record({ type: fc.constantFrom('long', 'datetime', 'params', 'double', 'other'), value: fc.jsonValue() }),
      fc.bigInt(),
      fc.integer().map(String),
      fc.date({ noInvalidDate: true }).map((moment) => datetime(moment)),
    )
    const fields = fc.record(Object.fromEntries(hostFields.map((name) => [name, value])), { requiredKeys: [] })
    fc.assert(
      fc.property(fields, (given) => {
        const plain = fieldsOf(untag(given)) ?? {}
        const number = (raw: unknown) => (/^\s*[+-]?\d{1,20}\s*$/.test(String(raw)) ? Number(raw) : Number.NaN)
        const isInteger = (raw: unknown) =>
          ['number', 'string'].includes(typeof raw) && Number.isSafeInteger(number(raw))
        const host = readOne(given)
        const isWell = isInteger(plain.KLHST_WKS_STATUS_ID) && number(plain.KLHST_WKS_STATUS_ID) === 0
        for (const [name, read] of Object.entries(host ?? {})) {
          const left = plain[name] ?? null
          if (/TIME|CONNECTED|FULLSCAN/.test(name)) expect(read).toEqual(!isWell && left instanceof Date ? left : null)
          else if (/HOSTNAME|DN|HSDP/.test(name)) expect(read).toBe(typeof left === 'string' ? left : '')
          else if (name.endsWith('UNASSIGNED')) expect(read).toBe(typeof left === 'boolean' ? left : null)
          else if (!name.endsWith('MASK')) expect(read).toBe(isInteger(left) ? number(left) : null)
          else if (left === null || isInteger(left)) expect(read).toBe(left === null ? null : number(left))
          else expect(read === 'unreadable' || typeof read === 'bigint' || Number.isInteger(read)).toBe(true)
        }
      }),
    )
  })
})

describe('a page', () => {
  test('containers with and without a mark, and the count that the server promises', () => {
    expect(readHostPage('Test', page([params({}), {}], 3))).toMatchObject({ hosts: [{}, {}], count: 3 })
    expect(readHostPage('Test', { PxgRetVal: '0', pChunk: params({ KLCSP_ITERATOR_ARRAY: [] }) }).hosts).toEqual([])
  })

  test.each([
    ['no list', { PxgRetVal: 0 }, 'KLCSP_ITERATOR_ARRAY'],
    ['a list that is none', { PxgRetVal: 0, pChunk: { KLCSP_ITERATOR_ARRAY: {} } }, 'KLCSP_ITERATOR_ARRAY'],
    ['no count', page([], 'many'), 'PxgRetVal'],
    ['a negative count', page([], -1), 'PxgRetVal'],
    ['an item that is no record', page([7]), 'no record'],
    ['an item of another type', page([{ type: 'long', value: 7 }]), 'no record'],
  ])('%s is refused with words', (_name, reply, words) => {
    expect(() => readHostPage('Test', reply)).toThrow(words)
  })
})
