import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** The tenants of an integration with their accounts: lists, and many at once. Single mappings are in `integrations.ts`. */

/** `left-out`: removed from this integration, or mapped in another. */
export const mappingViews = ['in', 'mapped', 'not-mapped', 'vanished', 'left-out'] as const
export type MappingView = (typeof mappingViews)[number]

export type MappingFilter = {
  readonly view: MappingView
  /** Pattern for `ilike` over both names; null: any. */
  readonly pattern: string | null
  readonly offset: number
  readonly limit: number
}

export type MappingRow = {
  readonly tenantId: number
  readonly key: string
  readonly name: string
  readonly enabled: boolean
  readonly failingSince: Date | null
  readonly failingMessage: string | null
  readonly vanishedAt: Date | null
  readonly accountId: string | null
  readonly accountName: string | null
  /** As the desk last told; null: not known, or no longer active there. */
  readonly accountNumber: string | null
  readonly accountIsActive: boolean | null
  /** Name of the other integration in which it is mapped. */
  readonly mappedElsewhere: string | null
  readonly leftOut: boolean
}

/** `$1`: the integration. `o`: a mapping in another integration. */
const tenantsSql = `
  from integrations i
    join tenants t on t.source_id = i.source_id
    join psas p on p.id = i.psa_id
    left join mappings m on m.tenant_id = t.id and m.integration_id = i.id
    left join mappings o on o.tenant_id = t.id and o.integration_id <> i.id
    left join integrations oi on oi.id = o.integration_id
    left join left_out_tenants l on l.integration_id = i.id and l.tenant_id = t.id
    left join desk_accounts a on a.psa_id = i.psa_id and a.account_id = m.account_id
  where i.id = $1`

const isIn = '(l.tenant_id is null and o.tenant_id is null)'
const viewSql: Readonly<Record<MappingView, string>> = {
  in: isIn,
  mapped: `(${isIn} and m.tenant_id is not null)`,
  'not-mapped': `(${isIn} and m.tenant_id is null and t.vanished_at is null)`,
  vanished: `(${isIn} and t.vanished_at is not null)`,
  'left-out': `not ${isIn}`,
}

/** Tenants by name. */
export async function findMappings(sql: Sql, integrationId: number, filter: MappingFilter): Promise<MappingRow[]> {
  const { rows } = await sql.query<MappingRow>(
    `select t.id as "tenantId", t.key, t.name, t.enabled, t.failing_since as "failingSince", t.failing_message as "failingMessage",
       t.vanished_at as "vanishedAt", m.account_id as "accountId", coalesce(a.name, m.account_name) as "accountName",
       a.number as "accountNumber",
       case when m.tenant_id is not null and p.accounts_at is not null then a.account_id is not null end as "accountIsActive",
       oi.name as "mappedElsewhere", l.tenant_id is not null as "leftOut"
     ${tenantsSql} and ${viewSql[filter.view]}
       and ($2::text is null or t.name ilike $2 or m.account_name ilike $2 or a.name ilike $2 or a.number ilike $2)
     order by lower(t.name), t.id offset $3 limit $4`,
    [integrationId, filter.pattern, filter.offset, filter.limit],
  )
  return rows
}

export type MappingCounts = Readonly<Record<MappingView, number>>

export async function countMappings(sql: Sql, integrationId: number): Promise<MappingCounts> {
  const { rows } = await sql.query<MappingCounts>(
    `select ${mappingViews.map((view) => `count(*) filter (where ${viewSql[view]})::int as "${view}"`).join(', ')} ${tenantsSql}`,
    [integrationId],
  )
  return rows[0] ?? { in: 0, mapped: 0, 'not-mapped': 0, vanished: 0, 'left-out': 0 }
}

/** Tenants of an integration that nobody mapped yet, by name. */
export async function unmappedTenants(sql: Sql, integrationId: number): Promise<{ id: number; name: string }[]> {
  const { rows } = await sql.query<{ id: number; name: string }>(
    `select t.id, t.name ${tenantsSql} and ${viewSql['not-mapped']} order by lower(t.name), t.id`,
    [integrationId],
  )
  return rows
}

export type TicketCounts = {
  /** Not done, at the desk or on the way there. */
  readonly openTickets: number
  /** Of these, how many no desk was told of yet: they are given up when the mapping ends. */
  readonly unsentTickets: number
}

/** Tickets of each tenant that are not done; those without any are left out. */
export async function ticketsByTenant(sql: Sql, tenantIds: readonly number[]): Promise<Map<number, TicketCounts>> {
  const { rows } = await sql.query<TicketCounts & { tenantId: number }>(
    `select tenant_id as "tenantId", count(*)::int as "openTickets",
       count(*) filter (where phase = 'absent' and unsure_since is null and lease_owner is null)::int as "unsentTickets"
     from tickets where tenant_id = any($1) and done_at is null group by tenant_id`,
    [tenantIds],
  )
  return new Map(rows.map(({ tenantId, ...counts }) => [tenantId, counts]))
}

/** Conditions that hold at each tenant; those without any are left out. */
export async function conditionsByTenant(sql: Sql, tenantIds: readonly number[]): Promise<Map<number, number>> {
  const { rows } = await sql.query<{ tenantId: number; count: number }>(
    `select tenant_id as "tenantId", count(*)::int as count from conditions
     where tenant_id = any($1) and ended_at is null group by tenant_id`,
    [tenantIds],
  )
  return new Map(rows.map(({ tenantId, count }) => [tenantId, count]))
}

export type KnownTenant = {
  readonly id: number
  readonly name: string
  readonly sourceId: number
  /** How it is mapped now. */
  readonly integrationId: number | null
  readonly integration: string | null
  readonly accountId: string | null
  readonly accountName: string | null
}

/** Tenants by id, each with its mapping; locked until the transaction ends, so that two savers come one after the other. */
export async function lockTenants(sql: Sql, ids: readonly number[]): Promise<KnownTenant[]> {
  await sql.query('select from tenants where id = any($1) order by id for no key update', [ids])
  const { rows } = await sql.query<KnownTenant>(
    `select t.id, t.name, t.source_id as "sourceId", m.integration_id as "integrationId", i.name as integration,
       m.account_id as "accountId", m.account_name as "accountName"
     from tenants t left join mappings m on m.tenant_id = t.id left join integrations i on i.id = m.integration_id
     where t.id = any($1) order by t.id`,
    [ids],
  )
  return rows
}

/** Names of the tenants that hold these accounts in an integration, by account. */
export async function accountHolders(
  sql: Sql,
  integrationId: number,
  accountIds: readonly string[],
): Promise<Map<string, { tenantId: number; name: string }>> {
  const { rows } = await sql.query<{ accountId: string; tenantId: number; name: string }>(
    `select m.account_id as "accountId", t.id as "tenantId", t.name from mappings m join tenants t on t.id = m.tenant_id
     where m.integration_id = $1 and m.account_id = any($2)`,
    [integrationId, accountIds],
  )
  return new Map(rows.map(({ accountId, tenantId, name }) => [accountId, { tenantId, name }]))
}

/** Takes tenants out of an integration; those that were out stay so. */
export async function leaveOutTenants(
  sql: Sql,
  integrationId: number,
  tenantIds: readonly number[],
  now: Date,
): Promise<void> {
  await sql.query(
    `insert into left_out_tenants (integration_id, tenant_id, at) select $1, id, $3 from unnest($2::bigint[]) id
     on conflict do nothing`,
    [integrationId, tenantIds, now],
  )
}

/** Brings tenants back; gives the ids of those that were out. */
export async function takeInTenants(sql: Sql, integrationId: number, tenantIds: readonly number[]): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    'delete from left_out_tenants where integration_id = $1 and tenant_id = any($2) returning tenant_id as id',
    [integrationId, tenantIds],
  )
  return rows.map(({ id }) => id)
}

/** A ticket that no desk was told of. */
const notSent = `k.done_at is null and k.phase = 'absent' and k.unsure_since is null and k.lease_owner is null`

export type NewMapping = { readonly tenantId: number; readonly accountId: string; readonly accountName: string }

/** Maps many tenants as `saveMapping` maps one. Throws the driver's error when an account is taken. */
export async function saveMappings(
  sql: Sql,
  integrationId: number,
  mappings: readonly NewMapping[],
  now: Date,
): Promise<void> {
  const given = `json_to_recordset($2) as g("tenantId" bigint, "accountId" text, "accountName" text)`
  const json = toJson(mappings)
  await sql.query(
    `insert into mappings (integration_id, tenant_id, account_id, account_name, created_at)
     select $1, g."tenantId", g."accountId", g."accountName", $3 from ${given}
     on conflict (tenant_id) do update set integration_id = excluded.integration_id, account_id = excluded.account_id,
       account_name = excluded.account_name, created_at = excluded.created_at`,
    [integrationId, json, now],
  )
  await sql.query(
    `update tickets k set account_id = g."accountId", desired_version = k.desired_version + 1 from ${given}
     where k.tenant_id = g."tenantId" and k.integration_id = $1 and k.account_id <> g."accountId" and ${notSent}`,
    [integrationId, json],
  )
  await sql.query(
    `update tickets k set want = 'nothing', due_at = $3, desired_version = k.desired_version + 1 from ${given}
     where k.tenant_id = g."tenantId" and k.integration_id <> $1 and ${notSent}`,
    [integrationId, json, now],
  )
  await takeInTenants(
    sql,
    integrationId,
    mappings.map(({ tenantId }) => tenantId),
  )
}
