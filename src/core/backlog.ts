import { lanes, lowLaneShare } from './lane.ts'

/**
 * When the work that waits now will be done, as far as it can be known: the measured rate, what is left of the hour's
 * budget and when it is regained, and how long the desk is held. Walks through the coming day minute by minute.
 */

export type BacklogGround = {
  /** Steps that wait, by lane (without housekeeping). */
  readonly waiting: readonly number[]
  /** Requests that a step takes, by lane, as measured. */
  readonly requestsPerStep: readonly number[]
  /** Steps that all processes together did in a second in which they worked; null: nothing was measured. */
  readonly stepsPerSecond: number | null
  /** Requests that may be granted in the rolling hour; null: no limit. */
  readonly capacity: number | null
  /** What was granted in the minutes that still count, oldest first. */
  readonly granted: readonly { readonly minute: Date; readonly count: number }[]
  /** Requests an hour that go to reading around. */
  readonly housekeepingPerHour: number
  /** Nothing is sent before; null: not held. */
  readonly heldUntil: Date | null
  /** The hold ends by itself, and not only when a person has helped. */
  readonly holdEnds: boolean
}

export type BacklogReason = 'nothing-waiting' | 'measured' | 'held' | 'no-rate-yet' | 'longer-than-a-day'

export type BacklogEstimate = {
  /** When all that waits now should be done; null when nobody can say. */
  readonly emptyAt: Date | null
  /** It is not done before; null when there is no such bound. */
  readonly notBefore: Date | null
  readonly reason: BacklogReason
}

const minuteMs = 60_000
/** A granted request counts for its hour and the rest of its minute (db/desk-budget.ts). */
const countsMinutes = 61
const horizonMinutes = 24 * 60

export function estimateBacklog(ground: BacklogGround, now: Date): BacklogEstimate {
  const { waiting, heldUntil, stepsPerSecond } = ground
  if (waiting.every((count) => count === 0)) return { emptyAt: now, notBefore: null, reason: 'nothing-waiting' }
  if (heldUntil !== null && !ground.holdEnds) return { emptyAt: null, notBefore: heldUntil, reason: 'held' }
  if (stepsPerSecond === null || stepsPerSecond <= 0)
    return { emptyAt: null, notBefore: heldUntil, reason: 'no-rate-yet' }
  const from = heldUntil !== null && heldUntil > now ? heldUntil : now
  const minutes = minutesUntilDone(ground, stepsPerSecond, from)
  if (minutes === null) {
    return {
      emptyAt: null,
      notBefore: new Date(from.getTime() + horizonMinutes * minuteMs),
      reason: 'longer-than-a-day',
    }
  }
  return { emptyAt: new Date(from.getTime() + minutes * minuteMs), notBefore: heldUntil, reason: 'measured' }
}

/** Minutes from `from` on, with their fraction; null: more than a day. */
function minutesUntilDone(ground: BacklogGround, stepsPerSecond: number, from: Date): number | null {
  const perStep = (lane: number) => Math.max(1, ground.requestsPerStep[lane] ?? 1)
  const need = ground.waiting.map((count, lane) => count * perStep(lane))
  const steps = ground.waiting.reduce((sum, count) => sum + count, 0)
  const total = need.reduce((sum, count) => sum + count, 0)
  const perMinute = stepsPerSecond * 60 * (total / steps)
  const { capacity } = ground
  if (capacity === null) return total / perMinute <= horizonMinutes ? total / perMinute : null
  const books = bookedMinutes(ground.granted)
  const first = Math.floor(from.getTime() / minuteMs)
  const elapsed = from.getTime() / minuteMs - first
  const tenth = Math.ceil(capacity * lowLaneShare)
  const read = Math.min(ground.housekeepingPerHour, tenth)
  const reading = read / 60
  // A tenth is kept for urgent opens, and what reading around leaves of its own (budget.ts).
  const reserve = 2 * tenth - read
  let urgent = need[lanes.openCritical] ?? 0
  let others = total - urgent
  for (let n = 0; n <= horizonMinutes; n += 1) {
    const minute = first + n
    let left = capacity - books.usedAt(minute)
    const rate = n === 0 ? perMinute * (1 - elapsed) : perMinute
    const spent = Math.min(Math.max(0, left), reading)
    left -= spent
    const forUrgent = Math.max(0, Math.min(urgent, left, rate))
    const forOthers = Math.max(0, Math.min(others, left - forUrgent - reserve, rate - forUrgent))
    urgent -= forUrgent
    others -= forOthers
    books.add(minute, spent + forUrgent + forOthers)
    if (urgent + others < 0.5) return n + (n === 0 ? 0 : -elapsed) + (forUrgent + forOthers) / perMinute
  }
  return null
}

function bookedMinutes(granted: BacklogGround['granted']) {
  const byMinute = new Map<number, number>()
  for (const { minute, count } of granted) byMinute.set(Math.floor(minute.getTime() / minuteMs), count)
  return {
    usedAt(minute: number): number {
      let used = 0
      for (let n = 0; n < countsMinutes; n += 1) used += byMinute.get(minute - n) ?? 0
      return used
    },
    add(minute: number, count: number): void {
      byMinute.set(minute, (byMinute.get(minute) ?? 0) + count)
    },
  }
}
