import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { acceptInvitationByOidc } from '../../usecases/accept-invitation-by-oidc.ts'
import { deleteOidc } from '../../usecases/delete-oidc.ts'
import type { Deps } from '../../usecases/deps.ts'
import { finishOidc } from '../../usecases/finish-oidc.ts'
import { OidcRefusal } from '../../usecases/oidc-refusal.ts'
import { OidcInput, type OidcSettingsView } from '../../usecases/oidc-settings.ts'
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
    async (request) => toSettings(request, await showOidc(deps)),
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
    async (request) => toSettings(request, await saveOidc(request.as, request.body)),
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
      const { searchParams: params } = new URL(request.url, redirectUrlOf(request))
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

function toSettings(request: FastifyRequest, provider: OidcSettingsView | null) {
  return { provider, redirectUrl: redirectUrlOf(request) }
}

/** The provider compares it letter by letter with what is registered there. */
function redirectUrlOf(request: FastifyRequest): string {
  const origin = request.server.publicUrl?.origin ?? `${request.protocol}://${request.headers.host ?? 'localhost'}`
  return new URL(callbackPath, origin).href
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
