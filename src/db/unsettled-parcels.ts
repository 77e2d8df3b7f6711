import type { Form, Lane } from './inbox.ts'
import type { Batch } from './retention.ts'
import type { Client, Sql } from './sql.ts'

/** Parcels that could not be settled: in the inbox until they can, or set aside by a person. */

export type UnsettledParcel = {
  readonly id: number
  readonly lane: Lane
  readonly company: string
  readonly channel: string
  readonly form: Form
  readonly items: number
  readonly receivedAt: Date
  /** Why, in words. */
  readonly failure: string
  /** When it is tried again; null: as soon as may be, or never while it is set aside. */
  readonly retryAt: Date | null
  /** Items of the same company that wait until this is settled or set aside. */
  readonly behind: number
  readonly setAsideAt: Date | null
  readonly setAsideBy: string
  readonly note: string
}

const common = `p.id, p.lane, p.company, p.channel, p.form, p.items, p.received_at as "receivedAt", p.failure`
const putOff = `${common}, p.retry_at as "retryAt", null::timestamptz as "setAsideAt", '' as "setAsideBy", '' as note,
  (select coalesce(sum(b.items), 0)::int from inbox b where b.source_id = p.source_id and b.lane = p.lane
    and b.company = p.company and b.id > p.id) as behind`
const setAside = `${common}, null::timestamptz as "retryAt", p.set_aside_at as "setAsideAt",
  p.set_aside_by as "setAsideBy", p.note, 0 as behind`

/** Oldest first, after `after`; those in the inbox, or those that are set aside. */
export async function listUnsettledParcels(
  sql: Sql,
  sourceId: number,
  filter: { readonly setAside: boolean; readonly after: number },
  limit: number,
): Promise<UnsettledParcel[]> {
  const from = filter.setAside
    ? `select ${setAside} from parcels_set_aside p where p.source_id = $1`
    : `select ${putOff} from inbox p where p.source_id = $1 and p.failure is not null`
  const { rows } = await sql.query<UnsettledParcel>(`${from} and p.id > $2 order by p.id limit $3`, [
    sourceId,
    filter.after,
    limit,
  ])
  return rows
}

/** The beginning of what a parcel holds, and its whole length in characters. */
export type ParcelBody = { readonly text: string; readonly length: number }

/** One parcel with the beginning of what it holds; null when there is none such. */
export async function loadUnsettledParcel(
  sql: Sql,
  sourceId: number,
  id: number,
  longest: number,
): Promise<(UnsettledParcel & { readonly body: ParcelBody }) | null> {
  const body = `json_build_object('text', left(p.body::text, $3), 'length', length(p.body::text)) as body`
  const where = 'where p.source_id = $1 and p.id = $2'
  const { rows } = await sql.query<UnsettledParcel & { body: ParcelBody }>(
    `select ${putOff}, ${body} from inbox p ${where} and p.failure is not null
     union all select ${setAside}, ${body} from parcels_set_aside p ${where}`,
    [sourceId, id, longest],
  )
  return rows[0] ?? null
}

export type UnsettledCount = { readonly putOff: number; readonly setAside: number }

export async function countUnsettled(sql: Sql, sourceId: number): Promise<UnsettledCount> {
  const { rows } = await sql.query<UnsettledCount>(
    `select (select count(*)::int from inbox where source_id = $1 and failure is not null) as "putOff",
       (select count(*)::int from parcels_set_aside where source_id = $1) as "setAside"`,
    [sourceId],
  )
  return rows[0] ?? { putOff: 0, setAside: 0 }
}

export type MovedParcel = Pick<UnsettledParcel, 'id' | 'lane' | 'company' | 'form' | 'items' | 'failure'>

const moved = 'id, lane, company, form, items, failure'

/** Lets a parcel that was put off be tried at once; null when there is none such. Its failure stays until it is settled. */
export async function hurryParcel(sql: Sql, sourceId: number, id: number): Promise<MovedParcel | null> {
  const { rows } = await sql.query<MovedParcel>(
    `update inbox set retry_at = null where source_id = $1 and id = $2 and failure is not null returning ${moved}`,
    [sourceId, id],
  )
  return rows[0] ?? null
}

/** Takes a parcel that was put off out of the inbox, and keeps it; null when there is none such. */
export async function setParcelAside(
  client: Client,
  sourceId: number,
  id: number,
  { by, note, at }: { readonly by: string; readonly note: string; readonly at: Date },
): Promise<MovedParcel | null> {
  const { rows } = await client.query<MovedParcel>(
    `with gone as (delete from inbox where source_id = $1 and id = $2 and failure is not null returning *)
     insert into parcels_set_aside (id, source_id, lane, company, channel, form, items, body, received_at, failure,
       set_aside_at, set_aside_by, note)
     select id, source_id, lane, company, channel, form, items, body, received_at, failure, $3, $4, $5 from gone
     returning ${moved}`,
    [sourceId, id, at, by, note],
  )
  return rows[0] ?? null
}

/** Puts a parcel back where it stood in the inbox, with the time at which it was taken out; null when none such is set aside. */
export async function putParcelBack(client: Client, sourceId: number, id: number): Promise<MovedParcel | null> {
  const { rows } = await client.query<MovedParcel>(
    `with gone as (delete from parcels_set_aside where source_id = $1 and id = $2 returning *)
     insert into inbox (id, source_id, lane, company, channel, form, items, body, received_at, failure, set_aside_at)
       overriding system value
     select id, source_id, lane, company, channel, form, items, body, received_at, failure, set_aside_at from gone returning ${moved}`,
    [sourceId, id],
  )
  return rows[0] ?? null
}

/** Parcels that were set aside before `before`, a batch after `from`. */
export async function removeSetAside(sql: Sql, before: Date, from: Date, size: number): Promise<Batch<Date>> {
  const { rows } = await sql.query<{ removed: number; last: Date | null }>(
    `with old as (
       select id, set_aside_at from parcels_set_aside where set_aside_at >= $1 and set_aside_at < $2
       order by set_aside_at limit $3 for update skip locked),
     gone as (delete from parcels_set_aside where id in (select id from old) returning 1)
     select (select count(*)::int from gone) as removed, (select max(set_aside_at) from old) as last`,
    [from, before, size],
  )
  const { removed = 0, last = null } = rows[0] ?? {}
  return { removed: { parcels_set_aside: removed }, next: removed === size ? last : null }
}
