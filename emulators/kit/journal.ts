// What happened on the wire: never headers, bodies or query strings, since those may hold secrets.

/** One vendor request. `n` counts from 1 over the emulator's life. */
export type JournalEntry = {
  n: number
  /** Arrival by the emulator's clock, ISO. */
  time: string
  method: string
  path: string
  /** HTTP status; null while unanswered, 0 when the connection was cut without an answer. */
  status: number | null
  /** Requests in flight when it arrived, itself included. */
  inFlight: number
  /** Real milliseconds from arrival to answer. */
  ms: number | null
}

/** Counts since the start. */
export type JournalStats = {
  requests: number
  byStatus: Record<string, number>
  inFlight: number
  maxInFlight: number
  maxInFlightByEndpoint: Record<string, number>
}

/** The journal of one emulator: bounded, with running totals. */
export type Journal = {
  begin(request: { time: Date; method: string; path: string; endpoint: string }): { end(status: number): void }
  /** Kept entries with `n > since`, oldest first. */
  entries(since?: number): JournalEntry[]
  /** Requests ever seen, also those no longer kept. */
  total(): number
  stats(): JournalStats
}

const maxEndpoints = 1000

/** Makes a journal that keeps the last `capacity` requests. */
export function createJournal(capacity = 200_000): Journal {
  const ring: JournalEntry[] = []
  const byStatus = new Map<number, number>()
  const current = new Map<string, number>()
  const highest = new Map<string, number>()
  let total = 0
  let inFlight = 0
  let maxInFlight = 0

  return {
    begin({ time, method, path, endpoint }) {
      const started = performance.now()
      const key = highest.has(endpoint) || highest.size < maxEndpoints ? endpoint : 'other'
      total += 1
      inFlight += 1
      maxInFlight = Math.max(maxInFlight, inFlight)
      const here = (current.get(key) ?? 0) + 1
      current.set(key, here)
      highest.set(key, Math.max(highest.get(key) ?? 0, here))
      const entry: JournalEntry = { n: total, time: time.toISOString(), method, path, status: null, inFlight, ms: null }
      ring[(total - 1) % capacity] = entry
      let open = true
      return {
        end(status) {
          if (!open) return
          open = false
          inFlight -= 1
          current.set(key, (current.get(key) ?? 1) - 1)
          byStatus.set(status, (byStatus.get(status) ?? 0) + 1)
          entry.status = status
          entry.ms = Math.round((performance.now() - started) * 10) / 10
        },
      }
    },
    entries(since = 0) {
      const first = Math.max(since, total - ring.length)
      const kept: JournalEntry[] = []
      for (let n = first; n < total; n += 1) {
        const entry = ring[n % capacity]
        if (entry) kept.push(entry)
      }
      return kept
    },
    total: () => total,
    stats: () => ({
      requests: total,
      byStatus: Object.fromEntries(byStatus),
      inFlight,
      maxInFlight,
      maxInFlightByEndpoint: Object.fromEntries(highest),
    }),
  }
}

/** `GET /Tickets/12` becomes `GET /Tickets/:id`: numbers, GUIDs and long hex count as ids. */
export function defaultEndpoint(method: string, path: string): string {
  const parts = path.split('/').map((part) => (/^(\d+|[0-9a-f-]{32,})$/i.test(part) ? ':id' : part))
  return `${method} ${parts.join('/')}`
}
