import { forgetMinutes } from '../db/desk-budget.ts'
import { deleteEndedSessions } from '../db/sessions.ts'
import { forgetOldAddresses, forgetOldFailures } from '../db/sign-in-failures.ts'
import { addressKnownMs } from './attempts.ts'
import type { Deps } from './deps.ts'
import { forgetWatch } from './forget-watch.ts'
import { idleSince } from './session-life.ts'

/** No wait is longer than this, so what is older says nothing any more (ms). */
const failuresKeptMs = 86_400_000

/**
 * Small tidying that nothing depends on: minutes of the budget that count no more, sessions that are over, and failed
 * sign-ins of yesterday.
 */
export async function keepHouse(deps: Deps): Promise<Record<string, never>> {
  const now = deps.clock.now()
  await forgetMinutes(deps.pool, now)
  await forgetWatch(deps)
  await deleteEndedSessions(deps.pool, now, idleSince(deps))
  await forgetOldFailures(deps.pool, new Date(now.getTime() - failuresKeptMs))
  await forgetOldAddresses(deps.pool, new Date(now.getTime() - addressKnownMs))
  return {}
}
