import { wakeSettling } from '../db/inbox.ts'
import { clearPutOffCompanies } from '../db/pushed-companies.ts'
import { withTransaction } from '../db/transaction.ts'
import { setParcelAside } from '../db/unsettled-parcels.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'
import { notFound } from './request-error.ts'
import { parcelSubject, parcelToAudit } from './retry-unsettled.ts'
import { putOffWords } from './settle-inbox.ts'
import { writeAudit } from './write-audit.ts'

export type SetUnsettledAside = {
  readonly sourceId: number
  readonly parcelId: number
  /** Why, for those who look later. */
  readonly note: string
}

/**
 * Takes what cannot be settled out of the way of what came after it. It is kept as it came, until ended history is forgotten, and
 * can be tried again. Throws `RequestError` when it was settled or set aside meanwhile.
 */
export async function setUnsettledAside(deps: Deps, { sourceId, parcelId, note }: SetUnsettledAside): Promise<void> {
  const source = await openPushed(deps, sourceId)
  const { lane } = await withTransaction(deps.pool, async (client) => {
    const at = deps.clock.now()
    const parcel = await setParcelAside(client, sourceId, parcelId, { by: deps.actor.name, note, at })
    if (parcel === null) throw notFound('parcel that is put off with the id', parcelId)
    await clearPutOffCompanies(client, sourceId, putOffWords)
    const before = { ...parcelToAudit(parcel), setAside: false }
    const after = { ...parcelToAudit(parcel), setAside: true, note }
    await writeAudit(deps, client, {
      action: 'set-unsettled-aside',
      subject: parcelSubject(source, parcel),
      before,
      after,
    })
    return parcel
  })
  // What waited behind it is settled now.
  await wakeSettling(deps.pool, lane, sourceId, deps.clock.now())
  deps.log.warn({ source: source.name, parcel: parcelId }, 'a parcel was set aside')
}
