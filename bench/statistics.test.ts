import { expect, test } from 'vitest'
import { spreadOf } from './statistics.ts'

test('the median of three runs is the middle one, whatever their order', () => {
  expect(spreadOf([300, 100, 250])).toEqual({ median: 250, min: 100, max: 300 })
})

test('the median of an even number of runs is the mean of the two in the middle', () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 })
})

test('numbers are ordered as numbers', () => {
  expect(spreadOf([9, 10, 100])).toEqual({ median: 10, min: 9, max: 100 })
})

test('one run is its own median, and no run has none', () => {
  expect(spreadOf([7])).toEqual({ median: 7, min: 7, max: 7 })
  expect(spreadOf([])).toBeNull()
})
