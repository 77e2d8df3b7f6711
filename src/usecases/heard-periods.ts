import { type HeardChannel, loadListening } from '../db/channel-listening.ts'
import type { MessageChannel } from '../db/pushed-computers.ts'
import { loadChannels } from '../db/source-channels.ts'
import type { StoredChannels } from './channel-settings.ts'
import type { Deps } from './deps.ts'

/**
 * An interruption so long at most does not begin the time of what holds anew, in seconds: a restart is one, and senders try again.
 * From then on it is the alarm `channel-silent` (docs/WATCH.md).
 */
export const interruptionSeconds = 300

export type HeardPeriod = { readonly channel: MessageChannel; readonly since: Date; readonly until: Date }

/**
 * The periods in which everything that a source says could be heard, by the way in which it says it, up to now. None for a way on
 * which nobody listens: there silence tells nothing.
 */
export async function heardPeriods(deps: Pick<Deps, 'pool' | 'clock'>, sourceId: number): Promise<HeardPeriod[]> {
  const now = deps.clock.now().getTime()
  const row = await loadChannels<StoredChannels>(deps.pool, sourceId)
  if (row === null) return []
  const { syslog, smtp, mailbox } = row.settings
  const isOn = (one: { readonly enabled: boolean } | null): boolean => one?.enabled === true
  const ways: readonly [MessageChannel, readonly HeardChannel[]][] = [
    ['syslog', isOn(syslog) ? ['syslog'] : []],
    // A mail may come either way, so both must have been open.
    ['mail', [...(isOn(smtp) ? (['smtp'] as const) : []), ...(isOn(mailbox) ? (['mailbox'] as const) : [])]],
  ]
  const heard = new Map((await loadListening(deps.pool, sourceId)).map((one) => [one.channel, one]))
  return ways.flatMap(([channel, needed]) => {
    const found = needed.flatMap((one) => heard.get(one) ?? [])
    if (needed.length === 0 || found.length < needed.length) return []
    const since = new Date(Math.max(...found.map((one) => one.since.getTime())))
    const until = new Date(Math.min(now, ...found.map((one) => one.until.getTime())))
    return [{ channel, since, until }]
  })
}
