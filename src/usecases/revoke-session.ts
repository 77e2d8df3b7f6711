import { deleteSession, livingSessions } from '../db/sessions.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { notFound } from './request-error.ts'
import { idleSince } from './session-life.ts'
import { writeAudit } from './write-audit.ts'

/** Ends a session at once; of one person only, unless `personId` is null. */
export async function revokeSession(deps: Deps, input: { id: number; personId: number | null }): Promise<void> {
  const now = deps.clock.now()
  await withTransaction(deps.pool, async (client) => {
    const all = await livingSessions(client, input.personId, now, idleSince(deps))
    const session = all.find(({ id }) => id === input.id)
    if (session === undefined) throw notFound('session', input.id)
    await deleteSession(client, session.id)
    const subject = { kind: 'session', id: session.id, name: session.personName }
    const before = { person: session.personName, address: session.address, since: session.createdAt.toISOString() }
    await writeAudit(deps, client, { action: 'revoke-session', subject, before, after: null })
  })
}
