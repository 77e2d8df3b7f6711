/** How many may come in a minute, for each key by itself. */
export type Rate = {
  /** True when one more may come now; it is counted then. */
  take(key: string, now: Date): boolean
}

/** Keys that are remembered: more than that many peers at once share what is left. */
const mostKeys = 10_000
const minuteMs = 60_000

/** A bucket for each key that fills evenly: `perMinute` at once, and as many again within each minute. */
export function createRate(perMinute: number): Rate {
  const buckets = new Map<string, { left: number; at: number }>()
  return {
    take(key, now) {
      const at = now.getTime()
      const bucket = buckets.get(key) ?? { left: perMinute, at }
      const filled = Math.min(perMinute, bucket.left + (Math.max(at - bucket.at, 0) / minuteMs) * perMinute)
      const left = filled >= 1 ? filled - 1 : filled
      buckets.delete(key)
      buckets.set(key, { left, at })
      const oldest = buckets.size > mostKeys ? buckets.keys().next().value : undefined
      if (oldest !== undefined) buckets.delete(oldest)
      return filled >= 1
    },
  }
}
