import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from './random.ts'

test('the same seed gives the same sequence, another seed another one', () => {
  const draw = (seed: number) => {
    const random = createRandom(seed)
    return [random.next(), random.int(1, 1000), random.hex(8), random.pick(['a', 'b', 'c']), random.chance(0.5)]
  }
  expect(draw(42)).toEqual(draw(42))
  expect(draw(42)).not.toEqual(draw(43))
})

test('whole numbers stay within their bounds and reach both', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 6 }), (seed, low, width) => {
      const random = createRandom(seed)
      const seen = new Set(Array.from({ length: 300 }, () => random.int(low, low + width)))
      for (const n of seen) expect(n >= low && n <= low + width && Number.isInteger(n)).toBe(true)
      expect(seen.size).toBe(width + 1)
    }),
    { numRuns: 50 },
  )
})

test('nothing can be picked from nothing', () => {
  expect(() => createRandom(1).pick([])).toThrow(RangeError)
})
