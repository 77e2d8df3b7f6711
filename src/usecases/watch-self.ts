import { type AlarmChange, judgeAlarms } from '../core/alarm.ts'
import { findAlarms } from '../core/find-alarms.ts'
import { insertMessages } from '../db/alarm-messages.ts'
import { type Duty, guardDuty, hurryDuty } from '../db/duties.ts'
import { withTransaction } from '../db/transaction.ts'
import { loadAlarms, loadWatch, markWatchRun, saveAlarms } from '../db/watch.ts'
import { alarmMessage } from './alarm-message.ts'
import type { Deps } from './deps.ts'
import { measureWatch } from './measure-watch.ts'
import { ownConnector } from './own-sources.ts'
import { reportProcess } from './report-process.ts'
import { readWatchSettings } from './watch-settings.ts'

/** Without a run for so long nobody watched, in ms. */
const gapMs = 5 * 60_000

export type WatchedSelf = { readonly began: number; readonly ended: number; readonly holding: number }

/**
 * Judges how this installation itself is doing: which alarms begin and end. What there is to tell is stored in the same
 * transaction, so that a crash neither loses it nor tells it of nothing; the log has a line for each begin and each end.
 */
export async function watchSelf(deps: Deps, duty: Duty): Promise<WatchedSelf> {
  await reportProcess(deps)
  const settings = readWatchSettings(await loadWatch(deps.pool))
  const measured = await measureWatch(deps, settings)
  const { changes, holding } = await withTransaction(deps.pool, async (client) => {
    await guardDuty(client, duty)
    const now = deps.clock.now()
    const watch = await loadWatch(client, { lock: true })
    const { webhook, thresholds } = readWatchSettings(watch)
    const wasWatching = watch.lastRunAt !== null && now.getTime() - watch.lastRunAt.getTime() <= gapMs
    const resumedAt = wasWatching ? (watch.resumedAt ?? now) : now
    const known = await loadAlarms(client)
    const keys = new Set(known.flatMap(({ key, state }) => (state === 'holding' ? [key] : [])))
    const judged = judgeAlarms(findAlarms(measured, thresholds, keys, now), known, resumedAt, now)
    await saveAlarms(client, judged.save, judged.forget)
    await markWatchRun(client, now, resumedAt)
    if (judged.changes.length > 0) {
      if (webhook.enabled) {
        await insertMessages(
          client,
          judged.changes.map((change) => alarmMessage(deps, change, now)),
          now,
        )
        await hurryDuty(client, 'tell-webhook', 0, now)
      }
      await hurryOwnSource(deps, client, now)
    }
    const held = judged.changes.reduce(
      (sum, { what }) => sum + (what === 'began' ? 1 : what === 'ended' ? -1 : 0),
      keys.size,
    )
    return { changes: judged.changes, holding: held }
  })
  for (const change of changes) logChange(deps, change)
  const count = (what: AlarmChange['what']) => changes.filter((change) => change.what === what).length
  return { began: count('began'), ended: count('ended'), holding }
}

/** The sources “Tocsin” are read at once, so that a ticket need not wait for their next turn. */
async function hurryOwnSource(deps: Deps, client: Parameters<typeof hurryDuty>[0], now: Date): Promise<void> {
  const rows = await deps.db.selectFrom('sources').select('id').where('connector', '=', ownConnector).execute()
  for (const { id } of rows) await hurryDuty(client, 'poll-computers', id, now)
}

function logChange(deps: Pick<Deps, 'log'>, { what, alarm }: AlarmChange): void {
  const { kind, subject, name, severity, words, since } = alarm
  const fields = { alarm: kind, subject, name, severity, words, since }
  if (what === 'ended') deps.log.info(fields, 'alarm ended')
  else deps.log[severity === 'critical' ? 'error' : 'warn'](fields, what === 'began' ? 'alarm began' : 'alarm changed')
}
