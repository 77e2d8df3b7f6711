import type { AlarmKind } from '../core/alarm.ts'
import { alarmWords } from '../core/alarm-words.ts'
import { type WatchGap, type WatchWay, watchGaps } from '../core/watch-gaps.ts'
import { loadWatch } from '../db/watch.ts'
import type { Deps } from './deps.ts'
import { readWatchSettings } from './watch-settings.ts'

/** What could go wrong here without anybody being told, from the settings as they are now. */
export async function readGaps(deps: Pick<Deps, 'pool' | 'db' | 'clock'>): Promise<WatchGap[]> {
  const { webhook } = readWatchSettings(await loadWatch(deps.pool))
  const psas = await deps.db.selectFrom('psas').select(['id', 'name']).orderBy('name').execute()
  const rules = await deps.db
    .selectFrom('mappings as m')
    .innerJoin('integrations as i', 'i.id', 'm.integration_id')
    .innerJoin('sources as s', 's.id', 'i.source_id')
    .innerJoin('rules as r', 'r.integration_id', 'i.id')
    .select(['i.psa_id', 'r.key', 'r.section'])
    .where('s.connector', '=', 'tocsin')
    .where('r.enabled', '=', true)
    .where(({ or, eb }) => or([eb('i.paused_until', 'is', null), eb('i.paused_until', '<=', deps.clock.now())]))
    .execute()
  const kinds = Object.keys(alarmWords) as AlarmKind[]
  const ways = [...Map.groupBy(rules, ({ psa_id: psaId }) => psaId)].map(([psaId, on]): WatchWay => {
    const isOn = (kind: AlarmKind) =>
      alarmWords[kind].levels.every((level) => on.some(({ key, section }) => key === kind && section === level))
    return { psaId, kinds: kinds.filter(isOn) }
  })
  return watchGaps(psas, ways, webhook.enabled)
}
