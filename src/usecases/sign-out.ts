import { deleteSession } from '../db/sessions.ts'
import type { Deps } from './deps.ts'

/** Ends the session; its cookie is worth nothing from now on. */
export async function signOut(deps: Deps, input: { sessionId: number | null }): Promise<void> {
  if (input.sessionId !== null) await deleteSession(deps.pool, input.sessionId)
}
