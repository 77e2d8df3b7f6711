import type { TicketSeen } from '../core/ticket.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** After a restore: tickets of ours at a desk that no record here accounts for. */

export type DeskFind = {
  readonly deskTicketId: string
  readonly reference: string
  readonly accountId: string
  readonly number: string
  readonly isOpen: boolean
  readonly identity: string | null
}

/** The newest ticket of the desk that this database knows, by its number there; null: none. */
export async function newestDeskTicket(sql: Sql, psaId: number): Promise<string | null> {
  const { rows } = await sql.query<{ id: string | null }>(
    `select max(desk_ticket_id::numeric)::text as id from tickets where psa_id = $1 and desk_ticket_id ~ '^[0-9]+$'`,
    [psaId],
  )
  return rows[0]?.id ?? null
}

/** Keeps those that no record accounts for. */
export async function saveFinds(
  sql: Sql,
  psaId: number,
  seen: readonly TicketSeen[],
  attemptFrom: Date,
  now: Date,
): Promise<void> {
  const rows = seen.map(({ ticketId, reference, accountId, number, state }) => {
    return { ticketId, reference, accountId, number, isOpen: state === 'open' }
  })
  await sql.query(
    `insert into desk_finds (psa_id, desk_ticket_id, reference, account_id, number, is_open, attempt_from, found_at)
     select $1, s."ticketId", s.reference, s."accountId", s.number, s."isOpen", $3, $4
     from jsonb_to_recordset($2) as s("ticketId" text, reference text, "accountId" text, number text, "isOpen" boolean)
     where not exists (select from tickets t where t.psa_id = $1 and t.desk_ticket_id = s."ticketId")
     on conflict (psa_id, desk_ticket_id) do update set is_open = excluded.is_open, attempt_from = excluded.attempt_from`,
    [psaId, toJson(rows), attemptFrom, now],
  )
}

/** Whether the desk has another ticket with this reference that the copy did not know. */
export async function isFound(sql: Sql, psaId: number, reference: string): Promise<boolean> {
  const { rowCount } = await sql.query('select from desk_finds where psa_id = $1 and reference = $2 limit 1', [
    psaId,
    reference,
  ])
  return rowCount === 1
}

/**
 * Doubts what the copy says of open tickets that changed at the desk since, or of all: whoever changed a field, it is taken for a
 * person's choice from now on. Those that were seen closed are looked at now, the others before anything is done to them.
 */
export async function doubtTickets(
  sql: Sql,
  psaId: number,
  deskTicketIds: readonly string[] | 'all',
  closedIds: readonly string[],
  now: Date,
): Promise<void> {
  await sql.query(
    `update tickets set written = '{}',
       due_at = case when not stuck and desk_ticket_id = any($4) then coalesce(due_at, $3) else due_at end
     where psa_id = $1 and done_at is null and phase = 'open' and ($2::text[] is null or desk_ticket_id = any($2))`,
    [psaId, deskTicketIds === 'all' ? null : deskTicketIds, now, closedIds],
  )
}

/** The desk was asked what changed since the copy, and did not name these: they are as the copy says. */
export async function trustOtherTickets(
  sql: Sql,
  psaId: number,
  changed: readonly string[],
  since: Date,
  lookedAt: Date,
): Promise<void> {
  await sql.query(
    `update tickets set looked_at = $4
     where psa_id = $1 and done_at is null and phase = 'open' and unsure_since <= $3 and looked_at is null
       and desk_ticket_id <> all($2)`,
    [psaId, changed, since, lookedAt],
  )
}

/** The desk was asked: work goes on, and the sources behind it are read now. */
export async function endRecovery(sql: Sql, psaId: number, now: Date): Promise<void> {
  await sql.query('update psas set recover_since = null where id = $1', [psaId])
  await sql.query(
    `update duties set due_at = least(due_at, $2) where kind = 'poll-computers'
       and subject_id in (select source_id from integrations where psa_id = $1)`,
    [psaId, now],
  )
}

/** Whether a source is read only after its desks were asked: a computer that is gone by then could not be told any more. */
export async function waitsForDesks(sql: Sql, sourceId: number, restoredAfter: Date): Promise<boolean> {
  const { rowCount } = await sql.query(
    `select from integrations i join psas p on p.id = i.psa_id, installation n
     where i.source_id = $1 and p.recover_since is not null and n.restored_at > $2 limit 1`,
    [sourceId, restoredAfter],
  )
  return rowCount === 1
}

/** Drops finds that a record accounts for by now. Returns what is left. */
export async function remainingFinds(sql: Sql, psaId: number): Promise<DeskFind[]> {
  await sql.query(
    `delete from desk_finds f using tickets t
     where f.psa_id = $1 and t.psa_id = f.psa_id and t.desk_ticket_id = f.desk_ticket_id`,
    [psaId],
  )
  const { rows } = await sql.query<DeskFind>(
    `select desk_ticket_id as "deskTicketId", reference, account_id as "accountId", number, is_open as "isOpen", identity
     from desk_finds where psa_id = $1 order by desk_ticket_id`,
    [psaId],
  )
  return rows
}

export async function saveIdentities(sql: Sql, psaId: number, byReference: ReadonlyMap<string, string>): Promise<void> {
  await sql.query(
    `update desk_finds f set identity = v.identity from unnest($2::text[], $3::text[]) as v(reference, identity)
     where f.psa_id = $1 and f.reference = v.reference`,
    [psaId, [...byReference.keys()], [...byReference.values()]],
  )
}

/** Records that wait for a person although the desk has their ticket: they are tried again, and find it. */
export async function freeStuck(sql: Sql, psaId: number, now: Date): Promise<void> {
  await sql.query(
    `update tickets t set stuck = false, due_at = $2 from desk_finds f
     where f.psa_id = $1 and f.is_open and t.psa_id = f.psa_id and t.reference = f.reference
       and t.done_at is null and t.phase = 'absent' and t.stuck`,
    [psaId, now],
  )
}

/** Whether every source behind the desk was read once more since the restore: all tenants, and all events. */
export async function sourcesWereRead(sql: Sql, psaId: number): Promise<boolean> {
  const { rowCount } = await sql.query(
    `select from integrations i, installation n where i.psa_id = $1 and (
       exists (select from tenants t where t.source_id = i.source_id and t.to_be_listed and t.vanished_at is null)
       or exists (select from duties d where d.kind = 'poll-events' and d.subject_id = i.source_id
         and (d.last_good_at is null or d.last_good_at <= n.restored_at))) limit 1`,
    [psaId],
  )
  return rowCount === 0
}

/** True while finds may still be the ticket of something that was judged after the restore. */
export async function hasFreshFinds(sql: Sql, psaId: number): Promise<boolean> {
  const { rowCount } = await sql.query(
    'select from desk_finds where psa_id = $1 and attempt_from is not null limit 1',
    [psaId],
  )
  return rowCount === 1
}

/** From now on what begins is new: tickets that are closed say nothing about it. */
export async function retireFinds(sql: Sql, psaId: number): Promise<void> {
  const waiting = `exists (select from tickets t where t.psa_id = f.psa_id and t.reference = f.reference
    and t.done_at is null and t.phase = 'absent' and not t.stuck)`
  await sql.query(`delete from desk_finds f where f.psa_id = $1 and not f.is_open and not ${waiting}`, [psaId])
  await sql.query(`update desk_finds f set attempt_from = null where f.psa_id = $1 and f.is_open and not ${waiting}`, [
    psaId,
  ])
}
