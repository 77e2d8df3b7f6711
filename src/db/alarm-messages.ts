import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** What the webhook is to be told. Messages about one alarm go out in order; others do not wait for them. */

export type NewMessage = { readonly id: string; readonly alarmKey: string; readonly body: object }

export async function insertMessages(sql: Sql, messages: readonly NewMessage[], now: Date): Promise<void> {
  await sql.query(
    `insert into alarm_messages (id, alarm_key, body, created_at, due_at)
     select m.id, m."alarmKey", m.text, $2, $2 from jsonb_to_recordset($1) as m(id uuid, "alarmKey" text, text text)`,
    [toJson(messages.map(({ id, alarmKey, body }) => ({ id, alarmKey, text: JSON.stringify(body) }))), now],
  )
}

export type WaitingMessage = {
  readonly id: string
  readonly body: string
  readonly createdAt: Date
  readonly attempts: number
}

/** Messages due now whose forerunners about the same alarm have arrived. */
export async function dueMessages(sql: Sql, now: Date, limit: number): Promise<WaitingMessage[]> {
  const { rows } = await sql.query<WaitingMessage>(
    `select m.id, m.body, m.created_at as "createdAt", m.attempts from alarm_messages m
     where m.delivered_at is null and m.given_up_at is null and m.due_at <= $1 and not exists (
       select from alarm_messages e where e.alarm_key = m.alarm_key and e.number < m.number
         and e.delivered_at is null and e.given_up_at is null)
     order by m.number limit $2`,
    [now, limit],
  )
  return rows
}

export async function markDelivered(sql: Sql, id: string, now: Date): Promise<void> {
  await sql.query(
    'update alarm_messages set delivered_at = $2, attempts = attempts + 1, failure = null where id = $1',
    [id, now],
  )
}

/** `dueAt` null gives it up. */
export async function markUndelivered(
  sql: Sql,
  id: string,
  failure: string,
  dueAt: Date | null,
  now: Date,
): Promise<void> {
  await sql.query(
    `update alarm_messages set attempts = attempts + 1, failure = $2, due_at = coalesce($3, due_at),
       given_up_at = case when $3::timestamptz is null then $4::timestamptz end where id = $1`,
    [id, failure.replaceAll('\0', ''), dueAt, now],
  )
}

/** Everything that waits is due now: the receiver was changed. */
export async function hurryMessages(sql: Sql, now: Date): Promise<void> {
  await sql.query('update alarm_messages set due_at = $1 where delivered_at is null and given_up_at is null', [now])
}

/** Nothing that waits is sent any more: the webhook was switched off. */
export async function dropMessages(sql: Sql): Promise<void> {
  await sql.query('delete from alarm_messages where delivered_at is null and given_up_at is null')
}

export type WebhookNumbers = {
  readonly waiting: number
  /** The oldest that was tried in vain; null: none. */
  readonly oldestWaitingAt: Date | null
  readonly nextDueAt: Date | null
  /** What the latest attempt failed with; empty: nothing. */
  readonly failure: string
  readonly lastDeliveredAt: Date | null
  /** In the last day. */
  readonly givenUp: number
}

export async function countMessages(sql: Sql, now: Date): Promise<WebhookNumbers> {
  const { rows } = await sql.query<WebhookNumbers>(
    `select count(*) filter (where waits)::int as waiting,
       min(created_at) filter (where waits and attempts > 0) as "oldestWaitingAt",
       min(due_at) filter (where waits) as "nextDueAt",
       coalesce((array_agg(failure order by number) filter (where (waits or given_up_at > $1) and failure is not null))[1], '') as failure,
       max(delivered_at) as "lastDeliveredAt",
       count(*) filter (where given_up_at > $1)::int as "givenUp"
     from (select *, delivered_at is null and given_up_at is null as waits from alarm_messages) m`,
    [new Date(now.getTime() - 86_400_000)],
  )
  const none = { waiting: 0, oldestWaitingAt: null, nextDueAt: null, failure: '', lastDeliveredAt: null, givenUp: 0 }
  return rows[0] ?? none
}
