import { cleanText } from '../channels/bounded.ts'
import { loadUnreadMessage, type Unread } from '../db/unread-messages.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'
import { notFound } from './request-error.ts'

export type UnreadWhole = Unread & {
  /** All that was kept of it, as text. */
  readonly text: string
}

/** One message that could not be read or whose company is not known, with all of its text. Throws `RequestError`. */
export async function showUnread(
  deps: Deps,
  { sourceId, messageId }: { readonly sourceId: number; readonly messageId: number },
): Promise<UnreadWhole> {
  await openPushed(deps, sourceId)
  const found = await loadUnreadMessage(deps.pool, sourceId, messageId)
  if (found === null) throw notFound('message that could not be read with the id', messageId)
  const { whole, ...message } = found
  return { ...message, text: cleanText(whole.toString('utf8'), Number.POSITIVE_INFINITY) }
}
