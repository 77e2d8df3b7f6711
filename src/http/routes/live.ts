import { PassThrough } from 'node:stream'
import { z } from 'zod'
import { createChangeFeed } from '../../usecases/change-feed.ts'
import { followChanges } from '../../usecases/follow-changes.ts'
import { invalidInput } from '../../usecases/request-error.ts'
import type { Routes } from '../api.ts'
import { problemAnswer } from '../problem.ts'

/** A proxy ends what is silent for a minute. */
const heartbeatMs = 15_000
/** When the browser tries again after the connection broke. */
const retryMs = 3_000
/** A screen that takes nothing any more is let go. */
const mostUnsentBytes = 64 * 1024

/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export const liveRoutes: Routes = (api, deps) => {
  const feed = createChangeFeed(deps)
  // Before the server waits for open connections to end: these would not.
  api.addHook('preClose', async () => feed.stop())
  api.get(
    '/api/v1/live',
    {
      exposeHeadRoute: false,
      schema: {
        operationId: 'follow-changes',
        summary: 'Which kinds of things changed, as it happens (server-sent events)',
        description:
          'Events: `hello` when it begins, `changes` with {"kinds": ["tickets", ...]}, `end` with {"reason"} when the session is over or the server stops. Read again what you show of a kind.',
        tags: ['Status'],
        response: {
          200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: z.string() } } },
          default: problemAnswer,
        },
      },
    },
    async (request, reply) => {
      if (!/\btext\/event-stream\b/.test(request.headers.accept ?? '')) {
        throw invalidInput([{ field: '', message: 'Ask with the header “Accept: text/event-stream”.' }])
      }
      const { caller } = request
      const by = {
        sessionId: caller?.session?.id ?? null,
        tokenId: caller?.session == null ? (caller?.actor.id ?? null) : null,
      }
      const stream = new PassThrough()
      const send = (text: string): void => {
        if (stream.writableEnded) return
        if (stream.readableLength + stream.writableLength > mostUnsentBytes) stream.destroy()
        else stream.write(text)
      }
      const leave = followChanges(feed, by, ({ event, ...data }) => {
        send(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
        if (event === 'end') stream.end()
      })
      send(`retry: ${retryMs}\n\n`)
      const heart = setInterval(() => send(': still here\n\n'), heartbeatMs)
      stream.on('close', () => {
        clearInterval(heart)
        leave()
      })
      // The schema tells what it is; the events themselves are a stream.
      return reply
        .type('text/event-stream; charset=utf-8')
        .header('x-accel-buffering', 'no')
        .send(stream as unknown as string)
    },
  )
}
