import { describe, expect, test } from 'vitest'
import { type BacklogGround, estimateBacklog } from './backlog.ts'

const now = new Date('2026-03-02T12:00:00Z')
const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * 60_000)
const ground = (change: Partial<BacklogGround>): BacklogGround => ({
  waiting: [0, 0, 600, 0, 0],
  requestsPerStep: [1, 3, 1, 2, 0],
  stepsPerSecond: 1,
  capacity: null,
  granted: [],
  housekeepingPerHour: 0,
  heldUntil: null,
  holdEnds: true,
  ...change,
})
const minutesOf = (change: Partial<BacklogGround>) => {
  const { emptyAt } = estimateBacklog(ground(change), now)
  return emptyAt === null ? null : (emptyAt.getTime() - now.getTime()) / 60_000
}

describe('when the backlog is empty', () => {
  test('nothing waits', () => {
    expect(estimateBacklog(ground({ waiting: [0, 0, 0, 0, 0] }), now)).toEqual({
      emptyAt: now,
      notBefore: null,
      reason: 'nothing-waiting',
    })
  })

  test('at the measured rate, as long as nothing else bounds it', () => {
    expect(minutesOf({})).toBeCloseTo(10)
    expect(minutesOf({ capacity: 10_000 })).toBeCloseTo(10, 1)
  })

  test('the budget bounds it: the rest comes when the first requests of this hour are regained', () => {
    // 480 now (a tenth is kept for urgent opens, another for reading around), 120 when the first of them leave the books after an hour and a minute.
    expect(minutesOf({ capacity: 600 })).toBeCloseTo(63, 0)
    // An urgent backlog may have all of it.
    expect(minutesOf({ capacity: 600, waiting: [600, 0, 0, 0, 0] })).toBeCloseTo(10, 1)
  })

  test('steps of several requests, and reading around, take more of it', () => {
    expect(minutesOf({ capacity: 600, waiting: [0, 200, 0, 0, 0] })).toBeGreaterThan(60)
    expect(minutesOf({ capacity: 600, waiting: [0, 0, 470, 0, 0] })).toBeLessThan(10)
    expect(minutesOf({ capacity: 600, waiting: [0, 0, 560, 0, 0], housekeepingPerHour: 60 })).toBeGreaterThan(60)
  })

  test('what was used in this hour is regained minute by minute', () => {
    const granted = Array.from({ length: 60 }, (_, n) => ({ minute: inMinutes(n - 60), count: 10 }))
    // Twelve minutes' worth above what is kept are wanted, and ten a minute come back after the first.
    expect(minutesOf({ capacity: 600, granted, waiting: [0, 0, 30, 0, 0] })).toBeGreaterThan(120 / 10)
    expect(minutesOf({ capacity: 600, granted, waiting: [30, 0, 0, 0, 0] })).toBeLessThan(5)
  })

  test('a hold that ends: not before', () => {
    expect(estimateBacklog(ground({ heldUntil: inMinutes(20) }), now)).toMatchObject({
      notBefore: inMinutes(20),
      reason: 'measured',
    })
    expect(minutesOf({ heldUntil: inMinutes(20) })).toBeCloseTo(30)
  })

  test('a hold that waits for a person: nobody knows', () => {
    expect(estimateBacklog(ground({ heldUntil: inMinutes(1), holdEnds: false }), now)).toEqual({
      emptyAt: null,
      notBefore: inMinutes(1),
      reason: 'held',
    })
  })

  test('nothing was measured yet', () => {
    expect(estimateBacklog(ground({ stepsPerSecond: null }), now)).toMatchObject({
      emptyAt: null,
      reason: 'no-rate-yet',
    })
  })

  test('longer than a day', () => {
    const far = { emptyAt: null, reason: 'longer-than-a-day', notBefore: inMinutes(1_440) }
    expect(estimateBacklog(ground({ waiting: [0, 0, 200_000, 0, 0] }), now)).toMatchObject(far)
    expect(estimateBacklog(ground({ waiting: [0, 0, 20_000, 0, 0], capacity: 600 }), now)).toMatchObject(far)
  })
})
