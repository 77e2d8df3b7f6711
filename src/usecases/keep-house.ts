import { forgetMinutes } from '../db/governor.ts'
import { deleteEndedSessions } from '../db/sessions.ts'
import { forgetOldAddresses, forgetOldFailures } from '../db/sign-in-failures.ts'
import { dropOrphanedPages } from '../db/staging.ts'
import { addressKnownMs } from './attempts.ts'
import type { Deps } from './deps.ts'
import { idleSince } from './session-life.ts'

/** No wait is longer than this, so what is older says nothing any more (ms). */
const failuresKeptMs = 86_400_000

/**
 * Small tidying that no poll depends on: minutes of the budget that count no more, pages of polls that were
 * killed, sessions that are over, and failed sign-ins of yesterday.
 */
export async function keepHouse(deps: Deps): Promise<Record<string, never>> {
  const now = deps.clock.now()
  await forgetMinutes(deps.pool, now)
  await dropOrphanedPages(deps.pool, now)
  await deleteEndedSessions(deps.pool, now, idleSince(deps))
  await forgetOldFailures(deps.pool, new Date(now.getTime() - failuresKeptMs))
  await forgetOldAddresses(deps.pool, new Date(now.getTime() - addressKnownMs))
  return {}
}
