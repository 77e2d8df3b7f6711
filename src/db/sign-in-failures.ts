import type { Sql } from './sql.ts'

/** Failed sign-ins by subject (an address, a person), counted for all web processes. */

export type Patience = {
  /** Failures that cost nothing. */
  readonly free: number
  /** First wait in ms; doubled with each failure. */
  readonly firstMs: number
  readonly longestMs: number
  /** After so many ms without a failure the count begins anew. */
  readonly forgetMs: number
}

/**
 * Begins one attempt of a subject, counted as failed until `takeBackAttempt` or `forgetFailures`: of attempts that come at
 * the same time, to whichever process, no more pass than one after another would. Null, or until when nobody may try.
 */
export async function beginAttempt(sql: Sql, subject: string, patience: Patience, now: Date): Promise<Date | null> {
  const { free, firstMs, longestMs, forgetMs } = patience
  const { rowCount } = await sql.query(
    `insert into sign_in_failures as f (subject, failures, last_at, blocked_until) values ($1, 1, $2, $2)
     on conflict (subject) do update set last_at = $2,
       failures = case when f.last_at < $3 then 1 else f.failures + 1 end,
       blocked_until = $2::timestamptz + case when f.last_at < $3 or f.failures + 1 <= $4 then interval '0'
         else least($6::float8, $5::float8 * power(2, least(f.failures - $4, 30))) * interval '1 ms' end
     where f.blocked_until <= $2`,
    [subject, now, new Date(now.getTime() - forgetMs), free, firstMs, longestMs],
  )
  if (rowCount === 1) return null
  const { rows } = await sql.query<{ until: Date }>(
    'select blocked_until as until from sign_in_failures where subject = $1 and blocked_until > $2',
    [subject, now],
  )
  return rows[0]?.until ?? now
}

/** The attempt was none that failed: all is as before it. */
export async function takeBackAttempt(sql: Sql, subject: string, now: Date): Promise<void> {
  await sql.query(
    'update sign_in_failures set failures = greatest(failures - 1, 0), blocked_until = $2 where subject = $1',
    [subject, now],
  )
}

export async function forgetFailures(sql: Sql, subject: string): Promise<void> {
  await sql.query('delete from sign_in_failures where subject = $1', [subject])
}

/** Forgets all that is counted against a person, wherever it was tried from. */
export async function forgetFailuresOfPerson(sql: Sql, email: string): Promise<void> {
  const who = email.toLowerCase()
  await sql.query(
    `delete from sign_in_failures where subject = any($1) or subject like 'place %' and split_part(subject, ' ', 3) = $2`,
    [[`person ${who}`, `account ${who}`], who],
  )
}

export async function forgetOldFailures(sql: Sql, before: Date): Promise<void> {
  await sql.query('delete from sign_in_failures where last_at < $1', [before])
}

/** Whether the person has signed in from this address since `since`. */
export async function isKnownAddress(sql: Sql, personId: number, address: string, since: Date): Promise<boolean> {
  const { rowCount } = await sql.query(
    'select from known_addresses where person_id = $1 and address = $2 and last_at > $3',
    [personId, address, since],
  )
  return rowCount === 1
}

export async function rememberAddress(sql: Sql, personId: number, address: string, now: Date): Promise<void> {
  await sql.query(
    `insert into known_addresses (person_id, address, last_at) values ($1, $2, $3)
     on conflict (person_id, address) do update set last_at = $3`,
    [personId, address, now],
  )
}

export async function forgetOldAddresses(sql: Sql, before: Date): Promise<void> {
  await sql.query('delete from known_addresses where last_at < $1', [before])
}
