import { expect, it } from 'vitest'
import { hasLooked } from './ticket.ts'

const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 22, 8, 0, seconds))

it.each([
  ['nothing is unsure', null, null, true],
  ['never looked', at(10), null, false],
  ['looked before the call', at(10), at(9), false],
  ['looked as the call began', at(10), at(10), true],
  ['looked after it', at(10), at(11), true],
])('hasLooked: %s', (_, unsureSince, lookedAt, looked) => {
  expect(hasLooked({ unsureSince, lookedAt })).toBe(looked)
})
