import { countWaiting } from '../db/inbox.ts'
import { type CompanyRow, listCompanies } from '../db/pushed-companies.ts'
import { latestGroups, totalUnread, type UnreadGroup, type UnreadTotal } from '../db/unread-groups.ts'
import { countUnsettled, type UnsettledCount } from '../db/unsettled-parcels.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'
import { roomForUnread, type UnreadRoom } from './unread-room.ts'

export type ShowInbox = { readonly sourceId: number; readonly after?: number | undefined; readonly limit: number }

export type InboxView = {
  readonly at: Date
  readonly waiting: number
  readonly mostWaiting: number
  readonly oldestAt: Date | null
  /** Parcels that could not be settled: put off, and set aside. */
  readonly unsettled: UnsettledCount
  /** The groups in which something came last; `list-unread-groups` has all. */
  readonly unread: readonly UnreadGroup[]
  /** All groups: of an unknown company, and those that nobody could read. */
  readonly unreadTotal: { readonly unknown: UnreadTotal; readonly illegible: UnreadTotal }
  readonly unreadRoom: UnreadRoom
  readonly companies: readonly (CompanyRow & { readonly waiting: number })[]
  readonly next: number | null
}

const latestShown = 50

/** What a source has sent: its companies, what waits to be settled, what could not be read. Throws `RequestError`. */
export async function showInbox(deps: Deps, { sourceId, after = 0, limit }: ShowInbox): Promise<InboxView> {
  const source = await openPushed(deps, sourceId)
  const waiting = await countWaiting(deps.pool, sourceId)
  const companies = await listCompanies(deps.pool, sourceId, after, limit + 1)
  const byCompany = new Map(waiting.map(({ company, items }) => [company, items]))
  const shown = companies.slice(0, limit)
  const oldest = waiting.map(({ oldestAt }) => oldestAt.getTime())
  return {
    at: deps.clock.now(),
    waiting: waiting.reduce((sum, { items }) => sum + items, 0),
    mostWaiting: source.rules.mostWaiting,
    oldestAt: oldest.length === 0 ? null : new Date(Math.min(...oldest)),
    unsettled: await countUnsettled(deps.pool, sourceId),
    unread: await latestGroups(deps.pool, sourceId, latestShown),
    unreadTotal: await totalUnread(deps.pool, sourceId),
    unreadRoom: await roomForUnread(deps, source),
    companies: shown.map((company) => ({ ...company, waiting: byCompany.get(company.key) ?? 0 })),
    next: companies.length > limit ? (shown.at(-1)?.tenantId ?? null) : null,
  }
}
