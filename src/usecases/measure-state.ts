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
  readonly budget: readonly { readonly psa: string; readonly used: number; readonly perHour: number | null }[]
  readonly held: readonly { readonly psa: string; readonly held: boolean }[]
  readonly tenants: readonly { readonly source: string; readonly state: string; readonly count: number }[]
}

/** Reads the gauges of the metrics from the database, so that every process shows the same. */
export async function measureState(deps: Deps): Promise<StateMeasures> {
  const { sources, psas } = await showStatus(deps)
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
    budget: psas.map(({ name, budget }) => ({ psa: name, ...budget })),
    held: psas.map(({ name, heldUntil }) => ({ psa: name, held: heldUntil !== null })),
    tenants: sources.flatMap(({ name, tenants }) =>
      (['total', 'mapped', 'failing', 'vanished'] as const).map((state) => ({
        source: name,
        state,
        count: tenants[state],
      })),
    ),
  }
}

function toPoll(connection: string, duty: DutyView): StateMeasures['polls'][number] {
  const { kind, ageSeconds, lastDurationMs, failures } = duty
  const durationSeconds = lastDurationMs === null ? null : lastDurationMs / 1_000
  return { connection, kind, ageSeconds, durationSeconds, failures }
}
