import type { RuleSection } from '../core/rule.ts'
import { type HeldCondition, heldColumns } from './judgement.ts'
import type { Sql } from './sql.ts'

/** Where the rule of a condition stands: an event that has an end has its own row. */
const sectionSql = `case when c.event_severity is null then c.level else 'event-type' end`

/**
 * What is wrong now at mapped clients and never had a ticket. Hidden conditions are left out, since nobody knows whether they still
 * hold, and so is everything at a tenant that vanished. A condition whose ticket a person closed early had its ticket.
 */
const ticketlessSql = `
  from conditions c
    join tenants t on t.id = c.tenant_id and t.vanished_at is null
    join mappings m on m.tenant_id = t.id and m.integration_id = $1
  where c.ended_at is null and c.hidden_since is null and ($2::bigint is null or c.tenant_id = $2)
    and not exists (select from tickets k where k.condition_id = c.id)`

/** Of that, what has a rule that is on. */
const heldSql = `${ticketlessSql}
    and exists (select from rules r where r.integration_id = $1 and r.section = ${sectionSql} and r.key = c.status_key and r.enabled)`

export type HeldCount = {
  readonly tenantId: number
  readonly tenantName: string
  readonly section: Exclude<RuleSection, 'severity'>
  readonly key: string
  readonly count: number
}

const countSql = `select c.tenant_id as "tenantId", t.name as "tenantName", ${sectionSql} as section, c.status_key as key,
  count(*)::int as count`
const groupSql = 'group by 1, 2, 3, 4 order by t.name, 1, 3, 4'

/** Counts by client and rule. */
export async function countHeld(sql: Sql, integrationId: number, tenantId: number | null): Promise<HeldCount[]> {
  const { rows } = await sql.query<HeldCount>(`${countSql} ${heldSql} ${groupSql}`, [integrationId, tenantId])
  return rows
}

/** What the rules decide about, whether they are on or not: counts by client, level and status description. */
export async function countTicketless(sql: Sql, integrationId: number): Promise<HeldCount[]> {
  const { rows } = await sql.query<HeldCount>(`${countSql} ${ticketlessSql} ${groupSql}`, [integrationId, null])
  return rows
}

/** The ids, oldest first. */
export async function findHeld(sql: Sql, integrationId: number, tenantId: number | null): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(`select c.id ${heldSql} order by c.id`, [integrationId, tenantId])
  return rows.map(({ id }) => id)
}

/** Conditions of the given ids that still hold and are seen, with their tenants. */
export async function loadHeld(sql: Sql, ids: readonly number[]): Promise<HeldCondition[]> {
  const { rows } = await sql.query<HeldCondition>(
    `select ${heldColumns} from conditions where id = any($1) and ended_at is null and hidden_since is null order by id`,
    [ids],
  )
  return rows
}

/**
 * Keeps polls from judging this source's conditions until the transaction ends: every judgement first takes a share of this
 * row, so that no condition ends while a ticket is being opened for it.
 */
export async function holdJudging(sql: Sql, sourceId: number): Promise<void> {
  await sql.query(
    `select from duties where kind in ('poll-computers', 'poll-events') and subject_id = $1 order by kind for update`,
    [sourceId],
  )
}
