import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'

/** Sign-in by an OpenID Connect provider: code flow with PKCE, state and nonce, signatures of ID tokens checked. */

export type OidcClient = {
  readonly issuer: string
  readonly clientId: string
  /** Empty: a public client, which proves itself by PKCE alone. */
  readonly clientSecret: string
}

/** The way out, as the caller lets us go it. No redirect is followed, whatever it answers. */
export type OidcFetch = (request: {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}) => Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly text: string }>

/** What one sign-in must be held against when it comes back. */
export type OidcChecks = { readonly state: string; readonly nonce: string; readonly verifier: string }

export type OidcClaims = Readonly<Record<string, unknown>> & { readonly sub: string }

export type OidcProvider = {
  /** Hosts of the endpoints that its description names. */
  readonly hosts: readonly string[]
  /** Where the browser is sent. */
  begin(input: { redirectUrl: string; scopes: string }): Promise<OidcChecks & { readonly url: URL }>
  /** Takes what the browser brought back; gives what the provider says of the person. Throws `OidcError`. */
  finish(input: OidcChecks & { redirectUrl: string; params: URLSearchParams }): Promise<OidcClaims>
}

/**
 * - `cancelled`: the person, or the provider on its behalf, said no.
 * - `refused`: the provider does not take us: client, secret, redirect address or scopes are wrong.
 * - `bad-answer`: what came is not what it must be: state, nonce, signature, time, issuer or form.
 */
export class OidcError extends Error {
  override readonly name = 'OidcError'
  readonly code: 'cancelled' | 'refused' | 'bad-answer'

  constructor(code: OidcError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Reads the provider's description. Throws `OidcError`, and what `fetch` throws. */
export async function openProvider(client: OidcClient, fetch: OidcFetch): Promise<OidcProvider> {
  const issuer = new URL(client.issuer)
  const config = await orOidcError(() =>
    discovery(issuer, client.clientId, undefined, authOf(client.clientSecret), {
      [customFetch]: toFetch(fetch),
      // Over TLS the answer of the token endpoint would do; on this machine alone there may be none.
      execute: [enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [allowInsecureRequests] : [])],
    }),
  )
  return {
    hosts: endpointHosts(config),
    async begin({ redirectUrl, scopes }) {
      const checks = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() }
      const url = buildAuthorizationUrl(config, {
        redirect_uri: redirectUrl,
        scope: scopes,
        response_type: 'code',
        code_challenge: await calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
        state: checks.state,
        nonce: checks.nonce,
      })
      return { ...checks, url }
    },
    finish: (input) => orOidcError(() => finish(config, input)),
  }
}

async function finish(
  config: Configuration,
  { redirectUrl, params, state, nonce, verifier }: Parameters<OidcProvider['finish']>[0],
): Promise<OidcClaims> {
  const url = new URL(redirectUrl)
  url.search = params.toString()
  const tokens = await authorizationCodeGrant(config, url, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (claims === undefined) throw new OidcError('bad-answer', 'The provider gave no ID token.')
  if (config.serverMetadata().userinfo_endpoint === undefined) return claims
  // Many providers tell e-mail and groups only there. What the signed token says goes before it.
  return { ...(await fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims }
}

/** By the way the provider says it takes; the standard's own default when it says nothing (OpenID Connect Discovery 1.0, 3). */
function authOf(clientSecret: string): ClientAuth {
  if (clientSecret === '') return None()
  const [basic, post] = [ClientSecretBasic(clientSecret), ClientSecretPost(clientSecret)]
  return (server, client, body, headers) => {
    const known = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const usePost = known.includes('client_secret_post') && !known.includes('client_secret_basic')
    return (usePost ? post : basic)(server, client, body, headers)
  }
}

function toFetch(fetch: OidcFetch) {
  return async (
    url: string,
    { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
  ): Promise<Response> => {
    const text = body === undefined || body === null ? null : String(body)
    const sent = text === null ? headers : { 'content-type': 'application/x-www-form-urlencoded', ...headers }
    const reply = await fetch({ method: method === 'POST' ? 'POST' : 'GET', url, headers: sent, body: text })
    const type = reply.headers['content-type'] ?? 'application/octet-stream'
    const challenge = reply.headers['www-authenticate']
    const shown = { 'content-type': type, ...(challenge !== undefined && { 'www-authenticate': challenge }) }
    const isEmpty = [204, 205, 304].includes(reply.status)
    return new Response(isEmpty ? null : reply.text, { status: reply.status, headers: shown })
  }
}

function endpointHosts(config: Configuration): string[] {
  const { token_endpoint, userinfo_endpoint, jwks_uri } = config.serverMetadata()
  return [token_endpoint, userinfo_endpoint, jwks_uri].flatMap((text) => {
    const host = text === undefined ? undefined : URL.parse(text)?.host
    return host === undefined ? [] : [host]
  })
}

async function orOidcError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toOidcError(error)
  }
}

/** Only messages and codes: what else these errors carry are tokens and codes. */
function toOidcError(error: unknown): unknown {
  if (error instanceof OidcError || !(error instanceof Error)) return error
  if (error instanceof AuthorizationResponseError) {
    const code = error.error === 'access_denied' ? 'cancelled' : 'refused'
    return new OidcError(code, `The provider answered “${error.error}”. ${error.error_description ?? ''}`.trim())
  }
  if (error instanceof ResponseBodyError) {
    return new OidcError('refused', `The provider answered “${error.error}”. ${error.error_description ?? ''}`.trim())
  }
  // What the way out threw stands inside, and is more telling.
  if (error.cause instanceof Error && error.message === 'something went wrong') return error.cause
  const inner = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return new OidcError('bad-answer', `The answer of the provider is not good: ${error.message}${inner}.`)
}
