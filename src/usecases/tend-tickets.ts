import type { Failure } from '../core/failure.ts'
import { backOffMs } from '../core/remember.ts'
import { holdPsa, releasePsa } from '../db/psas.ts'
import {
  type ClaimedTicket,
  claimTickets,
  type Remembered,
  releaseTickets,
  rememberTickets,
  renewTicket,
  stopSharedTickets,
} from '../db/ticket-queue.ts'
import { systemClock } from '../lib/clock.ts'
import type { Deps } from './deps.ts'
import { type Desk, tendTicket } from './tend-ticket.ts'

/**
 * The claim loop of one desk in one process: a buffer of claimed tickets, some runners that take one step each, and
 * batches of results. Claims are bounded by what can be tended well within the lease.
 */

export type Tender = {
  /** Works until the signal is aborted. `wake` ends a pause early. */
  run(signal: AbortSignal): Promise<void>
  /** Works until nothing is due now. */
  runUntilIdle(signal: AbortSignal): Promise<void>
  wake(): void
}

export type TenderOptions = {
  /** Tickets tended at once. */
  readonly runners: number
  /** Longest pause between two looks for due tickets, in ms. */
  readonly lookEveryMs: number
}

/** A hold is never shorter, whatever moment the desk named, in ms. */
const leastHoldMs = 1_000
/** How long a desk must not limit us before one more call at once is tried, in ms. */
const widenEveryMs = 30_000
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
  let buffer: ClaimedTicket[] = []
  const results: Remembered[] = []
  let claims = 0
  let troubles = 0
  let held = true
  // A desk that limits us is met with half as many calls at once, and one more after each calm stretch.
  let width = options.runners
  let widenAt = 0
  // Tickets tended per second, as a moving mean: a claim takes no more than one second's worth.
  let rate = options.runners
  let bell: (() => void) | null = null

  async function claim(): Promise<number> {
    const wanted = troubles > 0 ? 1 : Math.min(claimAtMost, Math.max(options.runners, Math.ceil(rate)))
    claims += 1
    const claimed = await claimTickets(deps.pool, {
      psaId: desk.psaId,
      owner,
      now: deps.clock.now(),
      leaseMs: desk.leaseMs,
      limit: wanted,
      byAge: claims % 10 === 0,
    })
    buffer = buffer.concat(claimed)
    return claimed.length
  }

  async function tend(claimed: ClaimedTicket, signal: AbortSignal): Promise<void> {
    const tended = await tendTicket(deps, desk, claimed, signal)
    if (tended.kind === 'release') return releaseTickets(deps.pool, owner, [claimed.id])
    if (tended.kind === 'renew') {
      const renewed = await renewTicket(deps.pool, claimed.id, owner, deps.clock.now())
      return renewed ? undefined : releaseTickets(deps.pool, owner, [claimed.id])
    }
    results.push(tended.remembered)
    if (tended.result === null) return
    if (tended.result.did === 'fail') await holdAfter(tended.result.failure)
    else {
      widen()
      if (held || troubles > 0) await calm()
    }
  }

  async function calm(): Promise<void> {
    troubles = 0
    held = await releasePsa(deps.pool, desk.psaId, deps.clock.now())
  }

  function widen(): void {
    const now = deps.clock.now().getTime()
    if (width >= options.runners || now < widenAt) return
    width += 1
    widenAt = now + widenEveryMs
  }

  /** Some failures say nothing about one ticket and everything about the connection: then nothing more is sent for a while. */
  async function holdAfter(failure: Failure): Promise<void> {
    const wholeDesk =
      failure.kind === 'denied' ||
      failure.kind === 'limited' ||
      (failure.kind === 'later' && (failure.reason === 'unreachable' || failure.reason === 'timed-out'))
    if (!wholeDesk) return
    if (failure.kind === 'limited') {
      width = Math.max(1, Math.floor(width / 2))
      widenAt = deps.clock.now().getTime() + widenEveryMs
    }
    troubles += 1
    held = true
    const pause =
      failure.kind === 'denied' ? Math.max(backOffMs(troubles), 30_000) : Math.min(backOffMs(troubles), 60_000)
    const now = deps.clock.now().getTime()
    const until = new Date(Math.max(failure.until?.getTime() ?? now + pause, now + leastHoldMs))
    deps.log.warn(
      { psa: desk.name, kind: failure.kind, reason: failure.reason, message: failure.message, until },
      'desk held',
    )
    await holdPsa(deps.pool, desk.psaId, until, failure)
    await releaseTickets(
      deps.pool,
      owner,
      buffer.splice(0).map(({ id }) => id),
    )
  }

  async function stopShared(created: readonly Remembered[]): Promise<void> {
    if (created.length === 0) return
    const ids = created.map(({ id }) => id)
    for (const ticketId of await stopSharedTickets(deps.pool, ids, sharedFailure)) {
      deps.log.warn(
        { psa: desk.name, ticketId, message: sharedFailure.message },
        'the desk answered with a ticket of another',
      )
    }
  }

  async function flush(): Promise<void> {
    while (results.length > 0) {
      const batch = results.splice(0, flushAtMost)
      const kept = await rememberTickets(deps.pool, owner, deps.clock.now(), batch)
      await stopShared(
        batch.filter(({ id, step }) => kept.has(id) && step?.name === 'create' && step.result === 'done'),
      )
      for (const { id } of batch) {
        if (!kept.has(id)) deps.log.warn({ psa: desk.name, ticketId: id }, 'lease lost before the result was stored')
      }
    }
  }

  /** One look: claims until nothing is due, with runners and flushes side by side. Returns how many were tended. */
  async function look(signal: AbortSignal): Promise<number> {
    const begun = performance.now()
    let tended = 0
    let more = true
    let claiming: Promise<void> | null = null
    const runner = async (): Promise<void> => {
      for (;;) {
        if (more && !signal.aborted && buffer.length < options.runners) {
          claiming ??= claim()
            .then((count) => {
              more = count > 0
            })
            .finally(() => {
              claiming = null
            })
          if (buffer.length === 0) await claiming
        }
        const claimed = buffer.shift()
        if (claimed === undefined) {
          if (more && !signal.aborted) continue
          return
        }
        await tend(claimed, signal)
        tended += 1
      }
    }
    const over = new AbortController()
    const flusher = (async () => {
      while (!over.signal.aborted) {
        // Real time: it gathers results of calls, however a scenario's clock goes.
        await systemClock.sleep(flushEveryMs, over.signal)
        await flush()
      }
    })()
    try {
      await Promise.all([Promise.all(Array.from({ length: width }, runner)).finally(() => over.abort()), flusher])
    } finally {
      await flush()
      await releaseTickets(
        deps.pool,
        owner,
        buffer.splice(0).map(({ id }) => id),
      )
    }
    const seconds = (performance.now() - begun) / 1_000
    if (tended > 0) rate = 0.5 * rate + (0.5 * tended) / Math.max(seconds, 0.05)
    return tended
  }

  function pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, options.lookEveryMs)
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

  return {
    async run(signal) {
      while (!signal.aborted) {
        try {
          if ((await look(signal)) === 0) await pause(signal)
        } catch (error) {
          deps.log.error({ psa: desk.name, err: error }, 'tending failed; trying again')
          await pause(signal)
        }
      }
    },
    async runUntilIdle(signal) {
      while (!signal.aborted && (await look(signal)) > 0);
    },
    wake: () => bell?.(),
  }
}
