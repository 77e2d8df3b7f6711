import type { ChannelMessage } from '../channels/message.ts'
import type { Meter } from '../lib/meter.ts'

/** Counts messages that are on disk by whether somebody must look at them; returns how many must be. */
export function countTaken(
  meter: Meter,
  channel: 'syslog' | 'smtp' | 'mailbox',
  messages: readonly ChannelMessage[],
): { readonly taken: number; readonly unread: number } {
  const unread = messages.filter(({ reading, company }) => reading.kind === 'unread' || company === null)
  for (const [sourceId, mine] of Map.groupBy(messages, (message) => message.sourceId)) {
    const dark = unread.filter((message) => message.sourceId === sourceId).length
    if (mine.length > dark) meter.heard(channel, String(sourceId), 'read', mine.length - dark)
    if (dark > 0) meter.heard(channel, String(sourceId), 'unread', dark)
  }
  return { taken: messages.length, unread: unread.length }
}
