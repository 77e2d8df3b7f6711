import type { Account } from '../connectors/psa.ts'
import {
  type AccountsReading,
  accountsReading,
  claimAccountsReading,
  noteAccountsProblem,
  saveDeskAccounts,
} from '../db/desk-accounts.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { RequestError } from './request-error.ts'
import { mustLoadPsa, withDesk } from './with-desk.ts'

/** A desk's accounts, live and as last read. */

/** A list that is younger is good enough to look in; mapping itself always asks the desk. */
const freshMs = 5 * 60_000
/** Somebody who began to read so long ago may have died. */
const readingMs = 130_000

/** Active accounts of a desk by name, read now and kept for looking in. Throws `RequestError`. */
export async function readAccounts(deps: Deps, psaId: number): Promise<Account[]> {
  const row = await mustLoadPsa(deps, psaId)
  const accounts = await withDesk(deps, row, (open) => open.connector.listAccounts(open.context))
  const active = accounts.filter((account) => account.active).sort((a, b) => a.name.localeCompare(b.name, 'en'))
  const now = deps.clock.now()
  await withTransaction(deps.pool, (client) => saveDeskAccounts(client, psaId, active, now))
  return active
}

export type KnownAccounts = AccountsReading

/**
 * Sees to it that the kept list is fresh; `refresh` reads it in any case. When the desk cannot be asked, an older list stands,
 * with the problem in words, and is not asked again for a while. Throws `RequestError` when there is none either.
 */
export async function ensureAccounts(deps: Deps, psaId: number, refresh: boolean): Promise<KnownAccounts> {
  await mustLoadPsa(deps, psaId)
  const now = deps.clock.now()
  const known = await accountsReading(deps.pool, psaId)
  const { readAt } = known
  if (!refresh && readAt !== null && now.getTime() - readAt.getTime() < freshMs) return known
  const isOurs = await claimAccountsReading(deps.pool, psaId, now, new Date(now.getTime() - readingMs))
  if (!isOurs && !refresh && readAt !== null) return known
  try {
    await readAccounts(deps, psaId)
  } catch (error) {
    if (readAt === null || !(error instanceof RequestError)) throw error
    await noteAccountsProblem(deps.pool, psaId, error.message)
  }
  return accountsReading(deps.pool, psaId)
}
