import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** Saving sources and PSAs, which are stored alike. */

export type ConnectionTable = 'sources' | 'psas'

export type ConnectionValues = {
  readonly name: string
  /** Without secrets. */
  readonly settings: object
  /** Sealed, by field. */
  readonly secrets: Readonly<Record<string, string>>
}

/** Returns the id; `secrets` are saved afterwards, since they are sealed for the id. */
export async function insertConnection(
  sql: Sql,
  table: ConnectionTable,
  values: { connector: string; name: string; settings: object },
  now: Date,
): Promise<number> {
  const { rows } = await sql.query<{ id: number }>(
    `insert into ${table} (connector, name, settings, secrets, created_at, updated_at)
     values ($1, $2, $3, '{}', $4, $4) returning id`,
    [values.connector, values.name, toJson(values.settings), now],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error(`No row was inserted into ${table}.`)
  return id
}

/** A connection as it is stored, without its secrets; null when it is gone. */
export async function connectionById(
  sql: Sql,
  table: ConnectionTable,
  id: number,
): Promise<{ connector: string; name: string; settings: Record<string, unknown> } | null> {
  const { rows } = await sql.query<{ connector: string; name: string; settings: Record<string, unknown> }>(
    `select connector, name, settings from ${table} where id = $1`,
    [id],
  )
  return rows[0] ?? null
}

/** Saves over the state of `before`; false when somebody else saved since then. A hold of the desk ends. */
export async function saveConnection(
  sql: Sql,
  table: ConnectionTable,
  id: number,
  before: Date,
  values: ConnectionValues,
  now: Date,
): Promise<boolean> {
  const calm = table === 'psas' ? ', held_until = null, held_failure = null' : ''
  const { rowCount } = await sql.query(
    `update ${table} set name = $3, settings = $4, secrets = $5, updated_at = greatest($6, updated_at + interval '1 ms')${calm}
     where id = $1 and updated_at = $2`,
    [id, before, values.name, toJson(values.settings), toJson(values.secrets), now],
  )
  return rowCount === 1
}

/** Seals go in once the id is known, in the transaction that made the row. */
export async function saveSecrets(
  sql: Sql,
  table: ConnectionTable,
  id: number,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  await sql.query(`update ${table} set secrets = $2 where id = $1`, [id, toJson(secrets)])
}

/** Locks the row so that no integration can begin to use it; false when it is gone. */
export async function lockConnection(sql: Sql, table: ConnectionTable, id: number): Promise<boolean> {
  const { rowCount } = await sql.query(`select from ${table} where id = $1 for update`, [id])
  return rowCount === 1
}

/** What keeps a connection from being deleted. */
export async function usesOfConnection(
  sql: Sql,
  table: ConnectionTable,
  id: number,
): Promise<{ integrations: string[]; openTickets: number }> {
  const column = table === 'sources' ? 'source_id' : 'psa_id'
  const { rows } = await sql.query<{ name: string; open: number }>(
    `select i.name, (select count(*)::int from tickets t where t.integration_id = i.id and t.done_at is null) as open
     from integrations i where i.${column} = $1 order by i.name`,
    [id],
  )
  return { integrations: rows.map(({ name }) => name), openTickets: rows.reduce((sum, { open }) => sum + open, 0) }
}

/** Deletes a connection that no integration uses, with all that was observed through it. */
export async function deleteConnection(sql: Sql, table: ConnectionTable, id: number): Promise<void> {
  // A source of a million computers takes longer than a statement usually may.
  await sql.query('set local statement_timeout = 0')
  if (table === 'sources') {
    for (const child of ['events', 'conditions', 'computers']) {
      await sql.query(`delete from ${child} where source_id = $1`, [id])
    }
  }
  await sql.query(`delete from ${table} where id = $1`, [id])
}
