import { expect, it } from 'vitest'
import { laneOf, lanes, owedLanes } from './lane.ts'
import type { Desired, Known } from './ticket.ts'

it('puts what is worth most first', () => {
  const waiting: [string, Pick<Desired, 'want' | 'level'>, Pick<Known, 'phase'>][] = [
    ['note', { want: 'open', level: 'critical' }, { phase: 'open' }],
    ['open a warning', { want: 'open', level: 'warning' }, { phase: 'absent' }],
    ['close', { want: 'closed', level: 'warning' }, { phase: 'open' }],
    ['open a critical one', { want: 'open', level: 'critical' }, { phase: 'absent' }],
  ]
  const inOrder = waiting.toSorted((a, b) => laneOf(a[1], a[2]) - laneOf(b[1], b[2]))
  expect(inOrder.map(([name]) => name)).toEqual(['open a critical one', 'close', 'open a warning', 'note'])
  expect(laneOf({ want: 'closed', level: 'critical' }, { phase: 'open' })).toBe(
    laneOf({ want: 'closed', level: 'warning' }, { phase: 'open' }),
  )
})

it('knows which lanes of tickets got less than a tenth of the requests', () => {
  expect(owedLanes([0, 0, 0, 0, 0])).toEqual([])
  expect(owedLanes([91, 0, 0, 9, 0])).toEqual([lanes.close, lanes.openOther, lanes.note])
  expect(owedLanes([70, 10, 9, 11, 0])).toEqual([lanes.openOther])
  expect(owedLanes([0, 100, 20, 20, 0])).toEqual([])
})
