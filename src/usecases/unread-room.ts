import { type UnreadUse, useOfUnread } from '../db/unread-groups.ts'
import type { NewUnread } from '../db/unread-messages.ts'
import type { Deps } from './deps.ts'
import type { OpenPushed } from './pushed-source.ts'

/** Messages of one source that stay until a person or their age removes them; above that senders are pushed back. */
const mostMessages = 100_000
/** The part of the room that one group may use, so that a flood from one leaves room for the others. */
const shareOfGroup = 4

/** What messages that stay take of their room. */
export type UnreadRoom = {
  readonly messages: number
  readonly mostMessages: number
  readonly bytes: number
  readonly mostBytes: number
  /** How full it is for those who find it fullest: 1 and more is full. */
  readonly fill: number
}

/** How full it is where these messages are to go; none that stays among them needs any room. */
export async function hasRoomForUnread(
  deps: Pick<Deps, 'pool'>,
  { id, rules }: Pick<OpenPushed, 'id' | 'rules'>,
  unread: readonly NewUnread[],
): Promise<boolean> {
  const keys = unread.flatMap(({ group }) => (group.stays ? [group.key] : []))
  if (keys.length === 0) return true
  return toRoom(await useOfUnread(deps.pool, id, keys), rules.mostUnreadBytes).fill < 1
}

/** The room of a source as it is now. */
export async function roomForUnread(
  deps: Pick<Deps, 'pool'>,
  { id, rules }: Pick<OpenPushed, 'id' | 'rules'>,
): Promise<UnreadRoom> {
  return toRoom(await useOfUnread(deps.pool, id), rules.mostUnreadBytes)
}

function toRoom({ messages, bytes, largest }: UnreadUse, mostBytes: number): UnreadRoom {
  const fill = Math.max(
    messages / mostMessages,
    bytes / mostBytes,
    (shareOfGroup * largest.messages) / mostMessages,
    (shareOfGroup * largest.bytes) / mostBytes,
  )
  return { messages, mostMessages, bytes, mostBytes, fill }
}
