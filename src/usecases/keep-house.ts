import { forgetMinutes } from '../db/desk-budget.ts'
import type { Deps } from './deps.ts'
import { forgetWatch } from './forget-watch.ts'

/** Small tidying that nothing depends on: minutes of the budget that count no more. */
export async function keepHouse(deps: Deps): Promise<Record<string, never>> {
  await forgetMinutes(deps.pool, deps.clock.now())
  await forgetWatch(deps)
  return {}
}
