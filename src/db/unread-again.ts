import { toJson } from './json.ts'
import type { Client, Sql } from './sql.ts'
import { changeGroups, type GroupChange, lockGroups, type NewUnreadGroup } from './unread-groups.ts'
import { lost, type NewUnread } from './unread-messages.ts'

/** Messages that were read by other rules than the present ones. */

/** Whether there is any. */
export async function hasStale(sql: Sql, sourceId: number, version: number): Promise<boolean> {
  const { rowCount } = await sql.query('select from unread_messages where source_id = $1 and version < $2 limit 1', [
    sourceId,
    version,
  ])
  return rowCount === 1
}

export type StaleUnread = {
  readonly id: number
  readonly key: string
  readonly group: NewUnreadGroup
  readonly detail: string
  readonly message: unknown
  readonly whole: Buffer
  readonly receivedAt: Date
}

/** The oldest of them after `after`, until they take `bytes`; always at least one. */
export async function oldestStale(
  sql: Sql,
  sourceId: number,
  version: number,
  after: number,
  { most, bytes }: { readonly most: number; readonly bytes: number },
): Promise<StaleUnread[]> {
  const { rows } = await sql.query<StaleUnread>(
    `select m.id, m.key, m.detail, m.message, m.whole, m.received_at as "receivedAt", json_build_object('key', g.key, 'reason', g.reason,
       'origin', g.origin, 'channel', g.channel, 'stays', g.stays) as group
     from (select id, sum(bytes) over (order by id) - bytes as before from (
       select id, bytes from unread_messages where source_id = $1 and version < $2 and id > $3 order by id limit $4) o) s
     join unread_messages m on m.id = s.id join unread_groups g on g.id = m.group_id where s.before < $5 order by m.id`,
    [sourceId, version, after, most, bytes],
  )
  return rows
}

/** What became of one of them: null when it waits no longer. */
type ReadAgain = { readonly stale: StaleUnread; readonly unread: NewUnread | null }

/**
 * Notes what became of messages that were read again: those that wait no longer are removed, the others go into their groups of
 * now. Returns the ids of those that were still there, which are locked until the transaction ends.
 */
export async function storeReadAgain(
  client: Client,
  sourceId: number,
  version: number,
  read: readonly ReadAgain[],
  now: Date,
): Promise<ReadonlySet<number>> {
  const groups = await lockGroups(
    client,
    sourceId,
    read.flatMap(({ stale, unread }) => (unread === null ? [stale.group] : [stale.group, unread.group])),
    now,
  )
  const { rows } = await client.query<{ id: number; groupId: number; bytes: number; receivedAt: Date }>(
    `select id, group_id as "groupId", bytes, received_at as "receivedAt" from unread_messages
     where id = any($1) and group_id = any($2) and version < $3 for update`,
    [read.map(({ stale }) => stale.id), [...groups.values()], version],
  )
  const found = new Map(rows.map((row) => [row.id, row]))
  const mine = read.filter(({ stale }) => found.has(stale.id))
  await client.query('delete from unread_messages where id = any($1)', [
    mine.flatMap(({ stale, unread }) => (unread === null ? [stale.id] : [])),
  ])
  const kept = mine.flatMap(({ stale, unread }) =>
    unread === null
      ? []
      : [{ id: stale.id, groupId: groups.get(unread.group.key), detail: unread.detail, message: unread.message }],
  )
  await client.query(
    `update unread_messages m set group_id = k."groupId", detail = k.detail, message = k.message, version = $2
     from json_to_recordset($1) as k(id bigint, "groupId" bigint, detail text, message json) where m.id = k.id`,
    [toJson(kept), version],
  )
  const goneTo = new Map(kept.map(({ id, groupId }) => [id, groupId]))
  const changes = rows.flatMap((row): GroupChange[] => {
    const to = goneTo.get(row.id)
    if (to === row.groupId) return []
    const at = row.receivedAt
    const gain = to === undefined ? [] : [{ id: to, messages: 1, kept: 1, bytes: row.bytes, firstAt: at, lastAt: at }]
    return [lost(row.groupId, [row]), ...gain]
  })
  await changeGroups(client, [...Map.groupBy(changes, ({ id }) => id).values()].map(joined))
  // A group that was locked for a message that is gone meanwhile may have been made for nothing.
  await client.query('delete from unread_groups where id = any($1) and messages <= 0', [[...groups.values()]])
  return new Set(found.keys())
}

function joined(changes: readonly GroupChange[]): GroupChange {
  const sum = (of: (change: GroupChange) => number): number => changes.reduce((all, change) => all + of(change), 0)
  const times = changes.flatMap(({ firstAt }) => (firstAt === null ? [] : [firstAt.getTime()]))
  return {
    id: changes[0]?.id ?? 0,
    messages: sum(({ messages }) => messages),
    kept: sum(({ kept }) => kept),
    bytes: sum(({ bytes }) => bytes),
    firstAt: times.length === 0 ? null : new Date(Math.min(...times)),
    lastAt: times.length === 0 ? null : new Date(Math.max(...times)),
  }
}
