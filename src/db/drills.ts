import type { DrillPart, DrillSchedule } from '../core/drill.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** Plans of drills, and the drills themselves. */

export type DrillPlanRow = {
  readonly psaId: number
  readonly psaName: string
  readonly integrationId: number
  readonly tenantId: number
  readonly sourceId: number
  readonly schedule: DrillSchedule | null
  readonly createdAt: Date
  /** When the drill's source was first read; null: not yet, so a condition would count as held before. */
  readonly baselineAt: Date | null
}

const planSql = `select p.psa_id as "psaId", d.name as "psaName", p.integration_id as "integrationId", p.tenant_id as "tenantId",
    t.source_id as "sourceId", p.schedule, p.created_at as "createdAt", t.baseline_at as "baselineAt"
  from drill_plans p join psas d on d.id = p.psa_id join tenants t on t.id = p.tenant_id`

export async function loadDrillPlans(sql: Sql): Promise<DrillPlanRow[]> {
  const { rows } = await sql.query<DrillPlanRow>(`${planSql} order by d.name`)
  return rows
}

export async function loadDrillPlan(sql: Sql, psaId: number): Promise<DrillPlanRow | null> {
  const { rows } = await sql.query<DrillPlanRow>(`${planSql} where p.psa_id = $1`, [psaId])
  return rows[0] ?? null
}

export async function saveDrillPlan(
  sql: Sql,
  plan: { psaId: number; integrationId: number; tenantId: number; schedule: DrillSchedule | null },
  now: Date,
): Promise<void> {
  await sql.query(
    `insert into drill_plans (psa_id, integration_id, tenant_id, schedule, created_at) values ($1, $2, $3, $4, $5)
     on conflict (psa_id) do update set integration_id = excluded.integration_id, tenant_id = excluded.tenant_id,
       schedule = excluded.schedule, created_at = excluded.created_at`,
    [plan.psaId, plan.integrationId, plan.tenantId, plan.schedule === null ? null : toJson(plan.schedule), now],
  )
}

/** The tenant of a desk's drills, made when there is none. */
export async function ensureDrillTenant(
  sql: Sql,
  sourceId: number,
  key: string,
  name: string,
  now: Date,
): Promise<number> {
  const { rows } = await sql.query<{ id: number }>(
    `insert into tenants (source_id, key, name, enabled, first_seen_at) values ($1, $2, $3, true, $4)
     on conflict (source_id, key) do update set name = excluded.name returning id`,
    [sourceId, key, name, now],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('No tenant was stored for the drill.')
  return id
}

export type DrillRow = {
  readonly id: number
  readonly psaId: number
  readonly tenantId: number
  readonly askedBy: 'schedule' | 'person'
  readonly state: 'running' | 'good' | 'failed'
  readonly part: DrillPart
  readonly partBegunAt: Date
  /** Milliseconds by part. */
  readonly times: Readonly<Partial<Record<DrillPart, number>>>
  readonly reason: string
  readonly ticketId: number | null
  readonly begunAt: Date
  readonly endedAt: Date | null
}

const drillColumns = `id, psa_id as "psaId", tenant_id as "tenantId", asked_by as "askedBy", state, part,
  part_begun_at as "partBegunAt", times, reason, ticket_id as "ticketId", begun_at as "begunAt", ended_at as "endedAt"`

/** Begins a drill; null when one runs already. */
export async function insertDrill(
  sql: Sql,
  plan: { psaId: number; tenantId: number },
  askedBy: DrillRow['askedBy'],
  now: Date,
): Promise<DrillRow | null> {
  const { rows } = await sql.query<DrillRow>(
    `insert into drills (psa_id, tenant_id, asked_by, state, part, part_begun_at, begun_at)
     values ($1, $2, $3, 'running', 'prepare', $4, $4) on conflict do nothing returning ${drillColumns}`,
    [plan.psaId, plan.tenantId, askedBy, now],
  )
  return rows[0] ?? null
}

/** Saves a drill that runs; false when it was ended by another meanwhile. */
export async function saveDrill(sql: Sql, drill: DrillRow): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update drills set state = $2, part = $3, part_begun_at = $4, times = $5, reason = $6, ticket_id = $7, ended_at = $8
     where id = $1 and state = 'running'`,
    [
      drill.id,
      drill.state,
      drill.part,
      drill.partBegunAt,
      toJson(drill.times),
      drill.reason.replaceAll('\0', ''),
      drill.ticketId,
      drill.endedAt,
    ],
  )
  return rowCount === 1
}

export async function loadDrill(sql: Sql, id: number): Promise<DrillRow | null> {
  const { rows } = await sql.query<DrillRow>(`select ${drillColumns} from drills where id = $1`, [id])
  return rows[0] ?? null
}

/** The latest drills of a desk, newest first. */
export async function latestDrills(sql: Sql, psaId: number, limit: number): Promise<DrillRow[]> {
  const { rows } = await sql.query<DrillRow>(
    `select ${drillColumns} from drills where psa_id = $1 order by id desc limit $2`,
    [psaId, limit],
  )
  return rows
}

/** Drills that run, and those that ended after `since`: what the source of drills lists. */
export async function shownDrills(sql: Sql, since: Date): Promise<DrillRow[]> {
  const { rows } = await sql.query<DrillRow>(
    `select ${drillColumns} from drills where state = 'running' or ended_at >= $1 order by id`,
    [since],
  )
  return rows
}

/** The last drill of each desk that came to an end. */
export async function lastEndedDrills(sql: Sql): Promise<DrillRow[]> {
  const { rows } = await sql.query<DrillRow>(
    `select distinct on (psa_id) ${drillColumns} from drills where state <> 'running' order by psa_id, id desc`,
  )
  return rows
}

export type DrillTicket = {
  readonly ticketId: number | null
  readonly outcome: string
  readonly reason: string
  readonly phase: string | null
  readonly deskTicketId: string | null
  readonly reference: string | null
  readonly accountId: string | null
  readonly stuck: boolean
  readonly doneAt: Date | null
  readonly ticketOutcome: string | null
  /** What the desk answered last, of this ticket or of everything. */
  readonly failure: string | null
}

/** What became of a drill's condition: its first decision, and its ticket. Null: it was not seen yet. */
export async function findDrillTicket(sql: Sql, tenantId: number, computerKey: string): Promise<DrillTicket | null> {
  const { rows } = await sql.query<DrillTicket>(
    `select d.ticket_id as "ticketId", d.outcome, d.reason, k.phase, k.desk_ticket_id as "deskTicketId", k.reference,
       k.account_id as "accountId", coalesce(k.stuck, false) as stuck, k.done_at as "doneAt", k.outcome as "ticketOutcome",
       coalesce(k.failure->>'message', case when p.held_failure is not null then p.held_failure->>'message' end) as failure
     from conditions c join decisions d on d.condition_id = c.id left join tickets k on k.id = d.ticket_id
     left join psas p on p.id = k.psa_id
     where c.tenant_id = $1 and c.computer_key = $2 order by d.id limit 1`,
    [tenantId, computerKey],
  )
  return rows[0] ?? null
}

/** Forgets drills that ended before `before`, except the last of each desk. */
export async function forgetOldDrills(sql: Sql, before: Date): Promise<void> {
  await sql.query(
    `delete from drills d where ended_at < $1 and exists (
       select from drills n where n.psa_id = d.psa_id and n.id > d.id and n.state <> 'running')`,
    [before],
  )
}
