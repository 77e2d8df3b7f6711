import { loadUnsettledParcel, type ParcelBody, type UnsettledParcel } from '../db/unsettled-parcels.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'
import { notFound } from './request-error.ts'

/** Characters that are shown of what a parcel holds: a list may have 32 MB. */
const longestBody = 50_000

/** One thing that could not be settled, with the beginning of what it holds. Throws `RequestError`. */
export async function showUnsettled(
  deps: Deps,
  { sourceId, parcelId }: { readonly sourceId: number; readonly parcelId: number },
): Promise<UnsettledParcel & { readonly body: ParcelBody }> {
  await openPushed(deps, sourceId)
  const parcel = await loadUnsettledParcel(deps.pool, sourceId, parcelId, longestBody)
  if (parcel === null) throw notFound('parcel that could not be settled with the id', parcelId)
  return parcel
}
