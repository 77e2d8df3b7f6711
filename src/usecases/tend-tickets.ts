import type { Failure } from '../core/failure.ts'
import { laneNames, lowLaneShare, owedLanes } from '../core/lane.ts'
import { type ClaimedTicket, claimTickets, releaseTickets, renewTicket, stopSharedTickets } from '../db/ticket-queue.ts'
import { type Remembered, rememberTickets } from '../db/ticket-results.ts'
import type { Deps } from './deps.ts'
import { createDeskPace } from './desk-pace.ts'
import { createDeskProgress } from './desk-progress.ts'
import { type Desk, type Tended, tendTicket } from './tend-ticket.ts'

/**
 * The claim loop of one desk in one process: a buffer of claimed tickets, steps in flight, and batches of results. One
 * loop does all claiming and starting, so a slow call delays nothing but its own ticket. Claims are bounded by what can
 * be tended well within the lease.
 */

export type Tender = {
  /** Works until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>
  /** Works until nothing is due now. */
  runUntilIdle(signal: AbortSignal): Promise<void>
  /** Something may be due. */
  wake(): void
}

export type TenderOptions = {
  /** Tickets tended at once. */
  readonly runners: number
  /** Longest pause between two looks for due tickets, in ms. */
  readonly lookEveryMs: number
}

const claimAtMost = 200
const flushAtMost = 200
const flushEveryMs = 15

const sharedFailure: Failure = {
  kind: 'refused',
  reason: 'invalid-value',
  outcome: 'not-done',
  message:
    'The desk answered the create with a ticket that stands for something else: switch off its handling of duplicate tickets for the API user.',
  until: null,
}

export function createTender(deps: Deps, desk: Desk, options: TenderOptions): Tender {
  const owner = deps.ids.uuid()
  const pace = createDeskPace(deps, desk, options.runners)
  const progress = createDeskProgress(deps, desk.psaId, owner)
  const inFlight = new Set<Promise<void>>()
  let buffer: ClaimedTicket[] = []
  const results: Remembered[] = []
  let flushing: Promise<void> | null = null
  let claiming: Promise<void> | null = null
  /** Lanes to which the governor grants nothing until that time (ms), because the rest of the hour is kept for others. */
  const shut = new Map<number, number>()
  /** Something may be due that was not claimed yet. */
  let more = true
  /** The first thing that went wrong beside the loop; the loop ends with it. */
  let fault: { readonly error: unknown } | null = null
  let bell: (() => void) | null = null
  // Tickets tended a second of late: a claim takes half of that, so that an urgent one never waits long behind others.
  let rate = options.runners
  let tended = 0
  let countedFrom = performance.now()

  function wake(): void {
    more = true
    bell?.()
  }

  /** Until something ends, something may be due, or it is time to look again. Real time, whatever a scenario's clock says. */
  function pause(signal: AbortSignal, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        more = true
        done()
      }, ms)
      function done(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        bell = null
        resolve()
      }
      bell = done
      signal.addEventListener('abort', done)
    })
  }

  async function claim(): Promise<void> {
    const seconds = (performance.now() - countedFrom) / 1_000
    if (seconds >= 1) {
      rate = tended / seconds
      tended = 0
      countedFrom = performance.now()
    }
    more = false
    const limit = pace.isTroubled() ? 1 : Math.min(claimAtMost, Math.max(pace.width(), Math.ceil(rate / 2)))
    const now = deps.clock.now()
    for (const [lane, until] of shut) if (until <= now.getTime()) shut.delete(lane)
    const claimed = await claimOf(shut.size === 0 ? null : laneNames.flatMap((_, n) => (shut.has(n) ? [] : [n])), limit)
    buffer = buffer.concat(claimed)
    if (claimed.length > 0) more = true
    // When more waits than was taken, high lanes may have left no room for the low ones.
    if (claimed.length < limit) return
    const share = Math.ceil(limit * lowLaneShare)
    for (const lane of owedLanes(progress.sent())) {
      if (shut.has(lane)) continue
      const owed = await claimOf([lane], share)
      buffer = buffer.concat(owed)
    }
  }

  /** Beside the work in hand, so that runners do not wait for it while the buffer lasts. */
  function claimSoon(): void {
    claiming = claim()
      .catch((error: unknown) => {
        fault ??= { error }
      })
      .finally(() => {
        claiming = null
        bell?.()
      })
  }

  async function claimOf(lanes: readonly number[] | null, limit: number): Promise<ClaimedTicket[]> {
    const { psaId, leaseMs } = desk
    if (deps.clock.isSure?.() === false) return []
    return claimTickets(deps.pool, { psaId, owner, now: deps.clock.now(), leaseMs, limit, lanes })
  }

  /** Nothing was begun: the ticket goes back as it was, and its lane or the whole desk waits when the governor says so. */
  async function release(
    claimed: ClaimedTicket,
    { lane, refusal }: Extract<Tended, { kind: 'release' }>,
  ): Promise<void> {
    if (refusal?.reason === 'budget-kept' && refusal.until !== null) {
      shut.set(lane, refusal.until.getTime())
      const kept = buffer.filter(({ lane: waitsIn }) => waitsIn === lane)
      buffer = buffer.filter(({ lane: waitsIn }) => waitsIn !== lane)
      return releaseTickets(deps.pool, owner, [claimed, ...kept])
    }
    if (refusal !== null && (await pace.failed(refusal))) await giveBack()
    return releaseTickets(deps.pool, owner, [claimed])
  }

  async function tend(claimed: ClaimedTicket, signal: AbortSignal): Promise<void> {
    const outcome = await tendTicket(deps, desk, claimed, signal)
    tended += 1
    if (outcome.kind === 'release') return release(claimed, outcome)
    if (outcome.kind === 'renew') {
      const renewed = await renewTicket(deps.pool, claimed, owner, deps.clock.now())
      if (!renewed) await releaseTickets(deps.pool, owner, [claimed])
      return wake()
    }
    if (outcome.requests > 0) progress.did(claimed.lane, outcome.requests, outcome.result?.did !== 'fail')
    results.push(outcome.remembered)
    flushing ??= flushSoon()
    if (outcome.result === null) return
    if (outcome.result.did !== 'fail') return pace.succeeded()
    if (await pace.failed(outcome.result.failure)) await giveBack()
  }

  function start(claimed: ClaimedTicket, signal: AbortSignal): void {
    const step: Promise<void> = tend(claimed, signal)
      .catch((error: unknown) => {
        fault ??= { error }
      })
      .finally(() => {
        inFlight.delete(step)
        if (inFlight.size === 0) progress.busy(false)
        bell?.()
      })
    inFlight.add(step)
    progress.busy(true)
  }

  async function giveBack(): Promise<void> {
    const claims = buffer.splice(0)
    if (claims.length > 0) await releaseTickets(deps.pool, owner, claims)
  }

  /** Stores what has gathered after a moment. Results that cannot be stored are found out when their leases end. */
  async function flushSoon(): Promise<void> {
    try {
      await new Promise((resolve) => setTimeout(resolve, flushEveryMs))
      do {
        while (results.length > 0) await flush(results.splice(0, flushAtMost))
        await progress.store()
        // What came in meanwhile found this at work, and waits for it.
      } while (results.length > 0)
    } catch (error) {
      fault ??= { error }
    } finally {
      flushing = null
      bell?.()
    }
  }

  async function flush(batch: readonly Remembered[]): Promise<void> {
    const now = deps.clock.now()
    const kept = await rememberTickets(deps.pool, owner, now, batch)
    const created = [...kept].filter(({ step }) => step?.name === 'create' && step.result === 'done')
    if (created.length > 0) await stopShared(created.map(({ id }) => id))
    for (const one of batch) {
      if (!kept.has(one)) deps.log.warn({ psa: desk.name, ticketId: one.id }, 'lease lost before the result was stored')
    }
    // A wish may have changed meanwhile, or there is a next step at once.
    more = true
  }

  async function stopShared(ids: readonly number[]): Promise<void> {
    for (const ticketId of await stopSharedTickets(deps.pool, ids, sharedFailure)) {
      const { message } = sharedFailure
      deps.log.warn({ psa: desk.name, ticketId, message }, 'the desk answered with a ticket of another')
    }
  }

  /** `untilIdle`: ends when nothing is due, nothing is in flight and all is stored. */
  async function work(signal: AbortSignal, untilIdle: boolean): Promise<void> {
    more = true
    fault = null
    try {
      while (!signal.aborted) {
        if (fault !== null) throw (fault as { readonly error: unknown }).error
        if (claiming === null && more && buffer.length < pace.width()) claimSoon()
        while (buffer.length > 0 && inFlight.size < pace.width()) {
          const next = buffer.shift()
          if (next !== undefined) start(next, signal)
        }
        if (claiming === null && more && buffer.length < pace.width()) continue
        const idle = buffer.length === 0 && inFlight.size === 0 && flushing === null && claiming === null
        if (untilIdle && !more && idle) return
        await pause(signal, options.lookEveryMs)
      }
    } finally {
      await claiming
      await Promise.all(inFlight)
      await flushing
      await progress.store(true)
      await giveBack()
    }
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        try {
          await work(signal, false)
        } catch (error) {
          deps.log.error({ psa: desk.name, err: error }, 'tending failed; trying again')
          await pause(signal, options.lookEveryMs)
        }
      }
    },
    runUntilIdle: (signal) => work(signal, true),
    wake,
  }
}
