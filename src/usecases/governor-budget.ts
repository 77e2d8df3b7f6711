import { ConnectorError } from '../connectors/failure.ts'
import type { Ask } from '../core/budget.ts'
import { laneNames } from '../core/lane.ts'
import { grantRequests, returnRequests } from '../db/desk-budget.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'

/** One process's share of a desk's rolling hour: requests are granted to a lane in small handfuls before they leave. */
export type Budget = {
  /** Fails with `limited`: `budget-used` when nothing is left, `budget-kept` when what is left is kept for other lanes. */
  take(ask: Ask & { readonly forUsage?: boolean }): Promise<void>
  giveBack(): Promise<void>
}

/** Requests taken at once at most, and the part of the hour that they are. */
const handfulAtMost = 25
const handfulPart = 0.01

export function createBudget(deps: Pick<Deps, 'pool' | 'clock'>, psaId: number, perHour: number): Budget {
  const handful = Math.max(1, Math.min(handfulAtMost, Math.floor(perHour * handfulPart)))
  const inHand = laneNames.map(() => 0)
  /** By lane and urgency: what one is refused another may get. */
  const asking = new Map<string, Promise<void>>()
  let grantedAt = new Date(0)

  async function ask(wish: Parameters<Budget['take']>[0]): Promise<void> {
    const now = deps.clock.now()
    const { granted, kept, moreAt, capacity } = await withTransaction(deps.pool, (client) =>
      grantRequests(client, psaId, perHour, { ...wish, wanted: handful }, now),
    )
    if (granted === 0) throw refusal(wish.lane, kept, perHour, capacity, moreAt)
    // What another lane has in hand from an earlier minute would leave our books before it leaves the vendor's hour.
    if (minuteOf(grantedAt) !== minuteOf(now)) await giveBack()
    inHand[wish.lane] = (inHand[wish.lane] ?? 0) + granted
    grantedAt = now
  }

  async function giveBack(): Promise<void> {
    const from = grantedAt
    for (const [lane, unused] of inHand.entries()) {
      if (unused === 0) continue
      inHand[lane] = 0
      await returnRequests(deps.pool, psaId, lane, unused, from)
    }
  }

  return {
    giveBack,
    async take(wish) {
      if (perHour === 0) return
      const { lane } = wish
      if (minuteOf(grantedAt) !== minuteOf(deps.clock.now())) await giveBack()
      while ((inHand[lane] ?? 0) <= 0) {
        const key = `${lane} ${wish.begun} ${wish.forUsage === true}`
        const present = asking.get(key) ?? ask(wish).finally(() => asking.delete(key))
        asking.set(key, present)
        await present
      }
      inHand[lane] = (inHand[lane] ?? 0) - 1
    },
  }
}

function refusal(lane: number, kept: boolean, perHour: number, capacity: number, moreAt: Date): ConnectorError {
  const until = moreAt.toISOString()
  if (kept) {
    const message = `What is left of the hourly budget is kept for other work than ${laneNames[lane]} until ${until}.`
    return new ConnectorError('limited', 'budget-kept', message, { until: moreAt })
  }
  const message =
    capacity < perHour
      ? `Other programs use so much of what the vendor grants in an hour that ${capacity} of our ${perHour} requests are left, and they are used up until ${until}.`
      : `The hourly budget of ${perHour} requests is used up until ${until}.`
  return new ConnectorError('limited', 'budget-used', message, { until: moreAt })
}

function minuteOf(date: Date): number {
  return Math.floor(date.getTime() / 60_000)
}
