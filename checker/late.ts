import { advance } from './spans.ts'
import type { World } from './world.ts'

/** When a thing is late, by the grace of the run and its troubles. */

export type Route = { readonly source: string; readonly tenant: string; readonly desk: string }

/** Decided by then, if it was there to be seen from `at` on. */
export function decidedBy(world: World, { source, tenant }: Omit<Route, 'desk'>, at: number): number {
  return advance(at, world.evidence.grace.seeMs, world.quiet.seeing(source, tenant))
}

/** At the desk by then, if it was there to be seen from `at` on and had to wait for `delayMs`. */
export function deliveredBy(world: World, route: Route, at: number, delayMs: number): number {
  const { quiet, evidence } = world
  const { seeMs, deliverMs } = evidence.grace
  const telling = quiet.telling(route.source, route.tenant, route.desk)
  const decided = advance(at, seeMs, telling)
  const waits = delayMs === 0 ? 0 : delayMs + quiet.clockError({ from: at, to: decided })
  const due = advance(decided + waits, deliverMs, telling)
  // A restored database has forgotten what it had decided, and what it had begun to wait for.
  const restored = evidence.restores.findLast((restore) => restore.at > at && restore.at <= due)
  return restored === undefined ? due : deliveredBy(world, route, restored.at, delayMs)
}

/** What was not so any more at `at` may be acted on until then: it was read before, and the call was under way. */
export function actedOnUntil(world: World, { source, tenant }: Omit<Route, 'desk'>, at: number): number {
  const { seeMs, callMs } = world.evidence.grace
  return advance(at, seeMs + callMs, world.quiet.seeing(source, tenant))
}
