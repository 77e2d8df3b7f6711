// Ids by the time of their last change, newest at the end; older entries of an id stay until a rebuild.

/** Finds the ids that changed at or after a time. */
export type TimeIndex = {
  add(time: number, id: number): void
  /** May repeat ids, and hold ids that changed again or are gone. */
  since(time: number): number[]
  /** Whether more entries are stale than not. */
  isCrowded(rowCount: number): boolean
  rebuild(entries: readonly (readonly [time: number, id: number])[]): void
}

/** Makes an empty index. */
export function createTimeIndex(): TimeIndex {
  let entries: (readonly [time: number, id: number])[] = []

  function position(time: number): number {
    let low = 0
    let high = entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((entries[middle]?.[0] ?? 0) < time) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    add(time, id) {
      if (time >= (entries.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY)) entries.push([time, id])
      // Only after the clock was moved back.
      else entries.splice(position(time), 0, [time, id])
    },
    since: (time) => entries.slice(position(time)).map(([, id]) => id),
    isCrowded: (rowCount) => entries.length > 2 * rowCount + 1024,
    rebuild(fresh) {
      entries = [...fresh].sort((a, b) => a[0] - b[0])
    },
  }
}
