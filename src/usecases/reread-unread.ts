import { PatternError } from '../channels/linear-pattern.ts'
import { createReadAgain, type ReadAgain } from '../channels/read-again.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
import { storeParcels, wakeSettling } from '../db/inbox.ts'
import { type ChannelsRow, loadChannels } from '../db/source-channels.ts'
import { withTransaction } from '../db/transaction.ts'
import { hasStale, oldestStale, type StaleUnread, storeReadAgain } from '../db/unread-again.ts'
import { reviveMessage } from './assign-unread.ts'
import type { StoredChannels } from './channel-settings.ts'
import type { Deps } from './deps.ts'
import { toSyslogSettings } from './open-channels.ts'
import { type OpenPushed, openPushed } from './pushed-source.ts'
import { toParcels, toUnread } from './sort-messages.ts'

/** Messages that are read again in one transaction, and bytes that they take. */
const batch = { most: 200, bytes: 4 * 1024 * 1024 } as const
/** One run lasts no longer than this, in real ms: what came meanwhile is settled between two. */
const longestRunMs = 5_000

export type Reread = {
  /** Messages that were read again, and those of them that wait no longer. */
  readonly reread: number
  readonly found: number
  readonly isDone: boolean
}

/**
 * Reads what waits at a source again where its channels were saved since, the oldest first: what can be read now and has a company
 * goes into the inbox as if it had come now, in the transaction that takes it out of the unread. Each message knows by which
 * version it was read, so a run that was cut off goes on where it ended, and one that was still read by the old rules
 * after they were saved is read again too.
 */
export async function rereadUnread(deps: Deps, duty: Duty, signal: AbortSignal): Promise<Reread> {
  const total = { reread: 0, found: 0 }
  const channels = await loadChannels<StoredChannels>(deps.pool, duty.subjectId)
  if (channels === null || !(await hasStale(deps.pool, channels.sourceId, channels.version))) {
    return { ...total, isDone: true }
  }
  const source = await openPushed(deps, duty.subjectId)
  const readAgain = prepare(deps, channels)
  const until = performance.now() + longestRunMs
  for (let after = 0; ; ) {
    if (signal.aborted || performance.now() > until) return { ...total, isDone: false }
    const stale = await oldestStale(deps.pool, source.id, channels.version, after, batch)
    const last = stale.at(-1)
    if (last === undefined) break
    total.found += await rereadBatch(deps, duty, { source, version: channels.version, readAgain }, stale)
    total.reread += stale.length
    after = last.id
  }
  deps.log.info({ source: source.name, ...total }, 'what waited was read again by the rules of now')
  return { ...total, isDone: true }
}

type Reading = { readonly source: OpenPushed; readonly version: number; readonly readAgain: ReadAgain | null }

/** Returns how many wait no longer. */
async function rereadBatch(
  deps: Deps,
  duty: Duty,
  { source, version, readAgain }: Reading,
  stale: readonly StaleUnread[],
): Promise<number> {
  const read: { readonly stale: StaleUnread; readonly again: Awaited<ReturnType<ReadAgain>> | null }[] = []
  for (const one of stale) {
    read.push({ stale: one, again: readAgain && (await readAgain(reviveMessage(one.message), one.whole)) })
  }
  const judged = read.map(({ stale: one, again }) => {
    const message = again === null ? null : { ...again, version }
    return { stale: one, message, unread: message === null ? asItIs(one, version) : toUnread(source, message) }
  })
  const now = deps.clock.now()
  const found = await withTransaction(deps.pool, async (client) => {
    await guardDuty(client, duty)
    const there = await storeReadAgain(client, source.id, version, judged, now)
    const over = judged.flatMap(({ stale: one, message, unread }) =>
      unread === null && message !== null && there.has(one.id) ? [message] : [],
    )
    await storeParcels(client, source.id, toParcels(source, over), now)
    return over.length
  })
  if (found > 0)
    for (const lane of ['computers', 'events'] as const) await wakeSettling(deps.pool, lane, source.id, now)
  return found
}

/** Null when the stored rules cannot be used: then all stays as it is until they are saved again. */
function prepare(deps: Deps, row: ChannelsRow<StoredChannels>): ReadAgain | null {
  const { sourceId, version, settings } = row
  try {
    return createReadAgain(deps, {
      syslog: settings.syslog === null ? null : toSyslogSettings(row, settings.syslog, ''),
      mail: { sourceId, version, ...settings.mail },
    })
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    deps.log.error({ err: error, source: sourceId }, 'what waits cannot be read again by these rules: save them again')
    return null
  }
}

function asItIs(stale: StaleUnread, version: number): NonNullable<ReturnType<typeof toUnread>> {
  const { key, group, message, whole, receivedAt } = stale
  return { key, group, detail: stale.detail, message, whole, version, receivedAt }
}
