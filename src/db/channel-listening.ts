import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** When the channels of sources could be heard: silence counts only then. */

export type HeardChannel = 'syslog' | 'smtp' | 'mailbox'

export type Listening = {
  readonly channel: HeardChannel
  /** Since then without an interruption in which something could have been lost. */
  readonly since: Date
  readonly until: Date
}

/** A clock that differs by more, in seconds, was put back: the periods of before are told by a time that is not yet. */
const clockBackSeconds = 300

/**
 * Notes that channels listen now. After more than `gapSeconds` without that a new period begins; null: what came in between was
 * kept elsewhere, and is read now. One begins, too, when the clock was put back.
 */
export async function saveListening(
  sql: Sql,
  channels: readonly { readonly sourceId: number; readonly channel: HeardChannel }[],
  now: Date,
  gapSeconds: number | null,
): Promise<void> {
  if (channels.length === 0) return
  // In one order, so that two processes that listen do not wait for each other for ever.
  await sql.query(
    `insert into channel_listening (source_id, channel, since, until)
     select distinct s.id, l.channel, $2::timestamptz, $2::timestamptz
     from json_to_recordset($1) as l("sourceId" bigint, channel text) join sources s on s.id = l."sourceId" order by 1, 2
     on conflict (source_id, channel) do update set
       until = case when excluded.until < channel_listening.until - make_interval(secs => $4) then excluded.until
         else greatest(channel_listening.until, excluded.until) end,
       since = case when excluded.until < channel_listening.until - make_interval(secs => $4)
           or excluded.until - channel_listening.until > make_interval(secs => $3) then excluded.since
         else channel_listening.since end`,
    [toJson(channels), now, gapSeconds, clockBackSeconds],
  )
}

export async function loadListening(sql: Sql, sourceId: number): Promise<Listening[]> {
  const { rows } = await sql.query<Listening>(
    'select channel, since, until from channel_listening where source_id = $1',
    [sourceId],
  )
  return rows
}

/** What was noted of a channel is of another place, or of another time: its period begins anew. */
export async function forgetListening(sql: Sql, sourceId: number, channel: HeardChannel): Promise<void> {
  await sql.query('delete from channel_listening where source_id = $1 and channel = $2', [sourceId, channel])
}
