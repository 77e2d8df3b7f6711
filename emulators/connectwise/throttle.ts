// Requests in a rolling minute (connectwise-api.md 4).
import { type Store, timeNow } from './store/store.ts'

/** Counts requests against the tenant's limit. */
export type Throttle = {
  /** Counts a request; gives the seconds to wait when it is one too many, else 0. */
  admit(): number
  /** Requests in the last minute. */
  used(): number
  /** Makes it look as if so many requests had been made just now. */
  setUsed(count: number): void
}

const windowSeconds = 60

/** Makes a throttle that has counted nothing. */
export function createThrottle(store: Store): Throttle {
  let buckets: { second: number; count: number }[] = []
  let total = 0

  const now = (): number => Math.floor(timeNow(store) / 1000)

  function used(): number {
    const oldest = now() - windowSeconds
    // After the clock was moved back, what was counted later counts as of now.
    for (const bucket of buckets) bucket.second = Math.min(bucket.second, now())
    const fresh = buckets.findIndex((bucket) => bucket.second > oldest)
    if (fresh !== 0) buckets = fresh === -1 ? [] : buckets.slice(fresh)
    if (fresh !== 0) total = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
    return total
  }

  function count(by: number): void {
    const last = buckets.at(-1)
    if (last?.second === now()) last.count += by
    else buckets.push({ second: now(), count: by })
    total += by
  }

  return {
    admit() {
      const limit = store.switches.requestsPerMinute
      if (limit > 0 && used() >= limit) {
        const [oldest] = buckets
        return Math.min(windowSeconds, Math.max(1, (oldest?.second ?? 0) + windowSeconds - now()))
      }
      count(1)
      return 0
    },
    used,
    setUsed(wanted) {
      buckets = []
      total = 0
      count(wanted)
    },
  }
}
