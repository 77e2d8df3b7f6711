import { toJson } from './json.ts'
import type { Batch } from './retention.ts'
import type { Client, Connections, Sql } from './sql.ts'
import { withTransaction } from './transaction.ts'
import { changeGroups, type GroupChange, type GroupFill, lockGroups, type NewUnreadGroup } from './unread-groups.ts'

/** Messages that nobody could read, or whose company is not known. */

export type NewUnread = {
  readonly key: string
  readonly group: NewUnreadGroup
  /** One sentence for a person. */
  readonly detail: string
  readonly message: unknown
  /** As it came. */
  readonly whole: Buffer
  /** Version of the channels by whose rules it was read. */
  readonly version: number
  readonly receivedAt: Date
}

/** Of a group that does not stay the latest messages are kept, and of these no more than so many bytes; all are counted. */
const ring = { messages: 1_000, bytes: 4 * 1024 * 1024 } as const

/** Stores messages that are not there yet, and counts them. Run it in a transaction. */
export async function storeUnread(
  sql: Sql,
  sourceId: number,
  messages: readonly NewUnread[],
  now: Date,
): Promise<void> {
  if (messages.length === 0) return
  const once = [...new Map(messages.map((message) => [message.key, message])).values()]
  const groups = await lockGroups(
    sql,
    sourceId,
    once.map(({ group }) => group),
    now,
  )
  const rows = once.map(({ message, ...rest }) => ({ ...rest, json: toJson(message) }))
  const { rows: stored } = await sql.query<GroupChange>(
    `with fresh as (
       insert into unread_messages (source_id, group_id, key, detail, message, whole, bytes, version, received_at)
       select $1, m.group_id, m.key, m.detail, m.message::json, m.whole, octet_length(m.whole) + octet_length(m.message), m.version,
         m.received_at
       from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bigint[], $8::timestamptz[]) with ordinality
         as m(group_id, key, detail, message, whole, version, received_at, place) order by place
       on conflict (source_id, key) do nothing returning group_id, bytes, received_at)
     select g.id, count(f.bytes)::int as messages, count(f.bytes)::int as kept, coalesce(sum(f.bytes), 0)::bigint as bytes,
       min(f.received_at) as "firstAt", max(f.received_at) as "lastAt"
     from unnest($9::bigint[]) as g(id) left join fresh f on f.group_id = g.id group by g.id`,
    [
      ...[sourceId, rows.map(({ group }) => groups.get(group.key)), rows.map(({ key }) => key)],
      ...[rows.map(({ detail }) => detail), rows.map(({ json }) => json), rows.map(({ whole }) => whole)],
      ...[rows.map(({ version }) => version), rows.map(({ receivedAt }) => receivedAt), [...groups.values()]],
    ],
  )
  await trimRings(sql, await changeGroups(sql, stored))
}

/** Removes what is beyond the latest of groups that do not stay; it stays counted. The groups must be locked. */
async function trimRings(sql: Sql, groups: readonly GroupFill[]): Promise<void> {
  for (const { id, stays, kept, bytes } of groups) {
    if (stays || (kept <= ring.messages && bytes <= ring.bytes)) continue
    await sql.query(
      `with ranked as (
         select id, row_number() over latest as place, sum(bytes) over latest as sum from unread_messages where group_id = $1
         window latest as (order by id desc)),
       gone as (delete from unread_messages where id in (
         select id from ranked where place > $2 or (place > 1 and sum > $3)) returning bytes)
       update unread_groups set kept = kept - (select count(*) from gone),
         bytes = bytes - (select coalesce(sum(gone.bytes), 0) from gone)
       where id = $1`,
      [id, ring.messages, ring.bytes],
    )
  }
}

export type Unread = {
  readonly id: number
  readonly groupId: number
  readonly channel: string
  readonly reason: string
  readonly origin: string
  readonly detail: string
  readonly message: unknown
  readonly receivedAt: Date
}

const shown = `m.id, m.group_id as "groupId", g.channel, g.reason, g.origin, m.detail, m.message, m.received_at as "receivedAt"`
const from = 'from unread_messages m join unread_groups g on g.id = m.group_id'

/** Kept messages of a reason, or of a group, the latest first. */
export async function listUnreadMessages(
  sql: Sql,
  sourceId: number,
  filter: { readonly reason: string | null; readonly groupId: number | null; readonly before: number | null },
  limit: number,
): Promise<Unread[]> {
  // A source may have many, and a group of them few: each is looked for by its own index.
  const place = filter.groupId === null ? 'm.source_id = $1' : 'm.group_id = $3 and g.source_id = $1'
  const { rows } = await sql.query<Unread>(
    `select ${shown} ${from}
     where ${place} and ($2::text is null or g.reason = $2) and ($3::bigint is null or m.group_id = $3)
       and ($4::bigint is null or m.id < $4) order by m.id desc limit $5`,
    [sourceId, filter.reason, filter.groupId, filter.before, limit],
  )
  return rows
}

/** One message with all that came of it; null when it is not kept. */
export async function loadUnreadMessage(
  sql: Sql,
  sourceId: number,
  id: number,
): Promise<(Unread & { readonly whole: Buffer }) | null> {
  const { rows } = await sql.query<Unread & { whole: Buffer }>(
    `select ${shown}, m.whole ${from} where m.source_id = $1 and m.id = $2`,
    [sourceId, id],
  )
  return rows[0] ?? null
}

export type OfGroup = {
  readonly id: number
  readonly message: unknown
  readonly bytes: number
  readonly receivedAt: Date
}

/** The oldest messages of a group that is locked, up to `upTo`. */
export async function oldestOfGroup(
  sql: Sql,
  groupId: number,
  limit: number,
  upTo: number | null = null,
): Promise<OfGroup[]> {
  const { rows } = await sql.query<OfGroup>(
    `select id, message, bytes, received_at as "receivedAt" from unread_messages
     where group_id = $1 and ($3::bigint is null or id <= $3) order by id limit $2`,
    [groupId, limit, upTo],
  )
  return rows
}

/** The number of the latest message of a group; null when none is kept. */
export async function latestOfGroup(sql: Sql, groupId: number): Promise<number | null> {
  const { rows } = await sql.query<{ id: number | null }>(
    'select max(id) as id from unread_messages where group_id = $1',
    [groupId],
  )
  return rows[0]?.id ?? null
}

/** Takes messages out of a group that is locked. */
export async function removeFromGroup(
  sql: Sql,
  groupId: number,
  messages: readonly { readonly id: number; readonly bytes: number }[],
): Promise<void> {
  await sql.query('delete from unread_messages where id = any($1)', [messages.map(({ id }) => id)])
  await changeGroups(sql, [lost(groupId, messages)])
}

/** What a group loses with these. */
export function lost(groupId: number, messages: readonly { readonly bytes: number }[]): GroupChange {
  const bytes = messages.reduce((sum, one) => sum + one.bytes, 0)
  const count = -messages.length
  return { id: groupId, messages: count, kept: count, bytes: -bytes, firstAt: null, lastAt: null }
}

/** Messages that came before `before`, a batch after `from`, with groups in which nothing is left or came since. */
export function removeOldUnread(pool: Connections, before: Date, from: Date, size: number): Promise<Batch<Date>> {
  return withTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: number; groupId: number; bytes: number; receivedAt: Date }>(
      `select id, group_id as "groupId", bytes, received_at as "receivedAt" from unread_messages
       where received_at >= $1 and received_at < $2 order by received_at limit $3`,
      [from, before, size],
    )
    const removed = rows.length === 0 ? 0 : await removeLocked(client, rows)
    // A ring may have lost all that was kept of it long ago.
    await client.query(
      'delete from unread_groups g where last_at < $1 and not exists (select from unread_messages m where m.group_id = g.id)',
      [before],
    )
    const next = rows.length === size ? (rows.at(-1)?.receivedAt ?? null) : null
    return { removed: { unread_messages: removed }, next }
  })
}

async function removeLocked(
  client: Client,
  found: readonly { readonly id: number; readonly groupId: number }[],
): Promise<number> {
  const groupIds = [...new Set(found.map(({ groupId }) => groupId))]
  await client.query('select from unread_groups where id = any($1) order by key collate "C" for update', [groupIds])
  const { rows } = await client.query<{ groupId: number; bytes: number }>(
    'delete from unread_messages where id = any($1) and group_id = any($2) returning group_id as "groupId", bytes',
    [found.map(({ id }) => id), groupIds],
  )
  await changeGroups(
    client,
    [...Map.groupBy(rows, ({ groupId }) => groupId)].map(([id, mine]) => lost(id, mine)),
  )
  return rows.length
}
