import type { Connections, Sql } from './sql.ts'
import { withTransaction } from './transaction.ts'

/**
 * Removal of what is over, a small batch at a time, so that no lock is held for long. Ages decide only what is forgotten:
 * whatever keeps a promise is kept by what it is, however old, so that a clock that jumps costs memory of the past and nothing
 * else. Every removal looks again at the row that it has locked.
 */

/** Rows removed, by table. */
export type Removed = Readonly<Record<string, number>>

/** One batch: what it removed, and from where the next one goes on; null when there is no next one. */
export type Batch<From> = { readonly removed: Removed; readonly next: From | null }

type Count = Readonly<Record<string, number>> & { readonly last: Date | null }

function toBatch(row: Count | undefined, first: string, size: number): Batch<Date> {
  if (row === undefined) return { removed: {}, next: null }
  const { last, ...removed } = row
  return { removed: removed as Removed, next: (removed as Removed)[first] === size ? last : null }
}

/**
 * Tickets that were done before `before`, with their steps and decisions. Kept are those whose condition still holds (a
 * person may have closed them, and that must not open another) or ended later, those that are open at the desk all the same
 * (given up), and those of an identity that has a ticket which is not done: a look-up by reference must know them.
 */
export async function removeDoneTickets(sql: Sql, before: Date, from: Date, size: number): Promise<Batch<Date>> {
  const { rows } = await sql.query<Count>(
    `with old as (
       select t.id, t.done_at from tickets t
       where t.done_at >= $1 and t.done_at < $2 and t.phase <> 'open' and t.lease_owner is null
         and not exists (select from conditions c where c.id = t.condition_id and (c.ended_at is null or c.ended_at >= $2))
         and not exists (select from tickets o where o.psa_id = t.psa_id and o.identity = t.identity and o.done_at is null)
       order by t.done_at limit $3 for update of t skip locked),
     steps as (delete from ticket_steps where ticket_id in (select id from old) returning 1),
     told as (delete from decisions where ticket_id in (select id from old) returning 1),
     gone as (delete from tickets where id in (select id from old) returning 1)
     select (select count(*)::int from gone) as tickets, (select count(*)::int from steps) as ticket_steps,
       (select count(*)::int from told) as decisions, (select max(done_at) from old) as last`,
    [from, before, size],
  )
  return toBatch(rows[0], 'tickets', size)
}

/** Conditions that ended before `before`, with their decisions. Kept are those that a ticket points at. */
export async function removeEndedConditions(sql: Sql, before: Date, from: Date, size: number): Promise<Batch<Date>> {
  const { rows } = await sql.query<Count>(
    `with old as (
       select c.id, c.ended_at from conditions c
       where c.ended_at >= $1 and c.ended_at < $2 and not exists (select from tickets t where t.condition_id = c.id)
       order by c.ended_at limit $3 for update of c skip locked),
     told as (delete from decisions where condition_id in (select id from old) returning 1),
     gone as (delete from conditions where id in (select id from old) returning 1)
     select (select count(*)::int from gone) as conditions, (select count(*)::int from told) as decisions,
       (select max(ended_at) from old) as last`,
    [from, before, size],
  )
  return toBatch(rows[0], 'conditions', size)
}

/**
 * Events of a source that were received, and stored there, before `before`, with their decisions. Kept are those that a
 * ticket points at, and those whose storing time the source never told: nothing would tell their repetition from news. The
 * source's row is locked first, as judging locks it, and remembers how far its events were forgotten.
 */
export function removeOldEvents(
  pool: Connections,
  sourceId: number,
  before: Date,
  from: Date,
  size: number,
): Promise<Batch<Date>> {
  return withTransaction(pool, async (client) => {
    await client.query('select from sources where id = $1 for no key update', [sourceId])
    const { rows } = await client.query<Count>(
      `with old as (
         select e.id, e.received_at, e.stored_at from events e
         where e.source_id = $4 and e.received_at >= $1 and e.received_at < $2 and e.stored_at < $2 and e.stored_at > 'epoch'
           and not exists (select from tickets t where t.event_id = e.id)
         order by e.received_at limit $3 for update of e skip locked),
       told as (delete from decisions where event_id in (select id from old) returning 1),
       gone as (delete from events where id in (select id from old) returning 1),
       noted as (update sources set events_forgotten_to = greatest(events_forgotten_to, (select max(stored_at) from old))
         where id = $4 and exists (select from old))
       select (select count(*)::int from gone) as events, (select count(*)::int from told) as decisions,
         (select max(received_at) from old) as last`,
      [from, before, size, sourceId],
    )
    return toBatch(rows[0], 'events', size)
  })
}

/** How much of a long story is kept: its beginning and its end. */
export type StoryEnds = { readonly first: number; readonly last: number }

/** Steps from the middle of the story of a ticket that is not done; tickets after `from`, `size` at a time. */
export async function thinSteps(sql: Sql, ends: StoryEnds, from: number, size: number): Promise<Batch<number>> {
  const { rows } = await sql.query<{ count: number; last: number | null }>(
    `with story as (
       select t.id,
         (select s.id from ticket_steps s where s.ticket_id = t.id order by s.id offset $1::int limit 1) as from_id,
         (select s.id from ticket_steps s where s.ticket_id = t.id order by s.id desc offset $2::int - 1 limit 1) as to_id
       from tickets t where t.done_at is null and t.id > $3 order by t.id limit $4),
     gone as (delete from ticket_steps s using story
       where s.ticket_id = story.id and s.id >= story.from_id and s.id < story.to_id returning 1)
     select (select count(*)::int from gone) as count, case when count(*) = $4 then max(id) end as last from story`,
    [ends.first, ends.last, from, size],
  )
  return { removed: { ticket_steps: rows[0]?.count ?? 0 }, next: rows[0]?.last ?? null }
}

/**
 * Decisions from the middle of the story of a condition that holds; conditions after `from`, `size` at a time. The latest
 * decision that is not `idle` stays wherever it stands: it explains the present state.
 */
export async function thinDecisions(
  sql: Sql,
  ends: StoryEnds,
  idle: readonly string[],
  from: number,
  size: number,
): Promise<Batch<number>> {
  const { rows } = await sql.query<{ count: number; last: number | null }>(
    `with story as (
       select c.id,
         (select d.id from decisions d where d.condition_id = c.id order by d.id offset $1::int limit 1) as from_id,
         (select d.id from decisions d where d.condition_id = c.id order by d.id desc offset $2::int - 1 limit 1) as to_id
       from conditions c where c.ended_at is null and c.id > $3 order by c.id limit $4),
     gone as (delete from decisions d using story
       where d.condition_id = story.id and d.id >= story.from_id and d.id < story.to_id
         and d.id <> coalesce((select x.id from decisions x where x.condition_id = story.id and x.reason <> all($5)
           order by x.id desc limit 1), 0)
       returning 1)
     select (select count(*)::int from gone) as count, case when count(*) = $4 then max(id) end as last from story`,
    [ends.first, ends.last, from, size, idle],
  )
  return { removed: { decisions: rows[0]?.count ?? 0 }, next: rows[0]?.last ?? null }
}
