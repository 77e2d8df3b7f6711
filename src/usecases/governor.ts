import type { Release } from '../connectors/http.ts'
import type { Ask } from '../core/budget.ts'
import { lanes } from '../core/lane.ts'
import type { Deps } from './deps.ts'
import { createBudget } from './governor-budget.ts'
import { createSlots, type SlotLimits, type Slots } from './governor-slots.ts'

/**
 * Keeps one desk inside what its vendor allows, across all processes: calls at once per endpoint, and requests of the
 * rolling hour by lane. What is granted here is on disk before a request leaves.
 */

export type GovernorLimits = SlotLimits & {
  /** Calls at once per endpoint; 0 = no limit. */
  readonly threads: number
  /** Requests per rolling hour; 0 = no limit. */
  readonly perHour: number
}

/** As a `Gate` it lets requests through as housekeeping. */
export type Governor = {
  /** `forUsage`: to read the vendor's own count. */
  acquire(endpoint: string, signal: AbortSignal, ask?: Ask & { readonly forUsage?: boolean }): Promise<Release>
  /** Gives back all slots on which no call runs, and requests that were not sent. */
  stop(): Promise<void>
}

const reading: Ask = { lane: lanes.housekeeping, begun: false }

export function createGovernor(
  deps: Pick<Deps, 'pool' | 'clock' | 'ids' | 'log'>,
  psaId: number,
  limits: GovernorLimits,
): Governor {
  const owner = deps.ids.uuid()
  const endpoints = new Map<string, Slots>()
  const budget = createBudget(deps, psaId, limits.perHour)

  function slotsOf(endpoint: string): Slots {
    const slots = endpoints.get(endpoint) ?? createSlots(deps, { psaId, endpoint, owner }, limits)
    endpoints.set(endpoint, slots)
    return slots
  }

  return {
    async acquire(endpoint, signal, ask = reading) {
      if (endpoint === '') return () => undefined
      if (limits.threads === 0) {
        await budget.take(ask)
        return () => undefined
      }
      const slots = slotsOf(endpoint)
      let booked = false
      for (;;) {
        const slot = await slots.take(signal)
        try {
          // Last, so that the request leaves in the minute that it is booked in.
          if (!booked) await budget.take(ask)
          booked = true
        } catch (error) {
          slots.giveBack(slot, false)
          throw error
        }
        // Booking may have taken so long that the slot went to somebody else.
        if (await slots.isKept(slot)) return (givenUp = false) => slots.giveBack(slot, givenUp)
      }
    },
    async stop() {
      for (const slots of endpoints.values()) await slots.stop()
      await budget.giveBack()
    },
  }
}
