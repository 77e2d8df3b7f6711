// Thread limit and hourly threshold (autotask-api.md 9).
import { type Answer, failed } from './answers.ts'
import { type Store, timeNow } from './store/store.ts'

/** A place among the requests at work. */
export type Admission = {
  /** Why the request is turned away, if it is. */
  refusal: Answer | undefined
  /** Milliseconds Autotask adds to this request for how full the hour is. */
  delayMs: number
  /** To be called when the answer is ready. */
  leave(): void
}

/** Counts requests against the limits of one tenant. */
export type Limits = {
  /** Takes a place for a request that arrived at `receivedAt` (ms); `key` is integration code and first path segment. */
  admit(key: string, receivedAt: number): Admission
  /** Requests in the rolling time. */
  used(): number
  /** Makes it look as if so many requests had been made just now. */
  setUsed(count: number): void
  /** Forgets who was at work when, after the clock moved. */
  forgetFinished(): void
}

type Finished = { receivedAt: number; endedAt: number }
type Lane = { active: number; finished: Finished[] }

const rememberedPerLane = 64
const turnedAway = { delayMs: 0, leave: () => {} }

/** Makes limits in which nothing was counted yet. */
export function createLimits(store: Store): Limits {
  const lanes = new Map<string, Lane>()
  let seconds: { second: number; count: number }[] = []
  let total = 0

  function used(): number {
    const oldest = Math.floor(timeNow(store) / 1000) - store.threshold.minutes * 60
    let stale = 0
    for (const bucket of seconds) {
      if (bucket.second > oldest) break
      total -= bucket.count
      stale += 1
    }
    if (stale > 0) seconds = seconds.slice(stale)
    return total
  }

  function count(by: number): void {
    const second = Math.floor(timeNow(store) / 1000)
    const last = seconds.at(-1)
    // After the clock was moved back, counts go into the newest bucket, so that buckets stay in order.
    if (last && last.second >= second) last.count += by
    else seconds.push({ second, count: by })
    total += by
  }

  return {
    admit(key, receivedAt) {
      const { threadLimit, threadLimitStatus, thresholdStatus, latencyScale } = store.switches
      const lane = lanes.get(key) ?? { active: 0, finished: [] }
      lanes.set(key, lane)
      if (threadLimit > 0 && lane.active + stillAtWork(lane, receivedAt) >= threadLimit) {
        const text = `The Autotask API thread threshold of ${threadLimit} threads has been exceeded.`
        return { ...turnedAway, refusal: failed([text], threadLimitStatus) }
      }
      const { requests, minutes } = store.threshold
      if (used() >= requests) {
        const text = `The Autotask API request threshold of ${requests} requests per ${minutes} minutes has been exceeded.`
        return { ...turnedAway, refusal: failed([text], thresholdStatus) }
      }
      count(1)
      lane.active += 1
      return {
        refusal: undefined,
        delayMs: addedLatency(used() / requests) * latencyScale,
        leave() {
          lane.active -= 1
          lane.finished.push({ receivedAt, endedAt: timeNow(store) })
          if (lane.finished.length > 2 * rememberedPerLane) lane.finished = lane.finished.slice(-rememberedPerLane)
        },
      }
    },
    used,
    setUsed(wanted) {
      seconds = []
      total = 0
      count(wanted)
    },
    forgetFinished() {
      for (const lane of lanes.values()) lane.finished = []
    },
  }
}

/**
 * Requests that are answered by now but were at work when this one arrived: the kit's latency passes before the handler
 * sees a request, so those that waited side by side are told by their times.
 */
function stillAtWork(lane: Lane, receivedAt: number): number {
  let count = 0
  for (let n = lane.finished.length - 1; n >= 0 && n >= lane.finished.length - rememberedPerLane; n -= 1) {
    const one = lane.finished[n]
    if (one && one.receivedAt <= receivedAt && one.endedAt > receivedAt) count += 1
  }
  return count
}

function addedLatency(share: number): number {
  if (share < 0.5) return 0
  return share < 0.75 ? 500 : 1000
}
