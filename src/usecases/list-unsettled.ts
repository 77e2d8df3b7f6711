import { listUnsettledParcels, type UnsettledParcel } from '../db/unsettled-parcels.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'

export type ListUnsettled = {
  readonly sourceId: number
  /** True: those that a person set aside; false: those that are tried again and again. */
  readonly setAside: boolean
  readonly after?: number | undefined
  readonly limit: number
}

export type UnsettledPage = { readonly items: readonly UnsettledParcel[]; readonly next: number | null }

/** What a source sent and could not be settled, the oldest first, without what it holds. Throws `RequestError`. */
export async function listUnsettled(deps: Deps, input: ListUnsettled): Promise<UnsettledPage> {
  await openPushed(deps, input.sourceId)
  const { setAside, after = 0, limit } = input
  const rows = await listUnsettledParcels(deps.pool, input.sourceId, { setAside, after }, limit + 1)
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}
