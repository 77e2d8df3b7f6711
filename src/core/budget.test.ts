import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addedLatencyMs, type Books, capacityOf, grantable, type UsageReading, vendorShare } from './budget.ts'
import { laneNames, lanes } from './lane.ts'

const now = new Date('2026-03-02T12:00:00Z')
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000)
const none = laneNames.map(() => 0)
const nobody = laneNames.map((_, lane) => lane === lanes.housekeeping)
const everybody = laneNames.map(() => true)
const bands = [
  { fromShare: 0.5, addedMs: 500 },
  { fromShare: 0.75, addedMs: 1_000 },
]

function books(change: Partial<Books>): Books {
  return { perHour: 1_000, usage: null, hour: none, recent: none, waiting: nobody, ...change }
}
function reading(change: Partial<UsageReading>): UsageReading {
  return { used: 0, allowed: 10_000, windowMinutes: 60, bands, ours: 0, at: minutesAgo(1), ...change }
}
const may = (lane: number, given: Partial<Books>, begun = false) => grantable({ lane, begun }, books(given), now)
/** Requests by lane: urgent opens, closes, other opens, notes, reading around. */
const spent = (...counts: number[]) => counts

describe('what is left of the hour', () => {
  test.each([
    ['an urgent open may have all of it', lanes.openCritical, spent(0, 850), 150],
    ['what has begun too', lanes.note, spent(0, 950), 50, true],
    ['others leave a tenth to urgent opens', lanes.close, spent(0, 750, 0, 0, 100), 50],
    ['and what reading around has not used of its own', lanes.close, spent(0, 750), 50],
    ['so that nothing is left for them towards the end', lanes.openOther, spent(0, 900), 0],
    ['reading around has what it wants while there is plenty', lanes.housekeeping, spent(0, 100, 0, 0, 250), 550],
    ['and keeps to a tenth from half of the hour on', lanes.housekeeping, spent(0, 500, 0, 0, 60), 40],
    ['no more', lanes.housekeeping, spent(0, 500, 0, 0, 100), 0],
    ['nothing is nothing', lanes.openCritical, spent(0, 1_000), 0],
    ['also when the setting was made smaller meanwhile', lanes.openCritical, spent(0, 2_000), 0],
  ])('%s', (_, lane, hour, expected, begun = false) => {
    expect(may(lane, { hour: none.map((zero, n) => hour[n] ?? zero) }, begun)).toBe(expected)
  })
})

describe('a tenth for each lane with work', () => {
  test('a lone urgent open is not held up by what others are owed', () => {
    const hour = [0, 995, 0, 0, 0]
    expect(may(lanes.openCritical, { hour, recent: none, waiting: everybody })).toBe(5)
  })

  test('in a storm of urgent opens a part is kept for each of the others that waits', () => {
    const storm = { hour: [900, 0, 0, 0, 0], recent: [900, 0, 0, 0, 0] }
    // Reading around always waits: its tenth is all that is left.
    expect(may(lanes.openCritical, { ...storm, waiting: nobody })).toBe(0)
    expect(may(lanes.housekeeping, { ...storm, waiting: nobody })).toBe(100)
    expect(may(lanes.close, { ...storm, waiting: everybody })).toBe(100)
    expect(may(lanes.openCritical, { hour: [400, 0, 0, 0, 0], recent: [400, 0, 0, 0, 0], waiting: everybody })).toBe(
      336,
    )
  })

  test('a storm of closes leaves room for other opens that wait, and none when they do not', () => {
    const storm = { hour: [0, 700, 0, 0, 100], recent: [0, 700, 0, 0, 100] }
    expect(may(lanes.close, { ...storm, waiting: nobody })).toBe(100)
    expect(may(lanes.close, { ...storm, waiting: [false, true, true, false, true] })).toBe(12)
  })

  test('whoever asks in whatever order, the hour is never overdrawn and no lane that asks gets less', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 2_000 }),
        fc.array(fc.constantFrom(0, 1, 2, 3, 4), { minLength: 20, maxLength: 200 }),
        (perHour, order) => {
          const hour = [...none]
          // All of it within ten minutes; every lane always has work and asks in turn, those of `order` more often.
          for (let round = 0; round < perHour; round += 1) {
            for (const lane of [order[round % order.length] ?? 0, round % 5]) {
              const granted = Math.min(
                3,
                grantable({ lane, begun: false }, books({ perHour, hour, recent: hour, waiting: everybody }), now),
              )
              hour[lane] = (hour[lane] ?? 0) + granted
            }
          }
          const total = hour.reduce((sum, count) => sum + count, 0)
          expect(total).toBeLessThanOrEqual(perHour)
          for (const count of hour.slice(1)) expect(count).toBeGreaterThanOrEqual(Math.floor(total * 0.1) - 2)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe("the vendor's own count", () => {
  test('others leave less', () => {
    // 9,500 of 10,000 may be used at most; others used 9,000 of them.
    expect(capacityOf({ perHour: 1_000, usage: reading({ used: 9_200, ours: 200 }) }, now)).toBe(500)
    expect(capacityOf({ perHour: 1_000, usage: reading({ used: 10_000, ours: 0 }) }, now)).toBe(0)
    expect(may(lanes.openCritical, { usage: reading({ used: 9_200, ours: 200 }), hour: [200, 0, 0, 0, 0] })).toBe(300)
  })

  test('enough is left, or the count is in our books already', () => {
    expect(capacityOf({ perHour: 1_000, usage: reading({ used: 3_000, ours: 0 }) }, now)).toBe(1_000)
    expect(capacityOf({ perHour: 1_000, usage: reading({ used: 9_900, ours: 9_900 }) }, now)).toBe(1_000)
  })

  test('a window that is not an hour', () => {
    expect(capacityOf({ perHour: 6_000, usage: reading({ allowed: 1_000, windowMinutes: 30 }) }, now)).toBe(1_900)
  })

  test('an old reading says nothing', () => {
    const old = reading({ used: 10_000, at: minutesAgo(61) })
    expect(capacityOf({ perHour: 1_000, usage: old }, now)).toBe(1_000)
    expect(vendorShare({ hour: none, usage: old }, now)).toBeNull()
  })

  test.each([
    [0.49, 0],
    [0.5, 500],
    [0.74, 500],
    [0.75, 1_000],
    [1.2, 1_000],
  ])('at %d of its limit it adds %i ms', (share, ms) => {
    expect(addedLatencyMs(bands, share)).toBe(ms)
  })

  test('what can wait does not push the desk into slowness: reading around at half, notes at three quarters', () => {
    const at = (used: number) => ({ perHour: 4_000, usage: reading({ used }), hour: [0, 300, 0, 0, 0] })
    expect(may(lanes.housekeeping, at(4_000))).toBe(3_300)
    expect(may(lanes.housekeeping, at(4_800))).toBe(400)
    expect(may(lanes.note, at(6_900))).toBeGreaterThan(1_000)
    const slow = { ...at(7_300), hour: [0, 300, 0, 100, 0] }
    expect(may(lanes.note, slow)).toBe(120)
    expect(may(lanes.openOther, slow)).toBeGreaterThan(1_300)
  })
})
