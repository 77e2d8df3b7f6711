import { toJson } from './json.ts'
import type { Removed } from './retention.ts'
import type { Sql } from './sql.ts'

/** Ages in days after which what is over is removed. */
export type RetentionAges = {
  readonly eventsDays: number
  /** Tickets that are done and conditions that ended, with their steps and decisions. */
  readonly historyDays: number
  /** Tenants that their source no longer lists. */
  readonly tenantsDays: number
}

export async function loadRetentionAges(sql: Sql): Promise<RetentionAges> {
  const { rows } = await sql.query<RetentionAges>(
    'select events_days as "eventsDays", history_days as "historyDays", tenants_days as "tenantsDays" from retention',
  )
  const [ages] = rows
  if (ages === undefined) throw new Error('The row of the table retention is missing: insert it with its defaults.')
  return ages
}

export async function saveRetentionAges(sql: Sql, ages: RetentionAges, now: Date): Promise<void> {
  await sql.query('update retention set events_days = $1, history_days = $2, tenants_days = $3, updated_at = $4', [
    ages.eventsDays,
    ages.historyDays,
    ages.tenantsDays,
    now,
  ])
}

/** Adds up what a run removed. */
export async function noteRemoved(sql: Sql, removed: Removed, now: Date): Promise<void> {
  await sql.query(
    `update retention set last_removed = $1, last_removed_at = $2, removed = (
       select jsonb_object_agg(name, count) from (
         select key as name, sum(value::bigint) as count
         from (select * from jsonb_each_text(removed) union all select * from jsonb_each_text($1)) each
         group by key) total)`,
    [toJson(removed), now],
  )
}

export type RetentionRuns = {
  /** Rows removed since the beginning, by table. */
  readonly removed: Removed
  /** What the last run that removed anything removed, and when. */
  readonly lastRemoved: Removed
  readonly lastRemovedAt: Date | null
}

export async function loadRetentionRuns(sql: Sql): Promise<RetentionRuns> {
  const { rows } = await sql.query<RetentionRuns>(
    'select removed, last_removed as "lastRemoved", last_removed_at as "lastRemovedAt" from retention',
  )
  return rows[0] ?? { removed: {}, lastRemoved: {}, lastRemovedAt: null }
}

/** The rule for events that lets the oldest events open tickets; null when there is none. */
export async function longestLifetime(sql: Sql): Promise<{
  readonly hours: number
  readonly integration: string
  readonly section: string
  readonly key: string
} | null> {
  const { rows } = await sql.query<{ hours: number; integration: string; section: string; key: string }>(
    `select r.lifetime_hours as hours, i.name as integration, r.section, r.key
     from rules r join integrations i on i.id = r.integration_id
     where r.section in ('severity', 'event-type') and r.enabled order by r.lifetime_hours desc, i.name, r.section, r.key limit 1`,
  )
  return rows[0] ?? null
}
