import { countWaiting, type Lane, type NewParcel, storeParcels, type Waiting, wakeSettling } from '../db/inbox.ts'
import type { Client, Connections } from '../db/sql.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { RequestError } from './request-error.ts'

/** What this process last saw waiting at a source, and what it has stored there since. */
type Seen = { readonly at: number; readonly byCompany: Map<string, number>; total: number }

/** A count is believed for so long, in real ms: thousands of small requests must not each count anew. */
const believedMs = 200
/** When a sender is to try again, in ms. */
const retryAfterMs = 5_000
/** The part of the inbox that one company may use, so that a flood of one leaves room for the others. */
const shareOfCompany = 4

const counts = new WeakMap<Connections, Map<number, Seen>>()

/** The inbox is over its bound, for everybody or for this company: nothing was stored. */
export class InboxFullError extends RequestError {
  readonly retryAfterMs: number

  constructor(message: string, until: Date) {
    super('inbox-full', message, { until })
    this.name = 'InboxFullError'
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * Stores parcels of one source, all or none, and returns when they are on disk. Throws `InboxFullError` when they must be pushed
 * back. `alongside` is stored in the same transaction.
 */
export async function takeParcels(
  deps: Deps,
  sourceId: number,
  mostWaiting: number,
  parcels: readonly NewParcel[],
  alongside: (client: Client) => Promise<void> = async () => undefined,
): Promise<void> {
  const seen = await waitingAt(deps, sourceId)
  refuseOverBound(deps, seen, mostWaiting, parcels)
  const now = deps.clock.now()
  await withTransaction(deps.pool, async (client) => {
    if (parcels.length > 0) await storeParcels(client, sourceId, parcels, now)
    await alongside(client)
  })
  for (const { company, items } of parcels) {
    seen.total += items
    seen.byCompany.set(company, (seen.byCompany.get(company) ?? 0) + items)
  }
  for (const lane of new Set(parcels.map((parcel): Lane => parcel.lane))) {
    await wakeSettling(deps.pool, lane, sourceId, now)
  }
}

function refuseOverBound(deps: Deps, seen: Seen, most: number, parcels: readonly NewParcel[]): void {
  const until = new Date(deps.clock.now().getTime() + retryAfterMs)
  const again = 'Nothing was stored: send it again after the time that Retry-After says.'
  // What is sent at once is taken while there is room at all, so that a big list is not refused for ever.
  if (seen.total >= most) throw new InboxFullError(`${seen.total} messages wait to be settled. ${again}`, until)
  for (const { company } of parcels) {
    const waiting = seen.byCompany.get(company) ?? 0
    if (waiting < most / shareOfCompany) continue
    throw new InboxFullError(`${waiting} messages of “${company}” wait to be settled. ${again}`, until)
  }
}

async function waitingAt(deps: Deps, sourceId: number): Promise<Seen> {
  const bySource = counts.get(deps.pool) ?? new Map<number, Seen>()
  counts.set(deps.pool, bySource)
  const known = bySource.get(sourceId)
  if (known !== undefined && performance.now() - known.at < believedMs) return known
  const seen = toSeen(await countWaiting(deps.pool, sourceId))
  bySource.set(sourceId, seen)
  return seen
}

function toSeen(waiting: readonly Waiting[]): Seen {
  const byCompany = new Map(waiting.map(({ company, items }) => [company, items]))
  return { at: performance.now(), byCompany, total: waiting.reduce((sum, { items }) => sum + items, 0) }
}
