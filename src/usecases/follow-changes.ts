import type { ChangeKind } from '../core/change.ts'
import type { ChangeFeed, EndOfFeed, Follower } from './change-feed.ts'
import { RequestError } from './request-error.ts'

export type FollowChanges = Pick<Follower, 'sessionId' | 'tokenId'>

/**
 * What a screen is told: `hello` first, `end` last. `kinds` may name one that did not change after all; none that changed
 * after `hello` is left out for good.
 */
export type ChangeMessage =
  | { readonly event: 'hello' }
  | { readonly event: 'changes'; readonly kinds: readonly ChangeKind[] }
  | { readonly event: 'end'; readonly reason: EndOfFeed }

/**
 * Tells `hear` which kinds of things changed until the session or token is over or the server stops. Gives the way to
 * leave earlier. Throws `RequestError` (`too-many-screens`).
 */
export function followChanges(
  feed: ChangeFeed,
  input: FollowChanges,
  hear: (message: ChangeMessage) => void,
): () => void {
  const leave = feed.join({
    ...input,
    begin: () => hear({ event: 'hello' }),
    tell: (kinds) => hear({ event: 'changes', kinds }),
    end: (reason) => hear({ event: 'end', reason }),
  })
  if (leave !== null) return leave
  const message = 'Too many screens are open at once. Close some, or let this one read again from time to time.'
  throw new RequestError('too-many-screens', message)
}
