import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest, RequestPayload } from 'fastify'
import type { Deps } from '../usecases/deps.ts'
import { RequestError } from '../usecases/request-error.ts'
import { type Sender, senderBySignature, senderByToken } from '../usecases/source-sender.ts'

/** Who sends to a source: by a token, or by a signature over the body, which is judged before the body is read as JSON. */

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on the routes that take what is sent to a source. */
    sender: Sender | null
  }
}

const explanation =
  'Send the header “Authorization: Bearer <token>” with a token of this source, or sign the request with a key of it (docs/HUB-REFERENCE.md).'

/** Lets only known senders pass; those that sign are judged once their body is there. */
export function createSenderHook(deps: Deps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    request.sender = null
    if (signedHeaders(request) !== null) return
    const text = /^Bearer ([^\s]{1,200})$/i.exec(request.headers.authorization ?? '')?.[1]
    request.sender = text === undefined ? null : await senderByToken(deps, sourceOf(request), text)
    if (request.sender === null) throw stranger(reply)
  }
}

/**
 * Bytes of bodies whose signature is not judged yet, of all requests of this process: whoever sends them need not know any
 * key. Beyond it only short ones are collected, as long as anybody may send elsewhere too.
 */
const mostUnjudged = 64 * 1024 * 1024
const shortBody = 256 * 1024
const retryAfterMs = 5_000
let unjudged = 0

/** For requests that are signed: collects the body, judges the signature over it, and hands it on. */
export function createSignatureHook(deps: Deps, longestBody: number) {
  return async (request: FastifyRequest, reply: FastifyReply, payload: RequestPayload): Promise<RequestPayload> => {
    const signed = signedHeaders(request)
    if (signed === null) return payload
    const chunks: Buffer[] = []
    let length = 0
    try {
      // Not destroyed on the way out, but drained: the answer goes by the same socket.
      for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
        length += chunk.length
        unjudged += chunk.length
        if (length > longestBody) throw tooLarge()
        if (length > shortBody && unjudged > mostUnjudged) throw tooMuch(deps)
        chunks.push(chunk)
      }
      const body = Buffer.concat(chunks)
      request.sender = await senderBySignature(deps, sourceOf(request), signed, body)
      if (request.sender === null) throw stranger(reply)
      return Object.assign(Readable.from([body]), { receivedEncodedLength: length })
    } catch (error) {
      payload.resume()
      throw error
    } finally {
      unjudged -= length
    }
  }
}

function stranger(reply: FastifyReply): RequestError {
  reply.header('www-authenticate', 'Bearer realm="tocsin"')
  return new RequestError('wrong-credentials', explanation)
}

function signedHeaders({ headers }: FastifyRequest): Parameters<typeof senderBySignature>[2] | null {
  const signature = headers['x-tocsin-signature']
  if (signature === undefined) return null
  const key = String(headers['x-tocsin-key'] ?? '')
  const keyId = /^\d{1,15}$/.test(key) ? Number(key) : 0
  return { keyId, timestamp: String(headers['x-tocsin-timestamp'] ?? ''), signature: String(signature) }
}

/** The path is judged by its schema later; what is no number is no source. */
function sourceOf(request: FastifyRequest): number {
  const { sourceId } = request.params as { sourceId?: unknown }
  return /^\d{1,15}$/.test(String(sourceId)) ? Number(sourceId) : 0
}

function tooMuch({ clock }: Pick<Deps, 'clock'>): RequestError {
  const message =
    'Too much is being sent just now that no signature vouches for yet. Send it again after the time that Retry-After says, in smaller parts, or with a token.'
  return new RequestError('too-many-attempts', message, { until: new Date(clock.now().getTime() + retryAfterMs) })
}

function tooLarge(): Error {
  return Object.assign(new Error('Too large.'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 })
}
