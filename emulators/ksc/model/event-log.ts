import { day } from './bits.ts'
import type { EventRecord, ServerSettings } from './types.ts'

/** Stored events in the order of their growing id. */
export type EventLog = {
  add(event: Omit<EventRecord, 'id'>): EventRecord
  /** Events with `id > after`, oldest first. */
  after(after: number): EventRecord[]
  count(): number
  /** Drops what the predicate names and gives their number. */
  remove(goes: (event: EventRecord) => boolean): number
  /** Drops what is past its term or over the count (ksc-open-api.md 6.6); cheap to call often. */
  expire(settings: ServerSettings, now: number): void
  /** Replaces everything; ids go on after the highest. */
  replace(events: EventRecord[]): void
}

/** First id, as high as on a server that has run for a while. */
const firstId = 1_048_577

/** Makes an empty log. */
export function createEventLog(): EventLog {
  let events: EventRecord[] = []
  let start = 0
  let nextId = firstId
  let expiredAt = Number.NEGATIVE_INFINITY

  const compact = (): void => {
    if (start * 2 <= events.length) return
    events = events.slice(start)
    start = 0
  }
  function remove(goes: (event: EventRecord) => boolean): number {
    const before = events.length - start
    events = events.slice(start).filter((event) => !goes(event))
    start = 0
    return before - events.length
  }
  return {
    add(event) {
      const record = { id: nextId, ...event }
      nextId += 1
      events.push(record)
      return record
    },
    after(after) {
      let low = start
      let high = events.length
      while (low < high) {
        const middle = (low + high) >> 1
        if ((events[middle] as EventRecord).id > after) high = middle
        else low = middle + 1
      }
      return events.slice(low)
    },
    count: () => events.length - start,
    remove,
    expire(settings, now) {
      if (events.length - start > settings.maxEvents) {
        start = events.length - settings.maxEvents
        compact()
      }
      // Terms are days, so looking once in a simulated hour is exact enough.
      if (Math.abs(now - expiredAt) < day / 24) return
      expiredAt = now
      const keptFrom = (severity: number): number =>
        now - (severity === 4 ? settings.criticalEventDays : settings.otherEventDays) * day
      remove((event) => event.registrationTime < keptFrom(event.severity))
    },
    replace(given) {
      events = [...given].sort((left, right) => left.id - right.id)
      start = 0
      nextId = Math.max(firstId, (events.at(-1)?.id ?? 0) + 1)
    },
  }
}
