import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSlotHeap } from './slot-heap.ts'

test('gives the earliest first, whatever was set, moved and taken out before', () => {
  const operation = fc.record({
    slot: fc.nat(30),
    moment: fc.oneof(fc.nat(100), fc.constant(Number.POSITIVE_INFINITY)),
    pops: fc.nat(2),
  })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const heap = createSlotHeap()
      const model = new Map<number, number>()
      const earliest = (): number => Math.min(Number.POSITIVE_INFINITY, ...model.values())
      const popOne = (): void => {
        expect(heap.earliest()).toBe(earliest())
        if (model.size === 0) return
        const first = earliest()
        const slot = heap.pop()
        expect(model.get(slot)).toBe(first)
        model.delete(slot)
      }
      for (const { slot, moment, pops } of operations) {
        heap.set(slot, moment)
        if (moment === Number.POSITIVE_INFINITY) model.delete(slot)
        else model.set(slot, moment)
        for (let n = 0; n < pops; n += 1) popOne()
      }
      while (model.size > 0) popOne()
      expect(heap.earliest()).toBe(Number.POSITIVE_INFINITY)
    }),
  )
})
