import { expect, test } from 'vitest'
import { coverageGaps, type Reached } from './coverage.ts'
import { faultNames } from './faults.ts'
import { pointNames } from './points.ts'

const needed = { kills: 20, transitions: 100, unfelt: 0 }
const whole: Reached = {
  kills: 20,
  transitions: 100,
  killsAt: Object.fromEntries(pointNames.map((point) => [point, 1])),
  felt: Object.fromEntries(faultNames.map((name) => [name, 1])),
  faulty: [],
}

test('a run that went through everything counts', () => {
  expect(coverageGaps(whole, needed)).toEqual([])
})

test.each(pointNames)('one in which nobody died at %s does not', (point) => {
  const reached = { ...whole, killsAt: { ...whole.killsAt, [point]: 0 } }
  expect(coverageGaps(reached, needed)).toEqual([`nobody died at ${point}`])
})

test.each(faultNames.filter((name) => name !== 'kill-at'))('one in which %s was never felt does not', (name) => {
  const { [name]: _, ...felt } = whole.felt
  expect(coverageGaps({ ...whole, felt }, needed)).toEqual([`the fault ${name} was never felt`])
})

test('in a short run so many kinds may have passed by unfelt, and not one more', () => {
  const without = (count: number) =>
    Object.fromEntries(
      faultNames
        .filter((name) => name !== 'kill-at')
        .slice(count)
        .map((name) => [name, 1]),
    )
  const [one, two] = [without(1), without(2)]
  expect(coverageGaps({ ...whole, felt: one }, { ...needed, unfelt: 1 })).toEqual([])
  expect(coverageGaps({ ...whole, felt: two }, { ...needed, unfelt: 1 })).toHaveLength(2)
})

test('one with too few kills or transitions, or that went wrong itself, does not', () => {
  const poor = { ...whole, kills: 19, transitions: 99, faulty: ['it did not come to rest: ...'] }
  expect(coverageGaps(poor, needed)).toEqual([
    'only 19 kills of 20',
    'only 99 transitions of 100',
    'it did not come to rest: ...',
  ])
})
