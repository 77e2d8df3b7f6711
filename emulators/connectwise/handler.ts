// From a request to its answer: the free look-ups, the gate, then the route's operation.
import { randomUUID } from 'node:crypto'
import type { EmulatorReply, EmulatorRequest } from '../kit/definition.ts'
import { type Answer, methodNotAllowed, noPage, noRoute, RefusalError, sslRequired } from './answers.ts'
import { apiVersion, companyInfo, routerPrefix, signingKey, systemInfo } from './free-routes.ts'
import { checkEntry } from './gate.ts'
import { operate } from './operations.ts'
import { findRoute } from './routes.ts'
import type { Store } from './store/store.ts'
import type { Throttle } from './throttle.ts'
import { linkBase } from './wire/wire.ts'

const apiRoot = 'apis/3.0/'

/** Makes the function that answers requests. `scheme` is that of the addresses in answers. */
export function createHandler(
  store: Store,
  throttle: Throttle,
  scheme: 'http' | 'https',
): (request: EmulatorRequest, reply: EmulatorReply) => Promise<void> {
  function answer(request: EmulatorRequest): Answer {
    if (store.switches.requireSsl && scheme === 'http') return sslRequired
    const path = decodePath(request.path)
    const [, company] = /^\/login\/companyinfo\/([^/]*)\/?$/i.exec(path) ?? []
    if (company !== undefined) {
      return request.method === 'GET' ? companyInfo(store, company) : methodNotAllowed(request.method)
    }
    const below = belowPrefix(store, path)
    if (below === undefined) return noPage
    if (request.method === 'GET') {
      const free = /^apis\/3\.0\/system\/info\/?$/i.test(below) ? systemInfo(store) : signingKey(store, below)
      if (free) return free
    }
    const refusal = checkEntry(store, throttle, request.headers)
    if (refusal) return refusal
    return below.toLowerCase().startsWith(apiRoot) ? answerRoute(request, below.slice(apiRoot.length)) : noPage
  }

  function answerRoute(request: EmulatorRequest, path: string): Answer {
    const route = findRoute(path)
    if (!route) return noRoute
    const origin = `${scheme}://${request.headers.host ?? '127.0.0.1'}`
    try {
      return operate(store, route, {
        method: request.method,
        query: request.query,
        body: request.body,
        paginationType: String(request.headers['pagination-type'] ?? ''),
        url: origin + request.path,
        base: linkBase(origin),
        searchLagMs: request.searchLagMs,
      })
    } catch (error) {
      if (error instanceof RefusalError) return error.answer
      throw error
    }
  }

  return async (request, reply) => {
    const { status, body, headers } = answer(request)
    const version = apiVersion(store)
    const own: Record<string, string> = {
      'x-cw-request-id': randomUUID(),
      'x-server-name': 'EMULATOR01',
      'api-current-version': version,
    }
    if (typeof body === 'object' && body !== null) own['content-type'] = contentType(request, status, version)
    reply.send(status, body, { ...own, ...headers })
  }
}

/** Paths below the API root with numbers shown as `:id`, whatever the version's prefix. */
export function endpointOf(_method: string, path: string): string {
  if (/^\/login\//i.test(path)) return 'login/companyinfo'
  const [, below] = /^\/[^/]+\/apis\/3\.0\/(.*)$/i.exec(path) ?? []
  return below === undefined ? 'unknown' : below.replace(/\/\d+(?=\/|$)/g, '/:id').replace(/\/$/, '')
}

/** The part after the prefix of the present version, or of the router; undefined for another prefix. */
function belowPrefix(store: Store, path: string): string | undefined {
  const prefix = [store.codebase, routerPrefix].find((one) => path.toLowerCase().startsWith(`/${one.toLowerCase()}`))
  return prefix === undefined ? undefined : path.slice(prefix.length + 1)
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/**
 * Successes come in the vendor's type when `Accept` asks for it, in the version it names; `Accept` may list more types
 * (connectwise-api.md 12). Errors are plain JSON.
 */
function contentType(request: EmulatorRequest, status: number, current: string): string {
  const [, version] = /application\/vnd\.connectwise\.com\+json(?:;\s*version=([\w.]+))?/i.exec(
    String(request.headers.accept ?? ''),
  ) ?? [undefined, undefined]
  const isAsked = /vnd\.connectwise\.com/i.test(String(request.headers.accept ?? ''))
  if (!isAsked || status >= 300) return 'application/json; charset=utf-8'
  return `application/vnd.connectwise.com+json; version=${version ?? current}; charset=utf-8`
}
