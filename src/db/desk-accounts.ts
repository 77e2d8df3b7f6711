import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** The active accounts of a desk as last read, so that looking for one asks nothing of the vendor. */

export type StoredAccount = { readonly id: string; readonly name: string; readonly number: string }

export type AccountsReading = {
  /** When they were last read; null: never yet. */
  readonly readAt: Date | null
  /** Why the last try failed; null: it did not. */
  readonly problem: string | null
}

export async function accountsReading(sql: Sql, psaId: number): Promise<AccountsReading> {
  const { rows } = await sql.query<AccountsReading>(
    'select accounts_at as "readAt", accounts_problem as problem from psas where id = $1',
    [psaId],
  )
  return rows[0] ?? { readAt: null, problem: null }
}

export async function noteAccountsProblem(sql: Sql, psaId: number, problem: string): Promise<void> {
  await sql.query('update psas set accounts_problem = $2 where id = $1', [psaId, problem])
}

/** True for the one who shall read them now: nobody else began to after `since`. */
export async function claimAccountsReading(sql: Sql, psaId: number, now: Date, since: Date): Promise<boolean> {
  const { rowCount } = await sql.query(
    'update psas set accounts_asked_at = $2 where id = $1 and (accounts_asked_at is null or accounts_asked_at < $3)',
    [psaId, now, since],
  )
  return rowCount === 1
}

/** Stores what was read in the place of what was known. */
export async function saveDeskAccounts(
  sql: Sql,
  psaId: number,
  accounts: readonly StoredAccount[],
  now: Date,
): Promise<void> {
  await sql.query('update psas set accounts_at = $2, accounts_asked_at = null, accounts_problem = null where id = $1', [
    psaId,
    now,
  ])
  await sql.query('delete from desk_accounts where psa_id = $1 and account_id <> all($2)', [
    psaId,
    accounts.map(({ id }) => id),
  ])
  await sql.query(
    `insert into desk_accounts (psa_id, account_id, name, number)
     select $1, id, name, number from json_to_recordset($2) as a(id text, name text, number text)
     on conflict (psa_id, account_id) do update set name = excluded.name, number = excluded.number
     where (desk_accounts.name, desk_accounts.number) is distinct from (excluded.name, excluded.number)`,
    [psaId, toJson(accounts)],
  )
}

export async function loadDeskAccounts(sql: Sql, psaId: number): Promise<StoredAccount[]> {
  const { rows } = await sql.query<StoredAccount>(
    'select account_id as id, name, number from desk_accounts where psa_id = $1 order by lower(name), account_id',
    [psaId],
  )
  return rows
}

export type AccountFilter = {
  /** Pattern for `ilike`; null: any. */
  readonly pattern: string | null
  /** With or without a tenant in any integration of this desk; null: both. */
  readonly mapped: boolean | null
  readonly offset: number
  readonly limit: number
}

export type AccountRow = StoredAccount & {
  readonly tenants: readonly { readonly id: number; readonly name: string; readonly integrationId: number }[]
}

/** Accounts by name, with the tenants that are mapped to them. */
export async function findDeskAccounts(sql: Sql, psaId: number, filter: AccountFilter): Promise<AccountRow[]> {
  const { rows } = await sql.query<AccountRow>(
    `with m as (
       select m.account_id, jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'integrationId', m.integration_id) order by t.name) as tenants
       from mappings m join integrations i on i.id = m.integration_id join tenants t on t.id = m.tenant_id
       where i.psa_id = $1 group by m.account_id)
     select a.account_id as id, a.name, a.number, coalesce(m.tenants, '[]') as tenants
     from desk_accounts a left join m on m.account_id = a.account_id
     where a.psa_id = $1 and ($2::text is null or a.name ilike $2 or a.number ilike $2)
       and ($3::boolean is null or (m.account_id is not null) = $3)
     order by lower(a.name), a.account_id offset $4 limit $5`,
    [psaId, filter.pattern, filter.mapped, filter.offset, filter.limit],
  )
  return rows
}

/** How many accounts there are, and how many have no tenant. */
export async function countDeskAccounts(sql: Sql, psaId: number): Promise<{ total: number; withoutTenant: number }> {
  const { rows } = await sql.query<{ total: number; withoutTenant: number }>(
    `select count(*)::int as total, count(*) filter (where not exists (
         select from mappings m join integrations i on i.id = m.integration_id
         where i.psa_id = $1 and m.account_id = a.account_id))::int as "withoutTenant"
     from desk_accounts a where a.psa_id = $1`,
    [psaId],
  )
  return rows[0] ?? { total: 0, withoutTenant: 0 }
}
