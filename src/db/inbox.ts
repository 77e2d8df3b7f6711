import type { Sql } from './sql.ts'

/**
 * The durable inbox of sources that send by themselves. A parcel is what one company sent at once; it is stored whole,
 * settled whole, and removed in the transaction that settles it.
 */

/** Computers and their statuses are settled by one duty, events and counts by another. */
export type Lane = 'computers' | 'events'
export type Form = 'list' | 'changes' | 'statuses' | 'events' | 'mailboxes'

export type NewParcel = {
  readonly lane: Lane
  readonly company: string
  readonly channel: string
  readonly form: Form
  readonly items: number
  /** JSON. */
  readonly body: string
}

/** Stores parcels in their order. */
export async function storeParcels(
  sql: Sql,
  sourceId: number,
  parcels: readonly NewParcel[],
  now: Date,
): Promise<void> {
  const column = <K extends keyof NewParcel>(key: K) => parcels.map((parcel) => parcel[key])
  await sql.query(
    `insert into inbox (source_id, lane, company, channel, form, items, body, received_at)
     select $1, lane, company, channel, form, items, body::json, $8
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[]) with ordinality
       as p(lane, company, channel, form, items, body, place) order by place`,
    [
      ...[sourceId, column('lane'), column('company'), column('channel'), column('form')],
      ...[column('items'), column('body'), now],
    ],
  )
}

export type Waiting = { readonly company: string; readonly items: number; readonly oldestAt: Date }

/** What waits, by company. */
export async function countWaiting(sql: Sql, sourceId: number): Promise<Waiting[]> {
  const { rows } = await sql.query<Waiting>(
    `select company, sum(items)::int as items, min(received_at) as "oldestAt" from inbox where source_id = $1
     group by company order by company`,
    [sourceId],
  )
  return rows
}

/**
 * Companies for which something waits, in the order of their keys: found by skipping along the index, since one that floods has
 * as many rows as all others together.
 */
export async function waitingCompanies(sql: Sql, sourceId: number, lane: Lane): Promise<string[]> {
  const { rows } = await sql.query<{ company: string }>(
    `with recursive waiting as (
       (select company from inbox where source_id = $1 and lane = $2 order by company limit 1)
       union all
       select (select i.company from inbox i where i.source_id = $1 and i.lane = $2 and i.company > w.company
         order by i.company limit 1)
       from waiting w where w.company is not null)
     select company from waiting where company is not null`,
    [sourceId, lane],
  )
  return rows.map(({ company }) => company)
}

export type Parcel = {
  readonly id: number
  readonly company: string
  readonly channel: string
  readonly form: Form
  readonly items: number
  readonly body: unknown
  readonly receivedAt: Date
  /** Why it could not be settled the last time; null: it was not tried yet. */
  readonly failure: string | null
  /** When a person had set it aside; null: it stands in the order in which all came. */
  readonly setAsideAt: Date | null
}

/** Rows looked at for one company in one round. */
const rowsOfCompany = 500

/**
 * The oldest parcels of each of these companies, in order, until they hold `items`; always at least one. A company whose oldest
 * parcel could not be settled is left out until it is tried again.
 */
export async function oldestParcels(
  sql: Sql,
  sourceId: number,
  lane: Lane,
  companies: readonly string[],
  items: number,
  now: Date,
): Promise<Parcel[]> {
  const { rows } = await sql.query<Parcel>(
    `select p.id, p.company, p.channel, p.form, p.items, p.body, p.received_at as "receivedAt", p.failure,
       p.set_aside_at as "setAsideAt"
     from unnest($3::text[]) with ordinality as c(company, place) cross join lateral (
       select i.*, sum(i.items) over (order by i.id) - i.items as before,
         bool_or(i.retry_at > $5) over (order by i.id) as blocked
       from (select * from inbox where source_id = $1 and lane = $2 and company = c.company order by id limit ${rowsOfCompany}) i) p
     where p.before < $4 and p.blocked is not true order by c.place, p.id`,
    [sourceId, lane, companies, items, now],
  )
  return rows
}

/**
 * Removes parcels and returns the ids of those that were there. What is missing was set aside by a person since it was read: it
 * must not be settled.
 */
export async function removeParcels(sql: Sql, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const { rows } = await sql.query<{ id: number }>('delete from inbox where id = any($1) returning id', [ids])
  return new Set(rows.map(({ id }) => id))
}

/** Keeps a parcel from being set aside until the transaction ends; false when it is not in the inbox any more. */
export async function lockParcel(sql: Sql, id: number): Promise<boolean> {
  return (await sql.query('select from inbox where id = $1 for update', [id])).rowCount === 1
}

/** Notes why a parcel could not be settled and when it is tried again. */
export async function putOffParcel(sql: Sql, id: number, failure: string, retryAt: Date): Promise<void> {
  await sql.query('update inbox set failure = $2, retry_at = $3, tries = 0 where id = $1', [id, failure, retryAt])
}

/** Notes that a parcel failed by itself for what need not be its own fault; returns how often it has since it was put off last. */
export async function countTry(sql: Sql, id: number): Promise<number> {
  const { rows } = await sql.query<{ tries: number }>(
    'update inbox set tries = tries + 1 where id = $1 returning tries',
    [id],
  )
  return rows[0]?.tries ?? 0
}

/**
 * Makes the duty that settles a lane due at once, or again at once when it runs right now. A row that is locked belongs to a run
 * that is judging and looks into the inbox again after that, so nobody waits for it.
 */
export async function wakeSettling(sql: Sql, lane: Lane, sourceId: number, now: Date): Promise<void> {
  await sql.query(
    `update duties set due_at = least(due_at, $3), hurried_at = $3 where (kind, subject_id) = (
       select kind, subject_id from duties where kind = $1 and subject_id = $2 and failures = 0
         and (due_at > $3 or (lease_owner is not null and (hurried_at is null or hurried_at <= last_begun_at)))
       for update skip locked)`,
    [lane === 'computers' ? 'poll-computers' : 'poll-events', sourceId, now],
  )
}
