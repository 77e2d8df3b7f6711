import { ensureDuty, hurryDuty, removeDuties } from '../db/duties.ts'
import { type ChannelsRow, saveChannelsRow } from '../db/source-channels.ts'
import type { Client } from '../db/sql.ts'
import type { StoredChannels } from './channel-settings.ts'

/** Stores the channels of a source, and begins or ends looking into its mailbox; listeners follow within seconds. */
export async function storeChannels(
  client: Client,
  row: Omit<ChannelsRow<StoredChannels>, 'sourceName'>,
  now: Date,
): Promise<void> {
  const { sourceId, settings } = row
  await saveChannelsRow(client, row, now)
  if (settings.mailbox?.enabled) {
    await ensureDuty(client, 'poll-mailbox', sourceId, now)
    await hurryDuty(client, 'poll-mailbox', sourceId, now)
  } else await removeDuties(client, ['poll-mailbox'], sourceId)
}
