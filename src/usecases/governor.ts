import { ConnectorError } from '../connectors/failure.ts'
import type { Gate } from '../connectors/http.ts'
import { grantRequests, renewSlots, returnRequests, returnSlots, takeSlots } from '../db/governor.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'

/**
 * Keeps one desk inside what its vendor allows, across all processes. A process takes slots in the database and uses each
 * for many calls while its lease runs; it takes requests of the rolling hour in small handfuls. What is granted here is
 * on disk before a request leaves.
 */

export type GovernorLimits = {
  /** Calls at once per endpoint; 0 = no limit. */
  readonly threads: number
  /** Requests per rolling hour; 0 = no limit. */
  readonly perHour: number
  /** Longest time in ms that a call may run: a slot is never used with less lease left. */
  readonly callTimeoutMs: number
}

export type Governor = Gate & {
  /** Gives back all slots on which no call runs, and requests that were not sent. */
  stop(): Promise<void>
}

type Slot = { readonly number: number; heldUntil: number }
type Lane = {
  free: Slot[]
  /** Numbers of all slots that are free or in use here. */
  held: Set<number>
  waiting: (() => void)[]
  taking: Promise<void> | null
  idle: NodeJS.Timeout | null
}

/** How long a slot is kept beyond the longest call, and after its last call, in ms. */
const spareMs = 15_000
const idleMs = 2_000
/** How soon slots that others hold are asked for again, in ms. */
const askAgainMs = 150

export function createGovernor(
  deps: Pick<Deps, 'pool' | 'clock' | 'ids'>,
  psaId: number,
  limits: GovernorLimits,
): Governor {
  const owner = deps.ids.uuid()
  const lanes = new Map<string, Lane>()
  const budget = createBudget(deps, psaId, limits.perHour)
  const leaseMs = limits.callTimeoutMs + spareMs

  function laneOf(endpoint: string): Lane {
    const lane = lanes.get(endpoint) ?? { free: [], held: new Set(), waiting: [], taking: null, idle: null }
    lanes.set(endpoint, lane)
    return lane
  }

  async function takeMore(endpoint: string, lane: Lane): Promise<void> {
    const now = deps.clock.now()
    const { held } = lane
    const taking = {
      ceiling: limits.threads,
      wanted: Math.min(limits.threads - held.size, lane.waiting.length + 1),
      // One of our own whose lease ran out may have a call on it still.
      except: [...held],
    }
    const numbers = await takeSlots(deps.pool, psaId, endpoint, taking, owner, now, leaseMs)
    for (const number of numbers) {
      held.add(number)
      lane.free.push({ number, heldUntil: now.getTime() + leaseMs })
    }
  }

  /** A slot whose lease outlasts a call that begins now; undefined when it could not be kept. */
  async function refreshed(endpoint: string, lane: Lane, slot: Slot): Promise<Slot | undefined> {
    const now = deps.clock.now()
    if (slot.heldUntil - now.getTime() > limits.callTimeoutMs) return slot
    let kept = false
    try {
      kept = (await renewSlots(deps.pool, psaId, endpoint, [slot.number], owner, now, leaseMs)).length > 0
    } finally {
      if (!kept) lane.held.delete(slot.number)
    }
    slot.heldUntil = now.getTime() + leaseMs
    return kept ? slot : undefined
  }

  async function takeSlot(endpoint: string, signal: AbortSignal): Promise<Slot> {
    const lane = laneOf(endpoint)
    for (;;) {
      signal.throwIfAborted()
      const free = lane.free.pop()
      const slot = free === undefined ? undefined : await refreshed(endpoint, lane, free)
      if (slot !== undefined) return slot
      if (free === undefined && lane.held.size < limits.threads) {
        lane.taking ??= takeMore(endpoint, lane).finally(() => {
          lane.taking = null
        })
        await lane.taking
        if (lane.free.length > 0) continue
      }
      if (free === undefined) await turn(lane, signal)
    }
  }

  function giveBack(endpoint: string, slot: Slot): void {
    const lane = laneOf(endpoint)
    lane.free.push(slot)
    lane.waiting.shift()?.()
    if (lane.idle !== null) clearTimeout(lane.idle)
    lane.idle = setTimeout(() => void returnIdle(endpoint, lane).catch(() => undefined), idleMs)
    lane.idle.unref()
  }

  async function returnIdle(endpoint: string, lane: Lane): Promise<void> {
    const numbers = lane.free.splice(0).map(({ number }) => number)
    for (const number of numbers) lane.held.delete(number)
    if (numbers.length > 0) await returnSlots(deps.pool, psaId, endpoint, numbers, owner)
  }

  return {
    async acquire(endpoint, signal) {
      if (endpoint === '') return () => undefined
      if (limits.threads === 0) {
        await budget.take()
        return () => undefined
      }
      const slot = await takeSlot(endpoint, signal)
      try {
        // Last, so that the request leaves in the minute that it is booked in.
        await budget.take()
      } catch (error) {
        giveBack(endpoint, slot)
        throw error
      }
      return () => giveBack(endpoint, slot)
    },
    async stop() {
      for (const [endpoint, lane] of lanes) {
        if (lane.idle !== null) clearTimeout(lane.idle)
        await returnIdle(endpoint, lane)
      }
      await budget.giveBack()
    },
  }
}

/** Waits until a slot of this process is given back, or a little while for slots of other processes. */
function turn(lane: Lane, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, askAgainMs)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      const place = lane.waiting.indexOf(done)
      if (place >= 0) lane.waiting.splice(place, 1)
      resolve()
    }
    lane.waiting.push(done)
    signal.addEventListener('abort', done)
  })
}

type Budget = { take(): Promise<void>; giveBack(): Promise<void> }

function createBudget(deps: Pick<Deps, 'pool' | 'clock'>, psaId: number, perHour: number): Budget {
  // Small handfuls: what a killed process had in hand is lost to the hour, never spent twice.
  const handful = Math.max(1, Math.min(25, Math.floor(perHour / 100)))
  let inHand = 0
  let grantedAt = new Date(0)
  let asking: Promise<void> | null = null

  async function ask(): Promise<void> {
    const now = deps.clock.now()
    const { granted, moreAt } = await withTransaction(deps.pool, (client) =>
      grantRequests(client, psaId, perHour, handful, now),
    )
    if (granted === 0) {
      const message = `The hourly budget of ${perHour} requests is used up until ${moreAt.toISOString()}.`
      throw new ConnectorError('limited', 'budget-used', message, { until: moreAt })
    }
    inHand = granted
    grantedAt = now
  }

  async function giveBack(): Promise<void> {
    const unused = inHand
    if (unused === 0) return
    inHand = 0
    await returnRequests(deps.pool, psaId, unused, grantedAt)
  }

  return {
    giveBack,
    async take() {
      if (perHour === 0) return
      // What was granted in an earlier minute would leave our books before it leaves the vendor's hour.
      if (minuteOf(grantedAt) !== minuteOf(deps.clock.now())) await giveBack()
      while (inHand === 0) {
        asking ??= ask().finally(() => {
          asking = null
        })
        await asking
      }
      inHand -= 1
    },
  }
}

function minuteOf(date: Date): number {
  return Math.floor(date.getTime() / 60_000)
}
