import { describe, expect, test } from 'vitest'
import { ailmentsOf } from './ailments.ts'
import { deskFaults, deskTroubles, sourceFaults } from './fault-kinds.ts'
import { faultNames } from './faults.ts'
import { deskIds } from './ground.ts'
import { OptionsError, readOptions, replayCommand } from './options.ts'
import { makePlan, planToLines } from './plan.ts'
import { pointNames } from './points.ts'

const size = readOptions(['--seed', '1']).size

describe('a plan', () => {
  test('is the same for the same seed, and another for another', () => {
    const one = makePlan(deskIds, 7, size)
    const again = makePlan(deskIds, 7, size)
    expect(again.digest).toBe(one.digest)
    expect(planToLines(again)).toEqual(planToLines(one))
    expect(makePlan(deskIds, 8, size).digest).not.toBe(one.digest)
    expect(makePlan(['tigerpaw'], 7, size).digest).not.toBe(one.digest)
  })

  test.each([1, 2, 3, 4, 5])('of seed %d holds every kind of fault and every named point', (seed) => {
    const { faults } = makePlan(deskIds, seed, size)
    expect(new Set(faults.map(({ name }) => name))).toEqual(new Set(faultNames))
    const named = faults.flatMap((fault) => (fault.name === 'kill-at' ? [fault.point] : []))
    expect(new Set(named)).toEqual(new Set(pointNames))
  })

  test('of the long run has every fault of a desk at every desk, and enough to kill', () => {
    const { faults, life } = makePlan(deskIds, 1, readOptions(['--long', '--seed', '1']).size)
    for (const desk of deskIds) {
      const here = faults.flatMap((fault) => (fault.on === 'desk' && fault.desk === desk ? [fault.name] : []))
      expect(new Set(here)).toEqual(new Set([...Object.keys(deskFaults), ...deskTroubles]))
    }
    expect(faults.filter(({ name }) => name.startsWith('kill')).length).toBeGreaterThan(250)
    expect(life.length).toBeGreaterThan(20_000)
  })

  test('never overlaps two faults of one desk or one source, which would hide each other', () => {
    const { faults } = makePlan(deskIds, 3, readOptions(['--long', '--seed', '3']).size)
    for (const place of ['desk', 'source'] as const) {
      const spans = faults.flatMap((fault) =>
        fault.on === place ? [{ where: 'desk' in fault ? fault.desk : fault.source, ...fault }] : [],
      )
      for (const [, mine] of Map.groupBy(spans, ({ where }) => where)) {
        for (const [n, { at }] of mine.entries()) expect(mine[n - 1]?.until ?? 0).toBeLessThanOrEqual(at)
      }
    }
    expect(Object.keys(sourceFaults)).toHaveLength(9)
  })

  test('makes everything happen that people do', () => {
    const { life } = makePlan(deskIds, 1, readOptions(['--long', '--seed', '1']).size)
    const kinds = new Set(life.map((act) => (act.kind === 'technician' ? act.does : act.kind)))
    const wanted = ['host', 'event', 'host-leaves', 'host-comes', 'host-moves', 'guest-goes', 'guest-returns']
    const people = [
      'rule',
      'mapping',
      'pause',
      'take',
      'priority',
      'board',
      'close',
      'reopen',
      'delete',
      'note',
      'lock',
    ]
    for (const kind of [...wanted, 'server-silent', 'server-off', ...people]) expect(kinds).toContain(kind)
  })
})

test('a computer whose server names only the winning level never has two reasons that may be Critical when one can ease', () => {
  for (let n = 0; n < 40; n += 1) {
    const critical = ailmentsOf(false, n).filter(({ levels }) => levels.includes('critical'))
    const easing = critical.filter(({ levels }) => levels.length > 1)
    expect(easing.length === 0 || critical.length === 1).toBe(true)
  }
})

describe('the command line', () => {
  test('gives back a command that plays the same plan', () => {
    const options = readOptions(['--seed', '42', '--minutes', '50', '--speed', '20', '--desk', 'tigerpaw'])
    const words = replayCommand(options).replace('npm run prove -- ', '').split(' ')
    const again = readOptions(words)
    expect(makePlan(again.desks, again.seed, again.size).digest).toBe(
      makePlan(options.desks, options.seed, options.size).digest,
    )
  })

  test.each([['--sed', '1'], ['--seed'], ['--seed', 'x'], ['--desk', 'jira']])('refuses %s %s', (...words) => {
    expect(() => readOptions(words)).toThrow(OptionsError)
  })
})
