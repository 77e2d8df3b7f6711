import { expect, it } from 'vitest'
import { laneOf } from './lane.ts'
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
