// One API request: path, body, who asks, rights, the method, the envelope (ksc-open-api.md 1 and 2).
import type { EmulatorReply, EmulatorRequest, ReplyBody } from '../kit/definition.ts'
import { findMethod } from './methods/registry.ts'
import { settle } from './model/hosts.ts'
import type { World } from './model/world.ts'
import { HttpRefusal, type Session, type Sessions } from './sessions.ts'
import { createArgs } from './wire/args.ts'
import { noAccess, noSuchCall, PxgError, toEnvelope, unavailable } from './wire/pxg-error.ts'
import { toText } from './wire/written.ts'

/** Faults beside the kit's: see readme.md. */
export const kscFaults = [
  'unauthorized',
  'dropSession',
  'unavailable',
  'expireAccessor',
  'halfList',
  'truncatedJson',
] as const

/** Makes the handler of all vendor requests. */
export function createHandler(world: World, sessions: Sessions) {
  return async (request: EmulatorRequest, reply: EmulatorReply): Promise<void> => {
    const acceptsGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
    const send = (status: number, body: ReplyBody): void => reply.send(status, body, {}, { gzip: acceptsGzip })
    try {
      const answer = toText(answerRequest(world, sessions, request))
      if (request.fault('truncatedJson')) return sendHalf(reply, answer)
      reply.send(200, answer, { 'Content-Type': 'application/json; charset=utf-8' }, { gzip: acceptsGzip })
    } catch (error) {
      if (error instanceof PxgError) send(200, toEnvelope(error))
      else if (error instanceof HttpRefusal) send(error.status, error.message)
      else throw error
    }
  }
}

function answerRequest(world: World, sessions: Sessions, request: EmulatorRequest): object {
  const name = /^\/api\/v1\.0\/([A-Za-z0-9_.]+)$/.exec(request.path)?.[1]
  if (name === undefined) throw new HttpRefusal(404, 'Not found')
  if (request.method !== 'POST') throw new HttpRefusal(405, 'Method not allowed')
  const now = settle(world)
  if (request.fault('unauthorized')) throw new HttpRefusal(401, 'Authentication failure')
  if (name === 'login') {
    checkContentType(request)
    sessions.login(request, now)
    return {}
  }
  if (name === 'Session.StartSession') {
    readBody(request)
    return { PxgRetVal: sessions.start(request, now) }
  }
  const session = sessions.authenticate(request, now)
  if (request.fault('dropSession')) {
    sessions.end(session, request, 401)
    throw new HttpRefusal(401, 'Authentication failure')
  }
  return callMethod(world, sessions, session, name, request, now)
}

function callMethod(
  world: World,
  sessions: Sessions,
  session: Session,
  name: string,
  request: EmulatorRequest,
  now: number,
): object {
  const args = createArgs(readBody(request))
  const method = findMethod(name)
  if (!method) throw noSuchCall(name)
  const account = world.accounts.find((one) => one.user === session.user)
  const isSessionCall = name.startsWith('Session.')
  if (!account || (!isSessionCall && (!account.rights.read || account.deny.some((start) => name.startsWith(start))))) {
    throw noAccess(name)
  }
  if (request.fault('unavailable')) throw unavailable('The server')
  return method({
    world,
    session,
    sessions,
    caller: request,
    account,
    now,
    args,
    hit: (fault) => request.fault(fault) !== undefined,
    searchLagMs: request.searchLagMs,
  })
}

/** An empty body counts as no arguments: the official client sends `Content-Length: 0` (ksc-open-api.md 2.1). */
function readBody(request: EmulatorRequest): Record<string, unknown> {
  checkContentType(request)
  if (request.body.length === 0) return {}
  let body: unknown
  try {
    body = JSON.parse(request.body.toString('utf8'))
  } catch {
    throw new HttpRefusal(400, 'Bad request: the body is not JSON')
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new HttpRefusal(400, 'Bad request: the body must be an object')
  }
  return body as Record<string, unknown>
}

function checkContentType({ headers }: EmulatorRequest): void {
  const type = headers['content-type']
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type)) {
    throw new HttpRefusal(400, 'Bad request: Content-Type must be application/json')
  }
}

/** Fault `truncatedJson`: a whole HTTP reply whose JSON stops in the middle. */
function sendHalf(reply: EmulatorReply, text: string): void {
  reply.send(200, text.slice(0, Math.ceil(text.length / 2)), { 'Content-Type': 'application/json' })
}
