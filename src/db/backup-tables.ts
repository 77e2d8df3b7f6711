import type { Readable } from 'node:stream'
import { to as copyTo } from 'pg-copy-streams'
import type { Applied } from './migrate.ts'
import type { Client, Sql } from './sql.ts'

/**
 * What a back-up copies, listed from the catalogue, so that a table that a later migration adds is in it without anyone
 * remembering it.
 */

export type TableShape = {
  readonly name: string
  /** All columns that can be written, in their order. */
  readonly columns: readonly string[]
  readonly rows: number
}

/** The next value of a column that counts by itself. */
export type Counter = {
  readonly table: string
  readonly column: string
  readonly last: number
  readonly called: boolean
}

/** What is in the database at the moment of the snapshot. */
export type Snapshot = {
  readonly migrations: readonly Applied[]
  readonly tables: readonly TableShape[]
  readonly counters: readonly Counter[]
}

/** Text as `pg_dump` writes it: the same whatever the session or the server is set to. */
const plainText = `set local datestyle = 'ISO'; set local intervalstyle = 'postgres'; set local extra_float_digits = 1;
  set local timezone = 'UTC'; set local client_encoding = 'UTF8'`

/** A transaction of a back-up or a restore takes what it takes. */
export const noLimits = `set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0`

// Unlogged tables hold what may be lost in a crash, and views and parents of partitions hold nothing of their own.
const tablesSql = `
  select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relpersistence = 'p'
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  group by c.relname order by c.relname`

/**
 * Begins a read-only transaction that sees the database as it is at one moment, and says what there is. It stops nobody
 * but a migration. The caller ends the transaction.
 */
export async function beginSnapshot(client: Client): Promise<Snapshot> {
  await client.query(`begin transaction isolation level repeatable read read only`)
  await client.query(`${noLimits}; ${plainText}; set local search_path = public`)
  const { rows: found } = await client.query<Omit<TableShape, 'rows'>>(tablesSql)
  if (found.length > 0) {
    await client.query(`lock table ${found.map(({ name }) => quote(name)).join(', ')} in access share mode`)
  }
  const tables: TableShape[] = []
  for (const table of found) {
    const { rows } = await client.query<{ count: number }>(`select count(*) as count from ${quote(table.name)}`)
    tables.push({ ...table, rows: rows[0]?.count ?? 0 })
  }
  const { rows: migrations } = await client.query<Applied>(
    'select version, name, checksum from schema_migrations order by version',
  )
  return { migrations, tables, counters: await readCounters(client, tables) }
}

async function readCounters(sql: Sql, tables: readonly TableShape[]): Promise<Counter[]> {
  const counters: Counter[] = []
  for (const { name: table, columns } of tables) {
    for (const column of columns) {
      const { rows: named } = await sql.query<{ name: string | null }>(
        'select pg_get_serial_sequence($1, $2) as name',
        [quote(table), column],
      )
      const name = named[0]?.name
      if (name == null) continue
      const { rows } = await sql.query<{ last: number; called: boolean }>(
        `select last_value as last, is_called as called from ${name}`,
      )
      if (rows[0] !== undefined) counters.push({ table, column, ...rows[0] })
    }
  }
  return counters
}

/** The rows of one table as COPY writes them. */
export function copyOut(client: Client, { name, columns }: TableShape): Readable {
  return client.query(copyTo(`copy (select ${columns.map(quote).join(', ')} from ${quote(name)}) to stdout`))
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
