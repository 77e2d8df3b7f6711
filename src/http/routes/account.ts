import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { beginTotp } from '../../usecases/begin-totp.ts'
import { changePassword } from '../../usecases/change-password.ts'
import { confirmTotp } from '../../usecases/confirm-totp.ts'
import { listSessions } from '../../usecases/list-sessions.ts'
import { removeTotp } from '../../usecases/remove-totp.ts'
import { RequestError } from '../../usecases/request-error.ts'
import { revokeSession } from '../../usecases/revoke-session.ts'
import { answers, noContent, type Routes } from '../api.ts'
import { Flag, IdParams, listOf } from '../schemas/common.ts'
import { PasswordInput, SessionRow } from '../schemas/people.ts'

const tags = ['Account']

/** What everybody does for oneself. */
export const accountRoutes: Routes = (api) => {
  api.post(
    '/api/v1/account/password',
    {
      schema: {
        operationId: 'change-password',
        summary: 'Change the own password; all other sessions end',
        tags,
        body: z.strictObject({ current: z.string().max(256), next: PasswordInput }),
        response: noContent,
      },
    },
    async (request, reply) => {
      const { personId, id } = ownSession(request)
      await changePassword(request.as, { personId, sessionId: id, ...request.body })
      return reply.code(204).send()
    },
  )
  api.post(
    '/api/v1/account/totp',
    {
      schema: {
        operationId: 'begin-totp',
        summary: 'Make a secret for the own authenticator; it counts once it is confirmed',
        tags,
        response: answers(z.object({ secret: z.string(), uri: z.string(), svg: z.string() })),
      },
    },
    (request) => beginTotp(request.as, { personId: ownSession(request).personId }),
  )
  api.put(
    '/api/v1/account/totp',
    {
      schema: {
        operationId: 'confirm-totp',
        summary: 'Switch the second factor on; gives the recovery codes, once',
        tags,
        body: z.strictObject({ code: z.string().trim().min(6).max(20) }),
        response: answers(z.object({ recoveryCodes: listOf(z.string()) })),
      },
    },
    (request) => confirmTotp(request.as, { personId: ownSession(request).personId, ...request.body }),
  )
  api.post(
    '/api/v1/account/totp/removal',
    {
      schema: {
        operationId: 'remove-totp',
        summary: 'Switch the own second factor off',
        tags,
        body: z.strictObject({ password: PasswordInput }),
        response: noContent,
      },
    },
    async (request, reply) => {
      await removeTotp(request.as, { personId: ownSession(request).personId, ...request.body })
      return reply.code(204).send()
    },
  )
  api.get(
    '/api/v1/sessions',
    {
      schema: {
        operationId: 'list-sessions',
        summary: 'Living sessions: the own ones; for administrators everybody’s with `all`',
        tags,
        querystring: z.strictObject({ all: Flag.optional() }),
        response: answers(listOf(SessionRow)),
      },
    },
    (request) => {
      const personId = request.query.all === true ? whoseSessions(request) : ownSession(request).personId
      return listSessions(request.as, { personId, currentId: request.caller?.session?.id ?? null })
    },
  )
  api.delete(
    '/api/v1/sessions/:id',
    {
      schema: {
        operationId: 'revoke-session',
        summary: 'End a session at once; administrators may end anybody’s',
        tags,
        params: IdParams,
        response: noContent,
      },
    },
    async (request, reply) => {
      await revokeSession(request.as, { ...request.params, personId: whoseSessions(request) })
      return reply.code(204).send()
    },
  )
}

/** Null: everybody's. */
function whoseSessions(request: FastifyRequest): number | null {
  return request.caller?.role === 'administrator' ? null : ownSession(request).personId
}

/** The session that asks. A token is no person and has no account. */
function ownSession(request: FastifyRequest): { readonly id: number; readonly personId: number } {
  const session = request.caller?.session
  if (session === null || session === undefined) {
    throw new RequestError('not-allowed', 'This is for people who are signed in, not for tokens.')
  }
  return session
}
