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

/** Clients with most that is wrong first, at most `limit`. */
export async function troublesByTenant(sql: Sql, limit: number): Promise<readonly TenantTroubles[]> {
  const { rows } = await sql.query<TenantTroubles>(
    `select t.id as "tenantId", t.name, t.source_id as "sourceId",
       exists (select from mappings m where m.tenant_id = t.id) as mapped,
       c.critical, c.warning, c.computers
     from (
       select tenant_id, count(*) filter (where level = 'critical')::int as critical,
         count(*) filter (where level = 'warning')::int as warning, count(distinct computer_key)::int as computers
       from conditions where ended_at is null group by tenant_id
       order by count(*) filter (where level = 'critical') desc, count(*) desc, tenant_id limit $1) c
     join tenants t on t.id = c.tenant_id
     order by c.critical desc, c.critical + c.warning desc, t.id`,
    [limit],
  )
  return rows
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

export type TicketDay = {
  /** YYYY-MM-DD in the viewer's zone. */
  readonly day: string
  readonly opened: number
  readonly closedByUs: number
  readonly closedByPeople: number
}

/** Tickets by day, days without any left out. `zone` is a name PostgreSQL knows. */
export async function ticketDays(sql: Sql, since: Date, zone: string): Promise<readonly TicketDay[]> {
  const { rows } = await sql.query<TicketDay>(
    `select to_char(day, 'YYYY-MM-DD') as day, sum(opened)::int as opened, sum(by_us)::int as "closedByUs",
       sum(by_people)::int as "closedByPeople"
     from (
       select (opened_at at time zone $2)::date as day, 1 as opened, 0 as by_us, 0 as by_people
       from tickets where opened_at >= $1
       union all
       select (closed_at at time zone $2)::date, 0, (closed_by = 'us')::int, (closed_by is distinct from 'us')::int
       from tickets where closed_at >= $1 and phase in ('closed', 'gone')) d
     group by day order by day`,
    [since, zone],
  )
  return rows
}
