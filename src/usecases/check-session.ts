import type { Role } from '../core/role.ts'
import { sessionByDigest, touchSession } from '../db/sessions.ts'
import type { Deps } from './deps.ts'
import { idleSince, secretDigest } from './session-life.ts'

export type LiveSession = {
  readonly id: number
  readonly personId: number
  readonly personName: string
  readonly role: Role
  readonly csrf: string
}

/** Written at most this often, so that looking at a live screen is no write. */
const touchEveryMs = 60_000

/** The session behind a cookie, which counts as seen; null when it is over or its person may not come in any more. */
export async function checkSession(deps: Deps, cookie: string): Promise<LiveSession | null> {
  const now = deps.clock.now()
  const session = await sessionByDigest(deps.pool, secretDigest(cookie), now, idleSince(deps))
  if (session === null) return null
  if (now.getTime() - session.lastSeenAt.getTime() >= touchEveryMs) await touchSession(deps.pool, session.id, now)
  const { id, personId, personName, role, csrf } = session
  return { id, personId, personName, role, csrf }
}
