import type { EventSeen } from '../core/observation.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/**
 * Stores events that are new; returns their ids by event key. Ones heard before are left out, also those that were removed
 * since: the source's row, locked until the transaction ends, knows how far its events were forgotten. Run it in one.
 */
export async function insertEvents(
  sql: Sql,
  sourceId: number,
  tenants: ReadonlyMap<string, number>,
  events: readonly EventSeen[],
  now: Date,
): Promise<Map<string, number>> {
  const rows = events.flatMap((event) => {
    const tenantId = tenants.get(event.tenantKey)
    return tenantId === undefined ? [] : [{ ...event, tenantId }]
  })
  // Most readings repeat what was heard before, and then nothing is locked or written.
  const found = await sql.query(`select from ${freshEvents} limit 1`, [sourceId, toJson(rows)])
  if (found.rowCount === 0) return new Map()
  await sql.query('select from sources where id = $1 for no key update', [sourceId])
  const result = await sql.query<{ id: number; key: string }>(
    `insert into events (source_id, tenant_id, key, type, type_name, severity, computer_key, computer_name, text,
       happened_at, stored_at, received_at)
     select $1, "tenantId", "eventKey", type, "typeName", severity, "computerKey", "computerName", text,
       "happenedAt", "storedAt", $3
     from ${freshEvents} on conflict (source_id, key) do nothing returning id, key`,
    [sourceId, toJson(rows), now],
  )
  return new Map(result.rows.map(({ id, key }) => [key, id]))
}

const freshEvents = `jsonb_to_recordset($2) as e("tenantId" bigint, "eventKey" text, type text, "typeName" text, severity text,
    "computerKey" text, "computerName" text, text text, "happenedAt" timestamptz, "storedAt" timestamptz)
  where not exists (select from events k where k.source_id = $1 and k.key = e."eventKey")
    and ("storedAt" <= 'epoch'
      or "storedAt" > coalesce((select events_forgotten_to from sources where id = $1), '-infinity'))`
