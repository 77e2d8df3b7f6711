import type { EndReason } from '../core/condition.ts'
import type { Failure } from '../core/failure.ts'
import type { Desired, FieldValues, Known, Ticket } from '../core/ticket.ts'
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
  /** The lane in which it waited. */
  readonly lane: number
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
  lane: number
}

const claimSql = (someLanes: boolean) => `
  with due as (
    select id, lease_owner, lease_at, reference, created_at, phase = 'absent' and unsure_since is null as fresh from tickets
    where psa_id = $1 and due_at <= $3 and (lease_until is null or lease_until < $3)
      and not exists (select from psas p where p.id = $1 and (p.held_until > $3 or p.recover_since is not null))
      -- After a restore: whether it still holds is not known before its tenant was read once more.
      and (phase = 'open' or condition_id is null or tenant_id <> all (array(select id from tenants where to_be_listed)))
      ${someLanes ? 'and lane = any($6)' : ''}
    order by lane, due_at limit $5 for update skip locked),
  -- One that the desk may have from before a restore is looked for first.
  due_found as (
    select due.*, (select coalesce(f.attempt_from, due.created_at) from desk_finds f
      where due.fresh and f.psa_id = $1 and f.reference = due.reference order by f.attempt_from limit 1) as found_from from due)
  update tickets t set lease_owner = $2, lease_at = $3, lease_until = $4,
    unsure_since = case when due.lease_owner is null then coalesce(t.unsure_since, due.found_from)
      else greatest(t.unsure_since, due.lease_at) end,
    looked_at = case when due.lease_owner is null then t.looked_at end,
    -- Should this worker die, what its create said is what a ticket that is found later holds.
    written = case when due.found_from is not null then '{}' when due.fresh and due.lease_owner is null then t.fields else t.written end,
    level_told = case when due.fresh and due.lease_owner is null then t.level else t.level_told end,
    repeats_told = case when due.fresh and due.lease_owner is null then t.repeats else t.repeats_told end
  from due_found due, integrations i where t.id = due.id and i.id = t.integration_id
  returning t.id, t.integration_id, t.identity, t.reference, t.account_id, t.what, t.title, t.description, t.general, t.want,
    t.not_before, t.level, t.fields, t.repeats, t.last_repeat_at, t.end_reason, t.desired_version, t.phase,
    t.desk_ticket_id, t.written, t.level_told, t.repeats_told, t.repeats_told_at, t.notes, t.closed_by, t.released,
    t.unsure_since, t.looked_at, t.failures, t.failure, t.retry_at, t.stuck, t.lane, i.repeat_note_minutes`

export type Claim = {
  readonly psaId: number
  readonly owner: string
  readonly now: Date
  readonly leaseMs: number
  readonly limit: number
  /** Only tickets in these lanes; null: in all of them. */
  readonly lanes: readonly number[] | null
}

/** Takes due tickets of one desk, high lanes first; what it returns is leased to `owner` for `leaseMs`. */
export async function claimTickets(sql: Sql, claim: Claim): Promise<ClaimedTicket[]> {
  const until = new Date(claim.now.getTime() + claim.leaseMs)
  const { psaId, owner, now, limit, lanes } = claim
  const values = [psaId, owner, now, until, limit, ...(lanes === null ? [] : [lanes])]
  const result = await sql.query<Row>(claimSql(lanes !== null), values)
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
    lane: row.lane,
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
export function rowToKnown(row: Omit<Row, 'repeat_note_minutes' | 'lane'>): Known {
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

/**
 * One claim of one ticket. A worker that was slow may hold a ticket twice, by a claim whose lease ran out and by a later
 * one: what ends the first must not touch the second.
 */
export type Claimed = Pick<ClaimedTicket, 'id' | 'leaseAt'>

/** Gives back tickets that were never begun, as if they had not been claimed. */
export async function releaseTickets(sql: Sql, owner: string, claims: readonly Claimed[]): Promise<void> {
  await sql.query(
    `update tickets t set lease_owner = null, lease_at = null, lease_until = null
     from unnest($2::bigint[], $3::timestamptz[]) as c(id, lease_at)
     where t.id = c.id and t.lease_owner = $1 and t.lease_at = c.lease_at`,
    [owner, ...columnsOf(claims)],
  )
}

/** The claims as two columns, for `unnest`. */
export function columnsOf(claims: readonly Claimed[]): [ids: number[], leaseAt: Date[]] {
  return [claims.map(({ id }) => id), claims.map(({ leaseAt }) => leaseAt)]
}

/**
 * Ends a ticket that is over at the desk although it is wanted again, and starts its successor with the same identity. Both
 * in one statement, so that at most one of them is open at any time. The successor goes to the account that its tenant is mapped to
 * now; a tenant that is no longer mapped gets none. False when it is no longer wanted, or no longer ours.
 */
export async function renewTicket(sql: Sql, claimed: Claimed, owner: string, now: Date): Promise<boolean> {
  const result = await sql.query(
    `with ended as (
       update tickets set done_at = $3, due_at = null, want = 'closed', lease_owner = null, lease_at = null, lease_until = null,
         outcome = case when phase = 'gone' then 'deleted-by-person' when closed_by = 'person' then 'closed-by-person'
           else 'closed-by-us' end
       where id = $1 and lease_owner = $2 and lease_at = $4 and want = 'open' returning *)
     insert into tickets (psa_id, integration_id, tenant_id, condition_id, event_id, identity, reference, account_id, what, title,
       description, general, created_at, want, level, fields, lane, due_at)
     select e.psa_id, e.integration_id, e.tenant_id, e.condition_id, e.event_id, e.identity, e.reference, m.account_id, e.what, e.title,
       e.description, e.general, $3, 'open', e.level, e.fields, e.lane, $3
     from ended e join mappings m on m.tenant_id = e.tenant_id and m.integration_id = e.integration_id`,
    [claimed.id, owner, now, claimed.leaseAt],
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
