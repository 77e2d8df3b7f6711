import type { EventSeen } from '../core/observation.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** Stores events that are new; returns their ids by event key. Ones heard before are left out. */
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
  const result = await sql.query<{ id: number; key: string }>(
    `insert into events (source_id, tenant_id, key, type, type_name, severity, computer_key, computer_name, text,
       happened_at, stored_at, received_at)
     select $1, "tenantId", "eventKey", type, "typeName", severity, "computerKey", "computerName", text,
       "happenedAt", "storedAt", $3
     from jsonb_to_recordset($2) as e("tenantId" bigint, "eventKey" text, type text, "typeName" text, severity text,
       "computerKey" text, "computerName" text, text text, "happenedAt" timestamptz, "storedAt" timestamptz)
     on conflict (source_id, key) do nothing returning id, key`,
    [sourceId, toJson(rows), now],
  )
  return new Map(result.rows.map(({ id, key }) => [key, id]))
}
