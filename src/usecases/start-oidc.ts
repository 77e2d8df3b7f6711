import { z } from 'zod'
import { ConnectorError } from '../connectors/failure.ts'
import { loadOidc } from '../db/oidc.ts'
import { OidcError } from '../lib/oidc.ts'
import { SecretBoxError } from '../lib/secret-box.ts'
import { mayStartOidc } from './attempts.ts'
import type { Deps } from './deps.ts'
import { OidcRefusal } from './oidc-refusal.ts'
import { openOidcSecret, withProvider } from './open-oidc.ts'
import { RequestError } from './request-error.ts'
import { secretDigest } from './session-life.ts'

export type StartOidc = {
  /** Where to go once signed in: a path of our own, see `ownPath`. */
  readonly next: string
  /** Where the provider sends the browser back to: an address that is registered there. */
  readonly redirectUrl: string
  /** Code of an invitation that is to be accepted with it. */
  readonly invitation?: string | undefined
  /** Address of the visitor. */
  readonly address: string
}

/** How long a person may take at the provider, in ms. */
const startedMs = 600_000
const startPlace = 'oidc/start'

const Started = z.object({
  issuer: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  redirectUrl: z.string(),
  next: z.string(),
  /** Digest of the code. */
  invitation: z.string().nullable(),
  endsAt: z.number(),
})
export type Started = z.infer<typeof Started>

/**
 * Begins a sign-in by the provider: where the browser goes, and what it must bring back. That is sealed and kept in the
 * browser alone, which also binds the sign-in to it. Throws `OidcRefusal`.
 */
export async function startOidc(deps: Deps, input: StartOidc): Promise<{ url: URL; started: string }> {
  const oidc = await loadOidc(deps.pool)
  if (oidc === null) throw new OidcRefusal('no-provider')
  await orRefusal(() => mayStartOidc(deps, input.address))
  const { next, redirectUrl, invitation } = input
  const { url, state, nonce, verifier } = await orRefusal(() =>
    withProvider(deps, oidc, openOidcSecret(deps, oidc), (provider) =>
      provider.begin({ redirectUrl, scopes: oidc.scopes }),
    ),
  )
  const started: Started = {
    issuer: oidc.issuer,
    state,
    nonce,
    verifier,
    redirectUrl,
    next,
    invitation: invitation === undefined ? null : secretDigest(invitation.trim()),
    endsAt: deps.clock.now().getTime() + startedMs,
  }
  return { url, started: deps.box.seal(JSON.stringify(started), startPlace) }
}

/** What the browser brought back of its start. Throws `OidcRefusal` (`expired`). */
export function readStarted(deps: Pick<Deps, 'box' | 'clock'>, sealed: string | null): Started {
  if (sealed === null) throw new OidcRefusal('expired', 'nothing was begun in this browser')
  try {
    const started = Started.parse(JSON.parse(deps.box.open(sealed, startPlace)))
    if (started.endsAt > deps.clock.now().getTime()) return started
  } catch (error) {
    if (!(error instanceof SecretBoxError)) throw error
  }
  throw new OidcRefusal('expired', 'it was begun too long ago')
}

/** Turns what may go wrong with the provider into a refusal. */
export async function orRefusal<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof OidcError) throw new OidcRefusal(error.code, error.message, { cause: error })
    if (error instanceof ConnectorError) throw new OidcRefusal('unreachable', error.message, { cause: error })
    if (error instanceof RequestError && error.code === 'too-many-attempts') throw new OidcRefusal('too-many')
    throw error
  }
}

/** A path of our own, whatever was asked for: nobody is sent elsewhere by our sign-in. */
export function ownPath(next: string | undefined): string {
  const base = 'http://own.invalid'
  const url = next?.startsWith('/') === true ? URL.parse(next, base) : null
  if (url?.origin !== base) return '/'
  const path = url.pathname + url.search + url.hash
  // Of “/.//host” the dot is left out, and what stands behind two slashes is a host again.
  return path.startsWith('//') ? '/' : path
}
