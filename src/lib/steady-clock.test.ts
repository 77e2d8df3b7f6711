import { describe, expect, test } from 'vitest'
import { recordingLog } from '../../test/support/recording-log.ts'
import { createSteadyClock, keepTime, type TimeSources } from './steady-clock.ts'

const hour = 3_600_000
const noSleep = () => Promise.resolve()

/** A machine whose clock anybody may put, and that may stand still. */
function machine(): TimeSources & { pass(ms: number): void; put(ms: number): void; suspend(ms: number): void } {
  let wall = Date.parse('2026-03-02T06:00:00Z')
  let elapsed = 1_000
  return {
    wall: () => wall,
    elapsed: () => elapsed,
    pass(ms) {
      wall += ms
      elapsed += ms
    },
    put(ms) {
      wall += ms
    },
    suspend(ms) {
      wall += ms
    },
  }
}

describe('a clock that is put', () => {
  test.each([hour, -hour])('by %d ms changes no time, and is in doubt until the database was asked', (ms) => {
    const one = machine()
    const clock = createSteadyClock(noSleep, one)
    const begun = clock.now().getTime()
    one.pass(5_000)
    expect(clock.isSure()).toBe(true)
    one.put(ms)
    expect(clock.now().getTime()).toBe(begun + 5_000)
    expect(clock.isSure()).toBe(false)
    clock.setRight(begun + 5_000)
    expect(clock.isSure()).toBe(true)
    one.pass(1_000)
    expect(clock.now().getTime()).toBe(begun + 6_000)
  })
})

test('a machine that slept is in doubt, and takes over the time of the database', () => {
  const one = machine()
  const clock = createSteadyClock(noSleep, one)
  const begun = clock.now().getTime()
  one.suspend(hour)
  expect(clock.isSure()).toBe(false)
  clock.setRight(begun + hour)
  expect(clock.now().getTime()).toBe(begun + hour)
  expect(clock.isSure()).toBe(true)
})

test('small corrections of the machine are no doubt', () => {
  const one = machine()
  const clock = createSteadyClock(noSleep, one)
  one.put(9_000)
  expect(clock.isSure()).toBe(true)
})

describe('keepTime', () => {
  async function askedOnce(answer: () => Promise<number>) {
    const one = machine()
    const stop = new AbortController()
    const clock = createSteadyClock(async () => stop.abort(), one)
    const log = recordingLog()
    one.put(hour)
    await keepTime(clock, answer, log, stop.signal)
    return { clock, log }
  }

  test('asks the database, and says so when it had to set the clock right', async () => {
    const { clock, log } = await askedOnce(async () => Date.parse('2026-03-02T06:00:01Z'))
    expect(clock.isSure()).toBe(true)
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(Date.parse('2026-03-02T06:00:01Z'))
    expect(clock.now().getTime()).toBeLessThan(Date.parse('2026-03-02T06:00:04Z'))
    expect(log.text()).toContain('the clock of this machine was put')
  })

  test('stays in doubt while the database does not answer', async () => {
    const { clock } = await askedOnce(() => Promise.reject(new Error('no connection')))
    expect(clock.isSure()).toBe(false)
  })
})
