import { expect, test } from 'vitest'
import { portionsOf } from './portions.ts'

const rows = (count: number) => Array.from({ length: count }, (_, n) => n)
const sizes = (count: number) => portionsOf(rows(count)).map(({ length }) => length)

test.each([
  [0, []],
  [1, [1]],
  [25, [25]],
  [60, [25, 25, 10]],
  [250, Array(10).fill(25)],
  [255, [...Array(9).fill(26), 21]],
  [5_000, Array(10).fill(500)],
])('%i rows', (count, expected) => {
  expect(sizes(count)).toEqual(expected)
})

test('every row is in one of them, in the order they had', () => {
  for (const count of [1, 26, 99, 251, 1_003]) expect(portionsOf(rows(count)).flat()).toEqual(rows(count))
})
