import { deleteSession } from '../db/sessions.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { writeAudit } from './write-audit.ts'

/** Ends the session of a person; its cookie is worth nothing from now on. A token has none, and nothing happens. */
export async function signOut(deps: Deps, input: { sessionId: number | null }): Promise<void> {
  const { sessionId } = input
  if (sessionId === null) return
  await withTransaction(deps.pool, async (client) => {
    await deleteSession(client, sessionId)
    const subject = { kind: 'session', id: sessionId, name: deps.actor.name }
    await writeAudit(deps, client, { action: 'sign-out', subject, before: null, after: null })
  })
}
