import type { Account } from '../../psa.ts'
import type { Context } from './client.ts'
import { summaryToAccount } from './map.ts'
import { allOf, type Criterion, type List, searchFor } from './search.ts'
import { AccountSummary } from './wire.ts'

/**
 * A search for all accounts, or for those with a cross reference to the external product of the settings, without which
 * billing fails (tigerpaw-api.md 2.7). What a search without criteria finds is not documented, so it has one.
 */
export function accountSearch(externalProduct: string): List<typeof AccountSummary> {
  const all: Criterion = { SearchType: 'AccountNumber', MatchType: 'GreaterThan', Criteria: '0' }
  const product: Criterion = { SearchType: 'ExternalProduct', MatchType: 'Equal', Criteria: externalProduct }
  const list = {
    what: 'accounts/search',
    name: 'Accounts',
    row: AccountSummary,
    idOf: (account: AccountSummary) => account.AccountNumber,
  }
  return searchFor(list, externalProduct === '' ? [all] : [all, product])
}

/** Active accounts, for mapping. */
export async function listAccounts(context: Context): Promise<readonly Account[]> {
  const rows = await allOf(context, accountSearch(context.settings.externalProduct))
  return rows.map((row) => summaryToAccount(row, context.settings)).filter((account) => account.active)
}
