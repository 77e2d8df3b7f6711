import { lastEndedDrills } from '../db/drills.ts'
import type { Deps } from './deps.ts'
import { type DutyView, showStatus } from './show-status.ts'

/** What the metrics show of the database at the moment they are asked for. Names are those of the connections. */
export type StateMeasures = {
  readonly conditions: readonly { readonly source: string; readonly level: string; readonly count: number }[]
  readonly tickets: readonly { readonly psa: string; readonly state: string; readonly count: number }[]
  readonly due: readonly { readonly psa: string; readonly count: number }[]
  readonly stuck: readonly { readonly psa: string; readonly count: number }[]
  readonly polls: readonly {
    readonly connection: string
    readonly kind: string
    readonly ageSeconds: number | null
    readonly durationSeconds: number | null
    readonly failures: number
  }[]
  readonly budget: readonly {
    readonly psa: string
    readonly used: number
    readonly perHour: number | null
    readonly capacity: number | null
    /** The vendor's own count; null: not known. */
    readonly vendorUsed: number | null
    readonly addedLatencySeconds: number | null
  }[]
  readonly threads: readonly {
    readonly psa: string
    readonly endpoint: string
    readonly state: 'in-use' | 'given-up'
    readonly count: number
  }[]
  readonly backlog: readonly { readonly psa: string; readonly lane: string; readonly count: number }[]
  /** Null: nobody can say. */
  readonly backlogSeconds: readonly { readonly psa: string; readonly seconds: number | null }[]
  readonly held: readonly { readonly psa: string; readonly held: boolean }[]
  /** Since the beginning. */
  readonly removed: readonly { readonly table: string; readonly count: number }[]
  /** Of the duties without a connection. */
  readonly house: readonly { readonly kind: string; readonly ageSeconds: number | null; readonly failures: number }[]
  readonly tenants: readonly { readonly source: string; readonly state: string; readonly count: number }[]
  readonly alarms: readonly {
    readonly kind: string
    readonly subject: string
    readonly name: string
    readonly severity: string
  }[]
  readonly watch: { readonly ageSeconds: number | null; readonly messagesWaiting: number }
  /** The last drill of each desk that ended. */
  readonly drills: readonly {
    readonly psa: string
    readonly good: boolean
    readonly endedAt: Date
    readonly parts: readonly { readonly part: string; readonly seconds: number }[]
  }[]
}

/** Reads the gauges of the metrics from the database, so that every process shows the same. */
export async function measureState(deps: Deps): Promise<StateMeasures> {
  const { at, sources, psas, duties, retention, alarms, watch } = await showStatus(deps)
  const { lastRunAt } = watch
  return {
    conditions: sources.flatMap(({ name, conditions }) =>
      (['warning', 'critical'] as const).map((level) => ({ source: name, level, count: conditions[level] })),
    ),
    tickets: psas.flatMap(({ name, tickets }) =>
      (['waiting', 'open', 'closing'] as const).map((state) => ({ psa: name, state, count: tickets[state] })),
    ),
    due: psas.map(({ name, tickets }) => ({ psa: name, count: tickets.due })),
    stuck: psas.map(({ name, tickets }) => ({ psa: name, count: tickets.stuck })),
    polls: [...sources, ...psas].flatMap(({ name, duties }) => duties.map((duty) => toPoll(name, duty))),
    budget: psas.map(({ name, budget: { used, perHour, capacity, vendor } }) => ({
      psa: name,
      used,
      perHour,
      capacity,
      vendorUsed: vendor?.used ?? null,
      addedLatencySeconds: vendor === null ? null : vendor.addedLatencyMs / 1_000,
    })),
    threads: psas.flatMap(({ name, threads }) =>
      threads.endpoints.flatMap(({ endpoint, inUse, givenUp }) => [
        { psa: name, endpoint, state: 'in-use' as const, count: inUse },
        { psa: name, endpoint, state: 'given-up' as const, count: givenUp },
      ]),
    ),
    backlog: psas.flatMap(({ name, backlog }) =>
      Object.entries(backlog.lanes).map(([lane, count]) => ({ psa: name, lane, count })),
    ),
    backlogSeconds: psas.map(({ name, backlog: { emptyAt } }) => ({
      psa: name,
      seconds: emptyAt === null ? null : Math.max(0, (emptyAt.getTime() - at.getTime()) / 1_000),
    })),
    held: psas.map(({ name, heldUntil }) => ({ psa: name, held: heldUntil !== null })),
    removed: Object.entries(retention.removed).map(([table, count]) => ({ table, count })),
    house: duties.map(({ kind, ageSeconds, failures }) => ({ kind, ageSeconds, failures })),
    tenants: sources.flatMap(({ name, tenants }) =>
      (['total', 'mapped', 'failing', 'vanished'] as const).map((state) => ({
        source: name,
        state,
        count: tenants[state],
      })),
    ),
    alarms: alarms.map(({ kind, subject, name, severity }) => ({ kind, subject, name, severity })),
    watch: {
      ageSeconds: lastRunAt === null ? null : Math.max(0, (at.getTime() - lastRunAt.getTime()) / 1_000),
      messagesWaiting: watch.webhook.waiting,
    },
    drills: (await lastEndedDrills(deps.pool)).flatMap(({ psaId, state, endedAt, times }) => {
      const psa = psas.find(({ id }) => id === psaId)?.name
      if (psa === undefined || endedAt === null) return []
      const parts = Object.entries(times).map(([part, ms]) => ({ part, seconds: ms / 1_000 }))
      return [{ psa, good: state === 'good', endedAt, parts }]
    }),
  }
}

function toPoll(connection: string, duty: DutyView): StateMeasures['polls'][number] {
  const { kind, ageSeconds, lastDurationMs, failures } = duty
  const durationSeconds = lastDurationMs === null ? null : lastDurationMs / 1_000
  return { connection, kind, ageSeconds, durationSeconds, failures }
}
