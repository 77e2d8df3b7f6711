import type { Sql } from './sql.ts'

/** After a restore: what a ticket at the desk could be about, to find the one whose reference it carries. */

/** Sources whose tickets go to the desk. */
export async function sourcesOfDesk(sql: Sql, psaId: number): Promise<{ id: number; connector: string }[]> {
  const { rows } = await sql.query<{ id: number; connector: string }>(
    'select id, connector from sources where id in (select source_id from integrations where psa_id = $1) order by id',
    [psaId],
  )
  return rows
}

/** A computer that could be what a ticket is about. */
export type Candidate = { readonly tenantKey: string; readonly computerKey: string }

/** Computers of a source in the order of their keys, after one; also those whose conditions are kept. */
export async function candidates(sql: Sql, sourceId: number, after: string, limit: number): Promise<Candidate[]> {
  const { rows } = await sql.query<Candidate>(
    `select t.key as "tenantKey", c.key as "computerKey" from computers c join tenants t on t.id = c.tenant_id
     where c.source_id = $1 and c.key > $2 order by c.key limit $3`,
    [sourceId, after, limit],
  )
  return rows
}

/** What conditions of a source that are kept are about. */
export async function knownConditions(
  sql: Sql,
  sourceId: number,
): Promise<{ tenantKey: string; computerKey: string; statusKey: string }[]> {
  const { rows } = await sql.query<{ tenantKey: string; computerKey: string; statusKey: string }>(
    `select distinct t.key as "tenantKey", c.computer_key as "computerKey", c.status_key as "statusKey"
     from conditions c join tenants t on t.id = c.tenant_id where c.source_id = $1`,
    [sourceId],
  )
  return rows
}

/** Keys of the tenants of a source: what is about a client itself names no computer. */
export async function tenantKeys(sql: Sql, sourceId: number): Promise<string[]> {
  const { rows } = await sql.query<{ key: string }>('select key from tenants where source_id = $1', [sourceId])
  return rows.map(({ key }) => key)
}

/** Events of a source that happened since, or a little before. */
export async function eventsSince(
  sql: Sql,
  sourceId: number,
  since: Date,
): Promise<{ tenantKey: string; computerKey: string; type: string; eventKey: string }[]> {
  const { rows } = await sql.query<{ tenantKey: string; computerKey: string; type: string; eventKey: string }>(
    `select t.key as "tenantKey", e.computer_key as "computerKey", e.type, e.key as "eventKey"
     from events e join tenants t on t.id = e.tenant_id where e.source_id = $1 and e.received_at >= $2`,
    [sourceId, since],
  )
  return rows
}
