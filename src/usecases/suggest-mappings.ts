import { suggestMappings as suggestByName } from '../core/suggest-mappings.ts'
import { loadDeskAccounts } from '../db/desk-accounts.ts'
import { accountHolders, unmappedTenants } from '../db/mappings.ts'
import type { Deps } from './deps.ts'
import { ensureAccounts, type KnownAccounts } from './desk-accounts.ts'
import { notFound } from './request-error.ts'

type SuggestedAccount = { readonly id: string; readonly name: string; readonly number: string }

export type MappingSuggestions = KnownAccounts & {
  /** Tenants that are not mapped. */
  readonly tenants: number
  readonly suggestions: readonly {
    readonly tenantId: number
    readonly tenantName: string
    readonly account: SuggestedAccount
    readonly likeness: 'same' | 'similar'
    /** The same name, and nothing else fits as well: no two of these share an account. */
    readonly sure: boolean
    readonly otherAccounts: readonly SuggestedAccount[]
    readonly otherTenants: readonly { readonly id: number; readonly name: string }[]
  }[]
}

/** Which accounts the unmapped tenants may be, by their names. Maps nothing. Throws `RequestError`. */
export async function suggestMappings(
  deps: Deps,
  input: { readonly integrationId: number; readonly refresh?: boolean | undefined },
): Promise<MappingSuggestions> {
  const { integrationId, refresh = false } = input
  const integration = await deps.db
    .selectFrom('integrations')
    .select('psa_id')
    .where('id', '=', integrationId)
    .executeTakeFirst()
  if (integration === undefined) throw notFound('integration', integrationId)
  const known = await ensureAccounts(deps, integration.psa_id, refresh)
  const accounts = await loadDeskAccounts(deps.pool, integration.psa_id)
  const ids = accounts.map(({ id }) => id)
  const taken = await accountHolders(deps.pool, integrationId, ids)
  const tenants = await unmappedTenants(deps.pool, integrationId)
  const accountOf = new Map(accounts.map((account) => [account.id, account]))
  const tenantOf = new Map(tenants.map((tenant) => [tenant.id, tenant]))
  const found = suggestByName(
    tenants,
    accounts.filter(({ id }) => !taken.has(id)),
  )
  return {
    ...known,
    tenants: tenants.length,
    suggestions: found.flatMap(({ tenantId, accountId, likeness, sure, otherAccounts, otherTenants }) => {
      const account = accountOf.get(accountId)
      if (account === undefined) return []
      return [
        {
          tenantId,
          tenantName: tenantOf.get(tenantId)?.name ?? '',
          account,
          likeness,
          sure,
          otherAccounts: otherAccounts.flatMap((id) => accountOf.get(id) ?? []),
          otherTenants: otherTenants.flatMap((id) => tenantOf.get(id) ?? []),
        },
      ]
    }),
  }
}
