import type { Sql } from './sql.ts'

/** What processes did at a desk, minute by minute: from here the rate is known at which a backlog shrinks. */

export type DeskMinute = {
  readonly minute: Date
  /** Steps and requests by lane. */
  readonly steps: readonly number[]
  readonly requests: readonly number[]
  /** Time in which something was under way, in ms. */
  readonly busyMs: number
}

/** Stores what one process did in one minute so far; what it stored for that minute before is replaced. */
export async function saveDeskMinute(sql: Sql, psaId: number, owner: string, done: DeskMinute): Promise<void> {
  const { minute, steps, requests, busyMs } = done
  await sql.query(
    `insert into desk_minutes (psa_id, minute, owner, steps, requests, busy_ms)
     values ($1, date_trunc('minute', $2::timestamptz), $3, $4, $5, $6)
     on conflict (psa_id, minute, owner)
       do update set steps = excluded.steps, requests = excluded.requests, busy_ms = excluded.busy_ms`,
    [psaId, minute, owner, steps, requests, Math.round(busyMs)],
  )
}

/** What each process did since then, oldest first. */
export async function loadDeskMinutes(
  sql: Sql,
  psaId: number,
  since: Date,
): Promise<(DeskMinute & { owner: string })[]> {
  const { rows } = await sql.query<DeskMinute & { owner: string }>(
    `select minute, owner, steps, requests, busy_ms as "busyMs" from desk_minutes
     where psa_id = $1 and minute >= $2 order by minute`,
    [psaId, since],
  )
  return rows
}

/** Tickets that wait for a step, by lane: due now, or put off because the desk asked for it. */
export async function countBacklog(sql: Sql, psaId: number, now: Date): Promise<{ lane: number; count: number }[]> {
  const { rows } = await sql.query<{ lane: number; count: number }>(
    `select lane, count(*)::int as count from tickets
     where psa_id = $1 and due_at is not null and (due_at <= $2 or retry_at > $2) group by lane order by lane`,
    [psaId, now],
  )
  return rows
}
