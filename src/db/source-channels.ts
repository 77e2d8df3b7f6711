import { toJson } from './json.ts'
import type { Client, Sql } from './sql.ts'

/** The channels of sources: their settings, and what processes say of their listeners. */

export type ChannelsRow<S = unknown> = {
  readonly sourceId: number
  readonly sourceName: string
  readonly version: number
  readonly settings: S
  /** Sealed, by field. */
  readonly secrets: Readonly<Record<string, string>>
}

const columns = `c.source_id as "sourceId", s.name as "sourceName", c.version, c.settings, c.secrets`

/** Null where none were saved. `lock`: until the transaction ends nobody else saves channels. */
export async function loadChannels<S>(
  sql: Sql,
  sourceId: number,
  { lock = false }: { lock?: boolean } = {},
): Promise<ChannelsRow<S> | null> {
  if (lock) await sql.query('lock table source_channels in share row exclusive mode')
  const { rows } = await sql.query<ChannelsRow<S>>(
    `select ${columns} from source_channels c join sources s on s.id = c.source_id where c.source_id = $1`,
    [sourceId],
  )
  return rows[0] ?? null
}

export async function listChannels<S>(sql: Sql): Promise<ChannelsRow<S>[]> {
  const { rows } = await sql.query<ChannelsRow<S>>(
    `select ${columns} from source_channels c join sources s on s.id = c.source_id order by c.source_id`,
  )
  return rows
}

/** Changes with every saving and with every source that comes or goes. */
export async function channelsMark(sql: Sql): Promise<string> {
  const { rows } = await sql.query<{ mark: string }>(
    `select coalesce(string_agg(source_id || ':' || version, ',' order by source_id), '') as mark from source_channels`,
  )
  return rows[0]?.mark ?? ''
}

export async function saveChannelsRow(client: Client, row: Omit<ChannelsRow, 'sourceName'>, now: Date): Promise<void> {
  await client.query(
    `insert into source_channels (source_id, version, settings, secrets, updated_at) values ($1, $2, $3, $4, $5)
     on conflict (source_id) do update set version = excluded.version, settings = excluded.settings,
       secrets = excluded.secrets, updated_at = excluded.updated_at`,
    [row.sourceId, row.version, toJson(row.settings), toJson(row.secrets), now],
  )
}

export type ListeningChannel = 'syslog' | 'smtp'

export type ChannelStateRow = {
  readonly sourceId: number
  readonly channel: ListeningChannel
  readonly process: string
  readonly state: 'listening' | 'failing'
  readonly address: string
  readonly message: string
  readonly since: Date
  readonly seenAt: Date
  readonly counts: Readonly<Record<string, number>>
}

/** Listeners of any process that said since then that senders are held up. */
export async function heldUpChannels(sql: Sql, since: Date): Promise<Pick<ChannelStateRow, 'sourceId' | 'channel'>[]> {
  const { rows } = await sql.query<Pick<ChannelStateRow, 'sourceId' | 'channel'>>(
    'select source_id as "sourceId", channel from channel_states where held_up and seen_at >= $1',
    [since],
  )
  return rows
}

/** Stores what one process says of all its listeners; what it said of others is gone. */
export async function saveChannelStates(
  client: Client,
  process: string,
  states: readonly (Omit<ChannelStateRow, 'process' | 'seenAt'> & { readonly isHeldUp: boolean })[],
  now: Date,
): Promise<void> {
  await client.query('delete from channel_states where process = $1', [process])
  await client.query(
    `insert into channel_states (source_id, channel, process, state, address, message, since, seen_at, counts, held_up)
     select r."sourceId", r.channel, $1, r.state, r.address, r.message, r.since, $3, r.counts, r."isHeldUp"
     from jsonb_to_recordset($2) as r("sourceId" bigint, channel text, state text, address text, message text,
       since timestamptz, counts jsonb, "isHeldUp" boolean) join sources s on s.id = r."sourceId"`,
    [process, toJson(states), now],
  )
}

/** What processes said since then, by source and channel. */
export async function loadChannelStates(sql: Sql, since: Date): Promise<ChannelStateRow[]> {
  const { rows } = await sql.query<ChannelStateRow>(
    `select source_id as "sourceId", channel, process, state, address, message, since, seen_at as "seenAt", counts
     from channel_states where seen_at >= $1 order by source_id, channel, process`,
    [since],
  )
  return rows
}

export async function forgetChannelStates(sql: Sql, before: Date): Promise<void> {
  await sql.query('delete from channel_states where seen_at < $1', [before])
}
