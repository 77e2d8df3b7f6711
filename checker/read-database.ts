import type { ClientBase, Pool } from 'pg'
import type { ConditionRow, DatabaseEvidence, DecisionRow, TicketRow } from './evidence.ts'

/**
 * Reads our database by plain SQL, in one snapshot and without any of our code: the checker must not inherit a misreading.
 * Read it when all processes are at rest. Rejects with the driver's error.
 */
export async function readDatabase(client: Pick<ClientBase | Pool, 'query'>): Promise<DatabaseEvidence> {
  const { rows } = await client.query<{ tickets: TicketRow[]; conditions: ConditionRow[]; decisions: DecisionRow[] }>(
    `select (${ticketsSql}) as tickets, (${conditionsSql}) as conditions, (${decisionsSql}) as decisions`,
  )
  const [all] = rows
  if (all === undefined) throw new Error('PostgreSQL answered a select without a row.')
  return all
}

const ms = (column: string): string => `floor(extract(epoch from ${column}) * 1000)`

const ticketsSql = `
  select coalesce(json_agg(json_build_object(
    'id', t.id, 'desk', p.name, 'account', t.account_id,
    'computer', coalesce(c.computer_name, nullif(e.computer_name, ''), s.name), 'what', t.what, 'reference', t.reference,
    'conditionId', t.condition_id, 'eventId', t.event_id, 'want', t.want, 'phase', t.phase,
    'deskTicketId', t.desk_ticket_id, 'stuck', t.stuck, 'failure', t.failure ->> 'message',
    'done', t.done_at is not null, 'outcome', t.outcome) order by t.id), '[]'::json)
  from tickets t
  join psas p on p.id = t.psa_id
  join integrations i on i.id = t.integration_id
  join sources s on s.id = i.source_id
  left join conditions c on c.id = t.condition_id
  left join events e on e.id = t.event_id`

const conditionsSql = `
  select coalesce(json_agg(json_build_object(
    'id', c.id, 'source', s.name, 'tenant', n.key, 'computer', c.computer_name, 'status', c.status_key,
    'beganAt', ${ms('c.began_at')}, 'endedAt', ${ms('c.ended_at')}) order by c.id), '[]'::json)
  from conditions c
  join sources s on s.id = c.source_id
  join tenants n on n.id = c.tenant_id`

const decisionsSql = `
  select coalesce(json_agg(json_build_object(
    'at', ${ms('d.at')}, 'conditionId', d.condition_id, 'eventId', d.event_id, 'ticketId', d.ticket_id,
    'outcome', d.outcome, 'reason', d.reason) order by d.id), '[]'::json)
  from decisions d`
