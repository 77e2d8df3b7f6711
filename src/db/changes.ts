import { type ChangeKind, changeKinds } from '../core/change.ts'
import type { Sql } from './sql.ts'

/** Where the counters of changes stand, as text; only whether it is another than before means anything. */
export type ChangeCounters = Readonly<Record<ChangeKind, string>>

const countersSql = `select ${changeKinds
  .map((kind) => `(select last_value::text || is_called from changes_of_${kind}) as ${kind}`)
  .join(', ')}`

/** One cheap statement: nine pages that are always in memory. A counter moves before the change itself is committed. */
export async function readChangeCounters(sql: Sql): Promise<ChangeCounters> {
  const { rows } = await sql.query<ChangeCounters>(countersSql)
  if (rows[0] === undefined) throw new Error('PostgreSQL answered a select without a row.')
  return rows[0]
}

/** Whoever wrote anything before this moment has a lower number. Takes a number of the database's, so not for every look. */
export async function numberOfNow(sql: Sql): Promise<bigint> {
  const { rows } = await sql.query<{ number: string }>('select pg_current_xact_id()::text as number')
  return BigInt(rows[0]?.number ?? 0)
}

/** All transactions with a lower number are committed or rolled back. */
export async function settledBefore(sql: Sql): Promise<bigint> {
  const { rows } = await sql.query<{ number: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as number')
  return BigInt(rows[0]?.number ?? 0)
}
