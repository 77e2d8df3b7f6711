import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** Companies of a source that sends by itself: they are known from what they sent, since nobody can list them. */

export type CompanyNamed = { readonly key: string; readonly name: string }

/** Makes a tenant of every company that is not one yet, and takes over new names; tenant ids by key. */
export async function ensureCompanies(
  sql: Sql,
  sourceId: number,
  companies: readonly CompanyNamed[],
  now: Date,
): Promise<Map<string, number>> {
  // In one order, so that two lanes that meet a new company at once do not wait for each other for ever.
  const sorted = [...new Map(companies.map((company) => [company.key, company])).values()].toSorted((a, b) =>
    // As the database sorts by "C".
    Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)),
  )
  const json = toJson(sorted)
  await sql.query(
    `insert into tenants (source_id, key, name, enabled, first_seen_at)
     select $1, c.key, case when c.name = '' then c.key else c.name end, true, $3
     from json_to_recordset($2) as c(key text, name text)
     where not exists (select from tenants t where t.source_id = $1 and t.key = c.key and t.vanished_at is null
       and (c.name = '' or t.name = c.name))
     on conflict (source_id, key) do update set vanished_at = null,
       name = case when excluded.name = excluded.key then tenants.name else excluded.name end`,
    [sourceId, json, now],
  )
  const { rows } = await sql.query<{ id: number; key: string }>(
    'select id, key from tenants where source_id = $1 and key = any($2)',
    [sourceId, sorted.map(({ key }) => key)],
  )
  await sql.query(
    `insert into pushed_companies (tenant_id, heard_at) select id, $2 from unnest($1::bigint[]) as t(id) order by id
     on conflict (tenant_id) do update set heard_at = excluded.heard_at
       where pushed_companies.heard_at < excluded.heard_at - interval '1 minute'`,
    [rows.map(({ id }) => id).toSorted((a, b) => a - b), now],
  )
  return new Map(rows.map(({ id, key }) => [key, id]))
}

/** The tenant of a company that sends by itself; null when it is none. */
export async function loadCompany(
  sql: Sql,
  tenantId: number,
): Promise<{ readonly sourceId: number; readonly key: string; readonly name: string } | null> {
  const { rows } = await sql.query<{ sourceId: number; key: string; name: string }>(
    `select t.source_id as "sourceId", t.key, t.name from tenants t join pushed_companies p on p.tenant_id = t.id
     where t.id = $1`,
    [tenantId],
  )
  return rows[0] ?? null
}

/**
 * Locks the tenant of a company, where there is one, until the transaction ends. Whoever locks both it and what is pushed of it
 * comes here first: else two that meet would wait for each other for ever.
 */
export async function lockCompany(sql: Sql, sourceId: number, key: string): Promise<void> {
  await sql.query('select from tenants where source_id = $1 and key = $2 for no key update', [sourceId, key])
}

/** Number of the last list that was taken over; null: none yet. Locked until the transaction ends. */
export async function lockListNumber(sql: Sql, tenantId: number): Promise<number | null> {
  const { rows } = await sql.query<{ number: number | null }>(
    'select list_number as number from pushed_companies where tenant_id = $1 for update',
    [tenantId],
  )
  return rows[0]?.number ?? null
}

export type ListTaken = {
  readonly number: number
  readonly receivedAt: Date
  /** Computers of which messages said something newer: they are as these said. */
  readonly newer: ReadonlySet<string>
}

/** A whole list was taken over: what it says stands, and what is older than it is forgotten. */
export async function markListTaken(
  sql: Sql,
  tenantId: number,
  { number, receivedAt, newer }: ListTaken,
  now: Date,
): Promise<void> {
  await sql.query(
    `update pushed_companies set list_number = $2, listed_at = $3, late_lists = 0, late_changes = 0, late_since = null,
       list_received_at = greatest($4, case when list_received_at <= $3 then list_received_at end) where tenant_id = $1`,
    [tenantId, number, now, receivedAt],
  )
  await sql.query('delete from pushed_changes where tenant_id = $1 and number <= $2', [tenantId, number])
  await sql.query('delete from pushed_holds where tenant_id = $1 and computer_key <> all($2)', [tenantId, [...newer]])
  await sql.query(
    'delete from pushed_heard where tenant_id = $1 and not coalesce(greatest(changed_at, said_at, over_at) > $2, false)',
    [tenantId, receivedAt],
  )
  await sql.query(
    `update tenants set last_listed_at = $2, baseline_at = coalesce(baseline_at, $2), failing_since = null,
       failing_message = null, to_be_listed = false where id = $1`,
    [tenantId, now],
  )
}

/** Shows a company as one that does not answer. */
export async function markCompanyFailing(sql: Sql, tenantId: number, message: string, now: Date): Promise<void> {
  await sql.query(
    `update tenants set failing_since = coalesce(failing_since, $3), failing_message = $2
     where id = $1 and failing_message is distinct from $2`,
    [tenantId, message, now],
  )
}

/** Takes back what was said of companies while something of theirs was put off, of those of which nothing is any more. */
export async function clearPutOffCompanies(sql: Sql, sourceId: number, message: string): Promise<void> {
  // In one order, as all who lock several: see `ensureCompanies`.
  await sql.query(
    `update tenants set failing_since = null, failing_message = null where id in (
       select t.id from tenants t
       where t.source_id = $1 and t.failing_since is not null and t.failing_message = $2
         and not exists (select from inbox i where i.source_id = t.source_id and i.company = t.key and i.failure is not null)
       order by t.key collate "C" for no key update)`,
    [sourceId, message],
  )
}

/** Companies that once sent a list, and none since, and are not shown as failing yet. */
export async function silentCompanies(
  sql: Sql,
  sourceId: number,
  since: Date,
): Promise<{ tenantId: number; listedAt: Date }[]> {
  const { rows } = await sql.query<{ tenantId: number; listedAt: Date }>(
    `select p.tenant_id as "tenantId", p.listed_at as "listedAt"
     from pushed_companies p join tenants t on t.id = p.tenant_id
     where t.source_id = $1 and p.listed_at < $2 and t.failing_since is null and t.vanished_at is null`,
    [sourceId, since],
  )
  return rows
}

/** Takes over a count of protected mailboxes, unless a newer one is known. */
export async function saveMailboxes(sql: Sql, tenantId: number, count: number, countedAt: Date): Promise<void> {
  await sql.query(
    `update pushed_companies set mailboxes = $2, mailboxes_counted_at = $3
     where tenant_id = $1 and (mailboxes_counted_at is null or mailboxes_counted_at < $3)`,
    [tenantId, count, countedAt],
  )
}

export type CompanyRow = {
  readonly tenantId: number
  readonly key: string
  readonly name: string
  readonly mapped: boolean
  readonly computers: number
  readonly events: number
  readonly listNumber: number | null
  readonly listedAt: Date | null
  readonly lateLists: number
  /** What was left out in all because something newer was settled before. */
  readonly overtaken: number
  /** What is left out since then because its numbers are below this one; null where nothing is. */
  readonly late: { readonly messages: number; readonly since: Date; readonly below: number } | null
  readonly mailboxes: number | null
  readonly mailboxesCountedAt: Date | null
  readonly heardAt: Date
}

const late = `(select case when sum(l.messages) > 0 then
    json_build_object('messages', sum(l.messages), 'since', min(l.since), 'below', max(l.below)) end
  from (select p.late_lists + p.late_changes as messages, p.late_since as since,
      case when p.late_lists + p.late_changes > 0 then p.list_number end as below
    union all select c.late, c.late_since, c.number from pushed_changes c where c.tenant_id = p.tenant_id and c.late > 0) l)`

/** Companies in the order in which they were first heard of, after `after`. */
export async function listCompanies(sql: Sql, sourceId: number, after: number, limit: number): Promise<CompanyRow[]> {
  const { rows } = await sql.query<CompanyRow & { readonly late: { readonly since: string } | null }>(
    `select t.id as "tenantId", t.key, t.name, exists (select from mappings m where m.tenant_id = t.id) as mapped,
       (select count(*)::int from computers c where c.tenant_id = t.id) as computers,
       (select count(*)::int from events e where e.tenant_id = t.id) as events,
       nullif(p.list_number, -1) as "listNumber", p.listed_at as "listedAt", p.late_lists as "lateLists", p.overtaken,
       ${late} as late, p.mailboxes, p.mailboxes_counted_at as "mailboxesCountedAt", p.heard_at as "heardAt"
     from pushed_companies p join tenants t on t.id = p.tenant_id
     where t.source_id = $1 and t.id > $2 order by t.id limit $3`,
    [sourceId, after, limit],
  )
  return rows.map((row) => ({
    ...row,
    late: row.late === null ? null : { ...row.late, since: new Date(row.late.since) },
  }))
}
