import type { Failure } from '../core/failure.ts'
import {
  type ClaimedTicket,
  claimTickets,
  type Remembered,
  releaseTickets,
  rememberTickets,
  renewTicket,
  stopSharedTickets,
} from '../db/ticket-queue.ts'
import type { Deps } from './deps.ts'
import { createDeskPace } from './desk-pace.ts'
import { type Desk, tendTicket } from './tend-ticket.ts'

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
  const inFlight = new Set<Promise<void>>()
  let buffer: ClaimedTicket[] = []
  const results: Remembered[] = []
  let flushing: Promise<void> | null = null
  let claims = 0
  /** Something may be due that was not claimed yet. */
  let more = true
  /** The first thing that went wrong beside the loop; the loop ends with it. */
  let fault: { readonly error: unknown } | null = null
  let bell: (() => void) | null = null
  // Tickets tended in the last second or so: a claim takes no more than that.
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
    claims += 1
    more = false
    const limit = pace.isTroubled() ? 1 : Math.min(claimAtMost, Math.max(pace.width(), Math.ceil(rate)))
    const claimed = await claimTickets(deps.pool, {
      psaId: desk.psaId,
      owner,
      now: deps.clock.now(),
      leaseMs: desk.leaseMs,
      limit,
      byAge: claims % 10 === 0,
    })
    buffer = buffer.concat(claimed)
    if (claimed.length > 0) more = true
  }

  async function tend(claimed: ClaimedTicket, signal: AbortSignal): Promise<void> {
    const outcome = await tendTicket(deps, desk, claimed, signal)
    tended += 1
    if (outcome.kind === 'release') return releaseTickets(deps.pool, owner, [claimed.id])
    if (outcome.kind === 'renew') {
      const renewed = await renewTicket(deps.pool, claimed.id, owner, deps.clock.now())
      if (!renewed) await releaseTickets(deps.pool, owner, [claimed.id])
      return wake()
    }
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
        bell?.()
      })
    inFlight.add(step)
  }

  async function giveBack(): Promise<void> {
    const ids = buffer.splice(0).map(({ id }) => id)
    if (ids.length > 0) await releaseTickets(deps.pool, owner, ids)
  }

  /** Stores what has gathered after a moment. Results that cannot be stored are found out when their leases end. */
  async function flushSoon(): Promise<void> {
    try {
      await new Promise((resolve) => setTimeout(resolve, flushEveryMs))
      while (results.length > 0) await flush(results.splice(0, flushAtMost))
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
    const created = batch.filter(({ id, step }) => kept.has(id) && step?.name === 'create' && step.result === 'done')
    if (created.length > 0) await stopShared(created.map(({ id }) => id))
    for (const { id } of batch) {
      if (!kept.has(id)) deps.log.warn({ psa: desk.name, ticketId: id }, 'lease lost before the result was stored')
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
        if (more && buffer.length < pace.width()) await claim()
        while (buffer.length > 0 && inFlight.size < pace.width()) {
          const next = buffer.shift()
          if (next !== undefined) start(next, signal)
        }
        if (more && buffer.length < pace.width()) continue
        if (untilIdle && !more && buffer.length === 0 && inFlight.size === 0 && flushing === null) return
        await pause(signal, options.lookEveryMs)
      }
    } finally {
      await Promise.all(inFlight)
      await flushing
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
