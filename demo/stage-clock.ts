import { type Clock, systemClock } from '../src/lib/clock.ts'

/** The one time of a stage, for Tocsin and both emulators: it stands still until it is moved or let run. */
export type StageClock = Clock & {
  moveTo(at: Date): void
  /** From now on it goes as the machine's clock goes. */
  run(): void
}

export function createStageClock(start: Date): StageClock {
  let standing: number | null = start.getTime()
  let ahead = 0
  return {
    now: () => new Date(standing ?? Date.now() + ahead),
    sleep: systemClock.sleep,
    moveTo(at) {
      if (standing === null) ahead = at.getTime() - Date.now()
      else standing = at.getTime()
    },
    run() {
      if (standing === null) return
      ahead = standing - Date.now()
      standing = null
    },
  }
}
