import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Visitor } from '../usecases/session-life.ts'

/** The session's cookie. Under TLS its name makes browsers refuse it from anywhere but this very host. */

const longestSeconds = 30 * 86_400

function cookieName(request: FastifyRequest): string {
  return isSecure(request) ? '__Host-tocsin_session' : 'tocsin_session'
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Where people reach us by a proxy; null: directly. */
    publicUrl: URL | null
  }
}

/** Whether the browser speaks TLS with us or with the proxy in front of us. */
export function isSecure(request: FastifyRequest): boolean {
  return request.protocol === 'https' || request.server.publicUrl?.protocol === 'https:'
}

export function readSessionCookie(request: FastifyRequest): string | null {
  const value = request.cookies[cookieName(request)]
  return value !== undefined && /^[a-z2-7]{20,100}$/.test(value) ? value : null
}

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, value: string): void {
  reply.setCookie(cookieName(request), value, { ...attributes(request), maxAge: longestSeconds })
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(cookieName(request), attributes(request))
}

function attributes(request: FastifyRequest) {
  // Lax, not strict: a link to a ticket in a mail must not look signed out. Changes need the proof in a header as well.
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(request) } as const
}

/** A sign-in by the provider that is under way, sealed; it comes back with a visit from another site. */
function startCookie(request: FastifyRequest): string {
  return isSecure(request) ? '__Host-tocsin_oidc' : 'tocsin_oidc'
}

export function readStartCookie(request: FastifyRequest): string | null {
  return request.cookies[startCookie(request)] ?? null
}

export function setStartCookie(request: FastifyRequest, reply: FastifyReply, value: string): void {
  reply.setCookie(startCookie(request), value, { ...attributes(request), maxAge: 600 })
}

export function clearStartCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(startCookie(request), attributes(request))
}

export function visitorOf(request: FastifyRequest): Visitor {
  return { address: request.ip, userAgent: request.headers['user-agent'] ?? '' }
}
