import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Level } from './observation.ts'
import {
  type ComputerKnown,
  foldEarlier,
  foldStatus,
  type StatusSaid,
  sameState,
  withoutReasons,
} from './status-said.ts'

const reason = (statusKey: string, text = '') => ({ statusKey, text })
const ill = (level: 'warning' | 'critical', keys: string[], hidden: string[] = []): ComputerKnown => ({
  level,
  reasons: keys.map((key) => reason(key)),
  hidden: hidden.map((key) => reason(key)),
})
const well: ComputerKnown = { level: 'ok', reasons: [], hidden: [] }
const said = (level: Level, state: StatusSaid['state'], keys: string[], namesAll = false): StatusSaid => ({
  level,
  state,
  reasons: keys.map((key) => reason(key)),
  namesAll,
})

const cases: [string, ComputerKnown, StatusSaid, ComputerKnown][] = [
  ['raises a reason on a computer that was well', well, said('warning', 'raised', ['a']), ill('warning', ['a'])],
  ['leaves the others', ill('warning', ['a']), said('warning', 'raised', ['b']), ill('warning', ['a', 'b'])],
  ['takes over the level', ill('warning', ['a']), said('critical', 'raised', ['a']), ill('critical', ['a'])],
  [
    'ends what it leaves out when it names all',
    ill('warning', ['a']),
    said('warning', 'raised', ['b'], true),
    ill('warning', ['b']),
  ],
  ['ends what it names', ill('critical', ['a', 'b']), said('warning', 'ended', ['a']), ill('warning', ['b'])],
  ['ends the last', ill('critical', ['a']), said('critical', 'ended', ['a']), well],
  ['ends nothing that was never raised', well, said('warning', 'ended', ['a']), well],
  ['ends all when it is well', ill('critical', ['a', 'b'], ['c']), said('ok', 'ended', []), well],
  [
    'hides what was a Warning when it becomes Critical, whether it names all or not',
    ill('warning', ['a']),
    said('critical', 'raised', ['b'], true),
    ill('critical', ['b'], ['a']),
  ],
  [
    'does not make a Critical of it',
    ill('warning', ['a']),
    said('critical', 'raised', ['b']),
    ill('critical', ['b'], ['a']),
  ],
  [
    'keeps what is hidden when the Critical reason ends, also at level Warning',
    ill('critical', ['b'], ['a']),
    said('warning', 'ended', ['b']),
    ill('warning', ['a']),
  ],
  ['or with no level said', ill('critical', ['b'], ['a']), said('critical', 'ended', ['b']), ill('warning', ['a'])],
  [
    'keeps it hidden while another one is left',
    ill('critical', ['b', 'c'], ['a']),
    said('critical', 'ended', ['b']),
    ill('critical', ['c'], ['a']),
  ],
  [
    'ends what is hidden when it says so',
    ill('critical', ['b'], ['a']),
    said('critical', 'ended', ['a']),
    ill('critical', ['b']),
  ],
  [
    'sees what was hidden',
    ill('critical', ['b'], ['a']),
    said('critical', 'raised', ['a']),
    ill('critical', ['a', 'b']),
  ],
  [
    'shows what was hidden below Critical',
    ill('critical', ['b'], ['a']),
    said('warning', 'raised', ['c']),
    ill('warning', ['a', 'b', 'c']),
  ],
  [
    'ends what was hidden when it is at Warning and names all',
    ill('critical', ['b'], ['a']),
    said('warning', 'raised', ['c'], true),
    ill('warning', ['c']),
  ],
  [
    'leaves to lists what lists named at Critical',
    ill('critical', ['b', 'listed']),
    said('critical', 'raised', ['c'], true),
    ill('critical', ['c', 'listed']),
  ],
  [
    'but not at Warning, below which nothing is',
    ill('warning', ['b', 'listed']),
    said('warning', 'raised', ['c'], true),
    ill('warning', ['c']),
  ],
]
const wasSaid = (statusKey: string) => statusKey !== 'listed'

describe('foldStatus', () => {
  it.each(cases)('%s', (_, known, message, after) => {
    expect(foldStatus(known, message, wasSaid)).toEqual(after)
  })

  const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 })
  const message = fc
    .record({
      keys,
      level: fc.constantFrom<Level>('ok', 'warning', 'critical'),
      state: fc.constantFrom<StatusSaid['state']>('raised', 'ended'),
      namesAll: fc.boolean(),
    })
    .map((of) => said(of.level, of.state, of.keys, of.namesAll))
  const all = ({ reasons, hidden }: ComputerKnown) => [...reasons, ...hidden].map(({ statusKey }) => statusKey)

  it('hearing it twice changes nothing, and only naming all ends what is not named', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), message, (story, last) => {
        const known = story.reduce((before, one) => foldStatus(before, one, wasSaid), well)
        const once = foldStatus(known, last, wasSaid)
        expect(foldStatus(once, last, wasSaid)).toEqual(once)
        expect(once.level === 'ok').toBe(once.reasons.length === 0)
        expect(once.level === 'critical' || once.hidden.length === 0).toBe(true)
        expect(new Set(all(once)).size).toBe(all(once).length)
        const named = last.reasons.map(({ statusKey }) => statusKey)
        const mayEnd = (key: string) =>
          last.level === 'ok' ||
          (last.state === 'ended' && named.includes(key)) ||
          // What holds at its level is named; what is hidden is none of it.
          (last.namesAll &&
            last.state === 'raised' &&
            !named.includes(key) &&
            (last.level === 'warning' ||
              (known.level === 'critical' && known.reasons.some((one) => one.statusKey === key))))
        for (const key of all(known)) if (!mayEnd(key)) expect(all(once)).toContain(key)
      }),
    )
  })
})

describe('withoutReasons', () => {
  it('leaves the others at their level, and what was hidden', () => {
    expect(withoutReasons(ill('critical', ['a', 'b']), new Set(['a']))).toEqual(ill('critical', ['b']))
    expect(withoutReasons(ill('critical', ['a']), new Set(['a']))).toEqual(well)
    expect(withoutReasons(ill('critical', ['a'], ['b']), new Set(['a']))).toEqual(ill('warning', ['b']))
    expect(withoutReasons(well, new Set(['a']))).toEqual(well)
  })
})

describe('sameState', () => {
  it('tells another level, another reason and another text apart', () => {
    expect(sameState(ill('warning', ['a']), ill('warning', ['a']))).toBe(true)
    expect(sameState(well, { level: 'ok', reasons: [reason('a')] })).toBe(true)
    expect(sameState(ill('warning', ['a']), ill('critical', ['a']))).toBe(false)
    expect(sameState(ill('warning', ['a']), ill('warning', ['b']))).toBe(false)
    expect(sameState(ill('warning', ['a']), ill('warning', ['a', 'b']))).toBe(false)
    expect(sameState(ill('warning', ['a']), { level: 'warning', reasons: [reason('a', 'other')] })).toBe(false)
  })
})

const earlier: [string, ComputerKnown, StatusSaid, ComputerKnown | null][] = [
  ['adds what it raised', ill('critical', ['a']), said('critical', 'raised', ['b']), ill('critical', ['a', 'b'])],
  [
    'leaves what is known',
    ill('critical', ['a'], ['b']),
    said('critical', 'raised', ['b']),
    ill('critical', ['a'], ['b']),
  ],
  ['changes no level', ill('warning', ['a']), said('critical', 'raised', ['b'], true), ill('warning', ['a', 'b'])],
  ['raises on one that is well', well, said('warning', 'raised', ['a']), ill('warning', ['a'])],
  ['cannot tell what a higher level hides', ill('critical', ['a']), said('warning', 'raised', ['b']), null],
  ['ends nothing', ill('critical', ['a']), said('critical', 'ended', ['a']), null],
  ['is no word on one that was well', ill('critical', ['a']), said('ok', 'ended', []), null],
]

describe('a message that is older than others which only raised something', () => {
  it.each(earlier)('%s', (_, known, message, expected) => {
    expect(foldEarlier(known, message)).toEqual(expected)
  })
})
