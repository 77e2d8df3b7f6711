import { type AccountRow, countDeskAccounts, findDeskAccounts } from '../db/desk-accounts.ts'
import type { Deps } from './deps.ts'
import { ensureAccounts, type KnownAccounts } from './desk-accounts.ts'
import { containsPattern, type OffsetInput, offsetPage } from './paging.ts'

export type FindAccounts = OffsetInput & {
  readonly psaId: number
  /** Part of a name or number. */
  readonly search?: string | undefined
  /** With or without a tenant; absent: both. */
  readonly mapped?: boolean | undefined
  /** Reads them from the desk now, however fresh the kept list is. */
  readonly refresh?: boolean | undefined
}

export type FoundAccounts = KnownAccounts & {
  readonly items: readonly AccountRow[]
  readonly next: number | null
  readonly total: number
  readonly withoutTenant: number
}

/**
 * Active accounts of a desk by name, from a list that is at most five minutes old where the desk can be asked. Throws
 * `RequestError` when it never could be.
 */
export async function findAccounts(deps: Deps, input: FindAccounts): Promise<FoundAccounts> {
  const { psaId, search, mapped = null, refresh = false, limit, cursor = 0 } = input
  const known = await ensureAccounts(deps, psaId, refresh)
  const pattern = search === undefined ? null : containsPattern(search)
  const rows = await findDeskAccounts(deps.pool, psaId, { pattern, mapped, offset: cursor, limit: limit + 1 })
  return { ...known, ...offsetPage(rows, input), ...(await countDeskAccounts(deps.pool, psaId)) }
}
