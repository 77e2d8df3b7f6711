import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conditionIdentity, eventIdentity, eventTypeIdentity, readIdentity } from './identity.ts'

const separator = '\u001f'

describe('identities', () => {
  it('are the same for ever: tickets of earlier versions are found by them', () => {
    expect(conditionIdentity(7, 'tenant', 'computer', 'status').split(separator)).toEqual([
      'condition',
      '7',
      'tenant',
      'computer',
      'status',
    ])
    expect(eventTypeIdentity(7, 'tenant', 'computer', 'type').split(separator)).toEqual([
      'event-type',
      '7',
      'tenant',
      'computer',
      'type',
    ])
    expect(eventIdentity(7, 'tenant', 'event').split(separator)).toEqual(['event', '7', 'tenant', 'event'])
  })

  it('differ whenever what they are about differs', () => {
    const key = fc.oneof(
      fc.constantFrom('', '1', 'a', 'ab', 'condition', 'event', '7', ' '),
      fc.string().filter((text) => !text.includes(separator)),
    )
    const about = fc.record({
      kind: fc.constantFrom('condition', 'event-type', 'event'),
      source: fc.nat(12),
      keys: fc.tuple(key, key, key),
    })
    type About = typeof about extends fc.Arbitrary<infer T> ? T : never
    const identityOf = ({ kind, source, keys: [a, b, c] }: About): string =>
      kind === 'condition'
        ? conditionIdentity(source, a, b, c)
        : kind === 'event-type'
          ? eventTypeIdentity(source, a, b, c)
          : eventIdentity(source, a, b)
    const partsOf = ({ kind, source, keys }: About): string =>
      JSON.stringify([kind, source, kind === 'event' ? keys.slice(0, 2) : keys])
    fc.assert(
      fc.property(about, about, (one, other) => {
        expect(identityOf(one) === identityOf(other)).toBe(partsOf(one) === partsOf(other))
      }),
    )
  })
})

it('takes an identity apart again, and nothing else', () => {
  expect(readIdentity(conditionIdentity(3, 'tenant', 'pc', 'databases-outdated'))).toEqual({
    kind: 'condition',
    source: 3,
    tenantKey: 'tenant',
    computerKey: 'pc',
    statusKey: 'databases-outdated',
  })
  expect(readIdentity(eventTypeIdentity(3, '', '', 'GNRL'))).toEqual({
    kind: 'event-type',
    source: 3,
    tenantKey: '',
    computerKey: '',
    type: 'GNRL',
  })
  expect(readIdentity(eventIdentity(3, 'tenant', '42'))).toEqual({
    kind: 'event',
    source: 3,
    tenantKey: 'tenant',
    eventKey: '42',
  })
  for (const text of ['', 'condition', 'other\u001f1\u001fa\u001fb\u001fc', 'event\u001fx\u001fa\u001fb']) {
    expect(readIdentity(text)).toBeNull()
  }
})
