import { forgetMinutes } from '../db/governor.ts'
import { dropOrphanedPages } from '../db/staging.ts'
import type { Deps } from './deps.ts'

/** Small tidying that no poll depends on: minutes of the budget that count no more, pages of polls that were killed. */
export async function keepHouse(deps: Deps): Promise<Record<string, never>> {
  await forgetMinutes(deps.pool, deps.clock.now())
  await dropOrphanedPages(deps.pool, deps.clock.now())
  return {}
}
