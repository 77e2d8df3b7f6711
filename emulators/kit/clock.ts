// All time inside an emulator comes from one clock that acts can move.

/** Anything that tells the time; the real one, or a test's. */
export type Clock = { now(): Date }

/** A clock on top of another one, shifted by what `moveTo` and `advance` asked for. */
export type EmulatorClock = Clock & {
  /** Makes `now()` be this instant; from there it runs on with the clock below. */
  moveTo(instant: Date): void
  /** Shifts by milliseconds (may be negative). */
  advance(milliseconds: number): void
}

/** Wraps `base` (default: the machine's clock) in a movable clock. */
export function createEmulatorClock(base: Clock = { now: () => new Date() }): EmulatorClock {
  let shift = 0
  return {
    now: () => new Date(base.now().getTime() + shift),
    moveTo(instant) {
      shift = instant.getTime() - base.now().getTime()
    },
    advance(milliseconds) {
      shift += milliseconds
    },
  }
}
