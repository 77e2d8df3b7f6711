import { ConnectorError } from '../connectors/failure.ts'
import {
  abandonSlot,
  allAbandonedUntil,
  ensureSlots,
  handSlotOver,
  renewSlots,
  returnHandedOver,
  returnSlots,
  type SlotOwner,
  stopWaiting,
  takeSlots,
  waitForSlot,
} from '../db/governor.ts'
import type { Deps } from './deps.ts'

/**
 * One process's slots at one endpoint of a desk. It takes them in the database and uses each for many calls while its
 * lease runs, hands them over when others wait, and leaves those whose call was given up alone until the vendor must have
 * ended it.
 */
export type Slots = {
  /** Waits for a slot. Fails with `limited` when all are left to calls that were given up, `later` when none comes free. */
  take(signal: AbortSignal): Promise<Slot>
  /** Right before the call, when something took its time since: false when the slot was lost meanwhile, and is no more. */
  isKept(slot: Slot): Promise<boolean>
  /** `givenUp`: we stopped waiting for its call, which may still run at the vendor. */
  giveBack(slot: Slot, givenUp: boolean): void
  stop(): Promise<void>
}

export type SlotLimits = {
  /** Calls at once per endpoint. */
  readonly threads: number
  /** Longest time in ms that we wait for a call: a slot is never used with less lease left. */
  readonly callTimeoutMs: number
  /** Longest time in ms that a call may run at the vendor, whether we wait for it or not. */
  readonly longestCallMs: number
}

export type Slot = {
  readonly number: number
  heldUntil: number
  /** Real time since which this process has had it; after a while others' wishes are looked for. */
  hadSince: number
  /** When its present call began, by the clock of the leases. */
  callBegan: number
  watch: NodeJS.Timeout | null
}

/** How long a slot is kept beyond the longest call, and after its last call, in ms. */
const spareMs = 15_000
const idleMs = 300
/** How soon slots that others hold are asked for again, in ms, and how long that wish counts. */
const askAgainMs = 150
const wishMs = 2_000
/** How long a slot is used before others' wishes are looked for, in ms. */
const tenureMs = 300
/** Longest wait for a slot, in real ms: what waits longer is better tried anew, perhaps by another process. */
const mostWaitMs = 30_000
/** From here on a call counts as slow: should this process be killed, its slot stays held for the vendor's longest call. */
const slowCallMs = 5_000

export function createSlots(deps: Pick<Deps, 'pool' | 'clock' | 'log'>, place: SlotOwner, limits: SlotLimits): Slots {
  const { pool, clock } = deps
  const leaseMs = limits.callTimeoutMs + spareMs
  const longestMs = Math.max(limits.callTimeoutMs, limits.longestCallMs)
  const free: Slot[] = []
  /** Numbers of all slots that are free or in use here. */
  const held = new Set<number>()
  const waiting: (() => void)[] = []
  /** Statements that give something back; stopping waits for them. */
  const returning = new Set<Promise<void>>()
  let taking: Promise<void> | null = null
  let idle: NodeJS.Timeout | null = null
  let wished = false
  let ensured = false
  /** Many may wait here, and one asks for all. */
  let nextAskAt = 0

  async function takeMore(): Promise<void> {
    if (!ensured) await ensureSlots(pool, place, limits.threads)
    ensured = true
    const now = clock.now()
    // One of our own whose lease ran out may have a call on it still.
    const wanted = { ceiling: limits.threads, wanted: limits.threads - held.size, except: [...held] }
    const fair = { ...wanted, wanted: Math.min(wanted.wanted, waiting.length + 1) }
    const taken = await takeSlots(pool, place, fair, now, leaseMs)
    for (const { slot, heldUntil } of taken) {
      held.add(slot)
      const hadSince = performance.now()
      free.push({ number: slot, heldUntil: heldUntil.getTime(), hadSince, callBegan: 0, watch: null })
    }
    nextAskAt = taken.length > 0 ? 0 : performance.now() + askAgainMs / 2
    if (taken.length > 0) {
      if (wished) await stopWaiting(pool, place)
      wished = false
    } else if (held.size === 0) {
      const until = await allAbandonedUntil(pool, place, limits.threads, now)
      if (until !== null) throw allGivenUp(place.endpoint, limits.threads, until)
      await waitForSlot(pool, place, now, wishMs)
      wished = true
    }
  }

  /** A slot whose lease outlasts a call that begins now; undefined when it could not be kept. */
  async function refreshed(slot: Slot): Promise<Slot | undefined> {
    const now = clock.now()
    if (slot.heldUntil - now.getTime() > limits.callTimeoutMs) return slot
    let kept = false
    try {
      kept = (await renewSlots(pool, place, [slot.number], now, leaseMs)).length > 0
    } finally {
      if (!kept) held.delete(slot.number)
    }
    slot.heldUntil = now.getTime() + leaseMs
    return kept ? slot : undefined
  }

  function begin(slot: Slot): Slot {
    slot.callBegan = clock.now().getTime()
    slot.watch = setTimeout(() => {
      renewSlots(pool, place, [slot.number], new Date(slot.callBegan), longestMs).catch((error: unknown) =>
        deps.log.warn({ err: error }, 'a slow call could not be written down'),
      )
    }, slowCallMs)
    slot.watch.unref()
    return slot
  }

  function inBackground(work: Promise<unknown>): void {
    const done: Promise<void> = work
      .then(
        () => undefined,
        // It is free again when its lease ends.
        (error: unknown) => deps.log.warn({ err: error }, 'a slot could not be given back'),
      )
      .finally(() => returning.delete(done))
    returning.add(done)
  }

  function offer(slot: Slot): void {
    free.push(slot)
    waiting.shift()?.()
    if (idle !== null) clearTimeout(idle)
    idle = setTimeout(() => inBackground(returnIdle()), idleMs)
    idle.unref()
  }

  /** To another process that waits for it; else it stays here for another while. */
  async function handOverOrKeep(slot: Slot): Promise<void> {
    const given = await handSlotOver(pool, place, slot.number, clock.now(), leaseMs).catch((error: unknown) => {
      held.delete(slot.number)
      throw error
    })
    slot.hadSince = performance.now()
    if (given) {
      held.delete(slot.number)
      waiting.shift()?.()
    } else offer(slot)
  }

  async function returnIdle(): Promise<void> {
    const numbers = free.splice(0).map(({ number }) => number)
    for (const number of numbers) held.delete(number)
    if (numbers.length > 0) await returnSlots(pool, place, numbers)
  }

  return {
    async take(signal) {
      const waitedOut = performance.now() + mostWaitMs
      for (;;) {
        if (signal.aborted) throw new ConnectorError('later', 'cut-off', 'Not begun: this program is stopping.')
        if (performance.now() > waitedOut) throw new ConnectorError('later', 'busy', noSlotText(place.endpoint))
        const found = free.pop()
        const slot = found === undefined ? undefined : await refreshed(found)
        if (slot !== undefined) return begin(slot)
        if (found !== undefined) continue
        if (held.size < limits.threads && (taking !== null || performance.now() >= nextAskAt)) {
          taking ??= takeMore().finally(() => {
            taking = null
          })
          await taking
          if (free.length > 0) continue
        }
        await turn(waiting, signal)
      }
    },
    async isKept(slot) {
      const kept = (await refreshed(slot)) !== undefined
      if (!kept && slot.watch !== null) clearTimeout(slot.watch)
      return kept
    },
    giveBack(slot, givenUp) {
      if (slot.watch !== null) clearTimeout(slot.watch)
      if (givenUp) {
        held.delete(slot.number)
        inBackground(abandonSlot(pool, place, slot.number, new Date(slot.callBegan + longestMs)))
      } else if (performance.now() - slot.hadSince > tenureMs) inBackground(handOverOrKeep(slot))
      else offer(slot)
    },
    async stop() {
      if (idle !== null) clearTimeout(idle)
      while (returning.size > 0) await Promise.all(returning)
      await returnIdle()
      await stopWaiting(pool, place)
      await returnHandedOver(pool, place)
    },
  }
}

function noSlotText(endpoint: string): string {
  return `Not begun: for ${mostWaitMs / 1_000} s other calls took all that the vendor grants at once at ${endpoint}.`
}

function allGivenUp(endpoint: string, threads: number, until: Date): ConnectorError {
  const message = `All ${threads} calls at once that the vendor grants at ${endpoint} may still be taken by calls that got no answer in time. They are waited for until ${until.toISOString()}.`
  return new ConnectorError('limited', 'threads-held', message, { until })
}

/** Waits until a slot of this process is given back, or a little while for slots of other processes. */
function turn(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, askAgainMs)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      const place = waiting.indexOf(done)
      if (place >= 0) waiting.splice(place, 1)
      resolve()
    }
    waiting.push(done)
    signal.addEventListener('abort', done)
  })
}
