import type { Sql } from './sql.ts'

/** Failed sign-ins by subject (an address, a person), counted for all web processes. */

/** Until when nobody may try for any of the subjects; null: at once. */
export async function blockedUntil(sql: Sql, subjects: readonly string[], now: Date): Promise<Date | null> {
  const { rows } = await sql.query<{ until: Date | null }>(
    'select max(blocked_until) as until from sign_in_failures where subject = any($1) and blocked_until > $2',
    [subjects, now],
  )
  return rows[0]?.until ?? null
}

export type Patience = {
  /** Failures that cost nothing. */
  readonly free: number
  /** First wait in ms; doubled with each failure. */
  readonly firstMs: number
  readonly longestMs: number
  /** After so many ms without a failure the count begins anew. */
  readonly forgetMs: number
}

/** Counts one more failure of a subject and lets it wait. */
export async function countFailure(sql: Sql, subject: string, patience: Patience, now: Date): Promise<void> {
  const { free, firstMs, longestMs, forgetMs } = patience
  await sql.query(
    `insert into sign_in_failures as f (subject, failures, last_at, blocked_until) values ($1, 1, $2, $2)
     on conflict (subject) do update set last_at = $2,
       failures = case when f.last_at < $3 then 1 else f.failures + 1 end,
       blocked_until = $2 + case when f.last_at < $3 or f.failures + 1 <= $4 then interval '0'
         else least($6, $5 * power(2, least(f.failures - $4, 30))) * interval '1 ms' end`,
    [subject, now, new Date(now.getTime() - forgetMs), free, firstMs, longestMs],
  )
}

export async function forgetFailures(sql: Sql, subject: string): Promise<void> {
  await sql.query('delete from sign_in_failures where subject = $1', [subject])
}

export async function forgetOldFailures(sql: Sql, before: Date): Promise<void> {
  await sql.query('delete from sign_in_failures where last_at < $1', [before])
}
