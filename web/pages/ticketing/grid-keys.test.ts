import fc from 'fast-check'
import { expect, test } from 'vitest'
import { between, moved, type Spot } from './grid-keys.ts'

const size = { rows: 25, columns: 6 }
const key = (name: string, ctrlKey = false) => ({ key: name, ctrlKey })
const middle: Spot = { row: 12, column: 3 }

test.each([
  ['ArrowUp', false, 11, 3],
  ['ArrowDown', false, 13, 3],
  ['ArrowLeft', false, 12, 2],
  ['ArrowRight', false, 12, 4],
  ['ArrowUp', true, 0, 3],
  ['ArrowDown', true, 24, 3],
  ['Home', false, 12, 0],
  ['End', false, 12, 5],
  ['Home', true, 0, 0],
  ['End', true, 24, 5],
  ['PageUp', false, 2, 3],
  ['PageDown', false, 22, 3],
] as const)('%s (control: %s) leads to row %i, column %i', (name, ctrlKey, row, column) => {
  expect(moved(key(name, ctrlKey), middle, size)).toEqual({ row, column })
})

test('other keys lead nowhere', () => {
  for (const name of ['Enter', ' ', 'Escape', 'a', 'Tab']) expect(moved(key(name), middle, size)).toBe(null)
})

test('no key leads out of the table', () => {
  const names = fc.constantFrom('ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End')
  fc.assert(
    fc.property(fc.array(fc.tuple(names, fc.boolean())), fc.integer({ min: 1, max: 40 }), (keys, rows) => {
      const end = keys.reduce<Spot>(
        (spot, [name, ctrl]) => moved(key(name, ctrl), spot, { rows, columns: 4 }) ?? spot,
        {
          row: 0,
          column: 0,
        },
      )
      expect(end.row >= 0 && end.row < rows && end.column >= 0 && end.column < 4).toBe(true)
    }),
  )
})

test('a span goes either way, and holds both its ends', () => {
  const list = ['a', 'b', 'c', 'd']
  expect(between(list, 'b', 'd')).toEqual(['b', 'c', 'd'])
  expect(between(list, 'd', 'b')).toEqual(['b', 'c', 'd'])
  expect(between(list, 'c', 'c')).toEqual(['c'])
  expect(between(list, 'gone', 'b')).toEqual(['b'])
  expect(between(list, 'b', 'gone')).toEqual([])
})
