import { type Clock, systemClock } from '../src/lib/clock.ts'
import { createSteadyClock, type SteadyClock } from '../src/lib/steady-clock.ts'

/**
 * The time of a run: it goes faster than real by a fixed factor, and every process works it out for itself from the same
 * three numbers, so that all agree without asking.
 */
export type RunTime = {
  /** Where it began, ms since 1970. */
  readonly base: number
  /** The real moment of that. */
  readonly realBase: number
  readonly speed: number
}

/** The clock of one process, as the program makes it, on a machine whose clock can be put. */
export type RunClock = SteadyClock & {
  /** Puts the machine's clock so many ms ahead of the time of the run; 0 sets it right again. */
  put(aheadMs: number): void
}

/** Loops that only look again may not eat the machine: no sleep is shorter than this, in real ms. */
const shortestSleepMs = 150

/** The time of the run now, ms since 1970. */
export function timeOf({ base, realBase, speed }: RunTime): number {
  return base + (Date.now() - realBase) * speed
}

export function createRunClock(time: RunTime): RunClock {
  let ahead = 0
  const sleep: Clock['sleep'] = (ms, signal) => realSleep(Math.max(ms / time.speed, shortestSleepMs), signal)
  const sources = { wall: () => timeOf(time) + ahead, elapsed: () => performance.now() * time.speed }
  return {
    ...createSteadyClock(sleep, sources),
    put(aheadMs) {
      ahead = aheadMs
    },
  }
}

/** Waits in real time; ends at once when the signal is aborted. */
export const realSleep = systemClock.sleep
