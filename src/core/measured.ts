/** What alarms are judged by, as it was measured at one moment. */

export type MeasuredSource = {
  readonly id: number
  readonly name: string
  /** Why its settings cannot be used; null: they can. */
  readonly problem: string | null
  readonly polls: readonly {
    /** For example `computers`. */
    readonly what: string
    readonly everySeconds: number
    readonly lastGoodAt: Date | null
    readonly lastDurationMs: number | null
    /** What the last one failed with; null: nothing. */
    readonly failure: string | null
  }[]
  /** Listeners that are switched on and stand nowhere. */
  readonly silentChannels: readonly { readonly what: string; readonly message: string }[]
  /** How full it is with what waits for a person: 1 is full, and senders are pushed back. */
  readonly unreadFill: number
}

export type MeasuredPsa = {
  readonly id: number
  readonly name: string
  readonly problem: string | null
  /** What it does to us now; null: nothing. */
  readonly trouble: { readonly kind: 'denied' | 'limited' | 'unreachable'; readonly message: string } | null
  readonly stuck: number
  readonly budget: { readonly used: number; readonly perHour: number | null }
  /** Tickets that could be worked on now. */
  readonly due: number
  readonly oldestDueAt: Date | null
}

/** A mapped tenant; what is not mapped gets no tickets, so nobody misses it. */
export type MeasuredTenant = {
  readonly id: number
  readonly sourceId: number
  readonly name: string
  readonly failingSince: Date | null
  readonly message: string | null
  readonly vanishedAt: Date | null
}

export type Measured = {
  readonly sources: readonly MeasuredSource[]
  readonly tenants: readonly MeasuredTenant[]
  readonly psas: readonly MeasuredPsa[]
  /** Integrations with rules that are on and no longer fit the desk. */
  readonly rules: readonly {
    readonly integrationId: number
    readonly name: string
    readonly count: number
    readonly first: string
  }[]
  readonly ends: readonly {
    readonly kind: 'secret-expiring' | 'certificate-expiring'
    readonly subject: string
    readonly name: string
    /** For example `secret`, or `certificate of the server`. */
    readonly what: string
    readonly endsAt: Date
  }[]
  readonly processes: readonly {
    readonly process: string
    readonly diskFreeBytes: number | null
    /** How far each clock that it saw is ahead of its own, in ms. */
    readonly clocks: readonly { readonly of: string; readonly aheadMs: number }[]
  }[]
  readonly drills: readonly { readonly psaId: number; readonly name: string; readonly failed: string | null }[]
  readonly webhook: { readonly oldestWaitingAt: Date | null; readonly failure: string; readonly givenUp: number }
}

/** The clock of our own database, among those that a process sees. */
export const databaseClock = 'the database'
