import { lockIntegration } from '../db/integrations.ts'
import { accountHolders, type KnownTenant, lockTenants, saveMappings, ticketsByTenant } from '../db/mappings.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { readAccounts } from './desk-accounts.ts'
import { notFound, RequestError } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

export type MapTenants = {
  readonly integrationId: number
  readonly rows: readonly { readonly tenantId: number; readonly accountId: string }[]
}

export type MappedRow = {
  readonly tenantId: number
  readonly accountId: string
  /** Null: the desk has no such active account. */
  readonly accountName: string | null
  readonly outcome: 'mapped' | 'unchanged' | 'refused'
  /** Why it was refused, and what to do. */
  readonly message: string | null
  /** Tickets of this tenant that are not done; they stay where they were opened. */
  readonly openTickets: number
}

export type TenantsMapped = { readonly mapped: number; readonly rows: readonly MappedRow[] }

/** Mappings told in one row of the audit log. */
const rowsOfAudit = 100

type Ground = {
  readonly integrationId: number
  readonly sourceId: number
  readonly tenants: ReadonlyMap<number, KnownTenant>
  readonly accounts: ReadonlyMap<string, string>
  /** Who holds an account already. */
  readonly holders: ReadonlyMap<string, { readonly tenantId: number; readonly name: string }>
}

/**
 * Maps many tenants, one to one, to accounts that are active at the desk now: its list is read once. A row that cannot be
 * mapped is refused with a reason and holds up none of the others. Opens nothing. Throws `RequestError`.
 */
export async function mapTenants(deps: Deps, input: MapTenants): Promise<TenantsMapped> {
  const { integrationId, rows } = input
  const integration = await deps.db
    .selectFrom('integrations')
    .select(['name', 'psa_id', 'source_id'])
    .where('id', '=', integrationId)
    .executeTakeFirst()
  if (integration === undefined) throw notFound('integration', integrationId)
  const accounts = new Map((await readAccounts(deps, integration.psa_id)).map(({ id, name }) => [id, name]))
  const tenantIds = rows.map(({ tenantId }) => tenantId)
  const judged = await orTakenMeanwhile(() =>
    withTransaction(deps.pool, async (client) => {
      if (!(await lockIntegration(client, integrationId))) throw notFound('integration', integrationId)
      const tenants = new Map((await lockTenants(client, tenantIds)).map((tenant) => [tenant.id, tenant]))
      const accountIds = rows.map(({ accountId }) => accountId)
      const holders = await accountHolders(client, integrationId, accountIds)
      const ground = { integrationId, sourceId: integration.source_id, tenants, accounts, holders }
      const all = judgeRows(ground, rows)
      const fresh = all.flatMap(({ tenantId, accountId, accountName, outcome }) =>
        outcome === 'mapped' && accountName !== null ? [{ tenantId, accountId, accountName }] : [],
      )
      await saveMappings(client, integrationId, fresh, deps.clock.now())
      for (let start = 0; start < fresh.length; start += rowsOfAudit) {
        const part = fresh.slice(start, start + rowsOfAudit)
        const subject = { kind: 'integration', id: integrationId, name: integration.name }
        const words = (name: (one: (typeof part)[number]) => string | null) =>
          Object.fromEntries(part.map((one) => [tenants.get(one.tenantId)?.name ?? one.tenantId, name(one)]))
        const before = words(({ tenantId }) => tenants.get(tenantId)?.accountName ?? null)
        const after = words(({ accountName }) => accountName)
        await writeAudit(deps, client, { action: 'map-tenants', subject, before, after })
      }
      return all
    }),
  )
  const tickets = await ticketsByTenant(deps.pool, tenantIds)
  const mapped = judged.filter(({ outcome }) => outcome === 'mapped').length
  deps.log.info({ integrationId, mapped, asked: rows.length }, 'tenants mapped')
  return {
    mapped,
    rows: judged.map((row) => ({ ...row, openTickets: tickets.get(row.tenantId)?.openTickets ?? 0 })),
  }
}

type Judged = Omit<MappedRow, 'openTickets'>

function judgeRows(ground: Ground, rows: MapTenants['rows']): readonly Judged[] {
  const count = <K>(keys: readonly K[]) => Map.groupBy(keys, (key) => key)
  const ofTenant = count(rows.map(({ tenantId }) => tenantId))
  const ofAccount = count(rows.map(({ accountId }) => accountId))
  return rows.map(({ tenantId, accountId }) => {
    const accountName = ground.accounts.get(accountId) ?? null
    const tenant = ground.tenants.get(tenantId)
    const isDouble = (ofTenant.get(tenantId)?.length ?? 0) > 1 || (ofAccount.get(accountId)?.length ?? 0) > 1
    const message = isDouble
      ? 'The tenant or the account stands twice in this list: an account has one tenant. Choose one of the rows.'
      : refusalOf(ground, tenant, accountId, accountName)
    const isSame = tenant?.integrationId === ground.integrationId && tenant.accountId === accountId
    const outcome = message !== null ? ('refused' as const) : isSame ? ('unchanged' as const) : ('mapped' as const)
    return { tenantId, accountId, accountName, outcome, message }
  })
}

/** Why this tenant cannot be mapped to this account; null when it can. */
function refusalOf(
  ground: Ground,
  tenant: KnownTenant | undefined,
  accountId: string,
  accountName: string | null,
): string | null {
  if (tenant === undefined) return 'There is no such tenant. It may have been removed: read the list again.'
  if (tenant.sourceId !== ground.sourceId) {
    return `“${tenant.name}” belongs to another source than this integration: choose an integration of its source.`
  }
  if (tenant.integrationId !== null && tenant.integrationId !== ground.integrationId) {
    return `“${tenant.name}” is mapped in “${tenant.integration}”: remove it there first.`
  }
  if (accountName === null) {
    return `The desk has no active account ${accountId}: choose one from its list, or activate it there.`
  }
  const holder = ground.holders.get(accountId)
  if (holder === undefined || holder.tenantId === tenant.id) return null
  return `“${accountName}” is mapped to “${holder.name}” already: an account has one tenant. Unmap that one first.`
}

/** Somebody else may map to one of the accounts between our look and our writing; nothing is mapped then. */
async function orTakenMeanwhile<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown }
    if (code !== '23505' || constraint !== 'mappings_integration_id_account_id_key') throw error
    const message =
      'Somebody mapped one of these accounts just now. Nothing was mapped: look at the list and try again.'
    throw new RequestError('changed-meanwhile', message, {}, { cause: error })
  }
}
