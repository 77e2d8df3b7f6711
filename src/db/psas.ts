import type { Failure } from '../core/failure.ts'
import type { FieldValues, Known, TicketSeen } from '../core/ticket.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'
import type { StoredFailure } from './tables.ts'
import { rowToKnown } from './ticket-queue.ts'

/** What the workers read and write about a desk. */

export type PsaRow = {
  id: number
  connector: string
  name: string
  settings: Record<string, unknown>
  secrets: Record<string, string>
  options: unknown
  optionsAt: Date | null
  optionsChangedAt: Date | null
  changesReadTo: Date | null
  /** Set by a restore, to the moment of its copy: what the desk has had since is to be listed before anything is sent. */
  recoverSince: Date | null
  restoredAt: Date | null
  updatedAt: Date
  /** General settings of the integrations that use it. */
  generals: FieldValues[]
}

const columns = `p.id, p.connector, p.name, p.settings, p.secrets, p.options, p.options_at as "optionsAt",
  p.options_changed_at as "optionsChangedAt",
  p.changes_read_to as "changesReadTo", p.recover_since as "recoverSince", p.updated_at as "updatedAt",
  (select restored_at from installation) as "restoredAt",
  coalesce((select jsonb_agg(i.general order by i.id) from integrations i where i.psa_id = p.id), '[]') as generals`

export async function loadPsa(sql: Sql, id: number): Promise<PsaRow | null> {
  const { rows } = await sql.query<PsaRow>(`select ${columns} from psas p where p.id = $1`, [id])
  return rows[0] ?? null
}

export async function loadPsas(sql: Sql): Promise<PsaRow[]> {
  const { rows } = await sql.query<PsaRow>(`select ${columns} from psas p order by p.id`)
  return rows
}

/** Sends nothing to a desk before `until`, and shows why. */
export async function holdPsa(sql: Sql, id: number, until: Date, failure: Failure): Promise<void> {
  await sql.query('update psas set held_until = greatest(held_until, $2), held_failure = $3 where id = $1', [
    id,
    until,
    toJson(failure),
  ])
}

/** What a desk that asked us to hold back said, as long as its time has not come; null when nothing may hold a reading up. */
export async function presentLimit(sql: Sql, id: number, now: Date): Promise<Failure | null> {
  const { rows } = await sql.query<{ until: Date; failure: StoredFailure }>(
    `select held_until as until, held_failure as failure from psas
     where id = $1 and held_until > $2 and held_failure->>'kind' = 'limited'`,
    [id, now],
  )
  const row = rows[0]
  return row === undefined ? null : { ...row.failure, until: row.until }
}

/** Forgets a hold whose time has passed, after a call went well. True while one still runs. */
export async function releasePsa(sql: Sql, id: number, now: Date): Promise<boolean> {
  await sql.query(
    `update psas set held_until = null, held_failure = null
     where id = $1 and held_failure is not null and (held_until is null or held_until <= $2)`,
    [id, now],
  )
  const { rowCount } = await sql.query('select from psas where id = $1 and held_until > $2', [id, now])
  return rowCount === 1
}

/** Keeps the lists as they were read now; true when they differ from those before. */
export async function saveOptions(sql: Sql, id: number, options: object, now: Date): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update psas set options = $2, options_at = $3, options_changed_at = $3
     where id = $1 and options is distinct from $2::jsonb`,
    [id, toJson(options), now],
  )
  if (rowCount === 1) return true
  // Lists that are the same are not written again, and no process opens the desk anew for them.
  await sql.query('update psas set options_at = $2 where id = $1', [id, now])
  return false
}

export async function saveChangesReadTo(sql: Sql, id: number, at: Date): Promise<void> {
  await sql.query('update psas set changes_read_to = $2 where id = $1', [id, at])
}

/** Ids of desk tickets with this reference that other records of ours account for. */
export async function accountedTickets(
  sql: Sql,
  psaId: number,
  reference: string,
  exceptId: number,
): Promise<Set<string>> {
  const { rows } = await sql.query<{ id: string }>(
    `select desk_ticket_id as id from tickets
     where psa_id = $1 and reference = $2 and id <> $3 and desk_ticket_id is not null`,
    [psaId, reference, exceptId],
  )
  return new Set(rows.map(({ id }) => id))
}

export type KnownTicket = {
  id: number
  identity: string
  deskTicketId: string
  done: boolean
  leased: boolean
  /** What it is about still holds; an event always does. */
  holds: boolean
  closedAt: Date | null
  /** When it was last seen again, as long as nobody at the desk was told. */
  seenAgainAt: Date | null
  known: Known
}

/**
 * Our records of desk tickets, locked until the transaction ends. A row is leased as long as a worker has not given it
 * back, also when the lease ran out: its call may still arrive.
 */
export async function lockKnownTickets(
  sql: Sql,
  psaId: number,
  deskTicketIds: readonly string[],
): Promise<KnownTicket[]> {
  const { rows } = await sql.query<
    Parameters<typeof rowToKnown>[0] &
      Pick<KnownTicket, 'done' | 'leased' | 'holds' | 'seenAgainAt'> & { closed_at: Date | null }
  >(
    `select t.*, t.done_at is not null as done, t.lease_owner is not null as leased,
       case when t.want = 'open' and t.repeats > t.repeats_told then t.last_repeat_at end as "seenAgainAt",
       not exists (select from conditions c where c.id = t.condition_id and c.ended_at is not null) as holds
     from tickets t where t.psa_id = $1 and t.desk_ticket_id = any($2) order by t.id for update of t`,
    [psaId, deskTicketIds],
  )
  return rows.map((row) => ({
    id: row.id,
    identity: row.identity,
    deskTicketId: row.desk_ticket_id ?? '',
    done: row.done,
    leased: row.leased,
    holds: row.holds,
    closedAt: row.closed_at,
    seenAgainAt: row.seenAgainAt,
    known: rowToKnown(row),
  }))
}

/** Keeps the numbers under which people know tickets; some desks do not tell them when a ticket is created. */
export async function saveDeskNumbers(sql: Sql, psaId: number, seen: readonly TicketSeen[]): Promise<void> {
  await sql.query(
    `update tickets t set desk_number = s.number from jsonb_to_recordset($2) as s("ticketId" text, number text)
     where t.psa_id = $1 and t.desk_ticket_id = s."ticketId" and s.number <> '' and t.desk_number is distinct from s.number`,
    [psaId, toJson(seen.map(({ ticketId, number }) => ({ ticketId, number })))],
  )
}

/** Desk tickets that we hold for open, after `afterId`: for the sweep that finds deleted ones. */
export async function openDeskTickets(
  sql: Sql,
  psaId: number,
  afterId: number,
  limit: number,
): Promise<{ id: number; deskTicketId: string }[]> {
  const { rows } = await sql.query<{ id: number; deskTicketId: string }>(
    `select id, desk_ticket_id as "deskTicketId" from tickets
     where psa_id = $1 and done_at is null and phase = 'open' and desk_ticket_id is not null and id > $2
     order by id limit $3`,
    [psaId, afterId, limit],
  )
  return rows
}

/** How many there are. */
export async function countOpenDeskTickets(sql: Sql, psaId: number): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    `select count(*)::int as count from tickets
     where psa_id = $1 and done_at is null and phase = 'open' and desk_ticket_id is not null`,
    [psaId],
  )
  return rows[0]?.count ?? 0
}

/** Has a worker look at a ticket that was seen closed or gone, when a call of ours may have done it. */
export async function haveLooked(sql: Sql, id: number, now: Date): Promise<void> {
  await sql.query('update tickets set due_at = coalesce(due_at, $2) where id = $1 and done_at is null', [id, now])
}

/**
 * Stores what a person did at the desk; an outcome ends the ticket, `isDue` has a worker look at it. False when it was reopened although its identity has
 * another open ticket by now: then it stays as it is.
 */
export async function savePersonsAct(
  sql: Sql,
  id: number,
  act: { known: Known; outcome: 'closed-by-person' | 'deleted-by-person' | null; isDue?: boolean },
  now: Date,
): Promise<boolean> {
  const { known, outcome, isDue = false } = act
  const result = await sql.query(
    `update tickets t set phase = $2, closed_by = $3, released = $4,
       done_at = case when $5::text is null then null else $6::timestamptz end, outcome = $5,
       closed_at = case when $2 = 'open' then null else coalesce(t.closed_at, $6::timestamptz) end,
       due_at = case when $7 then $6::timestamptz end
     where id = $1 and ($5::text is not null or not exists (
       select from tickets o where o.psa_id = t.psa_id and o.identity = t.identity and o.done_at is null and o.id <> t.id))`,
    [id, known.phase, known.closedBy, known.released, outcome, now, isDue],
  )
  return result.rowCount === 1
}

export async function insertPersonStep(
  sql: Sql,
  ticketId: number,
  result: string,
  seen: TicketSeen | null,
  now: Date,
): Promise<void> {
  const message = seen === null ? 'The ticket is no longer at the desk.' : `The desk shows the ticket ${seen.state}.`
  await sql.query(
    `insert into ticket_steps (ticket_id, at, step, reason, result, message, duration_ms) values ($1, $2, 'notice', $3, 'done', $4, 0)`,
    [ticketId, now, result, message],
  )
}
