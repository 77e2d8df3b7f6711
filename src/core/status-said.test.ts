import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Level } from './observation.ts'
import { type ComputerState, foldStatus, type StatusSaid, sameState, withoutReasons } from './status-said.ts'

const reason = (statusKey: string, text = '') => ({ statusKey, text })
const ill = (level: 'warning' | 'critical', ...keys: string[]): ComputerState => ({
  level,
  reasons: keys.map((key) => reason(key)),
})
const well: ComputerState = { level: 'ok', reasons: [] }
const said = (level: Level, state: StatusSaid['state'], keys: string[], namesAll = false): StatusSaid => ({
  level,
  state,
  reasons: keys.map((key) => reason(key)),
  namesAll,
})

const cases: [string, ComputerState, StatusSaid, ComputerState][] = [
  ['raises a reason on a computer that was well', well, said('warning', 'raised', ['a']), ill('warning', 'a')],
  ['leaves the others', ill('warning', 'a'), said('warning', 'raised', ['b']), ill('warning', 'a', 'b')],
  ['takes over the level', ill('warning', 'a'), said('critical', 'raised', ['a']), ill('critical', 'a')],
  [
    'ends what it leaves out when it names all',
    ill('warning', 'a'),
    said('warning', 'raised', ['b'], true),
    ill('warning', 'b'),
  ],
  ['ends what it names', ill('critical', 'a', 'b'), said('warning', 'ended', ['a']), ill('warning', 'b')],
  ['ends the last', ill('critical', 'a'), said('critical', 'ended', ['a']), well],
  ['ends nothing that was never raised', well, said('warning', 'ended', ['a']), well],
  ['ends all when it is well', ill('critical', 'a', 'b'), said('ok', 'ended', []), well],
]

describe('foldStatus', () => {
  it.each(cases)('%s', (_, known, message, after) => {
    expect(foldStatus(known, message)).toEqual(after)
  })

  it('hearing it twice changes nothing, and only naming all ends what is not named', () => {
    const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 })
    const level = fc.constantFrom<Level>('ok', 'warning', 'critical')
    const state = fc.constantFrom<StatusSaid['state']>('raised', 'ended')
    fc.assert(
      fc.property(keys, keys, level, state, fc.boolean(), (before, named, to, what, namesAll) => {
        const known = before.length === 0 ? well : ill('warning', ...before.toSorted())
        const message = said(to, what, named, namesAll)
        const once = foldStatus(known, message)
        expect(sameState(foldStatus(once, message), once)).toBe(true)
        expect(once.level === 'ok').toBe(once.reasons.length === 0)
        if (to === 'ok' || (what === 'raised' && namesAll)) return
        const left = new Set(once.reasons.map(({ statusKey }) => statusKey))
        for (const key of before) if (!named.includes(key)) expect(left.has(key)).toBe(true)
      }),
    )
  })
})

describe('withoutReasons', () => {
  it('leaves the others at their level', () => {
    expect(withoutReasons(ill('critical', 'a', 'b'), new Set(['a']))).toEqual(ill('critical', 'b'))
    expect(withoutReasons(ill('critical', 'a'), new Set(['a']))).toEqual(well)
    expect(withoutReasons(well, new Set(['a']))).toEqual(well)
  })
})

describe('sameState', () => {
  it('tells another level, another reason and another text apart', () => {
    expect(sameState(ill('warning', 'a'), ill('warning', 'a'))).toBe(true)
    expect(sameState(well, { level: 'ok', reasons: [reason('a')] })).toBe(true)
    expect(sameState(ill('warning', 'a'), ill('critical', 'a'))).toBe(false)
    expect(sameState(ill('warning', 'a'), ill('warning', 'b'))).toBe(false)
    expect(sameState(ill('warning', 'a'), ill('warning', 'a', 'b'))).toBe(false)
    expect(sameState(ill('warning', 'a'), { level: 'warning', reasons: [reason('a', 'other')] })).toBe(false)
  })
})
