import { ConnectorError } from '../connectors/failure.ts'
import type { PsaFacts } from '../connectors/psa.ts'
import { loadRetentionRuns, type RetentionRuns } from '../db/retention-settings.ts'
import { type ChannelStateRow, loadChannelStates } from '../db/source-channels.ts'
import {
  type ConditionCount,
  countConditions,
  countDeskTickets,
  countTenants,
  type DeskNumbers,
  type DutyRow,
  loadDuties,
  type TenantTrouble,
  troubledTenants,
} from '../db/status.ts'
import type { StoredFailure } from '../db/tables.ts'
import { SecretBoxError } from '../lib/secret-box.ts'
import type { Deps } from './deps.ts'
import { houseDuties } from './ensure-duties.ts'
import { readSettings, type StoredConnection } from './open-connection.ts'
import { readWatch, type WatchStatus } from './read-watch.ts'
import { stateKeptMs } from './show-channels.ts'
import { type BacklogView, type BudgetView, showLoad, type ThreadsView } from './show-load.ts'
import { type FailureView, toFailureView } from './ticket-view.ts'

export type DutyView = {
  readonly kind: string
  readonly subjectId: number
  readonly dueAt: Date
  readonly running: boolean
  readonly lastGoodAt: Date | null
  /** Seconds since it last went well; null: never yet. */
  readonly ageSeconds: number | null
  readonly lastDurationMs: number | null
  /** In a row. */
  readonly failures: number
  readonly failure: FailureView | null
}

export type SourceStatus = {
  readonly id: number
  readonly name: string
  readonly connector: string
  /** What must be put right before it can be used; null: nothing. */
  readonly problem: string | null
  readonly duties: readonly DutyView[]
  readonly conditions: { readonly warning: number; readonly critical: number }
  readonly tenants: {
    readonly total: number
    readonly mapped: number
    readonly failing: number
    readonly vanished: number
  }
  /** What processes say of its listeners. */
  readonly channels: readonly ChannelStateRow[]
}

export type PsaStatus = {
  readonly id: number
  readonly name: string
  readonly connector: string
  readonly problem: string | null
  readonly duties: readonly DutyView[]
  /** Nothing is sent before this moment; `heldFailure` says why. */
  readonly heldUntil: Date | null
  readonly heldFailure: FailureView | null
  readonly budget: BudgetView
  /** Endpoints with calls under way, or given up and perhaps still running at the vendor. */
  readonly threads: ThreadsView
  /** Tickets that wait for a step, and when they are done. */
  readonly backlog: BacklogView
  readonly tickets: Omit<DeskNumbers, 'psaId'>
}

export type ConnectionsStatus = {
  readonly at: Date
  readonly sources: readonly SourceStatus[]
  readonly psas: readonly PsaStatus[]
  /** Duties of no connection. */
  readonly duties: readonly DutyView[]
  /** What was removed because it was old. */
  readonly retention: RetentionRuns
  /** Tenants that did not answer or vanished: mapped ones first, at most 200. */
  readonly troubledTenants: readonly TenantTrouble[]
}

export type Status = ConnectionsStatus & WatchStatus

const mostTenants = 200

/** How everything is doing, from the database alone. */
export async function showStatus(deps: Deps): Promise<Status> {
  return { ...(await showConnections(deps)), ...(await readWatch(deps)) }
}

/** The same without what the watch makes of it. */
export async function showConnections(deps: Deps): Promise<ConnectionsStatus> {
  const now = deps.clock.now()
  const duties = await loadDuties(deps.pool)
  const conditions = await countConditions(deps.pool)
  const tenants = await countTenants(deps.pool)
  const tickets = await countDeskTickets(deps.pool, now)
  const channels = await loadChannelStates(deps.pool, new Date(now.getTime() - stateKeptMs))
  const sources = await deps.db.selectFrom('sources').selectAll().orderBy('name').execute()
  const psas = await deps.db.selectFrom('psas').selectAll().orderBy('name').execute()
  const dutiesOf = (kinds: readonly string[], id: number) =>
    duties.filter((duty) => kinds.includes(duty.kind) && duty.subjectId === id).map((duty) => toDutyView(duty, now))
  return {
    at: now,
    sources: sources.map((row) => ({
      id: row.id,
      name: row.name,
      connector: row.connector,
      problem: settingsProblem(deps, 'sources', row),
      duties: dutiesOf(['poll-computers', 'poll-events', 'poll-mailbox'], row.id),
      conditions: levelsOf(conditions.find(({ sourceId }) => sourceId === row.id)),
      tenants: tenantsOf(tenants.find(({ sourceId }) => sourceId === row.id)),
      channels: channels.filter(({ sourceId }) => sourceId === row.id),
    })),
    psas: await Promise.all(
      psas.map(async (row) => ({
        id: row.id,
        name: row.name,
        connector: row.connector,
        problem: settingsProblem(deps, 'psas', row),
        duties: dutiesOf(['read-options', 'read-changes'], row.id),
        ...holdOf(row, now),
        ...(await showLoad(deps, row, deskLimits(deps, row), now)),
        tickets: ticketsOf(tickets.find(({ psaId }) => psaId === row.id)),
      })),
    ),
    duties: dutiesOf(houseDuties, 0),
    retention: await loadRetentionRuns(deps.pool),
    troubledTenants: await troubledTenants(deps.pool, mostTenants),
  }
}

function toDutyView(duty: DutyRow, now: Date): DutyView {
  const { kind, subjectId, dueAt, runningUntil, lastGoodAt, lastDurationMs, failures } = duty
  return {
    kind,
    subjectId,
    dueAt,
    running: runningUntil !== null && runningUntil > now,
    lastGoodAt,
    ageSeconds: lastGoodAt === null ? null : Math.max(0, Math.round((now.getTime() - lastGoodAt.getTime()) / 1_000)),
    lastDurationMs,
    failures,
    failure: toFailureView(duty.failure),
  }
}

function holdOf(
  row: { held_until: Date | null; held_failure: StoredFailure | null },
  now: Date,
): Pick<PsaStatus, 'heldUntil' | 'heldFailure'> {
  const held = row.held_until !== null && row.held_until > now
  return { heldUntil: held ? row.held_until : null, heldFailure: toFailureView(row.held_failure) }
}

/** Why the stored settings cannot be used, in words; null when they can. */
function settingsProblem(deps: Deps, table: 'sources' | 'psas', row: StoredConnection): string | null {
  const connector = deps[table].get(row.connector)
  if (connector === undefined) return `This version of Tocsin does not have the connector ${row.connector}.`
  try {
    readSettings(deps, table, row, connector.settings)
    return null
  } catch (error) {
    if (error instanceof ConnectorError || error instanceof SecretBoxError) return error.message
    throw error
  }
}

/** What the desk grants; null when its settings cannot be read. */
function deskLimits(deps: Deps, row: StoredConnection): PsaFacts | null {
  const connector = deps.psas.get(row.connector)
  if (connector === undefined || settingsProblem(deps, 'psas', row) !== null) return null
  return connector.facts(readSettings(deps, 'psas', row, connector.settings))
}

function levelsOf(count: ConditionCount | undefined): SourceStatus['conditions'] {
  return { warning: count?.warning ?? 0, critical: count?.critical ?? 0 }
}

function tenantsOf(count: Awaited<ReturnType<typeof countTenants>>[number] | undefined): SourceStatus['tenants'] {
  const { tenants: total = 0, mapped = 0, failing = 0, vanished = 0 } = count ?? {}
  return { total, mapped, failing, vanished }
}

function ticketsOf(count: DeskNumbers | undefined): PsaStatus['tickets'] {
  const { waiting = 0, open = 0, closing = 0, due = 0, stuck = 0 } = count ?? {}
  return { waiting, open, closing, due, stuck }
}
