import { isInvitationOpen } from '../db/invitations.ts'
import { notGoodAnyMore } from './accept-invitation.ts'
import type { Deps } from './deps.ts'
import { OidcRefusal } from './oidc-refusal.ts'
import { RequestError } from './request-error.ts'
import { secretDigest } from './session-life.ts'
import { type StartOidc, startOidc } from './start-oidc.ts'

/**
 * Begins a sign-in by the provider that accepts an invitation when it comes back: whoever has its code is the one who was
 * invited, also when the provider vouches for no address. Throws `not-found`, and `connection-failed` for the provider.
 */
export async function acceptInvitationByOidc(
  deps: Deps,
  { code, redirectUrl, address }: Omit<StartOidc, 'next' | 'invitation'> & { readonly code: string },
): Promise<{ url: URL; started: string }> {
  const invitation = code.trim()
  if (!(await isInvitationOpen(deps.pool, secretDigest(invitation), deps.clock.now()))) throw notGoodAnyMore()
  try {
    return await startOidc(deps, { next: '/', redirectUrl, address, invitation })
  } catch (error) {
    if (!(error instanceof OidcRefusal)) throw error
    const message = `The provider could not be asked: ${error.message} Choose a password instead, or try again later.`
    throw new RequestError('connection-failed', message, {}, { cause: error })
  }
}
