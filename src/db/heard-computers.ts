import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/**
 * When the latest of what was settled about a computer had been received: what was received before it and comes after it, because
 * a person had set it aside or nobody knew whose it is, tells nothing of the present any more.
 */

/**
 * A change has a number of its own by which others are judged; a message has nothing but the time at which it came. `over`: one
 * that said that something has ended, or named all.
 */
export type HeardBy = 'changed' | 'said' | 'over'

const columns = { changed: 'changed_at', said: 'said_at', over: 'over_at' } as const

/** Notes that something about these computers was settled. A moment that lies ahead of `now` was told by a clock that was put back. */
export async function saveHeard(
  sql: Sql,
  tenantId: number,
  by: HeardBy,
  heard: readonly { readonly key: string; readonly at: Date }[],
  now: Date,
): Promise<void> {
  if (heard.length === 0) return
  const column = columns[by]
  await sql.query(
    `insert into pushed_heard as h (tenant_id, computer_key, ${column})
     select $1, key, at from json_to_recordset($2) as s(key text, at timestamptz) order by key
     on conflict (tenant_id, computer_key) do update
       set ${column} = greatest(excluded.${column}, case when h.${column} <= $3 then h.${column} end)`,
    [tenantId, toJson(heard), now],
  )
}

/** When the latest of what was settled about a computer had been received; null: nothing was. */
export type Heard = {
  /** Of what may have ended something: lists, changes, and messages that said so. */
  readonly all: Date | null
  /** Of messages. */
  readonly said: Date | null
}

/** By key; lists count for all computers of a company. */
export async function loadHeard(
  sql: Sql,
  tenantId: number,
  keys: readonly string[],
  now: Date,
): Promise<Map<string, Heard>> {
  const { rows } = await sql.query<{ key: string } & Heard>(
    `select k.key, case when h.said_at <= $3 then h.said_at end as said,
       greatest(case when h.changed_at <= $3 then h.changed_at end, case when h.over_at <= $3 then h.over_at end,
         case when p.list_received_at <= $3 then p.list_received_at end) as "all"
     from pushed_companies p cross join unnest($2::text[]) as k(key)
       left join pushed_heard h on h.tenant_id = p.tenant_id and h.computer_key = k.key
     where p.tenant_id = $1`,
    [tenantId, keys, now],
  )
  return new Map(rows.map(({ key, all, said }) => [key, { all, said }]))
}

/** Computers of which a message said something that was received after `since`. */
export async function saidSince(sql: Sql, tenantId: number, since: Date, now: Date): Promise<Set<string>> {
  const { rows } = await sql.query<{ key: string }>(
    'select computer_key as key from pushed_heard where tenant_id = $1 and said_at > $2 and said_at <= $3',
    [tenantId, since, now],
  )
  return new Set(rows.map(({ key }) => key))
}

/** Counts what is left out because something newer was settled before. */
export async function countOvertaken(sql: Sql, tenantId: number, items: number): Promise<void> {
  await sql.query('update pushed_companies set overtaken = overtaken + $2 where tenant_id = $1', [tenantId, items])
}

/** Whether a person has let the numbers of a company begin anew since this moment. */
export async function wasOrderForgotten(sql: Sql, tenantId: number, since: Date): Promise<boolean> {
  const { rowCount } = await sql.query(
    'select from pushed_companies where tenant_id = $1 and order_forgotten_at >= $2',
    [tenantId, since],
  )
  return rowCount === 1
}
