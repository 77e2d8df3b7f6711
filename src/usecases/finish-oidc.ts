import { loadOidc } from '../db/oidc.ts'
import { admitByOidc } from './admit-by-oidc.ts'
import { mayFinishOidc, oidcWasRight } from './attempts.ts'
import type { Deps } from './deps.ts'
import { readIdentity } from './oidc-identity.ts'
import { OidcRefusal } from './oidc-refusal.ts'
import { openOidcSecret, withProvider } from './open-oidc.ts'
import { RequestError } from './request-error.ts'
import type { Visitor } from './session-life.ts'
import { welcome } from './sign-in.ts'
import { orRefusal, readStarted } from './start-oidc.ts'

export type FinishOidc = {
  /** What the provider sent along with the browser. */
  readonly params: URLSearchParams
  /** What `startOidc` gave to this browser; null when it has nothing. */
  readonly started: string | null
  readonly visitor: Visitor
}

/** Signs in whoever comes back from the provider; gives the cookie and where to go. Throws `OidcRefusal`. */
export async function finishOidc(deps: Deps, input: FinishOidc): Promise<{ cookie: string; next: string }> {
  const started = readStarted(deps, input.started)
  const oidc = await loadOidc(deps.pool)
  if (oidc === null) throw new OidcRefusal('no-provider')
  if (oidc.issuer !== started.issuer) throw new OidcRefusal('expired', 'the provider was changed meanwhile')
  await orRefusal(() => mayFinishOidc(deps, input.visitor.address))
  const { redirectUrl, state, nonce, verifier, invitation, next } = started
  const claims = await orRefusal(() =>
    withProvider(deps, oidc, openOidcSecret(deps, oidc), (provider) =>
      provider.finish({ redirectUrl, state, nonce, verifier, params: input.params }),
    ),
  )
  const person = await admitByOidc(deps, { oidc, identity: readIdentity(oidc, claims), invitation })
  const cookie = await welcome(deps, person, input.visitor, 'oidc').catch((error: unknown) => {
    // Shut out between these two steps.
    throw error instanceof RequestError ? new OidcRefusal('shut-out', error.message, { cause: error }) : error
  })
  await oidcWasRight(deps, input.visitor.address)
  return { cookie, next }
}
