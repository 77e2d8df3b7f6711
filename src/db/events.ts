import type { EventSeen, Severity } from '../core/observation.ts'
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
       happened_at, stored_at, state, received_at)
     select $1, "tenantId", "eventKey", type, "typeName", severity, "computerKey", "computerName", text,
       "happenedAt", "storedAt", coalesce(state, 'happened'), $3
     from ${freshEvents} on conflict (source_id, key) do nothing returning id, key`,
    [sourceId, toJson(rows), now],
  )
  return new Map(result.rows.map(({ id, key }) => [key, id]))
}

const freshEvents = `jsonb_to_recordset($2) as e("tenantId" bigint, "eventKey" text, type text, "typeName" text, severity text,
    "computerKey" text, "computerName" text, text text, "happenedAt" timestamptz, "storedAt" timestamptz,
    state text)
  where not exists (select from events k where k.source_id = $1 and k.key = e."eventKey")
    and ("storedAt" <= 'epoch'
      or "storedAt" > coalesce((select events_forgotten_to from sources where id = $1), '-infinity'))`

/** An event that has an end, by what it is about. */
type LastingPlace = { readonly tenantId: number; readonly computerKey: string; readonly type: string }

/** When the latest event about each of these happened that was stored before the named ones. */
export async function latestLasting(
  sql: Sql,
  places: readonly LastingPlace[],
  except: readonly number[],
): Promise<(LastingPlace & { readonly happenedAt: Date })[]> {
  if (places.length === 0) return []
  const { rows } = await sql.query<LastingPlace & { happenedAt: Date }>(
    `select p."tenantId", p."computerKey", p.type, max(e.happened_at) as "happenedAt"
     from (select distinct * from json_to_recordset($1) as p("tenantId" bigint, "computerKey" text, type text)) p
     join events e on e.tenant_id = p."tenantId" and e.type = p.type and e.computer_key = p."computerKey"
       and e.state <> 'happened' and e.id <> all($2)
     group by 1, 2, 3`,
    [toJson(places), except],
  )
  return rows
}

export type EventCount = {
  readonly tenantId: number
  readonly tenantName: string
  readonly type: string
  readonly typeName: string
  readonly severity: Severity
  readonly events: number
  /** On how many computers. */
  readonly computers: number
}

/** Events at the mapped clients of an integration that were received since a moment, by client, type and severity. */
export async function countEvents(sql: Sql, integrationId: number, since: Date): Promise<EventCount[]> {
  const { rows } = await sql.query<EventCount>(
    `select e.tenant_id as "tenantId", t.name as "tenantName", e.type, min(e.type_name) as "typeName", e.severity,
       count(*)::int as events, count(distinct e.computer_key)::int as computers
     from events e
       join mappings m on m.tenant_id = e.tenant_id and m.integration_id = $1
       join tenants t on t.id = e.tenant_id and t.vanished_at is null
     where e.received_at >= $2
     group by e.tenant_id, t.name, e.type, e.severity order by t.name, e.tenant_id, e.type, e.severity`,
    [integrationId, since],
  )
  return rows
}
