// From a request to its answer: zone look-up, credentials, limits, then the route's operation.
import { setTimeout as sleep } from 'node:timers/promises'
import type { EmulatorReply, EmulatorRequest } from '../kit/definition.ts'
import {
  type Answer,
  failed,
  methodNotAllowed,
  notFound,
  ok,
  RefusalError,
  sendAnswer,
  unauthorized,
} from './answers.ts'
import type { Limits } from './limits.ts'
import { operate } from './operations.ts'
import { findRoute, type Route } from './routes.ts'
import type { Store } from './store/store.ts'

/** What a path is: a route of the API, one of the two free look-ups, or nothing. */
type Place = { kind: 'route'; route: Route } | { kind: 'zone' } | { kind: 'versions' } | { kind: 'nothing' }

/** Requests with a longer query are turned away by the web server (autotask-api.md 3). */
const longestQuery = 2048

/** Makes the function that answers requests. `scheme` is that of the addresses in answers. */
export function createHandler(
  store: Store,
  limits: Limits,
  scheme: 'http' | 'https',
): (request: EmulatorRequest, reply: EmulatorReply) => Promise<void> {
  const findPlace = createPlaceFinder()

  function enter(request: EmulatorRequest, route: Route): Answer | ReturnType<Limits['admit']> {
    const { user, secret, integrationCode } = store.account
    const given = request.headers
    if (header(given.username).toLowerCase() !== user.toLowerCase() || header(given.secret) !== secret)
      return unauthorized
    const code = header(given.apiintegrationcode)
    if (code !== integrationCode) {
      return store.switches.badIntegrationCode === 500 ? failed(['IntegrationCode is invalid.']) : unauthorized
    }
    const admission = limits.admit(`${code} ${route.segment}`, request.receivedAt.getTime())
    return admission.refusal ?? admission
  }

  async function answerRoute(request: EmulatorRequest, route: Route): Promise<Answer> {
    const entered = enter(request, route)
    if ('status' in entered) return entered
    try {
      if (entered.delayMs > 0) await sleep(entered.delayMs)
      return runRoute(request, route)
    } catch (error) {
      if (error instanceof RefusalError) return failed(error.errors)
      throw error
    } finally {
      entered.leave()
    }
  }

  function runRoute(request: EmulatorRequest, route: Route): Answer {
    if (route.kind === 'threshold') return request.method === 'GET' ? threshold() : methodNotAllowed(request.method)
    if (route.kind === 'version') return request.method === 'GET' ? ok(version) : methodNotAllowed(request.method)
    if (request.method === 'GET' && request.query.size > 0 && request.query.toString().length > longestQuery) {
      return notFound
    }
    const resource = header(request.headers.impersonationresourceid)
    return operate(store, route, {
      method: request.method,
      query: request.query,
      body: request.body,
      impersonated: resource === '' ? null : Number(resource),
      baseUrl: baseUrl(request),
      searchLagMs: request.searchLagMs,
    })
  }

  function threshold(): Answer {
    return ok(
      JSON.stringify({
        externalRequestThreshold: store.threshold.requests,
        requestThresholdTimeframe: store.threshold.minutes,
        currentTimeframeRequestCount: limits.used(),
      }),
    )
  }

  function zone(request: EmulatorRequest): Answer {
    if (request.method !== 'GET') return methodNotAllowed(request.method)
    const user = request.query.get('user') ?? ''
    if (user.toLowerCase() !== store.account.user.toLowerCase()) {
      return failed(['Zone information could not be determined'])
    }
    const url = baseUrl(request)
    return ok(JSON.stringify({ zoneName: 'DE1', url, webUrl: new URL('/', url).href, ci: 9988 }))
  }

  function baseUrl(request: EmulatorRequest): string {
    return `${scheme}://${request.headers.host ?? '127.0.0.1'}/ATServicesRest/`
  }

  return async (request, reply) => {
    const place = findPlace(request.path)
    if (place.kind === 'route') return sendAnswer(reply, await answerRoute(request, place.route))
    if (place.kind === 'nothing') return sendAnswer(reply, notFound)
    if (place.kind === 'zone') return sendAnswer(reply, zone(request))
    sendAnswer(reply, request.method === 'GET' ? ok('{"apiVersions":["V1.0"]}') : methodNotAllowed(request.method))
  }
}

/** The first path segment after the version, by which Autotask counts threads; other paths as they are. */
export function endpointOf(_method: string, path: string): string {
  const place = locate(path)
  if (place.kind === 'route') return place.route.segment
  return place.kind === 'zone' ? 'ZoneInformation' : place.kind === 'versions' ? 'VersionInformation' : 'unknown'
}

const version = JSON.stringify({
  majorVersion: 2026,
  minorVersion: 3,
  build: '2026.3.0.117',
  customerType: 'Commercial',
})

/** Remembers paths without an id: most requests go to a handful of them. */
function createPlaceFinder(): (path: string) => Place {
  const known = new Map<string, Place>()
  return (path) => {
    const before = known.get(path)
    if (before) return before
    const place = locate(path)
    if (place.kind === 'route' && place.route.id === null && place.route.parent === null && known.size < 500) {
      known.set(path, place)
    }
    return place
  }
}

/** Paths are read without regard to case (autotask-api.md 1.2). */
function locate(path: string): Place {
  const [, root, versionPart, ...segments] = path.toLowerCase().replace(/\/$/, '').split('/')
  if (root !== 'atservicesrest') return { kind: 'nothing' }
  if (versionPart === 'versioninformation' && segments.length === 0) return { kind: 'versions' }
  if (versionPart !== 'v1.0') return { kind: 'nothing' }
  if (segments.length === 1 && segments[0] === 'zoneinformation') return { kind: 'zone' }
  const route = findRoute(segments)
  return route ? { kind: 'route', route } : { kind: 'nothing' }
}

function header(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : ''
}
