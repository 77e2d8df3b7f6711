import { timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../core/actor.ts'
import type { Role } from '../core/role.ts'
import { checkSession, type LiveSession } from '../usecases/check-session.ts'
import { checkToken } from '../usecases/check-token.ts'
import type { Deps } from '../usecases/deps.ts'
import { roleNeeded } from '../usecases/roles.ts'
import { readSessionCookie } from './cookies.ts'
import { sendProblem } from './problem.ts'

/** Who asks: by the cookie of a session, or by a token. */
export type Caller = {
  readonly actor: Actor
  readonly role: Role
  /** Null for a token. */
  readonly session: LiveSession | null
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered to everybody; a session that comes along is known all the same. */
    public?: boolean
  }
  interface FastifyRequest {
    /** Null on public routes that nobody signed in asks. */
    caller: Caller | null
    /** The use cases' deps on behalf of the caller. */
    as: Deps
  }
}

/** The header with which our own page proves that a change is its own. */
const csrfHeader = 'x-tocsin-csrf'

/** Makes the hook that lets only known callers pass, also to addresses that do not exist, and each only as far as its role goes. */
export function createAuthHook(deps: Deps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    request.as = deps
    const isPublic = request.routeOptions.config.public === true || isConsole(request)
    const caller = await findCaller(deps, request)
    if (caller !== null) {
      request.caller = caller
      request.as = { ...deps, actor: caller.actor }
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const refusal = foreignPage(request, caller)
      if (refusal !== null) return sendProblem(reply, request.id, 'foreign-page', refusal)
    }
    if (isPublic) return undefined
    if (caller === null) {
      reply.header('www-authenticate', 'Bearer realm="tocsin"')
      const detail =
        'Sign in, or send the header “Authorization: Bearer <token>”. The first token stands in the data folder, in api-token.'
      return sendProblem(reply, request.id, 'unauthorized', detail)
    }
    const operationId = request.routeOptions.schema?.operationId
    const refusal = operationId === undefined ? null : roleNeeded(operationId, caller.role)
    if (refusal === null) return undefined
    return sendProblem(
      reply,
      request.id,
      'not-allowed',
      `This is for the role “${refusal}”; yours is “${caller.role}”.`,
    )
  }
}

/** The console's page and files: it is the page that asks people to sign in. */
function isConsole(request: FastifyRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  return request.url.startsWith('/assets/') || (request.is404 && !/^\/api(\/|$|\?)/.test(request.url))
}

async function findCaller(deps: Deps, request: FastifyRequest): Promise<Caller | null> {
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const text = /^Bearer ([^\s]{1,200})$/i.exec(authorization)?.[1]
    const token = text === undefined ? null : await checkToken(deps, text)
    if (token === null) return null
    return { actor: { kind: 'token', id: token.id, name: token.name }, role: token.scope, session: null }
  }
  const cookie = readSessionCookie(request)
  const session = cookie === null ? null : await checkSession(deps, cookie)
  if (session === null) return null
  return { actor: { kind: 'person', id: session.personId, name: session.personName }, role: session.role, session }
}

/**
 * What is wrong with a change that a browser sends: it comes from another site's page, or cannot prove that it comes from
 * ours. A token needs no proof, since no browser sends it by itself.
 */
function foreignPage(request: FastifyRequest, caller: Caller | null): string | null {
  const { origin, host } = request.headers
  if (caller !== null && caller.session === null) return null
  const ownHost = request.server.publicUrl?.host ?? host?.toLowerCase()
  if (origin !== undefined && hostOf(origin) !== ownHost) {
    return 'Changes are taken from Tocsin’s own pages only. Behind a proxy: set TOCSIN_PUBLIC_URL to the address that people open.'
  }
  if (caller?.session === null || caller === null) return null
  const given = Buffer.from(String(request.headers[csrfHeader] ?? ''))
  const expected = Buffer.from(caller.session.csrf)
  if (given.length === expected.length && timingSafeEqual(given, expected)) return null
  return `Send the header ${csrfHeader} with what show-session gave, or load the page again.`
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host
  } catch {
    return null
  }
}
