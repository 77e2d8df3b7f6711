// Who is who: the three ways to be authenticated (ksc-open-api.md 2.2), session lifetimes, tokens, blocked accounts.
import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { Account, VServer } from './model/types.ts'
import type { World } from './model/world.ts'
import { createResultSets, type ResultSets } from './result-sets.ts'
import { fromBase64, parseAuthorization } from './wire/authorization.ts'
import { notFound, PxgError } from './wire/pxg-error.ts'

/** An authenticated context; result sets live in it. */
export type Session = ResultSets & { id: string; user: string; vserverId: number; createdAt: number; usedAt: number }

/** A plain HTTP refusal, body text as the real server's. */
export class HttpRefusal extends Error {
  readonly code = 'http-refusal'
  override readonly name = 'HttpRefusal'
  readonly status: number
  constructor(status: number, text: string) {
    super(text)
    this.status = status
  }
}

/** The part of a request that says who asks. */
export type Caller = { headers: IncomingHttpHeaders; socket: Socket }

type Identity = { user: string; vserverId: number }

/** All sessions of one emulator. */
export type Sessions = {
  /** The session a call runs in. Throws `HttpRefusal` 401 or 403, PxgError 2013 for a blocked account. */
  authenticate(caller: Caller, now: number): Session
  /** Binds the connection to the credentials of this request. */
  login(caller: Caller, now: number): void
  /** Opens a session for the credentials of this request, or for the context it already has. */
  start(caller: Caller, now: number): string
  /** Ends it; later calls with it get 403, or `status`. */
  end(session: Session, caller: Caller, status?: 401 | 403): void
  /** One-time token for `KSCT`, good for 3 minutes. */
  createToken(session: Session, now: number): string
  /** Ends every session and login and closes the logged-in connections. */
  dropAll(status: 401 | 403): void
  /** Lets every result set and asynchronous request of every session be forgotten. */
  forgetResultSets(): void
}

const tokenLifetime = 180_000
const rememberedEnds = 10_000
const refuse = (): HttpRefusal => new HttpRefusal(401, 'Authentication failure')

/** Makes the sessions of a world. */
export function createSessions(world: World): Sessions {
  const sessions = new Map<string, Session>()
  const ended = new Map<string, 401 | 403>()
  const logins = new Map<Socket, Session>()
  const perRequest = new WeakMap<Socket, Map<string, Session>>()
  const tokens = new Map<string, Identity & { expiresAt: number }>()
  const failures = new Map<string, { count: number; blockedUntil: number }>()

  const open = (identity: Identity, now: number): Session => ({
    id: randomBytes(16).toString('base64'),
    user: identity.user,
    vserverId: identity.vserverId,
    createdAt: now,
    usedAt: now,
    ...createResultSets(),
  })
  const close = (session: Session, status: 401 | 403): void => {
    sessions.delete(session.id)
    session.sets.clear()
    session.requests.clear()
    ended.set(session.id, status)
    const oldest = ended.keys().next()
    if (ended.size > rememberedEnds && !oldest.done) ended.delete(oldest.value)
  }

  function identify(caller: Caller, authorization: string, now: number): Identity {
    const credentials = parseAuthorization(authorization)
    if (credentials?.scheme === 'token') {
      const found = tokens.get(credentials.token)
      tokens.delete(credentials.token)
      if (!found || found.expiresAt <= now) throw refuse()
      return found
    }
    if (credentials?.scheme !== 'basic') throw refuse()
    const account = checkPassword(credentials, now)
    return { user: account.user, vserverId: chooseVServer(caller, account)?.id ?? 0 }
  }

  function checkPassword(given: { user: string; password: string; domain: string }, now: number): Account {
    const { blockAfterFailures, blockSeconds, blockedAnswer } = world.server
    const failed = failures.get(given.user) ?? { count: 0, blockedUntil: 0 }
    if (failed.blockedUntil > now) {
      throw blockedAnswer === 401 ? refuse() : new PxgError(2013, 'KLSPL', 'Account "%1" is blocked', [given.user])
    }
    const account = world.accounts.find((one) => one.user === given.user && domainFits(one, given.domain))
    if (account && account.password === given.password) {
      failures.delete(given.user)
      return account
    }
    failed.count += 1
    if (blockAfterFailures !== null && failed.count >= blockAfterFailures) {
      failed.blockedUntil = now + blockSeconds * 1000
      failed.count = 0
    }
    failures.set(given.user, failed)
    throw refuse()
  }

  /** Empty, "x" and absent all mean the main server (ksc-open-api.md 2.4). */
  function chooseVServer(caller: Caller, account: Account): VServer | undefined {
    const header = caller.headers['x-ksc-vserver']
    if (header === undefined || header === '' || header === 'x') return undefined
    const name = fromBase64(String(header))
    const vserver = [...world.vservers.values()].find((one) => one.name === name)
    const allowed = vserver?.enabled && (account.vservers === null || account.vservers.includes(vserver.uid))
    if (allowed) return vserver
    throw world.server.unknownVServerAnswer === 401 ? refuse() : notFound('Virtual server', name ?? String(header))
  }

  function findSession(id: string, now: number): Session {
    const session = sessions.get(id)
    if (!session) {
      throw ended.get(id) === 403 ? new HttpRefusal(403, 'Forbidden') : refuse()
    }
    const { sessionIdleSeconds, sessionTotalSeconds, expiredSessionStatus } = world.server
    const tooOld = now - session.createdAt > sessionTotalSeconds * 1000
    if (tooOld || now - session.usedAt > sessionIdleSeconds * 1000) {
      close(session, expiredSessionStatus)
      return findSession(id, now)
    }
    session.usedAt = now
    return session
  }

  function perRequestSession(caller: Caller, identity: Identity, now: number): Session {
    const own = perRequest.get(caller.socket) ?? new Map<string, Session>()
    perRequest.set(caller.socket, own)
    const key = `${identity.vserverId} ${identity.user}`
    const session = own.get(key) ?? open(identity, now)
    own.set(key, session)
    return session
  }

  function authenticate(caller: Caller, now: number): Session {
    const { 'x-ksc-session': id, authorization } = caller.headers
    if (id !== undefined) return findSession(String(id), now)
    if (authorization !== undefined) return perRequestSession(caller, identify(caller, authorization, now), now)
    const session = logins.get(caller.socket)
    if (!session) throw refuse()
    return session
  }

  return {
    authenticate,
    login(caller, now) {
      const { authorization } = caller.headers
      if (authorization === undefined) throw refuse()
      const session = open(identify(caller, authorization, now), now)
      if (!logins.has(caller.socket)) caller.socket.once('close', () => logins.delete(caller.socket))
      logins.set(caller.socket, session)
    },
    start(caller, now) {
      const { authorization } = caller.headers
      const identity = authorization === undefined ? authenticate(caller, now) : identify(caller, authorization, now)
      for (const session of sessions.values()) {
        if (now - session.usedAt > world.server.sessionIdleSeconds * 1000)
          close(session, world.server.expiredSessionStatus)
      }
      const session = open(identity, now)
      sessions.set(session.id, session)
      return session.id
    },
    end(session, caller, status = 403) {
      close(session, status)
      if (logins.get(caller.socket) === session) logins.delete(caller.socket)
    },
    createToken(session, now) {
      const token = randomBytes(24).toString('base64')
      tokens.set(token, { user: session.user, vserverId: session.vserverId, expiresAt: now + tokenLifetime })
      return token
    },
    dropAll(status) {
      for (const session of sessions.values()) close(session, status)
      for (const socket of logins.keys()) socket.destroy()
      logins.clear()
    },
    forgetResultSets() {
      for (const session of [...sessions.values(), ...logins.values()]) {
        session.sets.clear()
        session.requests.clear()
      }
    },
  }
}

/** Some clients send the domain as base64; an internal user has none to compare (ksc-open-api.md 2.1). */
function domainFits(account: Account, domain: string): boolean {
  if (account.domain === null) return true
  const wanted = account.domain.toLowerCase()
  return domain.toLowerCase() === wanted || fromBase64(domain)?.toLowerCase() === wanted
}
