import type { Clock } from '../../src/lib/clock.ts'

/** A clock that only moves when told. It is the time of Tocsin and of the emulators alike. */
export type FakeClock = Clock & { advance(ms: number): void }

export function createFakeClock(start: string): FakeClock {
  let now = new Date(start).getTime()
  return {
    now: () => new Date(now),
    sleep: () => Promise.resolve(),
    advance(ms) {
      now += ms
    },
  }
}
