import { laneNames } from '../core/lane.ts'
import { saveDeskMinute } from '../db/desk-minutes.ts'
import type { Deps } from './deps.ts'

/** What one process does at a desk: told to the database now and then, so that anyone can say how fast tickets go. */
export type DeskProgress = {
  /** A step ended that had sent so many requests; `done`: it did what it was to do. */
  did(lane: number, requests: number, done: boolean): void
  /** Requests of late by lane: what the low lanes are owed is judged by it. */
  sent(): readonly number[]
  /** Something is under way, or nothing is any more. */
  busy(isBusy: boolean): void
  /** Writes down what is new; unless `now`, only every few seconds. */
  store(now?: boolean): Promise<void>
}

const storeEveryMs = 3_000
/** Requests over which shares are counted: old ones fade. */
const rememberedRequests = 400

export function createDeskProgress(deps: Pick<Deps, 'pool' | 'clock'>, psaId: number, owner: string): DeskProgress {
  const zeros = () => laneNames.map(() => 0)
  let minute = 0
  let steps = zeros()
  let requests = zeros()
  let busyMs = 0
  let changed = false
  let recent = zeros()
  let busySince: number | null = null
  let storedAt = performance.now()

  function countBusy(): void {
    if (busySince === null) return
    const at = performance.now()
    busyMs += at - busySince
    busySince = at
  }

  const presentMinute = () => Math.floor(deps.clock.now().getTime() / 60_000)

  async function write(): Promise<void> {
    changed = false
    storedAt = performance.now()
    const done = { minute: new Date(minute * 60_000), steps, requests, busyMs }
    await saveDeskMinute(deps.pool, psaId, owner, done)
  }

  return {
    did(lane, count, done) {
      if (minute === 0) minute = presentMinute()
      steps[lane] = (steps[lane] ?? 0) + (done ? 1 : 0)
      requests[lane] = (requests[lane] ?? 0) + count
      recent[lane] = (recent[lane] ?? 0) + count
      changed = true
      if (recent.reduce((sum, one) => sum + one, 0) > rememberedRequests) recent = recent.map((one) => one / 2)
    },
    sent: () => recent,
    busy(isBusy) {
      if (isBusy) busySince ??= performance.now()
      else {
        countBusy()
        busySince = null
      }
    },
    async store(now = false) {
      if (!now && performance.now() - storedAt < storeEveryMs) return
      countBusy()
      if (changed) await write()
      const present = presentMinute()
      if (present === minute) return
      minute = present
      steps = zeros()
      requests = zeros()
      busyMs = 0
    },
  }
}
