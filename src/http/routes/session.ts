import { z } from 'zod'
import { acceptInvitation } from '../../usecases/accept-invitation.ts'
import { checkSession } from '../../usecases/check-session.ts'
import { createFirstAdministrator } from '../../usecases/create-first-administrator.ts'
import { ratePassword } from '../../usecases/rate-password.ts'
import { showSession } from '../../usecases/show-session.ts'
import { signIn } from '../../usecases/sign-in.ts'
import { signOut } from '../../usecases/sign-out.ts'
import { answers, noContent, type Routes } from '../api.ts'
import { clearSessionCookie, setSessionCookie, visitorOf } from '../cookies.ts'
import { Name } from '../schemas/common.ts'
import { Email, PasswordInput, Session } from '../schemas/people.ts'

const tags = ['Session']
const open = { config: { public: true } } as const
const security: [] = []

/** Coming in and going out; what is here answers people who are not signed in. */
export const sessionRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/session',
    {
      ...open,
      schema: {
        operationId: 'show-session',
        summary: 'Who is signed in, and whether anybody can be yet',
        tags,
        security,
        response: answers(Session),
      },
    },
    ({ caller }) => showSession(deps, { session: caller?.session ?? null }),
  )
  api.post(
    '/api/v1/session',
    {
      ...open,
      schema: {
        operationId: 'sign-in',
        summary: 'Sign in with e-mail and password; sets the cookie',
        tags,
        security,
        body: z.strictObject({
          email: z.string().trim().min(1).max(254),
          password: PasswordInput,
          code: z.string().trim().max(100).optional().describe('of the authenticator, or a recovery code'),
        }),
        response: answers(Session),
      },
    },
    async (request, reply) => {
      const { cookie } = await signIn(deps, { ...request.body, visitor: visitorOf(request) })
      // The browser forgets the session before this one, so nobody else may go on with it.
      await signOut(request.as, { sessionId: request.caller?.session?.id ?? null })
      setSessionCookie(request, reply, cookie)
      return showSession(deps, { session: await checkSession(deps, cookie) })
    },
  )
  api.delete(
    '/api/v1/session',
    { schema: { operationId: 'sign-out', summary: 'End this session', tags, response: noContent } },
    async (request, reply) => {
      await signOut(request.as, { sessionId: request.caller?.session?.id ?? null })
      clearSessionCookie(request, reply)
      return reply.code(204).send()
    },
  )
  api.post(
    '/api/v1/first-start',
    {
      ...open,
      schema: {
        operationId: 'create-first-administrator',
        summary: 'Make the first administrator and sign in; once only',
        tags,
        security,
        body: z.strictObject({
          setupCode: z.string().trim().min(1).max(100).describe('printed when the server started'),
          name: Name,
          email: Email,
          password: PasswordInput,
        }),
        response: answers(Session),
      },
    },
    async (request, reply) => {
      const { cookie } = await createFirstAdministrator(deps, { ...request.body, visitor: visitorOf(request) })
      setSessionCookie(request, reply, cookie)
      return showSession(deps, { session: await checkSession(deps, cookie) })
    },
  )
  api.post(
    '/api/v1/invitations/accept',
    {
      ...open,
      schema: {
        operationId: 'accept-invitation',
        summary: 'Become the invited person and sign in',
        tags,
        security,
        body: z.strictObject({
          code: z.string().trim().min(1).max(100),
          password: PasswordInput,
          name: Name.optional(),
        }),
        response: answers(Session),
      },
    },
    async (request, reply) => {
      const { cookie } = await acceptInvitation(deps, { ...request.body, visitor: visitorOf(request) })
      setSessionCookie(request, reply, cookie)
      return showSession(deps, { session: await checkSession(deps, cookie) })
    },
  )
  api.post(
    '/api/v1/password-rating',
    {
      ...open,
      schema: {
        operationId: 'rate-password',
        summary: 'How hard a password is to guess',
        tags,
        security,
        body: z.strictObject({ password: PasswordInput, about: z.array(z.string().max(254)).max(5).default([]) }),
        response: answers(z.object({ score: z.int().min(0).max(4), advice: z.string(), goodEnough: z.boolean() })),
      },
    },
    ({ body }) => ratePassword(body),
  )
}
