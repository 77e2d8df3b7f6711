import { loadOrder } from '../db/late-messages.ts'
import type { Deps } from './deps.ts'
import { keyInCompany } from './settle-events.ts'

/** What a sender is told of things that have an order. */
export type TakenInOrder = {
  readonly taken: number
  /** How many of these are older than what is known, and will change nothing. */
  readonly older: number
  /** The number that they are below, the highest where there are several; null: none is. */
  readonly below: number | null
  /** Keys of the first of them. */
  readonly olderKeys: readonly string[]
}

const mostKeys = 20

/**
 * Says what of that which was just stored comes too late, as far as it is settled: what still waits may make more of it late.
 * Each item is a computer with the number of what is said about it; those with the same number are repeats, and not late. `list` is
 * the number of a whole list.
 */
export async function takenInOrder(
  deps: Pick<Deps, 'pool'>,
  { sourceId, company }: { readonly sourceId: number; readonly company: string },
  items: readonly { readonly key: string; readonly number: number }[],
  list: number | null = null,
): Promise<TakenInOrder> {
  const keys = list !== null ? null : [...new Set(items.map(({ key }) => keyInCompany(company, key)))]
  const { listNumber, changes } = await loadOrder(deps.pool, sourceId, company, keys)
  // A list that names nobody may be late, too.
  let below = list !== null && listNumber !== null && list < listNumber ? listNumber : null
  const older = items.filter(({ key, number }) => {
    const known = changes.get(keyInCompany(company, key)) ?? listNumber
    if (known === null || number >= known) return false
    below = Math.max(below ?? known, known)
    return true
  })
  return {
    taken: items.length,
    older: older.length,
    below,
    olderKeys: [...new Set(older.map(({ key }) => key))].slice(0, mostKeys),
  }
}
