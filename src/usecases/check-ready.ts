import { isMigrated } from '../db/migrate.ts'
import type { Deps } from './deps.ts'
import { type AlarmView, presentAlarms } from './read-watch.ts'

export type Readiness = {
  readonly ready: boolean
  readonly database: 'reachable' | 'unreachable'
  readonly schema: 'current' | 'other' | 'unknown'
  /**
   * What is wrong with this installation, without names: anybody may read this. It does not make a process unready, since no
   * other process would do better: a vendor that is down is no reason to end a healthy one.
   */
  readonly alarms: readonly Pick<AlarmView, 'kind' | 'severity' | 'subject' | 'since'>[]
}

/** Whether this process can do its work: the database answers and has this program's schema. Never throws. */
export async function checkReady(deps: Deps): Promise<Readiness> {
  try {
    const current = await isMigrated(deps.pool)
    if (!current) return { ready: false, database: 'reachable', schema: 'other', alarms: [] }
    const alarms = await presentAlarms(deps.pool, deps.clock.now())
    return {
      ready: true,
      database: 'reachable',
      schema: 'current',
      alarms: alarms.map(({ kind, severity, subject, since }) => ({ kind, severity, subject, since })),
    }
  } catch (error) {
    deps.log.warn({ err: error }, 'the database does not answer')
    return { ready: false, database: 'unreachable', schema: 'unknown', alarms: [] }
  }
}
