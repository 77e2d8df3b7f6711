import type { Sql } from './sql.ts'
import type { StoredFailure } from './tables.ts'

/** Numbers over everything, for the status and the metrics. */

export type DutyRow = {
  readonly kind: string
  readonly subjectId: number
  readonly dueAt: Date
  readonly runningUntil: Date | null
  readonly lastBegunAt: Date | null
  readonly lastGoodAt: Date | null
  readonly lastDurationMs: number | null
  readonly failures: number
  readonly failure: StoredFailure | null
}

export async function loadDuties(sql: Sql): Promise<DutyRow[]> {
  const { rows } = await sql.query<DutyRow>(
    `select kind, subject_id as "subjectId", due_at as "dueAt", lease_until as "runningUntil", last_begun_at as "lastBegunAt",
       last_good_at as "lastGoodAt", last_duration_ms as "lastDurationMs", failures, failure
     from duties order by kind, subject_id`,
  )
  return rows
}

export type DeskNumbers = {
  readonly psaId: number
  /** Tickets not done, by where they stand. */
  readonly waiting: number
  readonly open: number
  readonly closing: number
  /** Of these, how many have something to be done now. */
  readonly due: number
  readonly stuck: number
}

/** Tickets not done by desk, without those of drills; `closing` is whatever is neither waiting nor open. */
export async function countDeskTickets(sql: Sql, now: Date): Promise<DeskNumbers[]> {
  const { rows } = await sql.query<DeskNumbers>(
    `select psa_id as "psaId",
       count(*) filter (where want = 'open' and phase = 'absent')::int as waiting,
       count(*) filter (where want = 'open' and phase = 'open')::int as open,
       count(*) filter (where want <> 'open' or phase in ('closed', 'gone'))::int as closing,
       count(*) filter (where due_at <= $1)::int as due,
       count(*) filter (where stuck)::int as stuck
     from tickets where done_at is null and not exists (select from drill_plans p where p.tenant_id = tickets.tenant_id)
     group by psa_id`,
    [now],
  )
  return rows
}

export type ConditionCount = { readonly sourceId: number; readonly warning: number; readonly critical: number }

/** Conditions that hold, by source and level. */
export async function countConditions(sql: Sql): Promise<ConditionCount[]> {
  const { rows } = await sql.query<ConditionCount>(
    `select source_id as "sourceId", count(*) filter (where level = 'warning')::int as warning,
       count(*) filter (where level = 'critical')::int as critical
     from conditions where ended_at is null group by source_id`,
  )
  return rows
}

export type TenantTrouble = {
  readonly id: number
  readonly sourceId: number
  readonly name: string
  readonly mapped: boolean
  readonly failingSince: Date | null
  readonly failingMessage: string | null
  readonly vanishedAt: Date | null
}

/** Tenants that did not answer or are no longer listed, at most `limit`. */
export async function troubledTenants(sql: Sql, limit: number): Promise<TenantTrouble[]> {
  const { rows } = await sql.query<TenantTrouble>(
    `select t.id, t.source_id as "sourceId", t.name, m.id is not null as mapped, t.failing_since as "failingSince",
       t.failing_message as "failingMessage", t.vanished_at as "vanishedAt"
     from tenants t left join mappings m on m.tenant_id = t.id
     where t.failing_since is not null or t.vanished_at is not null order by m.id is null, t.name, t.id limit $1`,
    [limit],
  )
  return rows
}

export type TenantCount = {
  readonly sourceId: number
  readonly tenants: number
  readonly mapped: number
  readonly failing: number
  readonly vanished: number
}

export async function countTenants(sql: Sql): Promise<TenantCount[]> {
  const { rows } = await sql.query<TenantCount>(
    `select t.source_id as "sourceId", count(*)::int as tenants, count(m.id)::int as mapped,
       count(*) filter (where t.failing_since is not null and t.vanished_at is null)::int as failing,
       count(*) filter (where t.vanished_at is not null)::int as vanished
     from tenants t left join mappings m on m.tenant_id = t.id group by t.source_id`,
  )
  return rows
}

/** Since when the oldest ticket of each desk has been due. */
export async function oldestDue(sql: Sql, now: Date): Promise<{ psaId: number; oldestAt: Date }[]> {
  const { rows } = await sql.query<{ psaId: number; oldestAt: Date }>(
    `select psa_id as "psaId", min(due_at) as "oldestAt" from tickets where done_at is null and due_at <= $1 group by psa_id`,
    [now],
  )
  return rows
}

export type BrokenRules = {
  readonly integrationId: number
  readonly name: string
  readonly count: number
  /** The first problem in words. */
  readonly first: string
}

/** Integrations with rules that are on and no longer fit their desk. */
export async function brokenRules(sql: Sql): Promise<BrokenRules[]> {
  const { rows } = await sql.query<BrokenRules>(
    `select i.id as "integrationId", i.name, count(*)::int as count,
       (array_agg(r.problems->0->>'message' order by r.section, r.key))[1] as first
     from rules r join integrations i on i.id = r.integration_id
     where r.enabled and r.problems <> '[]' group by i.id, i.name order by i.name`,
  )
  return rows
}
