import { BusyError, type ChannelMessage } from '../channels/message.ts'
import { storeUnread } from '../db/unread-messages.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'
import { toParcels, toUnread } from './sort-messages.ts'
import { InboxFullError, takeParcels } from './take-parcels.ts'
import { hasRoomForUnread } from './unread-room.ts'

/** A sender whose messages wait for a person is to try again after this, in ms. */
const tryUnreadAgainMs = 60_000

/**
 * Takes what a channel read, and returns when all of it is on disk: what belongs to a company into the inbox, all else to be
 * shown to a person. Throws `BusyError` when it must be pushed back; taking the same messages again then changes nothing twice.
 */
export async function takeMessages(deps: Deps, messages: readonly ChannelMessage[]): Promise<void> {
  for (const [sourceId, mine] of Map.groupBy(messages, (message) => message.sourceId)) {
    const source = await openPushed(deps, sourceId)
    const unread = mine.flatMap((message) => toUnread(source, message) ?? [])
    if (!(await hasRoomForUnread(deps, source, unread))) throw new BusyError(tryUnreadAgainMs, 'unread')
    try {
      await takeParcels(deps, sourceId, source.rules.mostWaiting, toParcels(source, mine), (client) =>
        storeUnread(client, sourceId, unread, deps.clock.now()),
      )
    } catch (error) {
      if (error instanceof InboxFullError) throw new BusyError(error.retryAfterMs)
      throw error
    }
  }
}
