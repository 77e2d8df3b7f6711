import type { FieldValues } from '../core/ticket.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** What a person does to a ticket of ours. */

export type LockedTicket = {
  readonly id: number
  readonly identity: string
  readonly psaId: number
  readonly integrationId: number
  readonly tenantId: number
  readonly conditionId: number | null
  readonly eventId: number | null
  readonly phase: 'absent' | 'open' | 'closed' | 'gone'
  readonly level: 'warning' | 'critical'
  readonly stuck: boolean
  readonly done: boolean
  /** In a worker's hands. */
  readonly leased: boolean
}

/** One ticket, locked until the transaction ends; null when there is none. */
export async function lockTicket(sql: Sql, id: number, now: Date): Promise<LockedTicket | null> {
  const { rows } = await sql.query<LockedTicket>(
    `select id, identity, psa_id as "psaId", integration_id as "integrationId", tenant_id as "tenantId", condition_id as "conditionId",
       event_id as "eventId", phase, level, stuck, done_at is not null as done,
       lease_until is not null and lease_until > $2 as leased
     from tickets where id = $1 for update`,
    [id, now],
  )
  return rows[0] ?? null
}

/** Makes a ticket due now as if it had never failed, with what it shall be sent with from now on; null keeps it. */
export async function reviveTicket(
  sql: Sql,
  id: number,
  change: { readonly general: FieldValues | null; readonly fields: FieldValues | null },
  now: Date,
): Promise<void> {
  await sql.query(
    `update tickets set stuck = false, failures = 0, retry_at = null, due_at = $2, general = coalesce($3, general),
       fields = coalesce($4, fields), desired_version = desired_version + 1 where id = $1`,
    [
      id,
      now,
      change.general === null ? null : toJson(change.general),
      change.fields === null ? null : toJson(change.fields),
    ],
  )
}

/** Nothing is wanted of this ticket any more; a worker then ends it. */
export async function abandonTicket(sql: Sql, id: number, now: Date): Promise<void> {
  await sql.query(
    `update tickets set want = 'nothing', due_at = $2, desired_version = desired_version + 1 where id = $1`,
    [id, now],
  )
}

/** Writes an act of a person into the story of a ticket. */
export async function insertActStep(
  sql: Sql,
  step: { ticketId: number; name: string; reason: string; message: string },
  now: Date,
): Promise<void> {
  await sql.query(
    `insert into ticket_steps (ticket_id, at, step, reason, result, message, duration_ms) values ($1, $2, $3, $4, 'done', $5, 0)`,
    [step.ticketId, now, step.name, step.reason, step.message],
  )
}
