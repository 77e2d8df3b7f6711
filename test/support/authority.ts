import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { listenAt } from './pipes.ts'

type Registered = { readonly clientId: string; readonly secrets: readonly string[] }

/** Microsoft's sign-in authority, as much of it as an application needs to get a token by its client secret. */
export type Authority = {
  readonly url: string
  /** Every request: method, path, fields of the form. */
  readonly asked: { readonly method: string; readonly path: string; readonly form: Record<string, string> }[]
  /** Tokens in the order they were given. */
  readonly given: string[]
  /** Applications by tenant. */
  readonly tenants: Map<string, Registered[]>
  /** Of the tokens that are given from now on, in seconds. */
  lifeSeconds: number
  /** Answers the next request in its place. */
  answerNext(answer: (response: ServerResponse) => void): void
}

type Fault = readonly [status: number, error: string, code: number, words: string]
const trace =
  ' Trace ID: 255d1aef-8c98-452f-ac51-23d051240864 Correlation ID: fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7 Timestamp: 2026-03-02 06:00:00Z'
const exchange = 'https://outlook.office365.com/.default'

/**
 * Stands until the running test ends. Its answers are those of the pages "OAuth 2.0 client credentials flow" and "Microsoft Entra
 * authentication and authorization error codes"; a token is no JWT, since who it is for does not look into it.
 */
export async function startAuthority(pair?: { readonly key: string; readonly cert: string }): Promise<Authority> {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  }
  const { port, stop } = await listenAt(pair === undefined ? createServer(listener) : createTlsServer(pair, listener))
  onTestFinished(stop)
  let next: ((response: ServerResponse) => void) | null = null
  const authority: Authority = {
    url: pair === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    asked: [],
    given: [],
    tenants: new Map(),
    lifeSeconds: 3_599,
    answerNext(answerIt) {
      next = answerIt
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = Object.fromEntries(new URLSearchParams(await text(request)))
    const path = request.url ?? ''
    authority.asked.push({ method: request.method ?? '', path, form })
    if (next !== null) {
      const instead = next
      next = null
      instead(response)
      return
    }
    const fault = judge(request, path, form)
    const json = fault === null ? grant() : refusal(fault)
    response
      .writeHead(fault?.[0] ?? 200, { 'content-type': 'application/json; charset=utf-8' })
      .end(JSON.stringify(json))
  }

  function judge({ method, headers }: IncomingMessage, path: string, form: Record<string, string>): Fault | null {
    const [, tenant] = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(path) ?? []
    const isForm = headers['content-type'] === 'application/x-www-form-urlencoded'
    if (method !== 'POST' || tenant === undefined || !isForm || form.grant_type !== 'client_credentials') {
      return [400, 'invalid_request', 900144, 'The request body must contain the following parameter: grant_type.']
    }
    const registered = authority.tenants.get(decodeURIComponent(tenant))
    if (registered === undefined) return [400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`]
    const client = registered.find(({ clientId }) => clientId === form.client_id)
    if (client === undefined) {
      const words = `Application with identifier '${form.client_id}' was not found in the directory 'Contoso'.`
      return [400, 'unauthorized_client', 700016, words]
    }
    if (!client.secrets.includes(form.client_secret ?? '')) {
      const words = `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client.clientId}'.`
      return [401, 'invalid_client', 7000215, words]
    }
    if (form.scope !== exchange) {
      return [400, 'invalid_scope', 70011, `The provided value for the input parameter 'scope' is not valid.`]
    }
    return null
  }

  function grant(): object {
    const token = `eyJ0.token-${authority.given.length + 1}-${Buffer.from(authority.url).toString('base64url')}.sig~`
    authority.given.push(token)
    const { lifeSeconds } = authority
    return { token_type: 'Bearer', expires_in: lifeSeconds, ext_expires_in: lifeSeconds, access_token: token }
  }

  return authority
}

function refusal([, error, code, words]: Fault): object {
  const description = `AADSTS${code}: ${words}${trace}`
  return { error, error_description: description, error_codes: [code], trace_id: 'x', correlation_id: 'y' }
}
