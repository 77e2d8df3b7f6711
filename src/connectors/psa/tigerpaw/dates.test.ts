import { describe, expect, it } from 'vitest'
import { fromLocal, isTimeZone, toLocal, toSplit } from './dates.ts'

const chicago = 'America/Chicago'

describe('toLocal and fromLocal', () => {
  it.each([
    ['2026-01-05T16:15:02Z', chicago, '2026-01-05T10:15:02'],
    ['2026-07-05T15:15:02Z', chicago, '2026-07-05T10:15:02'],
    ['2026-01-05T04:00:00Z', chicago, '2026-01-04T22:00:00'],
    ['2026-01-05T06:00:00Z', chicago, '2026-01-05T00:00:00'],
    ['2026-11-22T08:10:00Z', 'UTC', '2026-11-22T08:10:00'],
    ['2026-11-22T08:10:00Z', 'Asia/Kolkata', '2026-11-22T13:40:00'],
    // The hour that comes before the clocks go forward, and the one after.
    ['2026-03-08T07:59:59Z', chicago, '2026-03-08T01:59:59'],
    ['2026-03-08T08:00:00Z', chicago, '2026-03-08T03:00:00'],
    ['2026-11-01T08:30:00Z', chicago, '2026-11-01T02:30:00'],
  ])('%s in %s is %s', (instant, zone, local) => {
    expect(toLocal(new Date(instant), zone)).toBe(local)
    expect(fromLocal(local, zone)).toEqual(new Date(instant))
  })

  it('reads fractions, and an offset where there is one', () => {
    expect(fromLocal('2026-01-05T10:15:02.12', chicago)).toEqual(new Date('2026-01-05T16:15:02.120Z'))
    expect(fromLocal('2026-01-05T10:15:02Z', chicago)).toEqual(new Date('2026-01-05T10:15:02Z'))
    expect(fromLocal('2026-01-05T10:15:02+01:00', chicago)).toEqual(new Date('2026-01-05T09:15:02Z'))
  })

  it('makes nothing of a date when the zone is not known, and of what is no date', () => {
    expect(fromLocal('2026-01-05T10:15:02', '')).toBeNull()
    expect(fromLocal('', chicago)).toBeNull()
    expect(fromLocal('soon', chicago)).toBeNull()
    expect(fromLocal('soonZ', chicago)).toBeNull()
  })
})

describe('toSplit', () => {
  it('puts the day into one part and the time of day into the other', () => {
    expect(toSplit(new Date('2018-03-06T20:09:02Z'), chicago)).toEqual({
      Date: '2018-03-06T00:00:00',
      Time: '1900-01-01T14:09:02',
    })
  })
})

describe('isTimeZone', () => {
  it('knows the names of the IANA', () => {
    expect(['UTC', chicago, 'Europe/Berlin'].every(isTimeZone)).toBe(true)
    expect(['', 'Central', 'America/Nowhere'].some(isTimeZone)).toBe(false)
  })
})
