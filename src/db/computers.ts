import { toJson } from './json.ts'
import type { Sql } from './sql.ts'
import type { StagedChange } from './staging.ts'

/** Stores computers as they were last seen. */
export async function saveComputers(
  sql: Sql,
  sourceId: number,
  computers: readonly StagedChange[],
  now: Date,
): Promise<void> {
  if (computers.length === 0) return
  await sql.query(
    `insert into computers (source_id, key, tenant_id, name, level, reasons, link, first_seen_at, changed_at)
     select $1, key, "tenantId", name, level, reasons, link, $3, $3
     from json_to_recordset($2) as c(key text, "tenantId" bigint, name text, level text, reasons jsonb, link text)
     on conflict (source_id, key) do update set tenant_id = excluded.tenant_id, name = excluded.name,
       level = excluded.level, reasons = excluded.reasons, link = excluded.link, changed_at = excluded.changed_at`,
    [sourceId, toJson(computers), now],
  )
}

export async function removeComputers(sql: Sql, sourceId: number, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  await sql.query('delete from computers where source_id = $1 and key = any($2)', [sourceId, keys])
}

/** Keys of the tenants under which the computers are stored, by computer key. */
export async function tenantKeysOf(sql: Sql, sourceId: number, keys: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ key: string; tenantKey: string }>(
    `select c.key, t.key as "tenantKey" from computers c join tenants t on t.id = c.tenant_id
     where c.source_id = $1 and c.key = any($2)`,
    [sourceId, keys],
  )
  return new Map(rows.map(({ key, tenantKey }) => [key, tenantKey]))
}
