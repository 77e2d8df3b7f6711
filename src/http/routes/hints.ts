import { takeHint } from '../../usecases/take-hint.ts'
import { type Api, noContent, type Routes } from '../api.ts'
import { IdParams } from '../schemas/common.ts'

/** A ticket with all its fields is far smaller. */
const longestMessageBytes = 256 * 1024

/** What ticket desks send by themselves. The signature is over the bytes as they came, so they are not parsed on the way. */
export const hintRoutes: Routes = (api, deps) => {
  api.register(async (raw: Api) => {
    raw.removeAllContentTypeParsers()
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    raw.post(
      '/api/v1/psas/:id/hint',
      {
        config: { public: true },
        bodyLimit: longestMessageBytes,
        schema: {
          operationId: 'take-hint',
          summary: 'For the ticket desk itself: a signed message that a ticket changed',
          tags: ['PSAs'],
          security: [],
          params: IdParams,
          response: noContent,
        },
      },
      async ({ params, headers, body }, reply) => {
        const single = Object.entries(headers).map(([name, value]) => [name, String(value)])
        const bytes = body instanceof Uint8Array ? body : new Uint8Array()
        await takeHint(deps, { psaId: params.id, message: { headers: Object.fromEntries(single), body: bytes } })
        return reply.code(204).send()
      },
    )
  })
}
