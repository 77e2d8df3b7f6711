import type { WatchGap } from '../core/watch-gaps.ts'
import { thresholdBounds } from '../core/watch-thresholds.ts'
import { loadWatch } from '../db/watch.ts'
import type { Deps } from './deps.ts'
import { readGaps } from './read-gaps.ts'
import { maskedAddress, readWatchSettings, readWebhook, type WatchSettings } from './watch-settings.ts'

export type WatchSettingsView = Omit<WatchSettings, 'webhook'> & {
  readonly webhook: WatchSettings['webhook'] & { readonly secretSet: boolean }
  readonly bounds: readonly {
    readonly key: string
    readonly usual: number
    readonly least: number
    readonly most: number
    readonly help: string
  }[]
  /** What could go wrong without anybody being told. */
  readonly gaps: readonly WatchGap[]
}

/**
 * The settings of self-watch, with bounds and with what nobody would be told of. The webhook's address is `whole` only for
 * those who may change it: it may hold a token.
 */
export async function showWatchSettings(deps: Deps, { whole }: { whole: boolean }): Promise<WatchSettingsView> {
  const row = await loadWatch(deps.pool)
  const { thresholds, secretEnds } = readWatchSettings(row)
  const webhook = readWebhook(deps.box, row)
  return {
    thresholds,
    webhook: {
      ...webhook,
      url: whole ? webhook.url : maskedAddress(webhook.url),
      secretSet: row.webhookSecret !== null,
    },
    secretEnds,
    bounds: Object.entries(thresholdBounds).map(([key, bounds]) => ({ key, ...bounds })),
    gaps: await readGaps(deps),
  }
}
