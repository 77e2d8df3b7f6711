// Ids ordered by a time that mostly grows: an append-only list with stale entries, rebuilt when they outweigh the rest.

/** Finds ids by the time of their last change. Entries of older changes stay until a rebuild. */
export type TimeIndex = {
  add(time: number, id: number): void
  /** Ids with an entry at or after `time`; may repeat, and may be stale. */
  since(time: number): number[]
  isCrowded(rowCount: number): boolean
  rebuild(entries: readonly (readonly [time: number, id: number])[]): void
}

/** Makes an empty index. */
export function createTimeIndex(): TimeIndex {
  let times: number[] = []
  let ids: number[] = []

  function position(time: number): number {
    let low = 0
    let high = times.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((times[middle] as number) < time) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    add(time, id) {
      if (time >= (times.at(-1) ?? Number.NEGATIVE_INFINITY)) {
        times.push(time)
        ids.push(id)
        return
      }
      // Only after the clock was moved back.
      const at = position(time)
      times.splice(at, 0, time)
      ids.splice(at, 0, id)
    },
    since: (time) => ids.slice(position(time)),
    isCrowded: (rowCount) => times.length > 2 * rowCount + 1024,
    rebuild(entries) {
      const sorted = [...entries].sort((a, b) => a[0] - b[0])
      times = sorted.map(([time]) => time)
      ids = sorted.map(([, id]) => id)
    },
  }
}
