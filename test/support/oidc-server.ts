import { generateKeyPairSync } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import Provider, { type Configuration } from 'oidc-provider'
import { listenAt } from './pipes.ts'

/** A real OpenID Connect provider, certified as such, with people as a test wants them. */
export type OidcServer = {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** By the name they type in; their claims besides `sub`. */
  readonly people: Map<string, Record<string, unknown>>
  /** Its own faults, none of which a test should cause. */
  readonly faults: readonly string[]
  /** Life of an ID token in seconds; below zero it is over when it comes. */
  idTokenSeconds: number
  /** Does in a person's stead what a browser would: gives the address that the provider sends it back to. */
  visit(url: string, person: string): Promise<URL>
  stop(): Promise<void>
}

export type OidcServerOptions = {
  readonly redirectUrls: readonly string[]
  readonly tls?: { readonly key: string; readonly cert: string }
}

const clientId = 'tocsin-console'
const clientSecret = 'a-secret-of-the-client-of-the-provider'

export async function startOidcServer({ redirectUrls, tls }: OidcServerOptions): Promise<OidcServer> {
  let answer: RequestListener = (_, response) => response.writeHead(503).end()
  const listener: RequestListener = (request, response) => answer(request, response)
  const { port, stop } = await listenAt(tls === undefined ? createServer(listener) : createTlsServer(tls, listener))
  const issuer = tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`
  const people = new Map<string, Record<string, unknown>>()
  const faults: string[] = []
  const server: OidcServer = {
    issuer,
    clientId,
    clientSecret,
    people,
    faults,
    idTokenSeconds: 3_600,
    visit: (url, person) => visit(url, person, issuer),
    stop,
  }
  const provider = new Provider(issuer, configuration(server, redirectUrls))
  provider.on('server_error', (_, error) => faults.push(error.stack ?? error.message))
  const standard = provider.callback()
  answer = (request, response) => {
    const [, uid] = /^\/interaction\/([\w-]+)$/.exec(request.url ?? '') ?? []
    if (uid === undefined) return void standard(request, response)
    if (request.method === 'GET') return response.writeHead(200, { 'content-type': 'text/html' }).end(page(uid))
    let body = ''
    request.on('data', (data) => {
      body += data
    })
    return request.on('end', () => {
      const accountId = new URLSearchParams(body).get('login') ?? ''
      const result =
        accountId === 'nobody' ? { error: 'access_denied', error_description: 'said no' } : { login: { accountId } }
      void provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
    })
  }
  return server
}

function configuration(server: OidcServer, redirectUrls: readonly string[]): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [...redirectUrls] }],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' }] as never },
    cookies: { keys: ['for tests alone'] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified', 'xms_edov'],
      profile: ['name'],
      groups: ['groups', 'realm_access'],
    },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    ttl: timesOf(server),
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ ...server.people.get(id), sub: id }),
    }),
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session?.accountId ?? '' })
      grant.addOIDCScope('openid email profile groups')
      await grant.save()
      return grant
    },
  }
}

function timesOf(server: OidcServer): Configuration['ttl'] {
  const idTokenLife = () => server.idTokenSeconds
  const seconds = 600
  return {
    IdToken: idTokenLife,
    AccessToken: seconds,
    AuthorizationCode: 60,
    Grant: seconds,
    Interaction: seconds,
    Session: seconds,
  }
}

const page = (uid: string) =>
  `<!doctype html><html lang="en"><title>Provider</title><h1>Provider</h1>
   <form method="post" action="/interaction/${uid}"><label>Name <input name="login"></label><button>Continue</button></form>`

async function visit(begin: string, person: string, issuer: string): Promise<URL> {
  const jar = new Map<string, string>()
  let next: { url: URL; body: string | null } = { url: new URL(begin), body: null }
  for (let hops = 0; hops < 10; hops++) {
    const { url, body } = next
    if (url.origin !== issuer) return url
    const reply = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(body !== null && { method: 'POST', body: new URLSearchParams({ login: body }) }),
    })
    for (const text of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? []
      jar.set(name, value)
    }
    const location = reply.headers.get('location')
    if (location !== null) next = { url: new URL(location, url), body: null }
    else if (url.pathname.startsWith('/interaction/')) next = { url, body: person }
    else throw new Error(`The provider answered ${reply.status}: ${await reply.text()}`)
  }
  throw new Error('The provider leads in a circle.')
}
