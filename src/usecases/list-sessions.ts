import { livingSessions } from '../db/sessions.ts'
import type { Deps } from './deps.ts'
import { idleSince } from './session-life.ts'

export type SessionRow = {
  readonly id: number
  readonly personId: number
  readonly personName: string
  readonly createdAt: Date
  readonly lastSeenAt: Date
  readonly endsAt: Date
  readonly address: string
  readonly userAgent: string
  /** The one that asks. */
  readonly current: boolean
}

/** The living sessions of one person, or of all (`personId` null). */
export async function listSessions(
  deps: Deps,
  input: { personId: number | null; currentId: number | null },
): Promise<readonly SessionRow[]> {
  const now = deps.clock.now()
  const rows = await livingSessions(deps.pool, input.personId, now, idleSince(deps))
  return rows.map(({ id, personId, personName, createdAt, lastSeenAt, endsAt, address, userAgent }) => ({
    id,
    personId,
    personName,
    createdAt,
    lastSeenAt,
    endsAt,
    address,
    userAgent,
    current: id === input.currentId,
  }))
}
