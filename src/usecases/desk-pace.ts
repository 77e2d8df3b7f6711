import type { Failure } from '../core/failure.ts'
import { backOffMs } from '../core/remember.ts'
import { holdPsa, releasePsa } from '../db/psas.ts'
import type { Deps } from './deps.ts'

/**
 * How hard one process works at one desk. Some failures say nothing about one ticket and everything about the
 * connection: then nothing more is sent for a while, and a desk that limits us is met with fewer calls at once.
 */
export type DeskPace = {
  /** Calls at once. */
  width(): number
  /** True after a failure of the whole desk until something succeeds: then one ticket is tried, not many. */
  isTroubled(): boolean
  succeeded(): Promise<void>
  /** True when the whole desk is held: what is in hand should be given back. */
  failed(failure: Failure): Promise<boolean>
}

/** A hold is never shorter, whatever moment the desk named, in ms. */
const leastHoldMs = 1_000
const longestHoldMs = 60_000
const deniedHoldMs = 30_000
/** How long a desk must not limit us before one more call at once is tried, in ms. */
const widenEveryMs = 30_000

export function createDeskPace(deps: Deps, desk: { psaId: number; name: string }, runners: number): DeskPace {
  let width = runners
  let widenAt = 0
  let troubles = 0
  // A hold of a former process may stand in the database.
  let held = true

  const nowMs = () => deps.clock.now().getTime()

  return {
    width: () => width,
    isTroubled: () => troubles > 0,
    async succeeded() {
      if (width < runners && nowMs() >= widenAt) {
        width += 1
        widenAt = nowMs() + widenEveryMs
      }
      if (!held && troubles === 0) return
      troubles = 0
      held = await releasePsa(deps.pool, desk.psaId, deps.clock.now())
    },
    async failed(failure) {
      if (!isOfWholeDesk(failure)) return false
      // Our own books say nothing about how much the desk bears at once.
      if (failure.kind === 'limited' && failure.reason !== 'budget-used') {
        width = Math.max(1, Math.floor(width / 2))
        widenAt = nowMs() + widenEveryMs
      }
      troubles += 1
      held = true
      const pause =
        failure.kind === 'denied'
          ? Math.max(backOffMs(troubles), deniedHoldMs)
          : Math.min(backOffMs(troubles), longestHoldMs)
      const until = new Date(Math.max(failure.until?.getTime() ?? nowMs() + pause, nowMs() + leastHoldMs))
      const { kind, reason, message } = failure
      deps.log.warn({ psa: desk.name, kind, reason, message, until }, 'desk held')
      await holdPsa(deps.pool, desk.psaId, until, failure)
      return true
    },
  }
}

function isOfWholeDesk({ kind, reason }: Failure): boolean {
  return (
    kind === 'denied' ||
    (kind === 'limited' && reason !== 'budget-kept') ||
    (kind === 'later' && (reason === 'unreachable' || reason === 'timed-out'))
  )
}
