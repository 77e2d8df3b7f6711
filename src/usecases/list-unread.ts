import { listUnreadMessages, type Unread } from '../db/unread-messages.ts'
import type { Deps } from './deps.ts'
import { openPushed } from './pushed-source.ts'

export type ListUnread = {
  readonly sourceId: number
  readonly reason?: string | undefined
  readonly groupId?: number | undefined
  readonly before?: number | undefined
  readonly limit: number
}

export type UnreadPage = { readonly items: readonly Unread[]; readonly next: number | null }

/** Messages that could not be read or whose company is not known, the latest first. Throws `RequestError`. */
export async function listUnread(deps: Deps, input: ListUnread): Promise<UnreadPage> {
  await openPushed(deps, input.sourceId)
  const { reason = null, groupId = null, before = null, limit } = input
  const rows = await listUnreadMessages(deps.pool, input.sourceId, { reason, groupId, before }, limit + 1)
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}
