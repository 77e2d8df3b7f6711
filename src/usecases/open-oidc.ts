import type { StoredOidc } from '../db/oidc.ts'
import { isLinkLocal } from '../lib/link-local.ts'
import { type OidcProvider, openProvider } from '../lib/oidc.ts'
import type { Deps } from './deps.ts'
import { oidcSecretPlace } from './oidc-settings.ts'
import { openGate } from './open-connection.ts'
import { liveSignal } from './with-desk.ts'

/** Whole time allowed for one answer of the provider, in ms, and its size in bytes. */
const answerMs = 10_000
const longestAnswer = 1024 * 1024

type Reached = Pick<StoredOidc, 'issuer' | 'clientId' | 'caPem'>

/**
 * Works with the provider. It is reached at its issuer's host and at those that its description names, and nowhere else.
 * Throws `OidcError`, `ConnectorError`, and what `work` throws.
 */
export async function withProvider<T>(
  deps: Pick<Deps, 'httpClient' | 'log'>,
  { issuer, clientId, caPem }: Reached,
  clientSecret: string,
  work: (provider: OidcProvider) => Promise<T>,
): Promise<T> {
  const hosts = [new URL(issuer).host]
  const http = deps.httpClient({
    trust: caPem === '' ? { by: 'system' } : { by: 'ca', pem: caPem },
    proxy: null,
    timeoutMs: answerMs,
    maxReplyBytes: longestAnswer,
    gate: openGate,
    secrets: clientSecret === '' ? [] : [clientSecret],
    log: deps.log.child({ oidc: issuer }),
    signal: liveSignal(),
    hosts,
    refusesAddress: isLinkLocal,
  })
  try {
    const provider = await openProvider({ issuer, clientId, clientSecret }, async ({ method, url, headers, body }) =>
      http.request({ method, url, headers, endpoint: 'oidc', ...(body !== null && { body }) }),
    )
    hosts.push(...provider.hosts)
    return await work(provider)
  } finally {
    await http.close()
  }
}

/** Empty for a public client. Throws `SecretBoxError`. */
export function openOidcSecret(deps: Pick<Deps, 'box'>, oidc: StoredOidc): string {
  return oidc.clientSecret === '' ? '' : deps.box.open(oidc.clientSecret, oidcSecretPlace)
}
