import { describe, expect, test } from 'vitest'
import { type DrillPart, drillHolds, drillParts, nextDrillAt } from './drill.ts'

const at = (text: string): Date => new Date(`2026-03-${text}:00Z`)

describe('nextDrillAt', () => {
  test.each<[string, Parameters<typeof nextDrillAt>[0], string, string | null, string | null]>([
    ['nobody scheduled one', null, '02T06:00', null, null],
    ['hours after the plan', { everyHours: 4 }, '02T06:00', null, '02T10:00'],
    ['hours after the last one', { everyHours: 4 }, '02T06:00', '02T10:01', '02T14:01'],
    ['hours after a plan that was saved after the last one', { everyHours: 4 }, '02T12:00', '02T10:01', '02T16:00'],
    ['later today', { dailyAt: '07:30' }, '02T06:00', null, '02T07:30'],
    ['tomorrow', { dailyAt: '05:30' }, '02T06:00', null, '03T05:30'],
    ['not twice on one day', { dailyAt: '07:30' }, '01T06:00', '02T07:30', '03T07:30'],
    ['over the end of a month', { dailyAt: '00:00' }, '31T06:00', null, '32'],
  ])('%s', (_, schedule, planned, last, expected) => {
    const next = nextDrillAt(schedule, at(planned), last === null ? null : at(last))
    const wanted = expected === '32' ? new Date('2026-04-01T00:00:00Z') : expected === null ? null : at(expected)
    expect(next).toEqual(wanted)
  })
})

test('the test condition holds from its decision until its open ticket was read back, and never after the end', () => {
  const holding = (state: string) => drillParts.filter((part: DrillPart) => drillHolds({ state, part }))
  expect(holding('running')).toEqual(['decide', 'open', 'read-open'])
  expect(holding('failed')).toEqual([])
  expect(holding('good')).toEqual([])
})
