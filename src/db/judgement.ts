import type { EndReason } from '../core/condition.ts'
import type { DecisionOutcome, DecisionReason } from '../core/decide.ts'
import type { Severity, TroubleLevel } from '../core/observation.ts'
import type { FieldValues, Phase, Want } from '../core/ticket.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/**
 * What judging reads and writes: conditions, the desired half of tickets, decisions. Batches, one statement per kind; with
 * `json`, since `jsonb` would build a tree of each batch first (measured: a tenth of a statement).
 */

export type HeldCondition = {
  id: number
  tenantId: number
  computerKey: string
  computerName: string
  statusKey: string
  level: TroubleLevel
  text: string
  link: string
  beganAt: Date
  heldBefore: boolean
  hiddenSince: Date | null
  /** Of an event that has an end; null for a status description of a computer. */
  eventSeverity: Severity | null
}

export const heldColumns = `id, tenant_id as "tenantId", computer_key as "computerKey", computer_name as "computerName",
  status_key as "statusKey", level, text, link, began_at as "beganAt", held_before as "heldBefore", hidden_since as "hiddenSince",
  event_severity as "eventSeverity"`

/** Status descriptions that hold on the named computers of a source. */
export async function loadHolding(
  sql: Sql,
  sourceId: number,
  computerKeys: readonly string[],
): Promise<HeldCondition[]> {
  const { rows } = await sql.query<HeldCondition>(
    `select ${heldColumns} from conditions
     where source_id = $1 and computer_key = any($2) and ended_at is null and event_severity is null`,
    [sourceId, computerKeys],
  )
  return rows
}

/** An event that has an end, by what it is about. */
export type LastingPlace = { readonly tenantId: number; readonly computerKey: string; readonly type: string }

/** Events with an end that were raised about these and not resolved since. */
export async function loadLasting(sql: Sql, places: readonly LastingPlace[]): Promise<HeldCondition[]> {
  const { rows } = await sql.query<HeldCondition>(
    `select ${heldColumns} from conditions
     where ended_at is null and event_severity is not null and (tenant_id, computer_key, status_key) in (
       select "tenantId", "computerKey", type
       from json_to_recordset($1) as p("tenantId" bigint, "computerKey" text, type text))`,
    [toJson(places)],
  )
  return rows
}

/** A ticket that is not done, as judging needs it. */
export type UndoneTicket = {
  id: number
  psaId: number
  identity: string
  conditionId: number | null
  want: Want
  level: TroubleLevel
  fields: FieldValues
  phase: Phase
  released: boolean
}

/** Tickets not done of the conditions, and of the identities at their desks; locked until the transaction ends. */
export async function lockTickets(
  sql: Sql,
  conditionIds: readonly number[],
  identities: readonly { psaId: number; identity: string }[],
): Promise<UndoneTicket[]> {
  for (;;) {
    const tickets = await lockPresentTickets(sql, conditionIds, identities)
    // While we waited for its lock, a worker may have ended a ticket and begun its successor, which this look missed.
    if (tickets.every(({ done }) => !done)) return tickets
  }
}

async function lockPresentTickets(
  sql: Sql,
  conditionIds: readonly number[],
  identities: readonly { psaId: number; identity: string }[],
): Promise<(UndoneTicket & { done: boolean })[]> {
  const { rows } = await sql.query<UndoneTicket & { done: boolean }>(
    `select id, psa_id as "psaId", identity, condition_id as "conditionId", want, level, fields, phase, released,
       done_at is not null as done
     from tickets where id in (
       select id from tickets where condition_id = any($1) and done_at is null
       union select t.id from unnest($2::bigint[], $3::text[]) as i(psa_id, identity)
         join tickets t on t.psa_id = i.psa_id and t.identity = i.identity and t.done_at is null)
     order by id for update`,
    [conditionIds, identities.map(({ psaId }) => psaId), identities.map(({ identity }) => identity)],
  )
  return rows
}

/** Those of the conditions for which a ticket was ever made. */
export async function findTicketed(sql: Sql, conditionIds: readonly number[]): Promise<Set<number>> {
  if (conditionIds.length === 0) return new Set()
  const { rows } = await sql.query<{ id: number }>(
    'select distinct condition_id as id from tickets where condition_id = any($1)',
    [conditionIds],
  )
  return new Set(rows.map((row) => row.id))
}

export type NewCondition = Omit<HeldCondition, 'id' | 'hiddenSince' | 'eventSeverity'> & {
  sourceId: number
  eventSeverity?: Severity
}

/** Inserts conditions and returns their ids in the same order. */
export async function insertConditions(sql: Sql, conditions: readonly NewCondition[]): Promise<number[]> {
  if (conditions.length === 0) return []
  const { rows } = await sql.query<{ id: number }>(
    `insert into conditions (source_id, tenant_id, computer_key, computer_name, status_key, text, link, level, began_at, held_before,
       event_severity)
     select "sourceId", "tenantId", "computerKey", "computerName", "statusKey", text, link, level, "beganAt", "heldBefore",
       "eventSeverity"
     from rows from (json_to_recordset($1) as ("sourceId" bigint, "tenantId" bigint, "computerKey" text, "computerName" text,
       "statusKey" text, text text, link text, level text, "beganAt" timestamptz, "heldBefore" boolean,
       "eventSeverity" text)) with ordinality
     order by ordinality returning id`,
    [toJson(conditions)],
  )
  return rows.map((row) => row.id)
}

export type ConditionUpdate = { id: number; level: TroubleLevel; text: string; hiddenSince: Date | null }

export async function updateConditions(sql: Sql, updates: readonly ConditionUpdate[]): Promise<void> {
  if (updates.length === 0) return
  await sql.query(
    `update conditions c set level = u.level, text = u.text, hidden_since = u."hiddenSince"
     from json_to_recordset($1) as u(id bigint, level text, text text, "hiddenSince" timestamptz) where c.id = u.id`,
    [toJson(updates)],
  )
}

export async function endConditions(
  sql: Sql,
  ends: readonly { id: number; reason: EndReason }[],
  now: Date,
): Promise<void> {
  if (ends.length === 0) return
  await sql.query(
    `update conditions c set ended_at = $2, end_reason = e.reason, hidden_since = null
     from json_to_recordset($1) as e(id bigint, reason text) where c.id = e.id`,
    [toJson(ends), now],
  )
}

export type NewTicket = {
  psaId: number
  integrationId: number
  tenantId: number
  conditionId: number | null
  eventId: number | null
  identity: string
  reference: string
  accountId: string
  what: string
  title: string
  description: string
  general: FieldValues
  level: TroubleLevel
  fields: FieldValues
  notBefore: Date | null
  lane: number
}

/** Inserts tickets, due now or when their delay ends; returns their ids in the same order. */
export async function insertTickets(sql: Sql, tickets: readonly NewTicket[], now: Date): Promise<number[]> {
  if (tickets.length === 0) return []
  const { rows } = await sql.query<{ id: number }>(
    `insert into tickets (psa_id, integration_id, tenant_id, condition_id, event_id, identity, reference, account_id, what, title,
       description, general, created_at, want, level, fields, not_before, lane, due_at)
     select "psaId", "integrationId", "tenantId", "conditionId", "eventId", identity, reference, "accountId", what, title,
       description, general, $2, 'open', level, fields, "notBefore", lane, coalesce("notBefore", $2)
     from rows from (json_to_recordset($1) as ("psaId" bigint, "integrationId" bigint, "tenantId" bigint, "conditionId" bigint,
       "eventId" bigint, identity text, reference text, "accountId" text, what text, title text, description text, general jsonb,
       level text, fields jsonb, "notBefore" timestamptz, lane smallint)) with ordinality
     order by ordinality returning id`,
    [toJson(tickets), now],
  )
  return rows.map((row) => row.id)
}

/** A change of the desired half; what is null stays as it is. */
export type TicketChange = {
  id: number
  want: Want | null
  /** A delay that is running ends then at the latest. */
  notBefore: Date | null
  title: string | null
  description: string | null
  level: TroubleLevel | null
  fields: FieldValues | null
  endReason: EndReason | null
  conditionId: number | null
  /** How many repeats to add. */
  repeats: number
  lane: number
}

/** Changes wishes. A new wish to open or close is tried at once, whatever an older one failed with. */
export async function changeTickets(sql: Sql, changes: readonly TicketChange[], now: Date): Promise<void> {
  if (changes.length === 0) return
  await sql.query(
    `update tickets t set want = coalesce(c.want, t.want), level = coalesce(c.level, t.level),
       not_before = case when c."notBefore" < t.not_before then c."notBefore" else t.not_before end,
       title = coalesce(c.title, t.title), description = coalesce(c.description, t.description),
       fields = coalesce(c.fields, t.fields), condition_id = coalesce(c."conditionId", t.condition_id),
       end_reason = case when c.want = 'closed' then c."endReason" when c.want = 'open' then null else t.end_reason end,
       released = case when c.want = 'open' then false else t.released end,
       stuck = case when c.want is null then t.stuck else false end,
       retry_at = case when c.want is null or t.failure->>'kind' = 'limited' then t.retry_at end,
       repeats = t.repeats + c.repeats,
       last_repeat_at = case when c.repeats > 0 then $2 else t.last_repeat_at end,
       lane = c.lane, due_at = $2, desired_version = t.desired_version + 1
     from json_to_recordset($1) as c(id bigint, want text, "notBefore" timestamptz, title text, description text, level text,
       fields jsonb, "endReason" text, "conditionId" bigint, repeats int, lane smallint) where t.id = c.id`,
    [toJson(changes), now],
  )
}

export type NewDecision = {
  integrationId: number | null
  conditionId: number | null
  eventId: number | null
  ticketId: number | null
  outcome: DecisionOutcome
  reason: DecisionReason
}

export async function insertDecisions(sql: Sql, decisions: readonly NewDecision[], now: Date): Promise<void> {
  if (decisions.length === 0) return
  await sql.query(
    `insert into decisions (at, integration_id, condition_id, event_id, ticket_id, outcome, reason)
     select $2, "integrationId", "conditionId", "eventId", "ticketId", outcome, reason
     from json_to_recordset($1) as d("integrationId" bigint, "conditionId" bigint, "eventId" bigint, "ticketId" bigint,
       outcome text, reason text)`,
    [toJson(decisions), now],
  )
}

/** Wakes the workers of the desks; it only saves the wait for their next look. */
export async function wakeDesks(sql: Sql, psaIds: Iterable<number>): Promise<void> {
  for (const id of psaIds) await sql.query(`select pg_notify('tocsin_tickets', $1)`, [String(id)])
}
