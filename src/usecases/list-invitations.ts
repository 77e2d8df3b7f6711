import { type Invitation, openInvitations } from '../db/invitations.ts'
import type { Deps } from './deps.ts'

/** Those that can still be accepted. */
export function listInvitations(deps: Deps): Promise<readonly Invitation[]> {
  return openInvitations(deps.pool, deps.clock.now())
}
