import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** Messages that nobody could read, or whose company is not known. */

export type NewUnread = {
  readonly key: string
  readonly channel: string
  readonly reason: string
  readonly detail: string
  readonly origin: string
  readonly message: unknown
}

/** Of messages that nobody could read, the latest of each origin and reason are kept; all are counted. */
const keptOfOrigin = 1_000
/** Of those that come at once, so many are stored. */
const storedAtOnce = 200

/** The reason of messages that were read and belong to nobody yet: all of them are kept. */
export const noCompany = 'no-company'

/** Stores messages that were not heard before, and counts them. Run it in a transaction. */
export async function storeUnread(
  sql: Sql,
  sourceId: number,
  messages: readonly NewUnread[],
  now: Date,
): Promise<void> {
  if (messages.length === 0) return
  const groups = Map.groupBy(messages, ({ reason, origin }) => `${reason}\u001f${origin}`)
  const stored = [...groups.values()].flatMap((group) =>
    group[0]?.reason === noCompany ? group : group.slice(-storedAtOnce),
  )
  const { rows } = await sql.query<{ reason: string; origin: string; count: number }>(
    `with fresh as (
       insert into unread_messages (source_id, key, channel, reason, detail, origin, message, received_at)
       select $1, key, channel, reason, detail, origin, message, $3
       from json_to_recordset($2) as m(key text, channel text, reason text, detail text, origin text, message json)
       on conflict (source_id, key) do nothing returning reason, origin)
     select reason, origin, count(*)::int as count from fresh group by reason, origin`,
    [sourceId, toJson(stored), now],
  )
  const fresh = new Map(rows.map(({ reason, origin, count }) => [`${reason}\u001f${origin}`, count]))
  const counts = [...groups].map(([key, group]) => ({
    reason: group[0]?.reason ?? '',
    origin: group[0]?.origin ?? '',
    channel: group[0]?.channel ?? '',
    messages: (fresh.get(key) ?? 0) + (group[0]?.reason === noCompany ? 0 : Math.max(0, group.length - storedAtOnce)),
  }))
  await sql.query(
    `insert into unread_counts (source_id, reason, origin, channel, messages, first_at, last_at)
     select $1, reason, origin, channel, messages, $3, $3
     from json_to_recordset($2) as c(reason text, origin text, channel text, messages bigint)
     where messages > 0 order by reason, origin
     on conflict (source_id, reason, origin) do update set messages = unread_counts.messages + excluded.messages,
       last_at = excluded.last_at`,
    [sourceId, toJson(counts.toSorted((a, b) => (a.reason + a.origin < b.reason + b.origin ? -1 : 1))), now],
  )
  for (const { reason, origin } of counts) {
    if (reason === noCompany) continue
    await sql.query(
      `delete from unread_messages where id in (
         select id from unread_messages where source_id = $1 and reason = $2 and origin = $3 order by id desc offset ${keptOfOrigin})`,
      [sourceId, reason, origin],
    )
  }
}

/** How many messages wait for a person to say whose they are. */
export async function countOfNobody(sql: Sql, sourceId: number): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    'select coalesce(sum(messages), 0)::int as count from unread_counts where source_id = $1 and reason = $2',
    [sourceId, noCompany],
  )
  return rows[0]?.count ?? 0
}

export type UnreadCount = {
  readonly reason: string
  readonly origin: string
  readonly channel: string
  readonly messages: number
  readonly firstAt: Date
  readonly lastAt: Date
}

/** By origin and reason, the latest first. */
export async function countUnread(sql: Sql, sourceId: number, limit: number): Promise<UnreadCount[]> {
  const { rows } = await sql.query<UnreadCount>(
    `select reason, origin, channel, messages, first_at as "firstAt", last_at as "lastAt" from unread_counts
     where source_id = $1 order by last_at desc, reason, origin limit $2`,
    [sourceId, limit],
  )
  return rows
}

export type Unread = NewUnread & { readonly id: number; readonly receivedAt: Date }

/** Kept messages of a reason and an origin, the latest first. */
export async function listUnreadMessages(
  sql: Sql,
  sourceId: number,
  filter: { readonly reason: string | null; readonly origin: string | null; readonly before: number | null },
  limit: number,
): Promise<Unread[]> {
  const { rows } = await sql.query<Unread>(
    `select id, key, channel, reason, detail, origin, message, received_at as "receivedAt" from unread_messages
     where source_id = $1 and ($2::text is null or reason = $2) and ($3::text is null or origin = $3)
       and ($4::bigint is null or id < $4) order by id desc limit $5`,
    [sourceId, filter.reason, filter.origin, filter.before, limit],
  )
  return rows
}

/** The oldest messages of one origin that belong to nobody yet, locked until the transaction ends. */
export async function lockOfNobody(sql: Sql, sourceId: number, origin: string, limit: number): Promise<Unread[]> {
  const { rows } = await sql.query<Unread>(
    `select id, key, channel, reason, detail, origin, message, received_at as "receivedAt" from unread_messages
     where source_id = $1 and reason = $2 and origin = $3 order by id limit $4 for update`,
    [sourceId, noCompany, origin, limit],
  )
  return rows
}

/** Takes away messages that were given to a company. */
export async function removeOfNobody(
  sql: Sql,
  sourceId: number,
  origin: string,
  ids: readonly number[],
): Promise<void> {
  await sql.query('delete from unread_messages where id = any($1)', [ids])
  await sql.query(
    `update unread_counts set messages = greatest(0, messages - $4) where source_id = $1 and reason = $2 and origin = $3`,
    [sourceId, noCompany, origin, ids.length],
  )
  await sql.query('delete from unread_counts where source_id = $1 and reason = $2 and messages = 0', [
    sourceId,
    noCompany,
  ])
}
