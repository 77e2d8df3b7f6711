import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { acceptInvitationByOidc } from '../../usecases/accept-invitation-by-oidc.ts'
import { deleteOidc } from '../../usecases/delete-oidc.ts'
import type { Deps } from '../../usecases/deps.ts'
import { finishOidc } from '../../usecases/finish-oidc.ts'
import { OidcRefusal } from '../../usecases/oidc-refusal.ts'
import { OidcInput } from '../../usecases/oidc-settings.ts'
import { RequestError } from '../../usecases/request-error.ts'
import { saveOidc } from '../../usecases/save-oidc.ts'
import { showOidc } from '../../usecases/show-oidc.ts'
import { signOut } from '../../usecases/sign-out.ts'
import { ownPath, startOidc } from '../../usecases/start-oidc.ts'
import { answers, noContent, type Routes } from '../api.ts'
import { clearStartCookie, readStartCookie, setSessionCookie, setStartCookie, visitorOf } from '../cookies.ts'
import { problemAnswer } from '../problem.ts'
import { OidcSettings } from '../schemas/oidc.ts'

const tags = ['Sign-in by a provider']
const open = { config: { public: true } } as const
const security: [] = []
const callbackPath = '/api/v1/oidc/callback'
const Next = z.string().max(1_000).optional().describe('path to go to once signed in')
const redirects = {
  302: z.undefined().describe('To the provider, into the console, or to the sign-in page with `problem`'),
}

/** Sign-in by an OpenID Connect provider, and its settings. */
export const oidcRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/oidc',
    {
      schema: {
        operationId: 'show-oidc',
        summary: 'The provider by which people may sign in',
        tags,
        response: answers(OidcSettings),
      },
    },
    async (request) => ({ provider: await showOidc(deps), redirectUrl: redirectUrlOf(request) }),
  )
  api.put(
    '/api/v1/oidc',
    {
      schema: {
        operationId: 'save-oidc',
        summary: 'Set the provider as a whole, after asking it for its description',
        tags,
        body: OidcInput,
        response: answers(OidcSettings),
      },
    },
    async (request) => {
      // Judged before anything is stored.
      const redirectUrl = redirectUrlOf(request)
      return { provider: await saveOidc(request.as, request.body), redirectUrl }
    },
  )
  api.delete(
    '/api/v1/oidc',
    {
      schema: { operationId: 'delete-oidc', summary: 'End sign-in by the provider', tags, response: noContent },
    },
    async (request, reply) => {
      await deleteOidc(request.as)
      return reply.code(204).send()
    },
  )
  api.get(
    '/api/v1/oidc/start',
    {
      ...open,
      schema: {
        operationId: 'start-oidc',
        summary: 'Begin a sign-in: leads to the provider',
        tags,
        security,
        querystring: z.strictObject({ next: Next }),
        response: { ...redirects, default: problemAnswer },
      },
    },
    async (request, reply) => {
      const input = { next: ownPath(request.query.next), ...placeOf(request) }
      const { to } = await orSignInPage(deps, async () => {
        const { url, started } = await startOidc(deps, input)
        setStartCookie(request, reply, started)
        return { to: url.href }
      })
      return reply.redirect(to)
    },
  )
  api.post(
    '/api/v1/invitations/accept-by-oidc',
    {
      ...open,
      schema: {
        operationId: 'accept-invitation-by-oidc',
        summary: 'Begin a sign-in that accepts an invitation: gives the address at the provider to go to',
        tags,
        security,
        body: z.strictObject({ code: z.string().trim().min(1).max(100) }),
        response: answers(z.object({ url: z.string() })),
      },
    },
    async (request, reply) => {
      const { url, started } = await acceptInvitationByOidc(deps, { ...request.body, ...placeOf(request) })
      setStartCookie(request, reply, started)
      return { url: url.href }
    },
  )
  api.get(
    callbackPath,
    {
      ...open,
      schema: {
        operationId: 'finish-oidc',
        summary: 'Where the provider sends the browser back to: signs in',
        tags,
        security,
        querystring: z.record(z.string(), z.unknown()),
        response: { ...redirects, default: problemAnswer },
      },
    },
    async (request, reply) => {
      const started = readStartCookie(request)
      clearStartCookie(request, reply)
      const params = new URLSearchParams(request.url.split('?').slice(1).join('?'))
      const { to, cookie } = await orSignInPage(deps, async () => {
        const { cookie, next } = await finishOidc(deps, { params, started, visitor: visitorOf(request) })
        return { to: next, cookie }
      })
      if (cookie !== undefined) {
        // The browser forgets the session before this one, so nobody else may go on with it.
        await signOut(request.as, { sessionId: request.caller?.session?.id ?? null })
        setSessionCookie(request, reply, cookie)
      }
      return reply.redirect(to)
    },
  )
}

function placeOf(request: FastifyRequest): { readonly redirectUrl: string; readonly address: string } {
  return { redirectUrl: redirectUrlOf(request), address: visitorOf(request).address }
}

/** The provider compares it letter by letter with what is registered there. Throws `RequestError` for an unreadable Host header. */
function redirectUrlOf(request: FastifyRequest): string {
  return new URL(callbackPath, request.server.publicUrl ?? addressOf(request)).href
}

/** The address at which the browser says it reached us; what is more than a name and a port is no address. */
function addressOf({ protocol, headers: { host = 'localhost' } }: FastifyRequest): URL {
  const url = URL.parse(`${protocol}://${host}`)
  if (url !== null && url.href === `${url.origin}/` && !/[\s/\\?#@]/.test(host)) return url
  const message =
    'The Host header is no name with a port. Open Tocsin by its address; behind a proxy set TOCSIN_PUBLIC_URL to the address that people open.'
  throw new RequestError('invalid-input', message)
}

/** Whoever could not come in stands before the sign-in page again, which says why; what is no refusal is thrown on. */
async function orSignInPage(
  { log }: Deps,
  work: () => Promise<{ to: string; cookie?: string }>,
): Promise<{ to: string; cookie?: string }> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof OidcRefusal)) throw error
    const { code, message } = error
    log.warn({ problem: code, detail: message }, 'sign-in by the provider failed')
    return { to: `/sign-in?problem=${code}` }
  }
}
