import { forgetListening } from '../db/channel-listening.ts'
import { ensureDuty, hurryDuty, removeDuties } from '../db/duties.ts'
import { type ChannelsRow, loadChannels, saveChannelsRow } from '../db/source-channels.ts'
import type { Client } from '../db/sql.ts'
import type { StoredChannels } from './channel-settings.ts'

/**
 * Stores the channels of a source, and begins or ends looking into its mailbox; listeners follow within seconds, and what waits is
 * read again by the new rules.
 */
export async function storeChannels(
  client: Client,
  row: Omit<ChannelsRow<StoredChannels>, 'sourceName'>,
  now: Date,
): Promise<void> {
  const { sourceId, settings } = row
  const before = await loadChannels<StoredChannels>(client, sourceId)
  // Mails of another place, or of days that were not looked at, are no echo of what was heard at the former one.
  if (placeOf(before?.settings.mailbox) !== placeOf(settings.mailbox))
    await forgetListening(client, sourceId, 'mailbox')
  await saveChannelsRow(client, row, now)
  if (settings.mailbox?.enabled) {
    await ensureDuty(client, 'poll-mailbox', sourceId, now)
    await hurryDuty(client, 'poll-mailbox', sourceId, now)
  } else await removeDuties(client, ['poll-mailbox'], sourceId)
  await hurryDuty(client, 'poll-events', sourceId, now)
}

function placeOf(mailbox: StoredChannels['mailbox'] | undefined): string {
  if (mailbox == null) return ''
  const { host, port, user, folder, notBefore } = mailbox
  return JSON.stringify([host, port, user, folder, notBefore])
}
