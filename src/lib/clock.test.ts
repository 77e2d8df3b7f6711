import { describe, expect, it } from 'vitest'
import { systemClock } from './clock.ts'

const elapsed = async (work: () => Promise<void>): Promise<number> => {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

describe('systemClock', () => {
  it('tells the time', () => {
    const before = Date.now()
    const told = systemClock.now().getTime()
    expect(told).toBeGreaterThanOrEqual(before)
    expect(told).toBeLessThanOrEqual(Date.now())
  })

  it('sleeps as long as it is told, with or without a signal', async () => {
    // Timers count whole milliseconds and may be up to one early.
    expect(await elapsed(() => systemClock.sleep(40))).toBeGreaterThanOrEqual(39)
    expect(await elapsed(() => systemClock.sleep(40, new AbortController().signal))).toBeGreaterThanOrEqual(39)
  })

  it('does not begin to sleep when it is over already', async () => {
    expect(await elapsed(() => systemClock.sleep(60_000, AbortSignal.abort()))).toBeLessThan(5_000)
  })

  it('wakes when the signal is aborted', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 10)
    expect(await elapsed(() => systemClock.sleep(60_000, stop.signal))).toBeLessThan(5_000)
  })

  it('leaves no listener behind', async () => {
    const { signal } = new AbortController()
    let listening = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listening += 1
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listening -= 1
      remove(...args)
    }
    await systemClock.sleep(1, signal)
    expect(listening).toBe(0)
  })
})
