import type { EndReason } from '../core/condition.ts'
import type { TroubleLevel } from '../core/observation.ts'
import type { FieldValues } from '../core/ticket.ts'
import type { DeskFind } from './desk-finds.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** After a restore: a ticket at the desk gets a record of its own again. */

export type FindPlace = {
  readonly tenantId: number
  /** Null: no integration of the desk reads this source any more. */
  readonly integrationId: number | null
  readonly general: FieldValues
  readonly toBeListed: boolean
}

/** Where the ticket of a tenant belongs; null when the tenant is not known. */
export async function findPlace(
  sql: Sql,
  psaId: number,
  sourceId: number,
  tenantKey: string,
): Promise<FindPlace | null> {
  const { rows } = await sql.query<FindPlace>(
    `select t.id as "tenantId", t.to_be_listed as "toBeListed", i.id as "integrationId", coalesce(i.general, '{}') as general
     from tenants t left join lateral (
       select i.id, i.general from integrations i left join mappings m on m.integration_id = i.id and m.tenant_id = t.id
       where i.source_id = t.source_id and i.psa_id = $1 order by m.id is null, i.id limit 1) i on true
     where t.source_id = $2 and t.key = $3`,
    [psaId, sourceId, tenantKey],
  )
  return rows[0] ?? null
}

export type FindSubject = {
  /** Null: it is over, or it was an event of which nothing is kept. */
  readonly conditionId: number | null
  readonly eventId: number | null
  readonly level: TroubleLevel
  readonly computerName: string
}

/** The condition that holds; or, without one, whether its computer is still there. */
export async function findCondition(
  sql: Sql,
  tenantId: number,
  computerKey: string,
  statusKey: string,
): Promise<{ subject: FindSubject; endReason: EndReason | null }> {
  const { rows } = await sql.query<{ id: number; level: TroubleLevel; name: string }>(
    `select id, level, computer_name as name from conditions
     where tenant_id = $1 and computer_key = $2 and status_key = $3 and ended_at is null`,
    [tenantId, computerKey, statusKey],
  )
  const [held] = rows
  if (held !== undefined) {
    const { id, level, name } = held
    return { subject: { conditionId: id, eventId: null, level, computerName: name }, endReason: null }
  }
  const { rows: computers } = await sql.query<{ name: string }>(
    'select name from computers where tenant_id = $1 and key = $2',
    [tenantId, computerKey],
  )
  const subject = {
    conditionId: null,
    eventId: null,
    level: 'warning' as const,
    computerName: computers[0]?.name ?? '',
  }
  return { subject, endReason: computers.length > 0 ? 'no-longer-applies' : 'computer-removed' }
}

/** The latest event that a ticket could be about; `eventKey` alone names one, else its computer and type do. */
export async function findEvent(
  sql: Sql,
  tenantId: number,
  event: { eventKey: string | null; computerKey: string; type: string },
): Promise<{ subject: FindSubject; what: string } | null> {
  const { rows } = await sql.query<{ id: number; severity: string; name: string; what: string }>(
    `select id, severity, computer_name as name, type_name as what from events
     where tenant_id = $1 and (key = $2 or ($2::text is null and computer_key = $3 and type = $4)) order by id desc limit 1`,
    [tenantId, event.eventKey, event.computerKey, event.type],
  )
  const [row] = rows
  if (row === undefined) return null
  const level = row.severity === 'critical' ? 'critical' : 'warning'
  return { subject: { conditionId: null, eventId: row.id, level, computerName: row.name }, what: row.what }
}

export type Adoption = {
  readonly psaId: number
  readonly find: DeskFind
  readonly identity: string
  readonly place: FindPlace & { readonly integrationId: number }
  readonly subject: FindSubject
  /** Null: what it is about still holds; else the ticket is to be closed. */
  readonly endReason: EndReason | null
  /** A person opened it again after we had closed it. */
  readonly isTheirs: boolean
  readonly what: string
  readonly lane: number
}

/**
 * Makes a record of a ticket that is open at the desk: left open, or to be closed. Its fields are taken for people's choice. Null
 * when its identity has a record that is not done.
 */
export async function adoptFind(sql: Sql, adoption: Adoption, now: Date): Promise<number | null> {
  const { psaId, find, identity, place, subject, endReason, isTheirs, what, lane } = adoption
  const title = subject.computerName === '' ? what : `${what} on ${subject.computerName}`
  const { rows } = await sql.query<{ id: number }>(
    `insert into tickets (psa_id, integration_id, tenant_id, condition_id, event_id, identity, reference, account_id, what,
       title, description, general, created_at, want, level, fields, end_reason, phase, desk_ticket_id, desk_number, written,
       level_told, repeats_told_at, opened_at, lane, released, due_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12, $13, $14, '{}', $15, 'open', $16, nullif($17, ''), '{}',
       $14, $12, $12, $18, $19, case when $13 = 'closed' and not $19 then $12::timestamptz end)
     on conflict (psa_id, identity) where done_at is null do nothing returning id`,
    [
      ...[psaId, place.integrationId, place.tenantId, subject.conditionId, subject.eventId, identity, find.reference],
      ...[find.accountId, what, title, toJson(place.general), now, endReason === null ? 'open' : 'closed'],
      ...[subject.level, endReason, find.deskTicketId, find.number, lane, isTheirs],
    ],
  )
  return rows[0]?.id ?? null
}
