import type { TenantSeen } from '../core/observation.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** What polls read and write about a source and its tenants. */

export type SourceRow = {
  id: number
  connector: string
  name: string
  settings: Record<string, unknown>
  secrets: Record<string, string>
  eventCursor: string
}

export async function loadSource(sql: Sql, id: number): Promise<SourceRow | null> {
  const { rows } = await sql.query<SourceRow>(
    'select id, connector, name, settings, secrets, event_cursor as "eventCursor" from sources where id = $1',
    [id],
  )
  return rows[0] ?? null
}

/**
 * When a tenant was last listed whole is written only when that ends: as long as nothing is wrong with it, it is when the
 * source was last polled well, and a poll that changes nothing writes nothing.
 */
const lastListed = `case when failing_since is null and baseline_at is not null
  then greatest(last_listed_at, (select last_good_at from duties where kind = 'poll-computers' and subject_id = $1))
  else last_listed_at end`

/** Stores the tenants that a source lists now: new ones, new names, ones that vanished or came back. */
export async function saveTenants(sql: Sql, sourceId: number, seen: readonly TenantSeen[], now: Date): Promise<void> {
  await sql.query(
    `insert into tenants (source_id, key, name, enabled, first_seen_at)
     select $1, key, name, enabled, $3 from jsonb_to_recordset($2) as t(key text, name text, enabled boolean)
     where not exists (select from tenants k where k.source_id = $1 and k.key = t.key and k.name = t.name
       and k.enabled = t.enabled and k.vanished_at is null)
     on conflict (source_id, key) do update set name = excluded.name, enabled = excluded.enabled, vanished_at = null`,
    [sourceId, toJson(seen), now],
  )
  await sql.query(
    `update tenants set vanished_at = $3, last_listed_at = ${lastListed}
     where source_id = $1 and key <> all($2) and vanished_at is null`,
    [sourceId, seen.map(({ key }) => key), now],
  )
}

/** Tenant ids by key. */
export async function tenantIds(sql: Sql, sourceId: number): Promise<Map<string, number>> {
  const { rows } = await sql.query<{ id: number; key: string }>('select id, key from tenants where source_id = $1', [
    sourceId,
  ])
  return new Map(rows.map(({ id, key }) => [key, id]))
}

/** Notes which tenants a poll listed whole and which did not answer. The first whole list is a tenant's baseline. */
export async function markListed(
  sql: Sql,
  sourceId: number,
  complete: readonly string[],
  failed: readonly { tenantKey: string; message: string }[],
  now: Date,
): Promise<void> {
  await sql.query(
    `update tenants set last_listed_at = $3, baseline_at = coalesce(baseline_at, $3), failing_since = null, failing_message = null,
       to_be_listed = false
     where source_id = $1 and key = any($2) and (baseline_at is null or failing_since is not null or to_be_listed)`,
    [sourceId, complete, now],
  )
  if (failed.length === 0) return
  await sql.query(
    `update tenants set failing_since = coalesce(failing_since, $3), failing_message = f.message, last_listed_at = ${lastListed}
     from jsonb_to_recordset($2) as f("tenantKey" text, message text)
     where source_id = $1 and key = f."tenantKey" and failing_message is distinct from f.message`,
    [sourceId, toJson(failed), now],
  )
}

export async function saveEventCursor(sql: Sql, sourceId: number, cursor: string): Promise<void> {
  await sql.query('update sources set event_cursor = $2 where id = $1 and event_cursor <> $2', [sourceId, cursor])
}
