import type { Account } from '../connectors/psa.ts'
import type { Deps } from './deps.ts'
import { readAccounts } from './desk-accounts.ts'

export type ListAccounts = {
  readonly psaId: number
  /** Part of a name or number; upper and lower case are the same. */
  readonly search?: string | undefined
}

export type AccountView = Account & {
  /** Tenants that are mapped to this account at this desk. */
  readonly tenants: readonly { readonly id: number; readonly name: string; readonly integrationId: number }[]
}

/** The active accounts of a desk, read live, with who is mapped to them. Throws `RequestError`. */
export async function listAccounts(deps: Deps, input: ListAccounts): Promise<AccountView[]> {
  const accounts = await readAccounts(deps, input.psaId)
  const mapped = await deps.db
    .selectFrom('mappings as m')
    .innerJoin('integrations as i', 'i.id', 'm.integration_id')
    .innerJoin('tenants as t', 't.id', 'm.tenant_id')
    .select(['m.account_id', 'm.integration_id as integrationId', 't.id', 't.name'])
    .where('i.psa_id', '=', input.psaId)
    .orderBy('t.name')
    .execute()
  const byAccount = Map.groupBy(mapped, (row) => row.account_id)
  const wanted = fold(input.search ?? '')
  return accounts
    .filter(({ name, number }) => fold(name).includes(wanted) || fold(number).includes(wanted))
    .map((account) => ({
      ...account,
      tenants: (byAccount.get(account.id) ?? []).map(({ id, name, integrationId }) => ({ id, name, integrationId })),
    }))
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
