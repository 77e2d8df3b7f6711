import type { Alarm, AlarmKind, AlarmSeverity } from '../core/alarm.ts'
import { alarmKey } from '../core/alarm.ts'
import { alarmWords } from '../core/alarm-words.ts'
import { type DrillSchedule, nextDrillAt } from '../core/drill.ts'
import type { WatchGap } from '../core/watch-gaps.ts'
import { countMessages, type WebhookNumbers } from '../db/alarm-messages.ts'
import { latestDrills, loadDrillPlans } from '../db/drills.ts'
import type { Sql } from '../db/sql.ts'
import { holdingAlarms, loadWatch } from '../db/watch.ts'
import type { Deps } from './deps.ts'
import { type DrillView, toDrillView } from './drill-view.ts'
import { readGaps } from './read-gaps.ts'
import { readWatchSettings } from './watch-settings.ts'

/** An alarm that holds. */
export type AlarmView = {
  readonly key: string
  readonly kind: AlarmKind
  readonly severity: AlarmSeverity
  /** What it is about: `source/1`, `psa/2` ... */
  readonly subject: string
  readonly name: string
  readonly title: string
  readonly words: string
  readonly advice: string
  /** Since when it is so, and since when it is an alarm. */
  readonly since: Date
  readonly beganAt: Date
}

export type WatchStatus = {
  /** Oldest first. */
  readonly alarms: readonly AlarmView[]
  readonly watch: {
    readonly lastRunAt: Date | null
    readonly gaps: readonly WatchGap[]
    readonly webhook: Pick<WebhookNumbers, 'waiting' | 'failure' | 'lastDeliveredAt' | 'givenUp'> & {
      readonly enabled: boolean
    }
  }
  readonly drills: readonly {
    readonly psaId: number
    readonly psaName: string
    readonly schedule: DrillSchedule | null
    readonly nextAt: Date | null
    readonly last: DrillView | null
  }[]
}

/** Self-watch runs each minute; without a run for so long nobody does it, in ms. */
const silentMs = 5 * 60_000

/** What the watch found, and how it is doing itself. */
export async function readWatch(deps: Deps): Promise<WatchStatus> {
  const now = deps.clock.now()
  const row = await loadWatch(deps.pool)
  const { webhook } = readWatchSettings(row)
  const { waiting, failure, lastDeliveredAt, givenUp } = await countMessages(deps.pool, now)
  const plans = await loadDrillPlans(deps.pool)
  return {
    alarms: await presentAlarms(deps.pool, now),
    watch: {
      lastRunAt: row.lastRunAt,
      gaps: await readGaps(deps),
      webhook: { enabled: webhook.enabled, waiting, failure, lastDeliveredAt, givenUp },
    },
    drills: await Promise.all(
      plans.map(async ({ psaId, psaName, schedule, createdAt }) => {
        const [last] = await latestDrills(deps.pool, psaId, 1)
        const nextAt = nextDrillAt(schedule, createdAt, last?.begunAt ?? null)
        return { psaId, psaName, schedule, nextAt, last: last === undefined ? null : toDrillView(last) }
      }),
    ),
  }
}

/** Alarms that hold, and the one that only a reader can raise: that nobody watches. */
export async function presentAlarms(sql: Sql, now: Date): Promise<AlarmView[]> {
  const { lastRunAt } = await loadWatch(sql)
  const alarms = (await holdingAlarms(sql)).map(toView)
  if (lastRunAt === null || now.getTime() - lastRunAt.getTime() <= silentMs) return alarms
  const kind = 'watch-silent'
  const { title, advice } = alarmWords[kind]
  const words = 'The watch has not run for more than five minutes, so what stands here may be old.'
  const times = { since: lastRunAt, beganAt: lastRunAt }
  const subject = 'tocsin'
  const key = alarmKey(kind, subject)
  return [...alarms, { key, kind, severity: 'critical', subject, name: 'Tocsin', title, words, advice, ...times }]
}

function toView(alarm: Alarm): AlarmView {
  const { key, kind, severity, subject, name, words, since, beganAt } = alarm
  const { title, advice } = alarmWords[kind]
  return { key, kind, severity, subject, name, title, words, advice, since, beganAt: beganAt ?? since }
}
