import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Condition, type ConditionChange, judgeComputer, judgeDeparture } from './condition.ts'
import type { ComputerSeen, Level, TroubleLevel } from './observation.ts'

type Seen = Pick<ComputerSeen, 'level' | 'reasons'>

const hiddenAt = new Date('2026-11-22T08:00:00Z')
const condition = (statusKey: string, level: TroubleLevel, hidden = false, text = ''): Condition => ({
  statusKey,
  level,
  text,
  hiddenSince: hidden ? hiddenAt : null,
})
const seen = (level: Level, ...keys: string[]): Seen => ({
  level,
  reasons: keys.map((statusKey) => ({ statusKey, text: '' })),
})
const ended = (statusKey: string) => ({ kind: 'ended', statusKey, reason: 'no-longer-applies' })
const changed = (statusKey: string, from: TroubleLevel, level: TroubleLevel, text = '') => ({
  kind: 'changed',
  statusKey,
  from,
  level,
  text,
})

describe('judgeComputer', () => {
  it.each<[string, Condition[], Seen, boolean, object[]]>([
    ['all is well', [], seen('ok'), false, []],
    [
      'two reasons begin',
      [],
      seen('warning', 'a', 'b'),
      false,
      [
        { kind: 'began', statusKey: 'a', level: 'warning', text: '' },
        { kind: 'began', statusKey: 'b', level: 'warning', text: '' },
      ],
    ],
    [
      'one of two ends',
      [condition('a', 'warning'), condition('b', 'warning')],
      seen('warning', 'b'),
      false,
      [ended('a')],
    ],
    [
      'all end',
      [condition('a', 'critical'), condition('b', 'warning', true)],
      seen('ok'),
      false,
      [ended('a'), ended('b')],
    ],
    ['a computer that is well has no reasons', [condition('a', 'warning')], seen('ok', 'a'), true, [ended('a')]],
    ['it rises', [condition('a', 'warning')], seen('critical', 'a'), false, [changed('a', 'warning', 'critical')]],
    ['it falls', [condition('a', 'critical')], seen('warning', 'a'), true, [changed('a', 'critical', 'warning')]],
    [
      'its text changes',
      [condition('a', 'warning', false, 'old')],
      { level: 'warning', reasons: [{ statusKey: 'a', text: 'new' }] },
      true,
      [changed('a', 'warning', 'warning', 'new')],
    ],
    [
      'Critical may hide it',
      [condition('a', 'warning')],
      seen('critical', 'b'),
      false,
      [
        { kind: 'began', statusKey: 'b', level: 'critical', text: '' },
        { kind: 'hidden', statusKey: 'a' },
      ],
    ],
    [
      'a source that names all reasons hides nothing',
      [condition('a', 'warning')],
      seen('critical', 'b'),
      true,
      [{ kind: 'began', statusKey: 'b', level: 'critical', text: '' }, ended('a')],
    ],
    ['it stays hidden', [condition('a', 'warning', true)], seen('critical'), false, []],
    [
      'it comes to light',
      [condition('a', 'warning', true)],
      seen('warning', 'a'),
      false,
      [changed('a', 'warning', 'warning')],
    ],
    [
      'it comes to light as Critical',
      [condition('a', 'warning', true)],
      seen('critical', 'a'),
      false,
      [changed('a', 'warning', 'critical')],
    ],
    [
      'it had ended while it was hidden',
      [condition('a', 'warning', true)],
      seen('warning', 'b'),
      false,
      [{ kind: 'began', statusKey: 'b', level: 'warning', text: '' }, ended('a')],
    ],
    [
      'the same level hides nothing',
      [condition('a', 'critical')],
      seen('critical', 'b'),
      false,
      [{ kind: 'began', statusKey: 'b', level: 'critical', text: '' }, ended('a')],
    ],
  ])('%s', (_, holding, computer, namesAllReasons, changes) => {
    expect(judgeComputer(holding, computer, namesAllReasons)).toEqual(changes)
  })
})

describe('judgeDeparture', () => {
  it('ends everything, hidden or not', () => {
    expect(judgeDeparture([condition('a', 'warning', true), condition('b', 'critical')], 'computer-moved')).toEqual([
      { kind: 'ended', statusKey: 'a', reason: 'computer-moved' },
      { kind: 'ended', statusKey: 'b', reason: 'computer-moved' },
    ])
    expect(judgeDeparture([], 'computer-removed')).toEqual([])
  })
})

/** As db/judgement.ts stores changes. */
function apply(holding: readonly Condition[], changes: readonly ConditionChange[]): Condition[] {
  return changes.reduce<Condition[]>(
    (list, change) => {
      const others = list.filter(({ statusKey }) => statusKey !== change.statusKey)
      const before = list.find(({ statusKey }) => statusKey === change.statusKey)
      if (change.kind === 'began') {
        if (before !== undefined) throw new Error(`${change.statusKey} begins twice`)
        return [...others, { statusKey: change.statusKey, level: change.level, text: change.text, hiddenSince: null }]
      }
      if (before === undefined) throw new Error(`${change.statusKey} is ${change.kind} and does not hold`)
      if (change.kind === 'ended') return others
      if (change.kind === 'hidden') return [...others, { ...before, hiddenSince: hiddenAt }]
      if (change.from !== before.level) throw new Error(`${change.statusKey} was not ${change.from}`)
      return [...others, { ...before, level: change.level, text: change.text, hiddenSince: null }]
    },
    [...holding],
  )
}

describe('judgeComputer over many readings', () => {
  const reading: fc.Arbitrary<Seen> = fc
    .tuple(
      fc.constantFrom<Level>('ok', 'warning', 'critical'),
      fc.subarray(['a', 'b', 'c', 'd']),
      fc.constantFrom('', 'says this', 'says that'),
    )
    .map(([level, keys, text]) => ({
      level,
      reasons: level === 'ok' ? [] : keys.map((statusKey) => ({ statusKey, text })),
    }))
  const readings = fc.array(reading, { maxLength: 30, size: 'max' })

  function follow(all: readonly Seen[], namesAllReasons: boolean, check: (step: Step) => void): void {
    let holding: Condition[] = []
    for (const computer of all) {
      const changes = judgeComputer(holding, computer, namesAllReasons)
      const after = apply(holding, changes)
      check({ before: holding, computer, changes, after, namesAllReasons })
      holding = after
    }
  }
  type Step = {
    before: Condition[]
    computer: Seen
    changes: ConditionChange[]
    after: Condition[]
    namesAllReasons: boolean
  }
  const always = (check: (step: Step) => void): void => {
    fc.assert(fc.property(readings, fc.boolean(), (all, namesAllReasons) => follow(all, namesAllReasons, check)))
  }

  it('decides nothing new for the same observation', () => {
    always(({ computer, after, namesAllReasons }) => {
      expect(judgeComputer(after, computer, namesAllReasons)).toEqual([])
    })
  })

  it('never has two conditions of one description', () => {
    always(({ after }) => {
      const keys = after.map(({ statusKey }) => statusKey)
      expect(new Set(keys).size).toBe(keys.length)
    })
  })

  it('holds whatever is named, at the level of the computer, and nothing else in the light', () => {
    always(({ computer, after }) => {
      const inTheLight = after.filter(({ hiddenSince }) => hiddenSince === null)
      expect(inTheLight.map(({ statusKey }) => statusKey).sort()).toEqual(
        computer.reasons.map(({ statusKey }) => statusKey),
      )
      for (const one of inTheLight) expect(one.level).toBe(computer.level)
    })
  })

  it('ends nothing that is named', () => {
    always(({ computer, changes }) => {
      const named = new Set(computer.reasons.map(({ statusKey }) => statusKey))
      for (const change of changes) if (change.kind === 'ended') expect(named.has(change.statusKey)).toBe(false)
    })
  })

  it('ends what is hidden exactly when the computer is below Critical and does not name it', () => {
    always(({ before, computer, changes }) => {
      for (const { statusKey, hiddenSince } of before) {
        if (hiddenSince === null) continue
        const named = computer.reasons.some((reason) => reason.statusKey === statusKey)
        const ends = changes.some((change) => change.kind === 'ended' && change.statusKey === statusKey)
        expect(ends).toBe(computer.level !== 'critical' && !named)
      }
    })
  })

  it('hides only where reasons may be missing, and only what was Warning', () => {
    always(({ before, computer, changes, namesAllReasons }) => {
      for (const change of changes) {
        if (change.kind !== 'hidden') continue
        expect(namesAllReasons).toBe(false)
        expect(computer.level).toBe('critical')
        expect(before.find(({ statusKey }) => statusKey === change.statusKey)?.level).toBe('warning')
      }
    })
  })
})
