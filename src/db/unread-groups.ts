import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** Groups of messages that nobody could read, or whose company is not known: what a person looks at and decides at once. */

/** The reason of messages that were read and belong to nobody yet. */
export const noCompany = 'no-company'

export type NewUnreadGroup = {
  /** Digest of what makes it one group. */
  readonly key: string
  readonly reason: string
  /** Where its messages came from, in words. */
  readonly origin: string
  readonly channel: string
  /** All of its messages stay until a person or their age removes them; else the latest alone do. */
  readonly stays: boolean
}

export type UnreadGroup = Omit<NewUnreadGroup, 'key'> & {
  readonly id: number
  /** How many came, without those that left it since. */
  readonly messages: number
  /** How many of them are kept, and the bytes that these take. */
  readonly kept: number
  readonly bytes: number
  readonly firstAt: Date
  readonly lastAt: Date
}

const columns = `id, reason, origin, channel, stays, messages, kept, bytes, first_at as "firstAt", last_at as "lastAt"`

/** The groups by their keys, made where there are none, locked until the transaction ends. */
export async function lockGroups(
  sql: Sql,
  sourceId: number,
  groups: readonly NewUnreadGroup[],
  now: Date,
): Promise<Map<string, number>> {
  // In one order, so that two who lock several never wait for each other for ever.
  const { rows } = await sql.query<{ id: number; key: string }>(
    `insert into unread_groups (source_id, key, reason, origin, channel, stays, messages, kept, bytes, first_at, last_at)
     select $1, key, reason, origin, channel, stays, 0, 0, 0, $3, $3
     from json_to_recordset($2) as g(key text, reason text, origin text, channel text, stays boolean) order by key collate "C"
     on conflict (source_id, key) do update set key = excluded.key returning id, key`,
    [sourceId, toJson([...new Map(groups.map((group) => [group.key, group])).values()]), now],
  )
  return new Map(rows.map(({ id, key }) => [key, id]))
}

/** What a group gained or lost. */
export type GroupChange = {
  readonly id: number
  readonly messages: number
  readonly kept: number
  readonly bytes: number
  /** Of what it gained; null: nothing. */
  readonly firstAt: Date | null
  readonly lastAt: Date | null
}

export type GroupFill = Pick<UnreadGroup, 'id' | 'stays' | 'kept' | 'bytes'>

/** Counts changes of groups that are locked, and removes those of which nothing is left; the others as they are now. */
export async function changeGroups(sql: Sql, changes: readonly GroupChange[]): Promise<GroupFill[]> {
  const { rows } = await sql.query<GroupFill & { isEmpty: boolean }>(
    `update unread_groups g set messages = g.messages + c.messages, kept = g.kept + c.kept, bytes = g.bytes + c.bytes,
       first_at = case when g.messages = 0 then coalesce(c."firstAt", g.first_at) else least(g.first_at, c."firstAt") end,
       last_at = case when g.messages = 0 then coalesce(c."lastAt", g.last_at) else greatest(g.last_at, c."lastAt") end
     from json_to_recordset($1) as c(id bigint, messages bigint, kept bigint, bytes bigint, "firstAt" timestamptz, "lastAt" timestamptz)
     where g.id = c.id
     returning g.id, g.stays, g.kept, g.bytes, g.messages <= 0 or (g.stays and g.kept <= 0) as "isEmpty"`,
    [toJson(changes)],
  )
  const empty = rows.flatMap(({ id, isEmpty }) => (isEmpty ? [id] : []))
  if (empty.length > 0) await sql.query('delete from unread_groups where id = any($1)', [empty])
  return rows.filter(({ isEmpty }) => !isEmpty)
}

/** Locks one group of a source; null when it is gone. */
export async function lockGroup(sql: Sql, sourceId: number, id: number): Promise<UnreadGroup | null> {
  const { rows } = await sql.query<UnreadGroup>(
    `select ${columns} from unread_groups where source_id = $1 and id = $2 for update`,
    [sourceId, id],
  )
  return rows[0] ?? null
}

/** Removes a group with all that is kept of it. */
export async function deleteGroup(sql: Sql, id: number): Promise<void> {
  await sql.query('delete from unread_groups where id = $1', [id])
}

/** Groups before `before`, the newest first. */
export async function listGroups(
  sql: Sql,
  sourceId: number,
  before: number | null,
  limit: number,
): Promise<UnreadGroup[]> {
  const { rows } = await sql.query<UnreadGroup>(
    `select ${columns} from unread_groups where source_id = $1 and ($2::bigint is null or id < $2) order by id desc limit $3`,
    [sourceId, before, limit],
  )
  return rows
}

/** Groups in which something came last. */
export async function latestGroups(sql: Sql, sourceId: number, limit: number): Promise<UnreadGroup[]> {
  const { rows } = await sql.query<UnreadGroup>(
    `select ${columns} from unread_groups where source_id = $1 order by last_at desc, id desc limit $2`,
    [sourceId, limit],
  )
  return rows
}

export type UnreadTotal = { readonly groups: number; readonly messages: number }

/** All groups of a source together: those of an unknown company, and those that nobody could read. */
export async function totalUnread(
  sql: Sql,
  sourceId: number,
): Promise<{ readonly unknown: UnreadTotal; readonly illegible: UnreadTotal }> {
  const { rows } = await sql.query<UnreadTotal & { unknown: boolean }>(
    `select reason = $2 as unknown, count(*)::int as groups, sum(messages)::bigint as messages
     from unread_groups where source_id = $1 group by 1`,
    [sourceId, noCompany],
  )
  const of = (isUnknown: boolean): UnreadTotal => {
    const found = rows.find(({ unknown }) => unknown === isUnknown)
    return { groups: found?.groups ?? 0, messages: found?.messages ?? 0 }
  }
  return { unknown: of(true), illegible: of(false) }
}

/** What messages that stay take: of a source, and of the group that takes most. */
export type UnreadUse = {
  readonly messages: number
  readonly bytes: number
  readonly largest: { readonly messages: number; readonly bytes: number }
}

/** `keys`: only these groups are looked at for the largest; absent: all. */
export async function useOfUnread(sql: Sql, sourceId: number, keys?: readonly string[]): Promise<UnreadUse> {
  const among = `filter (where $2::text[] is null or key = any($2))`
  const { rows } = await sql.query<{ messages: number; bytes: number; mostMessages: number; mostBytes: number }>(
    `select coalesce(sum(kept), 0)::bigint as messages, coalesce(sum(bytes), 0)::bigint as bytes,
       coalesce(max(kept) ${among}, 0) as "mostMessages", coalesce(max(bytes) ${among}, 0) as "mostBytes"
     from unread_groups where source_id = $1 and stays`,
    [sourceId, keys ?? null],
  )
  const { messages = 0, bytes = 0, mostMessages = 0, mostBytes = 0 } = rows[0] ?? {}
  return { messages, bytes, largest: { messages: mostMessages, bytes: mostBytes } }
}
