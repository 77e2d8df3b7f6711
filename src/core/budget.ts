import { lanes, lowLaneShare } from './lane.ts'

/**
 * Who may have the next requests of a desk's rolling hour. While there is plenty, everybody. Towards the end a tenth is
 * kept for urgent opens; each low lane with work stays sure of a tenth of what flows; reading around never takes more
 * than that once the hour is half full, and does not push the desk into answering more slowly.
 */

/** How a desk slows down: from this share of its own limit on, each call takes so much longer. */
export type LatencyBand = { readonly fromShare: number; readonly addedMs: number }

/** The vendor's own count over all programs that use the same limit, as read at `at`. */
export type VendorUsage = {
  readonly used: number
  readonly allowed: number
  readonly windowMinutes: number
  readonly bands: readonly LatencyBand[]
}

/** The same, with what our own books said at that moment, so that the rest is known to be others'. */
export type UsageReading = VendorUsage & { readonly ours: number; readonly at: Date }

/** Requests granted by lane: in the rolling hour, and in its last ten minutes. */
export type Granted = { readonly hour: readonly number[]; readonly recent: readonly number[] }

export type Books = Granted & {
  readonly perHour: number
  readonly usage: UsageReading | null
  /** By lane: whether it has work now. Reading around always has. */
  readonly waiting: readonly boolean[]
}

/** `begun`: the request belongs to a step whose first request has left. */
export type Ask = { readonly lane: number; readonly begun: boolean }

const laneNumbers: readonly number[] = Object.values(lanes)
/** An hour's limit of the vendor is not used to its last call: its count and ours are taken at different moments. */
const vendorPart = 0.95
/** A reading that is older says nothing any more. */
const usageHoldsMs = 3_600_000
/** With four low lanes at a tenth each, urgent opens get six of ten requests: one for each low lane to six of theirs. */
const urgentToLow = 6
/** Without the vendor's word: from here on reading around keeps to its tenth. */
const usualFirstBand = 0.5

/** Calls of other programs in the vendor's window, as far as a present reading tells. */
export function usedByOthers(usage: UsageReading | null, now: Date): number {
  if (usage === null || now.getTime() - usage.at.getTime() > usageHoldsMs) return 0
  return Math.max(0, usage.used - usage.ours)
}

/** Requests that may be granted in the rolling hour: our own setting, and less when others leave less of the vendor's. */
export function capacityOf({ perHour, usage }: Pick<Books, 'perHour' | 'usage'>, now: Date): number {
  if (usage === null || now.getTime() - usage.at.getTime() > usageHoldsMs) return perHour
  const hourly = usage.allowed * (60 / usage.windowMinutes)
  return Math.max(0, Math.min(perHour, Math.floor(hourly * vendorPart) - usedByOthers(usage, now)))
}

/** Share of the vendor's own limit that is used by now, ours as our books say it; null without a present reading. */
export function vendorShare({ hour, usage }: Pick<Books, 'hour' | 'usage'>, now: Date): number | null {
  if (usage === null || now.getTime() - usage.at.getTime() > usageHoldsMs) return null
  return (usedByOthers(usage, now) + sum(hour)) / Math.max(1, usage.allowed)
}

/** What the vendor adds to each call at this share of its limit, in ms. */
export function addedLatencyMs(bands: readonly LatencyBand[], share: number): number {
  return Math.max(0, ...bands.filter(({ fromShare }) => share >= fromShare).map(({ addedMs }) => addedMs))
}

/** Requests that are kept for urgent opens. */
export function reserveOf(capacity: number): number {
  return Math.ceil(capacity * lowLaneShare)
}

/** How many requests the lane may have now; 0 or more. */
export function grantable({ lane, begun }: Ask, books: Books, now: Date): number {
  const capacity = capacityOf(books, now)
  const left = Math.max(0, capacity - sum(books.hour))
  // What has begun is finished: a step that is left half done costs its requests again.
  if (begun) return left
  const tenth = reserveOf(capacity)
  const own = (k: number) => Math.max(0, tenth - at(books.hour, k))
  /** What lane k is behind of its due, but never more than its tenth of the hour. */
  const behind = (k: number, due: number) => Math.min(own(k), Math.max(0, Math.floor(due) - at(books.recent, k)))
  const others = laneNumbers.filter((k) => k !== lane && k !== lanes.openCritical && at(books.waiting, k))
  const dueOfUrgent = at(books.recent, lanes.openCritical) / urgentToLow
  // A tenth of the whole hour, although none of it may come out of what is kept for urgent opens.
  const dueOfAll = (sum(books.recent) * lowLaneShare) / (1 - lowLaneShare)
  if (lane === lanes.openCritical) {
    // Up to a tenth of what flows they go before everything; beyond that each of the others is sure of its own.
    const isFirst = at(books.recent, lane) <= dueOfAll
    const due = isFirst ? dueOfUrgent : Math.max(dueOfUrgent, dueOfAll)
    return Math.max(0, left - sum(others.map((k) => behind(k, due))))
  }
  // Nobody waits for a reading as for a ticket, so its tenth would always be gone before its turn came.
  const keptFor = (k: number) => (k === lanes.housekeeping ? own(k) : behind(k, dueOfAll))
  const aboveReserve = left - tenth - sum(others.map(keptFor))
  const worthIt = isWorthIt(lane, books, capacity, now) ? aboveReserve : Math.min(aboveReserve, own(lane))
  // A storm of urgent opens may take all that is kept for them, so the others' tenth comes out of that too.
  // Once they had their tenth of the hour, the others' is made up as far as it goes.
  const sureDue = at(books.hour, lanes.openCritical) < tenth ? dueOfUrgent : Math.max(dueOfUrgent, dueOfAll)
  return Math.max(0, Math.min(left, behind(lane, sureDue)), worthIt)
}

/** Tickets are opened and closed however slow the desk becomes by it; notes and reading around can wait. */
function isWorthIt(lane: number, books: Books, capacity: number, now: Date): boolean {
  if (lane !== lanes.housekeeping && lane !== lanes.note) return true
  const share = vendorShare(books, now)
  const edges = books.usage?.bands.map(({ fromShare }) => fromShare) ?? []
  if (lane === lanes.note) return share === null || edges.length === 0 || share < Math.max(...edges)
  if (sum(books.hour) >= capacity * usualFirstBand) return false
  return share === null || edges.length === 0 || share < Math.min(...edges)
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

function at<T>(values: readonly T[], lane: number): T {
  const value = values[lane]
  if (value === undefined) throw new Error(`There is no lane ${lane}.`)
  return value
}
