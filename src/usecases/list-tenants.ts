import type { Deps } from './deps.ts'
import { containsPattern, type Page, type PageInput, pageOf } from './paging.ts'

export type ListTenants = PageInput & {
  readonly sourceId?: number | undefined
  readonly integrationId?: number | undefined
  readonly mapped?: boolean | undefined
  /** Part of the tenant's or the account's name. */
  readonly search?: string | undefined
}

export type TenantView = {
  readonly id: number
  readonly sourceId: number
  readonly key: string
  readonly name: string
  /** False while the source says that it is switched off. */
  readonly enabled: boolean
  readonly mapping: {
    readonly integrationId: number
    readonly accountId: string
    readonly accountName: string
  } | null
  readonly openTickets: number
  /** Conditions that hold at its computers. */
  readonly conditions: number
  readonly computers: number
  readonly firstSeenAt: Date
  /** First time that its list was read whole: what held by then opens no tickets by itself. */
  readonly baselineAt: Date | null
  readonly lastListedAt: Date | null
  readonly failingSince: Date | null
  readonly failingMessage: string | null
  readonly vanishedAt: Date | null
}

/** The clients that sources see, in the order in which they were first seen, with their mappings. */
export async function listTenants(deps: Deps, input: ListTenants): Promise<Page<TenantView>> {
  let query = deps.db
    .selectFrom('tenants as t')
    .leftJoin('mappings as m', 'm.tenant_id', 't.id')
    .leftJoin('duties as d', (join) =>
      join.on('d.kind', '=', 'poll-computers').onRef('d.subject_id', '=', 't.source_id'),
    )
    .leftJoin('pushed_companies as p', 'p.tenant_id', 't.id')
    .selectAll('t')
    .select(['d.last_good_at', 'p.heard_at', 'p.listed_at'])
    .select(['m.integration_id', 'm.account_id', 'm.account_name'])
  if (input.sourceId !== undefined) query = query.where('t.source_id', '=', input.sourceId)
  if (input.integrationId !== undefined) query = query.where('m.integration_id', '=', input.integrationId)
  if (input.mapped !== undefined) query = query.where('m.id', input.mapped ? 'is not' : 'is', null)
  if (input.cursor !== undefined) query = query.where('t.id', '>', input.cursor)
  const { search } = input
  if (search !== undefined) {
    const pattern = containsPattern(search)
    query = query.where(({ or, eb }) => or([eb('t.name', 'ilike', pattern), eb('m.account_name', 'ilike', pattern)]))
  }
  const rows = await query
    .orderBy('t.id')
    .limit(input.limit + 1)
    .execute()
  const counts = await countsOf(
    deps,
    rows.map(({ id }) => id),
  )
  const tenants = rows.map((row) => ({
    id: row.id,
    sourceId: row.source_id,
    key: row.key,
    name: row.name,
    enabled: row.enabled,
    mapping:
      row.integration_id === null
        ? null
        : { integrationId: row.integration_id, accountId: row.account_id ?? '', accountName: row.account_name ?? '' },
    openTickets: counts.tickets.get(row.id) ?? 0,
    conditions: counts.conditions.get(row.id) ?? 0,
    computers: counts.computers.get(row.id) ?? 0,
    firstSeenAt: row.first_seen_at,
    baselineAt: row.baseline_at,
    lastListedAt: lastListedOf(row),
    failingSince: row.failing_since,
    failingMessage: row.failing_message,
    vanishedAt: row.vanished_at,
  }))
  return pageOf(tenants, input.limit)
}

/** It is written only when a tenant stops being listed (db/sources.ts). */
function lastListedOf(row: {
  heard_at: Date | null
  listed_at: Date | null
  last_listed_at: Date | null
  last_good_at: Date | null
  baseline_at: Date | null
  failing_since: Date | null
  vanished_at: Date | null
}): Date | null {
  // One that sends by itself was listed when its list came, and not when its inbox was looked at.
  if (row.heard_at !== null) return row.listed_at
  const isListed = row.baseline_at !== null && row.failing_since === null && row.vanished_at === null
  if (!isListed || row.last_good_at === null) return row.last_listed_at
  return row.last_listed_at === null || row.last_good_at > row.last_listed_at ? row.last_good_at : row.last_listed_at
}

type Counts = Readonly<Record<'tickets' | 'conditions' | 'computers', ReadonlyMap<number, number>>>

/** One statement each for the whole page: counting for each tenant by itself takes several times as long. */
async function countsOf({ db }: Deps, ids: readonly number[]): Promise<Counts> {
  if (ids.length === 0) return { tickets: new Map(), conditions: new Map(), computers: new Map() }
  const tickets = await db
    .selectFrom('tickets')
    .select(({ fn }) => ['tenant_id', fn.countAll<number>().as('count')])
    .where('tenant_id', 'in', ids)
    .where('done_at', 'is', null)
    .groupBy('tenant_id')
    .execute()
  const conditions = await db
    .selectFrom('conditions')
    .select(({ fn }) => ['tenant_id', fn.countAll<number>().as('count')])
    .where('tenant_id', 'in', ids)
    .where('ended_at', 'is', null)
    .groupBy('tenant_id')
    .execute()
  const computers = await db
    .selectFrom('computers')
    .select(({ fn }) => ['tenant_id', fn.countAll<number>().as('count')])
    .where('tenant_id', 'in', ids)
    .groupBy('tenant_id')
    .execute()
  const byTenant = (rows: readonly { tenant_id: number; count: number }[]) =>
    new Map(rows.map(({ tenant_id: id, count }) => [id, count]))
  return { tickets: byTenant(tickets), conditions: byTenant(conditions), computers: byTenant(computers) }
}
