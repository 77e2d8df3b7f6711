import type { RuleSection } from '../core/rule.ts'
import type { FieldValues } from '../core/ticket.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'
import type { RemovedRule } from './tables.ts'

export type RuleRow = {
  integrationId: number
  section: RuleSection
  key: string
  enabled: boolean
  fields: FieldValues
  delayMinutes: number
  lifetimeHours: number
  problems: readonly { field: string; message: string }[]
}

/** Enabled rules of all integrations that use a desk, with the general settings each stands under. */
export async function enabledRulesOfDesk(sql: Sql, psaId: number): Promise<(RuleRow & { general: FieldValues })[]> {
  const { rows } = await sql.query<RuleRow & { general: FieldValues }>(
    `select r.integration_id as "integrationId", r.section, r.key, r.enabled, r.fields, r.delay_minutes as "delayMinutes",
       r.lifetime_hours as "lifetimeHours", r.problems, i.general
     from rules r join integrations i on i.id = r.integration_id where i.psa_id = $1 and r.enabled`,
    [psaId],
  )
  return rows
}

export async function saveRuleProblems(sql: Sql, rule: RuleRow, problems: RuleRow['problems']): Promise<void> {
  await sql.query('update rules set problems = $4 where integration_id = $1 and section = $2 and key = $3', [
    rule.integrationId,
    rule.section,
    rule.key,
    toJson(problems),
  ])
}

export type RuleValues = {
  readonly section: RuleSection
  readonly key: string
  readonly enabled: boolean
  readonly fields: FieldValues
  readonly delayMinutes: number
  readonly lifetimeHours: number
}

/** What of an integration decides about saving its rules. */
export type RuleStand = {
  readonly version: number
  readonly general: FieldValues
  readonly removed: readonly RemovedRule[]
}

const standSql = 'select version, general, rules_removed as removed from integrations where id = $1'

/** As it is now; null when the integration is gone. */
export async function readRuleStand(sql: Sql, integrationId: number): Promise<RuleStand | null> {
  const { rows } = await sql.query<RuleStand>(standSql, [integrationId])
  return rows[0] ?? null
}

/** The same, locked until the transaction ends. */
export async function lockRules(sql: Sql, integrationId: number): Promise<RuleStand | null> {
  const { rows } = await sql.query<RuleStand>(`${standSql} for update`, [integrationId])
  return rows[0] ?? null
}

/** The rows of an integration as they are stored, by `section/key`. */
export async function ruleRowsOf(sql: Sql, integrationId: number): Promise<ReadonlyMap<string, RuleValues>> {
  const { rows } = await sql.query<RuleValues>(
    `select section, key, enabled, fields, delay_minutes as "delayMinutes", lifetime_hours as "lifetimeHours"
     from rules where integration_id = $1`,
    [integrationId],
  )
  return new Map(rows.map((row) => [`${row.section}/${row.key}`, row]))
}

/** Rows that were saved after a version. */
export async function rulesSavedAfter(
  sql: Sql,
  integrationId: number,
  version: number,
): Promise<{ section: RuleSection; key: string }[]> {
  const { rows } = await sql.query<{ section: RuleSection; key: string }>(
    'select section, key from rules where integration_id = $1 and version > $2 order by section, key',
    [integrationId, version],
  )
  return rows
}

/**
 * Names of those who saved an integration's rules after a version, by the audit log; nobody when all that they did was to take
 * rows away.
 */
export async function ruleSavers(sql: Sql, integrationId: number, version: number): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>(
    `select distinct actor_name as name from audit
     where action = 'save-rules' and subject_kind = 'integration' and subject_id = $1::bigint::text
       and at >= (select min(updated_at) from rules where integration_id = $1 and version > $2)
     order by 1`,
    [integrationId, version],
  )
  return rows.map(({ name }) => name)
}

/** Writes rows as good ones of this version, and takes rows away. */
export async function saveRuleRows(
  sql: Sql,
  integrationId: number,
  version: number,
  rows: readonly RuleValues[],
  removed: readonly RemovedRule[],
  now: Date,
): Promise<void> {
  await sql.query(
    `insert into rules (integration_id, section, key, enabled, fields, delay_minutes, lifetime_hours, version, updated_at)
     select $1, section, key, enabled, fields, "delayMinutes", "lifetimeHours", $2, $4
     from jsonb_to_recordset($3) as r(section text, key text, enabled boolean, fields jsonb, "delayMinutes" int, "lifetimeHours" int)
     on conflict (integration_id, section, key) do update set enabled = excluded.enabled, fields = excluded.fields,
       delay_minutes = excluded.delay_minutes, lifetime_hours = excluded.lifetime_hours, problems = '[]',
       version = excluded.version, updated_at = excluded.updated_at`,
    [integrationId, version, toJson(rows), now],
  )
  await sql.query(
    `delete from rules r using jsonb_to_recordset($2) as d(section text, key text, version int)
     where r.integration_id = $1 and r.section = d.section and r.key = d.key and d.version = $3`,
    [integrationId, toJson(removed), version],
  )
  await sql.query('update integrations set version = $2, rules_removed = $3 where id = $1', [
    integrationId,
    version,
    toJson(removed),
  ])
}

/** Keys that a source reports although its catalogue may not name them: statuses that hold, and event types seen lately. */
export async function seenKeys(
  sql: Sql,
  sourceId: number,
): Promise<{ statuses: string[]; eventTypes: { key: string; title: string }[] }> {
  const statuses = await sql.query<{ key: string }>(
    `select distinct status_key as key from conditions
     where source_id = $1 and ended_at is null and event_severity is null order by 1`,
    [sourceId],
  )
  const types = await sql.query<{ key: string; title: string }>(
    `select type as key, min(type_name) as title
     from (select type, type_name from events where source_id = $1 order by id desc limit 5000) e group by type order by 1`,
    [sourceId],
  )
  return { statuses: statuses.rows.map(({ key }) => key), eventTypes: types.rows }
}
