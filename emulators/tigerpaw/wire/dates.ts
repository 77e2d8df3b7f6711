// Dates are written without an offset, in the tenant's own time (tigerpaw-api.md 7: likely local time).

const minute = 60_000
const pattern = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/

/** `2026-01-05T10:15:02.12`: zeros at the end of the fraction are left out. `offset` is in minutes east of UTC. */
export function formatDate(time: number, offset: number): string {
  const text = new Date(time + offset * minute).toISOString().slice(0, -1)
  return text.endsWith('.000') ? text.slice(0, -4) : text.replace(/0+$/, '')
}

/** Milliseconds of such a text; one with an offset of its own keeps to that. NaN when it is none. */
export function parseDate(text: string, offset: number): number {
  const [, clock, , , zone] = pattern.exec(text.trim()) ?? []
  if (!pattern.test(text.trim())) return Number.NaN
  if (zone !== undefined) return Date.parse(text.trim())
  return Date.parse(clock === undefined ? `${text.trim()}T00:00:00Z` : `${text.trim()}Z`) - offset * minute
}

/** Midnight before a time, in the tenant's own time. */
export function dayOf(time: number, offset: number): number {
  return Math.floor((time + offset * minute) / (1440 * minute)) * 1440 * minute - offset * minute
}

/** The time of day, on the first day of 1900 (the vendor's way to write a time alone). */
export function timeOfDay(time: number, offset: number): number {
  return Date.UTC(1900, 0, 1) - offset * minute + (time - dayOf(time, offset))
}
