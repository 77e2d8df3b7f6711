import type { EndReason } from '../core/condition.ts'
import type { Failure } from '../core/failure.ts'
import type { StepReason } from '../core/next-step.ts'
import type { Desired, FieldValues, Known, Outcome, Ticket } from '../core/ticket.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'
import type { StoredFailure } from './tables.ts'

/**
 * The queue is the table of tickets: claimed in batches, remembered in batches. A claim is also the record that an
 * attempt may have begun: a row whose lease ran out unreleased has a call behind it whose outcome nobody knows.
 */

/** A ticket in the hands of a worker. */
export type ClaimedTicket = {
  readonly id: number
  readonly integrationId: number
  readonly identity: string
  readonly reference: string
  readonly accountId: string
  readonly what: string
  readonly title: string
  readonly description: string
  readonly general: FieldValues
  readonly ticket: Ticket
  readonly repeatNoteEveryMs: number
  readonly lastRepeatAt: Date | null
  readonly endReason: EndReason | null
  readonly desiredVersion: number
  readonly leaseAt: Date
}

type Row = {
  id: number
  integration_id: number
  identity: string
  reference: string
  account_id: string
  what: string
  title: string
  description: string
  general: FieldValues
  want: Desired['want']
  not_before: Date | null
  level: Desired['level']
  fields: FieldValues
  repeats: number
  last_repeat_at: Date | null
  end_reason: EndReason | null
  desired_version: number
  phase: Known['phase']
  desk_ticket_id: string | null
  written: FieldValues | null
  level_told: Known['levelTold']
  repeats_told: number
  repeats_told_at: Date | null
  notes: number
  closed_by: Known['closedBy']
  released: boolean
  unsure_since: Date | null
  looked_at: Date | null
  failures: number
  failure: StoredFailure | null
  retry_at: Date | null
  stuck: boolean
  repeat_note_minutes: number
}

// Every tenth claim goes by age alone, so that a low lane is never starved by a high one.
const claimSql = (byAge: boolean) => `
  with due as (
    select id, lease_owner, lease_at from tickets
    where psa_id = $1 and due_at <= $3 and (lease_until is null or lease_until < $3)
      and not exists (select from psas p where p.id = $1 and p.held_until > $3)
    order by ${byAge ? 'due_at' : 'lane, due_at'} limit $5 for update skip locked)
  update tickets t set lease_owner = $2, lease_at = $3, lease_until = $4,
    unsure_since = case when due.lease_owner is null then t.unsure_since else greatest(t.unsure_since, due.lease_at) end,
    looked_at = case when due.lease_owner is null then t.looked_at end,
    -- Should this worker die, what its create said is what a ticket that is found later holds.
    written = case when t.phase = 'absent' and t.unsure_since is null and due.lease_owner is null then t.fields else t.written end,
    level_told = case when t.phase = 'absent' and t.unsure_since is null and due.lease_owner is null then t.level else t.level_told end,
    repeats_told = case when t.phase = 'absent' and t.unsure_since is null and due.lease_owner is null then t.repeats else t.repeats_told end
  from due, integrations i where t.id = due.id and i.id = t.integration_id
  returning t.id, t.integration_id, t.identity, t.reference, t.account_id, t.what, t.title, t.description, t.general, t.want,
    t.not_before, t.level, t.fields, t.repeats, t.last_repeat_at, t.end_reason, t.desired_version, t.phase,
    t.desk_ticket_id, t.written, t.level_told, t.repeats_told, t.repeats_told_at, t.notes, t.closed_by, t.released,
    t.unsure_since, t.looked_at, t.failures, t.failure, t.retry_at, t.stuck, i.repeat_note_minutes`

export type Claim = {
  readonly psaId: number
  readonly owner: string
  readonly now: Date
  readonly leaseMs: number
  readonly limit: number
  readonly byAge: boolean
}

/** Takes due tickets of one desk; what it returns is leased to `owner` for `leaseMs`. */
export async function claimTickets(sql: Sql, claim: Claim): Promise<ClaimedTicket[]> {
  const until = new Date(claim.now.getTime() + claim.leaseMs)
  const result = await sql.query<Row>(claimSql(claim.byAge), [claim.psaId, claim.owner, claim.now, until, claim.limit])
  return result.rows.map((row) => rowToClaimed(row, claim.now))
}

function rowToClaimed(row: Row, leaseAt: Date): ClaimedTicket {
  return {
    id: row.id,
    integrationId: row.integration_id,
    identity: row.identity,
    reference: row.reference,
    accountId: row.account_id,
    what: row.what,
    title: row.title,
    description: row.description,
    general: row.general,
    repeatNoteEveryMs: row.repeat_note_minutes * 60_000,
    lastRepeatAt: row.last_repeat_at,
    endReason: row.end_reason,
    desiredVersion: row.desired_version,
    leaseAt,
    ticket: {
      desired: {
        want: row.want,
        notBefore: row.not_before,
        level: row.level,
        fields: row.fields,
        repeats: row.repeats,
      },
      known: rowToKnown(row),
    },
  }
}

/** The known half of a row. */
export function rowToKnown(row: Omit<Row, 'repeat_note_minutes'>): Known {
  return {
    phase: row.phase,
    ticketId: row.desk_ticket_id,
    written: row.written,
    levelTold: row.level_told,
    repeatsTold: row.repeats_told,
    repeatsToldAt: row.repeats_told_at,
    notes: row.notes,
    closedBy: row.closed_by,
    released: row.released,
    unsureSince: row.unsure_since,
    lookedAt: row.looked_at,
    failures: row.failures,
    failure:
      row.failure === null
        ? null
        : { ...row.failure, until: row.failure.until === null ? null : new Date(row.failure.until) },
    retryAt: row.retry_at,
    stuck: row.stuck,
  }
}

/** What a worker learned of one ticket, to be stored in one batch with others. */
export type Remembered = {
  readonly id: number
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
const rememberSql = `
  with held as (select id from tickets where id = any($4) and lease_owner = $3 order by id for update)
  update tickets t set phase = v.phase, desk_ticket_id = v.desk_ticket_id, desk_number = coalesce(v.desk_number, t.desk_number),
    written = v.written, level_told = v.level_told, repeats_told = v.repeats_told, repeats_told_at = v.repeats_told_at,
    notes = v.notes, closed_by = v.closed_by, unsure_since = v.unsure_since, looked_at = v.looked_at,
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
  from (select * from jsonb_to_recordset($1) as v(id bigint, phase text, desk_ticket_id text, desk_number text, written jsonb,
    level_told text, repeats_told int, repeats_told_at timestamptz, notes int, closed_by text, unsure_since timestamptz,
    looked_at timestamptz, failures int, failure jsonb, retry_at timestamptz, stuck boolean, desired_version int,
    due_at timestamptz, lane smallint, outcome text)) v
  join held on held.id = v.id
  where t.id = v.id
  returning t.id`

const stepsSql = `
  insert into ticket_steps (ticket_id, at, step, reason, result, message, duration_ms)
  select * from jsonb_to_recordset($1) as s(ticket_id bigint, at timestamptz, step text, reason text, result text, message text, duration_ms int)`

/** Stores results in one round trip each; returns the ids that were still ours. */
export async function rememberTickets(
  sql: Sql,
  owner: string,
  now: Date,
  batch: readonly Remembered[],
): Promise<Set<number>> {
  const rows = batch.map(({ id, known, number, desiredVersion, dueAt, lane, outcome }) => ({
    id,
    phase: known.phase,
    desk_ticket_id: known.ticketId,
    desk_number: number,
    written: known.written,
    level_told: known.levelTold,
    repeats_told: known.repeatsTold,
    repeats_told_at: known.repeatsToldAt,
    notes: known.notes,
    closed_by: known.closedBy,
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
  }))
  const result = await sql.query<{ id: number }>(rememberSql, [toJson(rows), now, owner, batch.map(({ id }) => id)])
  const kept = new Set(result.rows.map((row) => row.id))
  const steps = batch.flatMap(({ id, step }) =>
    step === null || !kept.has(id)
      ? []
      : [
          {
            ticket_id: id,
            at: step.at,
            step: step.name,
            reason: step.reason,
            result: step.result,
            message: step.message,
            duration_ms: Math.round(step.durationMs),
          },
        ],
  )
  if (steps.length > 0) await sql.query(stepsSql, [toJson(steps)])
  return kept
}

/** Gives back tickets that were never begun, as if they had not been claimed. */
export async function releaseTickets(sql: Sql, owner: string, ids: readonly number[]): Promise<void> {
  await sql.query(
    'update tickets set lease_owner = null, lease_at = null, lease_until = null where id = any($2) and lease_owner = $1',
    [owner, ids],
  )
}

/**
 * Ends a ticket that is over at the desk although it is wanted again, and starts its successor with the same identity. Both
 * in one statement, so that at most one of them is open at any time. False when it is no longer wanted, or no longer ours.
 */
export async function renewTicket(sql: Sql, id: number, owner: string, now: Date): Promise<boolean> {
  const result = await sql.query(
    `with ended as (
       update tickets set done_at = $3, due_at = null, want = 'closed', lease_owner = null, lease_at = null, lease_until = null,
         outcome = case when phase = 'gone' then 'deleted-by-person' when closed_by = 'person' then 'closed-by-person'
           else 'closed-by-us' end
       where id = $1 and lease_owner = $2 and want = 'open' returning *)
     insert into tickets (psa_id, integration_id, tenant_id, condition_id, event_id, identity, reference, account_id, what, title,
       description, general, created_at, want, level, fields, lane, due_at)
     select psa_id, integration_id, tenant_id, condition_id, event_id, identity, reference, account_id, what, title,
       description, general, $3, 'open', level, fields, lane, $3 from ended`,
    [id, owner, now],
  )
  return result.rowCount === 1
}

/**
 * Stops tickets whose create was answered with a desk ticket that another record of ours accounts for: the desk took
 * two different things for one, and one's end must not close the other's.
 */
export async function stopSharedTickets(sql: Sql, ids: readonly number[], failure: Failure): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    `update tickets t set phase = 'absent', desk_ticket_id = null, stuck = true, failure = $2, due_at = null
     where t.id = any($1) and t.phase = 'open' and exists (
       select from tickets o where o.psa_id = t.psa_id and o.desk_ticket_id = t.desk_ticket_id and o.id <> t.id and o.done_at is null)
     returning t.id`,
    [ids, toJson(failure)],
  )
  return rows.map(({ id }) => id)
}
