import type { HeldCondition } from './judgement.ts'
import type { Sql } from './sql.ts'

/**
 * What is wrong now and never had a ticket, although its rule is on. Hidden conditions are left out, since nobody knows
 * whether they still hold, and so is everything at a tenant that vanished. A condition whose ticket a person closed early had its
 * ticket.
 */
const heldSql = `
  from conditions c
    join tenants t on t.id = c.tenant_id and t.vanished_at is null
    join mappings m on m.tenant_id = t.id and m.integration_id = $1
    join rules r on r.integration_id = $1 and r.section = c.level and r.key = c.status_key and r.enabled
  where c.ended_at is null and c.hidden_since is null and ($2::bigint is null or c.tenant_id = $2)
    and not exists (select from tickets k where k.condition_id = c.id)`

export type HeldCount = {
  readonly tenantId: number
  readonly tenantName: string
  readonly section: 'warning' | 'critical'
  readonly key: string
  readonly count: number
}

/** Counts by client and rule. */
export async function countHeld(sql: Sql, integrationId: number, tenantId: number | null): Promise<HeldCount[]> {
  const { rows } = await sql.query<HeldCount>(
    `select c.tenant_id as "tenantId", t.name as "tenantName", c.level as section, c.status_key as key, count(*)::int as count
     ${heldSql} group by 1, 2, 3, 4 order by t.name, 1, 3, 4`,
    [integrationId, tenantId],
  )
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
    `select id, tenant_id as "tenantId", computer_key as "computerKey", computer_name as "computerName",
       status_key as "statusKey", level, text, link, began_at as "beganAt", held_before as "heldBefore", hidden_since as "hiddenSince"
     from conditions where id = any($1) and ended_at is null and hidden_since is null order by id`,
    [ids],
  )
  return rows
}

/**
 * Keeps polls from judging this source's computers until the transaction ends: every judgement first takes a share of this
 * row, so that no condition ends while a ticket is being opened for it.
 */
export async function holdJudging(sql: Sql, sourceId: number): Promise<void> {
  await sql.query(`select from duties where kind = 'poll-computers' and subject_id = $1 for update`, [sourceId])
}
