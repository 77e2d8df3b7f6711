import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

/**
 * The time of one process, for leases that many share. It is the database's time, carried on by what has elapsed: a
 * machine whose clock is put forward or back changes nothing. When the two ways of telling time go apart (the clock was
 * put, or the machine slept) nobody knows which is right until the database was asked, and nothing is begun.
 */
export type SteadyClock = Clock & {
  isSure(): boolean
  /** The time of the database now, ms since 1970. */
  setRight(now: number): void
}

export type TimeSources = {
  /** The machine's clock, ms since 1970; anybody may put it. */
  wall(): number
  /** ms since some moment; never put. */
  elapsed(): number
}

const systemSources: TimeSources = { wall: () => Date.now(), elapsed: () => performance.now() }

/** Up to here, in ms, clocks may differ: leases are made for more. */
export const clockMayDifferMs = 10_000

/** Begins with the machine's clock. */
export function createSteadyClock(sleep: Clock['sleep'], { wall, elapsed }: TimeSources = systemSources): SteadyClock {
  let anchor = { time: wall(), wall: wall(), elapsed: elapsed() }
  return {
    sleep,
    now: () => new Date(anchor.time + elapsed() - anchor.elapsed),
    isSure: () => Math.abs(wall() - anchor.wall - (elapsed() - anchor.elapsed)) <= clockMayDifferMs,
    setRight(now) {
      anchor = { time: now, wall: wall(), elapsed: elapsed() }
    },
  }
}

const askEveryMs = 5_000
/** An answer that took longer says too little about the moment. */
const slowAnswerMs = 2_000

/** Keeps the clock at the database's time until the signal is aborted. `ask` gives that time, ms since 1970. */
export async function keepTime(
  clock: SteadyClock,
  ask: () => Promise<number>,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await setRightOnce(clock, ask, log)
    } catch (error) {
      if (!signal.aborted) log.debug({ err: error }, 'the time of the database could not be asked')
    }
    await clock.sleep(askEveryMs, signal)
  }
}

async function setRightOnce(clock: SteadyClock, ask: () => Promise<number>, log: Log): Promise<void> {
  const before = performance.now()
  const told = await ask()
  const took = performance.now() - before
  if (took > slowAnswerMs) return
  const wasSure = clock.isSure()
  const now = told + took / 2
  const byMs = Math.round(now - clock.now().getTime())
  clock.setRight(now)
  if (!wasSure || Math.abs(byMs) > clockMayDifferMs) {
    log.warn(
      { byMs },
      'the clock of this machine was put or stood still; this process goes by the time of the database',
    )
  }
}
