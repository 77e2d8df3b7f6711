import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyReply } from 'fastify'
import type { Api } from './api.ts'
import { sendProblem } from './problem.ts'

/** Serves the built console: hashed files for ever, its page anew each time, with a nonce for the styles it writes. */

const nonceMark = '__CSP_NONCE__'

/** `folder` is where the console was built; without it `/` says what to do. */
export async function serveConsole(api: Api, folder: string): Promise<void> {
  const page = existsSync(join(folder, 'index.html')) ? readFileSync(join(folder, 'index.html'), 'utf8') : null
  if (page !== null) {
    await api.register(fastifyStatic, {
      root: join(folder, 'assets'),
      prefix: '/assets/',
      immutable: true,
      maxAge: '365d',
      index: false,
      cacheControl: true,
    })
    api.get('/bell.svg', { config: { public: true }, schema: { hide: true } }, (_, reply) =>
      reply.type('image/svg+xml').send(readFileSync(join(folder, 'bell.svg'))),
    )
  }

  api.setNotFoundHandler((request, reply) => {
    const isPage = request.method === 'GET' && !/^\/(api|assets)(\/|$)|\.[^/]*$/.test(request.url.split('?')[0] ?? '')
    if (isPage) return sendPage(reply, page)
    return sendProblem(reply, request.id, 'no-such-route', 'The addresses are listed in /api/openapi.json.')
  })
}

function sendPage(reply: FastifyReply, page: string | null): FastifyReply {
  if (page === null) {
    const words = 'The console is not built: run “npm run build”, then start again. The API works without it.\n'
    return reply.code(503).type('text/plain; charset=utf-8').send(words)
  }
  const nonce = randomBytes(16).toString('base64')
  return reply.headers(pageHeaders(nonce)).type('text/html; charset=utf-8').send(page.replaceAll(nonceMark, nonce))
}

/** What the page may load: our own files, and the styles that carry this answer's nonce. */
function pageHeaders(nonce: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "object-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  }
}
