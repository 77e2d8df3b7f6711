import { join } from 'node:path'
import cookie from '@fastify/cookie'
import swagger from '@fastify/swagger'
import { fastify } from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import type { Deps } from '../usecases/deps.ts'
import { issuesToFields, sayIssue } from '../usecases/input-words.ts'
import { invalidInput } from '../usecases/request-error.ts'
import type { Api, Routes } from './api.ts'
import { createAuthHook } from './auth.ts'
import { serveConsole } from './console.ts'
import { isSecure } from './cookies.ts'
import type { Metrics } from './metrics.ts'
import { openapiOptions } from './openapi.ts'
import { createErrorHandler, sendProblem } from './problem.ts'
import { accountRoutes } from './routes/account.ts'
import { auditRoutes } from './routes/audit.ts'
import { channelRoutes } from './routes/channels.ts'
import { connectorRoutes } from './routes/connectors.ts'
import { hintRoutes } from './routes/hints.ts'
import { hubRoutes } from './routes/hub.ts'
import { infrastructureRoutes } from './routes/infrastructure.ts'
import { integrationRoutes } from './routes/integrations.ts'
import { liveRoutes } from './routes/live.ts'
import { mappingRoutes } from './routes/mappings.ts'
import { observationRoutes } from './routes/observations.ts'
import { oidcRoutes } from './routes/oidc.ts'
import { peopleRoutes } from './routes/people.ts'
import { psaRoutes } from './routes/psas.ts'
import { ruleRoutes } from './routes/rules.ts'
import { sessionRoutes } from './routes/session.ts'
import { settingsRoutes } from './routes/settings.ts'
import { setupRoutes } from './routes/setup.ts'
import { sourceRoutes } from './routes/sources.ts'
import { statusRoutes } from './routes/status.ts'
import { tenantRoutes } from './routes/tenants.ts'
import { ticketRoutes } from './routes/tickets.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { unreadRoutes } from './routes/unread.ts'
import { watchRoutes } from './routes/watch.ts'

/** Rules of a thousand rows take about 300 kB. */
const longestBodyBytes = 2 * 1024 * 1024
/** Where `npm run build` puts the console. */
const builtConsole = join(import.meta.dirname, '../../web/dist')
/** Time for a request to arrive whole, in ms. */
const requestMs = 30_000

type HttpOptions = {
  /** Default: everybody. */
  readonly audience?: 'everybody' | 'machines'
  /** Address at which people reach us through a proxy; null: directly. */
  readonly publicUrl?: URL | null
  readonly consoleFolder?: string
}

/**
 * Builds the HTTP server; `listen` and `close` are the caller's. For `machines` it has only what watches over a process
 * (health, readiness, metrics): no console, no API.
 */
export async function createHttpServer(
  deps: Deps,
  metrics: Metrics,
  { audience = 'everybody', publicUrl = null, consoleFolder = builtConsole }: HttpOptions = {},
): Promise<Api> {
  const api: Api = fastify({
    bodyLimit: longestBodyBytes,
    requestTimeout: requestMs,
    forceCloseConnections: true,
    // Behind a proxy of our own network it is the proxy that knows who asks, and whether by TLS.
    trustProxy: publicUrl === null ? false : ['loopback', 'linklocal', 'uniquelocal'],
    genReqId: () => deps.ids.uuid(),
  }).withTypeProvider<ZodTypeProvider>()
  api.setValidatorCompiler(({ schema, httpPart }) => (data) => {
    const parsed = (schema as unknown as z.ZodType).safeParse(data, { error: sayIssue })
    if (parsed.success) return { value: parsed.data }
    return { error: invalidInput(issuesToFields(parsed.error.issues, httpPart === 'body' ? '' : (httpPart ?? ''))) }
  })
  api.setSerializerCompiler(serializerCompiler)
  api.setErrorHandler(createErrorHandler(deps))
  await api.register(swagger, openapiOptions)
  await api.register(cookie)
  api.decorate('publicUrl', publicUrl)
  api.decorateRequest('caller', null)
  api.decorateRequest('as')
  // First, so that refusals carry them as well.
  api.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...headersOfAll, ...(isSecure(request) && { 'strict-transport-security': 'max-age=31536000' }) })
    // The server's own clock, by which the console says how long ago something was.
    reply.header('date', deps.clock.now().toUTCString())
    if (!request.url.startsWith('/assets/')) reply.header('cache-control', 'no-store')
  })
  api.addHook('onRequest', createAuthHook(deps))
  logRequests(api, deps)
  const routes: readonly Routes[] = [
    infrastructureRoutes(metrics),
    statusRoutes,
    liveRoutes,
    watchRoutes,
    connectorRoutes,
    sourceRoutes,
    hubRoutes,
    unreadRoutes,
    channelRoutes,
    psaRoutes,
    hintRoutes,
    integrationRoutes,
    tenantRoutes,
    mappingRoutes,
    ruleRoutes,
    observationRoutes,
    ticketRoutes,
    settingsRoutes,
    setupRoutes,
    sessionRoutes,
    oidcRoutes,
    accountRoutes,
    peopleRoutes,
    tokenRoutes,
    auditRoutes,
  ]
  for (const register of audience === 'machines' ? routes.slice(0, 1) : routes) register(api, deps)
  if (audience === 'everybody') await serveConsole(api, consoleFolder)
  else
    api.setNotFoundHandler((request, reply) => sendProblem(reply, request.id, 'no-such-route', whereToLook[audience]))
  await api.ready()
  return api
}

/** What no answer needs; the console's page says more of its own (ASVS 5.0 3.4). */
const headersOfAll = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
} as const

const whereToLook = {
  everybody: 'The addresses are listed in /api/openapi.json.',
  machines: 'This process is a worker: it answers /healthz, /readyz and /metrics. Ask a web process for the rest.',
} as const

/** One line a request: its use case and outcome. No address, header or body, since a person may have put a secret there. */
function logRequests(api: Api, deps: Deps): void {
  api.addHook('onResponse', async (request, reply) => {
    const fields = {
      route: request.routeOptions.schema?.operationId ?? 'unknown',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      caller: request.caller?.actor.name ?? '',
      requestId: request.id,
    }
    if (reply.statusCode === 403) deps.log.warn(fields, 'request refused')
    else if (request.method === 'GET') deps.log.debug(fields, 'request answered')
    else deps.log.info(fields, 'request answered')
  })
}
