import type { Deps } from '../usecases/deps.ts'
import { type OpenDesk, openDesks } from '../usecases/open-desk.ts'

/** The desks this process tends: one claim loop for each stored PSA, opened anew when something about it changes. */
export type Desks = {
  /** Tends all desks until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>
  /** Tends all desks until nothing is due anywhere now. */
  runUntilIdle(signal: AbortSignal): Promise<void>
  /** Closes desks that were tended by hand. */
  close(): Promise<void>
  /** Something may be due at this desk. */
  wake(psaId: number): void
}

type Loop = { readonly stop: AbortController; readonly done: Promise<void> }

const refreshEveryMs = 2_000

export function createDesks(deps: Deps): Desks {
  let desks: ReadonlyMap<number, OpenDesk> = new Map()
  const loops = new Map<OpenDesk, Loop>()

  /** Ends the loops of desks that are no longer open as they were, and begins those of new ones. */
  async function refresh(signal: AbortSignal): Promise<void> {
    const fresh = await openDesks(deps, desks)
    const kept = new Set(fresh.values())
    for (const [desk, loop] of loops) {
      if (kept.has(desk)) continue
      loop.stop.abort()
      loops.delete(desk)
      loop.done
        .then(() => desk.close())
        .catch((error: unknown) => deps.log.error({ err: error }, 'a desk did not close'))
    }
    for (const desk of kept) {
      if (loops.has(desk)) continue
      const stop = new AbortController()
      loops.set(desk, { stop, done: desk.tender.run(AbortSignal.any([signal, stop.signal])) })
    }
    desks = fresh
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        try {
          await refresh(signal)
        } catch (error) {
          if (!signal.aborted) deps.log.error({ err: error }, 'desks could not be read; trying again')
        }
        await deps.clock.sleep(refreshEveryMs, signal)
      }
      for (const [desk, loop] of loops) await loop.done.then(() => desk.close())
    },
    async runUntilIdle(signal) {
      const fresh = await openDesks(deps, desks)
      for (const [id, desk] of desks) if (fresh.get(id) !== desk) await desk.close()
      desks = fresh
      for (const desk of desks.values()) await desk.tender.runUntilIdle(signal)
    },
    async close() {
      for (const desk of desks.values()) await desk.close()
      desks = new Map()
    },
    wake: (psaId) => desks.get(psaId)?.tender.wake(),
  }
}
