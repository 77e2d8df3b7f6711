import type { Removed } from './retention.ts'
import type { Connections } from './sql.ts'
import { withTransaction } from './transaction.ts'

/**
 * Tenants that their source stopped listing long ago, with everything that was theirs. Only those that nobody maps any more
 * and whose tickets are all over: until then a person has to decide (design.md, section 4).
 */

/** A tenant is gone for good when `t` says so; `$1`: vanished before, `$2`: its tickets done before. */
const isOver = `t.vanished_at < $1 and not exists (select from mappings m where m.tenant_id = t.id)
  and not exists (select from tickets k where k.tenant_id = t.id
    and (k.done_at is null or k.done_at >= $2 or k.phase = 'open' or k.lease_owner is not null))`

export type TenantAges = { readonly vanishedBefore: Date; readonly doneBefore: Date }

/** Ids of at most `limit` such tenants. */
export async function findOverTenants(pool: Connections, ages: TenantAges, limit: number): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(
    `select t.id from tenants t where ${isOver} order by t.id limit $3`,
    [ages.vanishedBefore, ages.doneBefore, limit],
  )
  return rows.map(({ id }) => id)
}

/** What hangs on a tenant, in an order in which it can go; each statement takes the tenant and a number of rows. */
const parts: readonly (readonly [table: string, sql: string])[] = [
  ['tickets', 'delete from tickets where id in (select id from tickets where tenant_id = $1 order by id limit $2)'],
  [
    'computers',
    'delete from computers where (source_id, key) in (select source_id, key from computers where tenant_id = $1 limit $2)',
  ],
  [
    'conditions',
    'delete from conditions where id in (select id from conditions where tenant_id = $1 order by id limit $2)',
  ],
  ['events', 'delete from events where id in (select id from events where tenant_id = $1 order by id limit $2)'],
  ['tenants', 'delete from tenants where id = $1 and $2 > 0'],
]

/**
 * Removes at most `size` rows of a tenant and at the end the tenant itself; what hangs on those rows goes with them. Null
 * when nothing is left of it, or when it is not over any more. One that comes back half-way is read like a new one, so that what is
 * wrong with it by then opens nothing.
 */
export function removeTenantPart(
  pool: Connections,
  id: number,
  ages: TenantAges,
  size: number,
): Promise<Removed | null> {
  return withTransaction(pool, async (client) => {
    const { rowCount } = await client.query(`update tenants t set baseline_at = null where t.id = $3 and ${isOver}`, [
      ages.vanishedBefore,
      ages.doneBefore,
      id,
    ])
    if (rowCount !== 1) return null
    for (const [table, sql] of parts) {
      const removed = (await client.query(sql, [id, size])).rowCount ?? 0
      if (removed > 0) return { [table]: removed }
    }
    return null
  })
}
