import { expect, test } from 'vitest'
import { intersect, join, lengthOf, subtract } from './spans.ts'

const far = Number.POSITIVE_INFINITY

test('Spans are cut, joined and measured', () => {
  expect(
    subtract(
      [{ from: 0, to: 10 }],
      [
        { from: 2, to: 4 },
        { from: 8, to: far },
      ],
    ),
  ).toEqual([
    { from: 0, to: 2 },
    { from: 4, to: 8 },
  ])
  expect(subtract([{ from: 0, to: far }], [])).toEqual([{ from: 0, to: far }])
  expect(
    intersect(
      [
        { from: 0, to: 5 },
        { from: 6, to: far },
      ],
      [{ from: 4, to: 7 }],
    ),
  ).toEqual([
    { from: 4, to: 5 },
    { from: 6, to: 7 },
  ])
  expect(intersect([{ from: 0, to: 5 }], [{ from: 5, to: 7 }])).toEqual([])
  expect(
    join([
      { from: 5, to: 6 },
      { from: 0, to: 2 },
      { from: 2, to: 3 },
      { from: 1, to: 2 },
    ]),
  ).toEqual([
    { from: 0, to: 3 },
    { from: 5, to: 6 },
  ])
  expect(
    lengthOf([
      { from: 0, to: 2 },
      { from: 5, to: 6 },
    ]),
  ).toBe(3)
})
