import { type ChangeKind, changeKinds } from '../core/change.ts'
import { type ChangeCounters, numberOfNow, readChangeCounters, settledBefore } from '../db/changes.ts'
import { livingFollowers } from '../db/sessions.ts'
import type { Deps } from './deps.ts'
import { idleSince } from './session-life.ts'

/**
 * Tells open screens what changed. One look at the database a second for the whole process, however many screens are
 * open, and none while there is no screen.
 */

/** Somebody with an open screen. Exactly one of the ids is set. */
export type Follower = {
  readonly sessionId: number | null
  readonly tokenId: number | null
  /** Whatever changes from now on will be told. */
  begin(): void
  tell(kinds: readonly ChangeKind[]): void
  /** Nothing is told any more. */
  end(reason: EndOfFeed): void
}

export type EndOfFeed = 'signed-out' | 'stopping'

export type ChangeFeed = {
  /** Takes in a follower; gives the way to leave, or null when there is no room. */
  join(follower: Follower): (() => void) | null
  /** Ends all. */
  stop(): void
}

const lookEveryMs = 1_000
/** Screens at once: of the process, and of one session or token. */
const mostFollowers = 500
const mostOfOne = 20

export function createChangeFeed(deps: Pick<Deps, 'pool' | 'clock' | 'demo' | 'log'>): ChangeFeed {
  /** Each with whether it has begun. */
  const followers = new Map<Follower, boolean>()
  let timer: ReturnType<typeof setTimeout> | null = null
  let looking = false
  let failing = false
  let seen: ChangeCounters | null = null
  /** Told before they were surely committed: told again when all transactions before this number are over. */
  const unsure = new Map<ChangeKind, bigint>()

  function join(follower: Follower): (() => void) | null {
    const ofOne = [...followers.keys()].filter(
      ({ sessionId, tokenId }) => sessionId === follower.sessionId && tokenId === follower.tokenId,
    )
    if (followers.size >= mostFollowers || ofOne.length >= mostOfOne) return null
    followers.set(follower, false)
    if (!looking) schedule(0)
    return () => leave(follower)
  }

  function leave(follower: Follower): void {
    followers.delete(follower)
    if (followers.size > 0) return
    if (timer !== null) clearTimeout(timer)
    timer = null
    // Whoever comes next reads everything then: what changes until that moment is no news.
    seen = null
    unsure.clear()
  }

  // Real time, whatever clock the rest goes by.
  function schedule(ms: number): void {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => void lookOnce(), ms)
    timer.unref()
  }

  async function lookOnce(): Promise<void> {
    looking = true
    try {
      await look()
      failing = false
    } catch (error) {
      if (!failing) deps.log.warn({ err: error }, 'changes could not be read; screens are told a little later')
      failing = true
    }
    looking = false
    if (followers.size > 0) schedule(lookEveryMs)
  }

  async function look(): Promise<void> {
    await endThoseSignedOut()
    const before = seen
    const fresh = [...followers].flatMap(([follower, begun]) => (begun ? [] : [follower]))
    const now = await readChangeCounters(deps.pool)
    const changed = changeKinds.filter((kind) => before !== null && now[kind] !== before[kind])
    // Whoever begins now may read before a change is committed that was counted already.
    const doubtful = fresh.length > 0 ? changeKinds : changed
    if (doubtful.length > 0 || unsure.size > 0) await tellAll(changed, doubtful)
    if (followers.size === 0) return
    seen = now
    for (const follower of fresh) {
      if (!followers.has(follower)) continue
      followers.set(follower, true)
      follower.begin()
    }
  }

  async function tellAll(changed: readonly ChangeKind[], doubtful: readonly ChangeKind[]): Promise<void> {
    const now = doubtful.length === 0 ? 0n : await numberOfNow(deps.pool)
    const over = await settledBefore(deps.pool)
    const settled = [...unsure].flatMap(([kind, number]) => (number <= over ? [kind] : []))
    for (const kind of settled) unsure.delete(kind)
    if (over < now) for (const kind of doubtful) unsure.set(kind, now)
    const news = [...new Set([...changed, ...settled])]
    if (news.length === 0) return
    for (const [follower, hasBegun] of followers) if (hasBegun) follower.tell(news)
  }

  async function endThoseSignedOut(): Promise<void> {
    const all = [...followers.keys()]
    const idsOf = (key: 'sessionId' | 'tokenId') => [...new Set(all.flatMap((one) => one[key] ?? []))]
    const ids = { sessions: idsOf('sessionId'), tokens: idsOf('tokenId') }
    const living = await livingFollowers(deps.pool, ids, deps.clock.now(), idleSince(deps))
    for (const follower of all) {
      const { sessionId, tokenId } = follower
      if (sessionId !== null ? living.sessions.has(sessionId) : tokenId !== null && living.tokens.has(tokenId)) continue
      end(follower, 'signed-out')
    }
  }

  function end(follower: Follower, reason: EndOfFeed): void {
    if (!followers.has(follower)) return
    leave(follower)
    follower.end(reason)
  }

  return {
    join,
    stop() {
      for (const follower of [...followers.keys()]) end(follower, 'stopping')
    },
  }
}
