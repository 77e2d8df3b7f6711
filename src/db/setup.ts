import type { Sql } from './sql.ts'

/** How far the set-up has come, read from what there is. */

export type SetupRow = {
  readonly sourceId: number | null
  readonly psaId: number | null
  readonly integrationId: number | null
  /** When the source's computers were last read well. */
  readonly sourceReadAt: Date | null
  readonly tenants: number
  readonly mapped: number
  readonly rulesOn: number
  readonly drillPlanned: boolean
  /** A ticket was opened at the desk and closed again, in a drill or in earnest. */
  readonly proven: boolean
}

/** Follows the pairing that has come farthest, else the oldest source and desk. Sources named in `without` do not count. */
export async function loadSetup(sql: Sql, without: readonly string[]): Promise<SetupRow> {
  const { rows } = await sql.query<SetupRow>(
    `with pairs as (
       select i.id, i.source_id, i.psa_id,
         (select count(*)::int from mappings m where m.integration_id = i.id) as mapped,
         (select count(*)::int from rules r where r.integration_id = i.id and r.enabled) as rules_on,
         exists (select from drills d where d.psa_id = i.psa_id and d.state = 'good')
           or exists (select from tickets t where t.integration_id = i.id and t.closed_by = 'us') as proven
       from integrations i join sources s on s.id = i.source_id where s.connector <> all($1)),
     best as (
       select * from pairs order by (mapped > 0)::int + (rules_on > 0)::int + proven::int desc, id limit 1),
     ends as (
       select coalesce((select source_id from best), (select min(id) from sources where connector <> all($1))) as source_id,
         coalesce((select psa_id from best), (select min(id) from psas)) as psa_id)
     select e.source_id as "sourceId", e.psa_id as "psaId", b.id as "integrationId",
       (select d.last_good_at from duties d where d.kind = 'poll-computers' and d.subject_id = e.source_id) as "sourceReadAt",
       (select count(*)::int from tenants t where t.source_id = e.source_id and t.vanished_at is null) as tenants,
       coalesce(b.mapped, 0) as mapped, coalesce(b.rules_on, 0) as "rulesOn", coalesce(b.proven, false) as proven,
       exists (select from drill_plans p where p.psa_id = e.psa_id) as "drillPlanned"
     from ends e left join best b on true`,
    [without],
  )
  const [row] = rows
  if (row === undefined) throw new Error('The state of the set-up gave no row.')
  return row
}
