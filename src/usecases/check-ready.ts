import { isMigrated } from '../db/migrate.ts'
import type { Deps } from './deps.ts'

export type Readiness = {
  readonly ready: boolean
  readonly database: 'reachable' | 'unreachable'
  readonly schema: 'current' | 'other' | 'unknown'
}

/** Whether this process can do its work: the database answers and has this program's schema. Never throws. */
export async function checkReady(deps: Deps): Promise<Readiness> {
  try {
    const current = await isMigrated(deps.pool)
    return { ready: current, database: 'reachable', schema: current ? 'current' : 'other' }
  } catch (error) {
    deps.log.warn({ err: error }, 'the database does not answer')
    return { ready: false, database: 'unreachable', schema: 'unknown' }
  }
}
