import { wakeSettling } from '../db/inbox.ts'
import { withTransaction } from '../db/transaction.ts'
import { hurryParcel, type MovedParcel, putParcelBack } from '../db/unsettled-parcels.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'
import { notFound } from './request-error.ts'
import { type AuditSubject, writeAudit } from './write-audit.ts'

/**
 * Tries what could not be settled again at once; what was set aside goes back to where it stood in the inbox. Throws
 * `RequestError` when it was settled or forgotten meanwhile.
 */
export async function retryUnsettled(
  deps: Deps,
  { sourceId, parcelId }: { readonly sourceId: number; readonly parcelId: number },
): Promise<void> {
  const source = await openPushed(deps, sourceId)
  const { lane } = await withTransaction(deps.pool, async (client) => {
    const hurried = await hurryParcel(client, sourceId, parcelId)
    const parcel = hurried ?? (await putParcelBack(client, sourceId, parcelId))
    if (parcel === null) throw notFound('parcel that could not be settled with the id', parcelId)
    const before = { ...parcelToAudit(parcel), setAside: hurried === null }
    const after = { ...parcelToAudit(parcel), setAside: false }
    await writeAudit(deps, client, { action: 'retry-unsettled', subject: parcelSubject(source, parcel), before, after })
    return parcel
  })
  await wakeSettling(deps.pool, lane, sourceId, deps.clock.now())
  deps.log.info({ source: source.name, parcel: parcelId }, 'a parcel is tried again')
}

/** A parcel for the audit log, by its number and its source. */
export function parcelSubject(source: { readonly name: string }, { id }: MovedParcel): AuditSubject {
  return { kind: 'parcel', id, name: source.name }
}

/** What the audit log tells of a parcel: whose it is and what it is about, not what it holds. */
export function parcelToAudit({ company, form, items, failure }: MovedParcel): Readonly<Record<string, unknown>> {
  return { company, form, items, failure }
}
