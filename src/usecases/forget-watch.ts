import { forgetOldDrills } from '../db/drills.ts'
import { forgetChannelStates } from '../db/source-channels.ts'
import { forgetOldWatch } from '../db/watch.ts'
import type { Deps } from './deps.ts'
import { reportKeptMs } from './measure-watch.ts'

/** Alarms, messages and drills that ended are kept for so long, in ms. */
const keptMs = 30 * 86_400_000

/** Forgets what ended long ago, so that a long life leaves no trail without end. */
export async function forgetWatch(deps: Pick<Deps, 'pool' | 'clock'>): Promise<void> {
  const now = deps.clock.now().getTime()
  await forgetOldWatch(deps.pool, new Date(now - keptMs), new Date(now - reportKeptMs))
  await forgetChannelStates(deps.pool, new Date(now - reportKeptMs))
  await forgetOldDrills(deps.pool, new Date(now - keptMs))
}
