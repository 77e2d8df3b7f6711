import type { Failure } from '../core/failure.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/**
 * Work that comes again, one row each. A duty is claimed with a lease; its owner is a new UUID each time, so a process
 * that slept past its lease can be told apart (fencing). It becomes due again only when it has ended, so it never
 * overlaps itself.
 */

export type DutyKind =
  | 'poll-computers'
  | 'poll-events'
  | 'read-changes'
  | 'read-options'
  | 'keep-house'
  | 'forget-old'
  | 'watch-self'
  | 'tell-webhook'
  | 'conduct-drill'
  | 'poll-mailbox'

export type Duty = {
  readonly kind: DutyKind
  readonly subjectId: number
  readonly owner: string
  readonly failures: number
  /** When it last went well; null: never yet. */
  readonly lastGoodAt: Date | null
  /** For a reading of changes: how far its sweep through the open tickets came last time. */
  readonly sweptTo: number
}

/** Makes sure that the duty exists, due at once when it is new. */
export async function ensureDuty(sql: Sql, kind: DutyKind, subjectId: number, now: Date): Promise<void> {
  await sql.query(
    `insert into duties (kind, subject_id, due_at) values ($1, $2, $3) on conflict (kind, subject_id) do nothing`,
    [kind, subjectId, now],
  )
}

export async function removeDuties(sql: Sql, kinds: readonly DutyKind[], subjectId: number): Promise<void> {
  await sql.query('delete from duties where kind = any($1) and subject_id = $2', [kinds, subjectId])
}

/** Makes a duty due now, for a person who does not want to wait; one that runs is run again after it. */
export async function hurryDuty(sql: Sql, kind: DutyKind, subjectId: number, now: Date): Promise<void> {
  await sql.query('update duties set due_at = least(due_at, $3), hurried_at = $3 where kind = $1 and subject_id = $2', [
    kind,
    subjectId,
    now,
  ])
}

/** Makes a duty due early, but not sooner than `gapMs` after it last began, so that a flood of hints costs little. */
export async function hintDuty(sql: Sql, kind: DutyKind, subjectId: number, now: Date, gapMs: number): Promise<void> {
  await sql.query(
    `update duties set due_at = least(due_at, greatest($3, last_begun_at + $4 * interval '1 ms'))
     where kind = $1 and subject_id = $2 and due_at > $3`,
    [kind, subjectId, now, gapMs],
  )
}

/** Some kinds of duties: these, or all but these. */
export type DutyKinds = { readonly only: readonly DutyKind[] } | { readonly but: readonly DutyKind[] }

/** Takes one due duty, or none. */
export async function claimDuty(
  sql: Sql,
  owner: string,
  now: Date,
  leaseMs: number,
  kinds: DutyKinds = { but: [] },
): Promise<Duty | null> {
  const condition = 'only' in kinds ? 'kind = any($4)' : 'kind <> all($4)'
  const result = await sql.query<Omit<Duty, 'owner'>>(
    `update duties set lease_owner = $1, lease_until = $3, last_begun_at = $2
     where (kind, subject_id) = (
       select kind, subject_id from duties
       where due_at <= $2 and (lease_until is null or lease_until < $2) and ${condition}
       order by due_at limit 1 for update skip locked)
     returning kind, subject_id as "subjectId", failures, last_good_at as "lastGoodAt", coalesce((detail->>'sweptTo')::bigint, 0) as "sweptTo"`,
    [owner, now, new Date(now.getTime() + leaseMs), 'only' in kinds ? kinds.only : kinds.but],
  )
  const row = result.rows[0]
  return row === undefined ? null : { ...row, owner }
}

/** False when the lease was lost or ran out: the work must stop. */
export async function renewDuty(sql: Sql, duty: Duty, now: Date, leaseMs: number): Promise<boolean> {
  const result = await sql.query(
    `update duties set lease_until = $4
     where kind = $1 and subject_id = $2 and lease_owner = $3 and lease_until >= $5`,
    [duty.kind, duty.subjectId, duty.owner, new Date(now.getTime() + leaseMs), now],
  )
  return result.rowCount === 1
}

/** Inside a transaction: throws `LostLeaseError` unless the duty is still ours, and keeps it ours until the commit. */
export async function guardDuty(sql: Sql, duty: Duty): Promise<void> {
  const result = await sql.query(
    'select from duties where kind = $1 and subject_id = $2 and lease_owner = $3 for share',
    [duty.kind, duty.subjectId, duty.owner],
  )
  if (result.rowCount !== 1) throw new LostLeaseError(duty)
}

export class LostLeaseError extends Error {
  readonly code = 'lost-lease'
  constructor(duty: Duty) {
    super(`The lease of ${duty.kind} ${duty.subjectId} ran out and another worker has it.`)
    this.name = 'LostLeaseError'
  }
}

export type DutyEnd = { readonly failure: Failure | null; readonly detail: object; readonly durationMs: number }

/** Ends a duty: due again at `dueAt`. After a failure a sweep goes on where the last good one ended. */
export async function finishDuty(sql: Sql, duty: Duty, end: DutyEnd, now: Date, dueAt: Date): Promise<void> {
  await sql.query(
    `update duties set lease_owner = null, lease_until = null, last_duration_ms = $5,
       due_at = case when hurried_at > last_begun_at then $7::timestamptz else $4::timestamptz end,
       last_good_at = case when $6::jsonb is null then $7::timestamptz else last_good_at end,
       failures = case when $6::jsonb is null then 0 else failures + 1 end, failure = $6,
       detail = case when $6::jsonb is null then $8::jsonb
         else $8::jsonb || jsonb_strip_nulls(jsonb_build_object('sweptTo', detail->'sweptTo')) end
     where kind = $1 and subject_id = $2 and lease_owner = $3`,
    [
      duty.kind,
      duty.subjectId,
      duty.owner,
      dueAt,
      Math.round(end.durationMs),
      end.failure === null ? null : toJson(end.failure),
      now,
      toJson(end.detail),
    ],
  )
}

/** The earliest moment at which any duty is or becomes due; null without duties. */
export async function nextDutyAt(sql: Sql): Promise<Date | null> {
  const result = await sql.query<{ at: Date | null }>('select min(greatest(due_at, lease_until)) as at from duties')
  return result.rows[0]?.at ?? null
}
