import type { Sql } from './sql.ts'

/** What the overview counts. */

export type TenantTroubles = {
  readonly tenantId: number
  readonly name: string
  readonly sourceId: number
  readonly mapped: boolean
  readonly critical: number
  readonly warning: number
  readonly computers: number
}

export type TroubleTotals = {
  readonly clients: number
  readonly computers: number
  readonly critical: number
  readonly warning: number
}

export type Troubles = { readonly totals: TroubleTotals; readonly clients: readonly TenantTroubles[] }

/** Everything that is wrong now, and the clients with most of it, at most `limit`: counted in one pass. */
export async function troublesByTenant(sql: Sql, limit: number): Promise<Troubles> {
  const { rows } = await sql.query<TenantTroubles & { totals: TroubleTotals }>(
    `with c as materialized (
       select tenant_id, count(*) filter (where level = 'critical')::int as critical,
         count(*) filter (where level = 'warning')::int as warning, count(distinct computer_key)::int as computers
       from conditions where ended_at is null group by tenant_id)
     select t.id as "tenantId", t.name, t.source_id as "sourceId",
       exists (select from mappings m where m.tenant_id = t.id) as mapped, c.critical, c.warning, c.computers,
       (select jsonb_build_object('clients', count(*), 'computers', sum(computers), 'critical', sum(critical), 'warning', sum(warning)) from c) as totals
     from c join tenants t on t.id = c.tenant_id
     order by c.critical desc, c.critical + c.warning desc, t.id limit $1`,
    [limit],
  )
  return {
    totals: rows[0]?.totals ?? { clients: 0, computers: 0, critical: 0, warning: 0 },
    clients: rows.map(({ totals: _, ...client }) => client),
  }
}

export type ReasonTroubles = {
  readonly connector: string
  readonly statusKey: string
  readonly critical: number
  readonly warning: number
}

/** Reasons with most computers first. */
export async function troublesByReason(sql: Sql, limit: number): Promise<readonly ReasonTroubles[]> {
  const { rows } = await sql.query<ReasonTroubles>(
    `select s.connector, c.status_key as "statusKey", count(*) filter (where c.level = 'critical')::int as critical,
       count(*) filter (where c.level = 'warning')::int as warning
     from conditions c join sources s on s.id = c.source_id where c.ended_at is null
     group by s.connector, c.status_key order by count(*) desc, c.status_key limit $1`,
    [limit],
  )
  return rows
}

/** Tickets that stopped for the same reason at the same desk. */
export type StuckReason = {
  readonly psaId: number
  readonly psaName: string
  readonly reason: string
  /** The desk's own words, of the latest of them. */
  readonly message: string
  readonly count: number
  /** The latest of them. */
  readonly ticketId: number
}

/** Why tickets are stuck, most of them first. */
export async function stuckReasons(sql: Sql, limit: number): Promise<readonly StuckReason[]> {
  const { rows } = await sql.query<StuckReason>(
    `select p.id as "psaId", p.name as "psaName", s.reason, s.count, s.id as "ticketId",
       coalesce((select t.failure->>'message' from tickets t where t.id = s.id), '') as message
     from (
       select psa_id, coalesce(failure->>'reason', '') as reason, count(*)::int as count, max(id) as id
       from tickets where stuck and done_at is null group by 1, 2 order by count(*) desc, 2 limit $1) s
     join psas p on p.id = s.psa_id order by s.count desc, s.reason, p.id`,
    [limit],
  )
  return rows
}

export type TicketDay = {
  /** YYYY-MM-DD in the viewer's zone. */
  readonly day: string
  readonly opened: number
  readonly closedByUs: number
  readonly closedByPeople: number
}

/**
 * Tickets by day, days without any left out. `zone` is a name PostgreSQL knows. Counted by quarters of an hour first, since
 * every zone is off by a number of them, and turning each single moment into a day takes most of the time.
 */
export async function ticketDays(sql: Sql, since: Date, zone: string): Promise<readonly TicketDay[]> {
  const { rows } = await sql.query<TicketDay>(
    `select to_char((at at time zone $2)::date, 'YYYY-MM-DD') as day, sum(opened)::int as opened, sum(by_us)::int as "closedByUs",
       sum(by_people)::int as "closedByPeople"
     from (
       select date_bin('15 minutes', opened_at, 'epoch') as at, count(*) as opened, 0 as by_us, 0 as by_people
       from tickets where opened_at >= $1 group by 1
       union all
       select date_bin('15 minutes', closed_at, 'epoch'), 0, count(*) filter (where closed_by = 'us'),
         count(*) filter (where closed_by is distinct from 'us')
       from tickets where closed_at >= $1 and phase in ('closed', 'gone') group by 1) d
     group by 1 order by 1`,
    [since, zone],
  )
  return rows
}
