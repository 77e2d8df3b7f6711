import type { StepReason } from '../core/next-step.ts'
import type { Known, Outcome } from '../core/ticket.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'
import { columnsOf } from './ticket-queue.ts'

/** What a worker learned of one ticket, to be stored in one batch with others. */
export type Remembered = {
  readonly id: number
  /** Of the claim it was tended in. */
  readonly leaseAt: Date
  readonly known: Known
  readonly number: string | null
  readonly desiredVersion: number
  readonly dueAt: Date | null
  readonly lane: number
  readonly outcome: Outcome | null
  /** For the ticket's history; null when nothing was tried. */
  readonly step: {
    readonly name: string
    readonly reason: StepReason
    readonly result: string
    readonly message: string
    readonly at: Date
    readonly durationMs: number
  } | null
}

// Rows are locked in the order of their ids, as judging locks them, so that the two never wait for each other in a circle.
// A ticket whose wish changed while it was tended is due again at once and never done, whatever the worker thought.
// `json` and not `jsonb`: parsed once, that is a tenth of the statement. Not prepared under a name: a plan made while the
// table was young would be kept.
const rememberSql = `
  with held as (
    select t.id, t.lease_at from tickets t join unnest($4::bigint[], $5::timestamptz[]) as c(id, lease_at)
      on c.id = t.id and c.lease_at = t.lease_at
    where t.lease_owner = $3 order by t.id for update of t),
  stored as (update tickets t set phase = v.phase, desk_ticket_id = v.desk_ticket_id, desk_number = coalesce(v.desk_number, t.desk_number),
    written = v.written, level_told = v.level_told, repeats_told = v.repeats_told, repeats_told_at = v.repeats_told_at,
    notes = v.notes, closed_by = v.closed_by,
    released = case when t.desired_version = v.desired_version then v.released else t.released end, unsure_since = v.unsure_since, looked_at = v.looked_at,
    failures = v.failures, failure = v.failure,
    retry_at = case when t.desired_version = v.desired_version or v.failure->>'kind' = 'limited' then v.retry_at end,
    stuck = v.stuck and t.desired_version = v.desired_version,
    opened_at = case when t.opened_at is null and v.phase = 'open' then $2 else t.opened_at end,
    closed_at = case when v.phase in ('closed', 'gone') then coalesce(t.closed_at, $2) else t.closed_at end,
    lane = v.lane,
    due_at = case when t.desired_version = v.desired_version then v.due_at else $2 end,
    done_at = case when t.desired_version = v.desired_version and v.outcome is not null then $2 end,
    outcome = case when t.desired_version = v.desired_version then v.outcome end,
    lease_owner = null, lease_at = null, lease_until = null
  from (select * from json_to_recordset($1) as v(id bigint, claimed_at timestamptz, phase text, desk_ticket_id text, desk_number text, written jsonb,
    level_told text, repeats_told int, repeats_told_at timestamptz, notes int, closed_by text, released boolean, unsure_since timestamptz,
    looked_at timestamptz, failures int, failure jsonb, retry_at timestamptz, stuck boolean, desired_version int,
    due_at timestamptz, lane smallint, outcome text, step text, step_at timestamptz, reason text, result text, message text,
    duration_ms int)) v
  join held on held.id = v.id and held.lease_at = v.claimed_at
  where t.id = v.id
  returning t.id, v.claimed_at, v.step_at, v.step, v.reason, v.result, v.message, v.duration_ms),
  history as (insert into ticket_steps (ticket_id, at, step, reason, result, message, duration_ms)
    select id, step_at, step, reason, result, message, duration_ms from stored where step is not null)
  select id, claimed_at from stored`

/** Stores results and their history in one statement; returns those whose claim was still ours. */
export async function rememberTickets(
  sql: Sql,
  owner: string,
  now: Date,
  batch: readonly Remembered[],
): Promise<Set<Remembered>> {
  const rows = batch.map(({ id, leaseAt, known, number, desiredVersion, dueAt, lane, outcome, step }) => ({
    id,
    claimed_at: leaseAt,
    phase: known.phase,
    desk_ticket_id: known.ticketId,
    desk_number: number,
    written: known.written,
    level_told: known.levelTold,
    repeats_told: known.repeatsTold,
    repeats_told_at: known.repeatsToldAt,
    notes: known.notes,
    closed_by: known.closedBy,
    released: known.released,
    unsure_since: known.unsureSince,
    looked_at: known.lookedAt,
    failures: known.failures,
    failure: known.failure,
    retry_at: known.retryAt,
    stuck: known.stuck,
    desired_version: desiredVersion,
    due_at: dueAt,
    lane,
    outcome,
    ...(step !== null && {
      step: step.name,
      step_at: step.at,
      reason: step.reason,
      result: step.result,
      message: step.message,
      duration_ms: Math.round(step.durationMs),
    }),
  }))
  const result = await sql.query<{ id: number; claimed_at: Date }>(rememberSql, [
    toJson(rows),
    now,
    owner,
    ...columnsOf(batch),
  ])
  const kept = new Set(result.rows.map((row) => claimKey(row.id, row.claimed_at)))
  return new Set(batch.filter(({ id, leaseAt }) => kept.has(claimKey(id, leaseAt))))
}

function claimKey(id: number, leaseAt: Date): string {
  return `${id} ${leaseAt.getTime()}`
}
