// One request from arrival to answer: journal, faults in their order, the vendor's handler, the reply or the cut.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import type { EmulatorClock } from './clock.ts'
import { answerControl, type EmulatorControl } from './control.ts'
import type { EmulatorDefinition, EmulatorRequest, ReplyBody } from './definition.ts'
import type { Faults } from './faults.ts'
import { EmulatorInputError } from './input.ts'
import { defaultEndpoint, type Journal } from './journal.ts'
import { createReply, type HeldReply, holdReply, writeHalfReply, writeReply } from './reply.ts'

const vendorBodyLimit = 64 * 1024 * 1024
const controlBodyLimit = 2 ** 31

/** What one exchange needs of its emulator. */
export type ExchangeContext = {
  definition: EmulatorDefinition
  journal: Journal
  faults: Faults
  clock: EmulatorClock
  control: EmulatorControl
  countError(): void
}

/** Takes one request through journal, faults and handler to its answer, or through a control route. */
export async function onRequest(
  context: ExchangeContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? 'GET'
  const [path = '/', ...rest] = (request.url ?? '/').split('?')
  const query = new URLSearchParams(rest.join('?'))
  if (path.startsWith('/_emulator/')) return onControl(context, { method, path, query }, request, response)

  const { definition, journal, faults, clock } = context
  const receivedAt = clock.now()
  const endpoint = (definition.endpointOf ?? defaultEndpoint)(method, path)
  const entry = journal.begin({ time: receivedAt, method, path, endpoint })
  const take = (name: string) => faults.take(name, method, path)
  const cut = (): void => {
    entry.end(0)
    request.socket.destroy()
  }

  const dead = take('dead')
  if (dead?.mode === 'refuse') {
    entry.end(0)
    resetConnection(request)
    return
  }
  if (dead) {
    request.socket.once('close', () => entry.end(0))
    request.resume()
    return
  }
  const body = await readBody(request, vendorBodyLimit)
  if (body === 'broken') return cut()
  const latency = take('latencyMs')?.value ?? 0
  if (latency > 0) await sleep(latency)
  if (take('cutBefore')) return cut()

  let held = body === 'too-large' ? holdReply(413, 'Request body too large', {}) : faultReply(context, take)
  if (!held && body !== 'too-large') {
    const emulatorRequest: EmulatorRequest = {
      method,
      path,
      query,
      headers: request.headers,
      body,
      socket: request.socket,
      receivedAt,
      fault: take,
      searchLagMs: () => take('searchLagMs')?.value ?? 0,
    }
    held = await callHandler(context, emulatorRequest)
  }
  if (!held || take('cutAfterCommit') || request.socket.destroyed) return cut()
  if (take('truncateReply')) {
    writeHalfReply(response, held)
    return entry.end(0)
  }
  entry.end(held.status)
  writeReply(response, held)
}

function faultReply({ definition }: ExchangeContext, take: EmulatorRequest['fault']): HeldReply | undefined {
  const limited = take('rateLimited')
  if (limited) {
    const own = ownReply(definition, 429, 'Too many requests')
    const seconds = limited.retryAfterSeconds
    return holdReply(429, own.body, { ...own.headers, ...(seconds != null && { 'Retry-After': String(seconds) }) })
  }
  const failed = take('errorRate')
  if (!failed) return undefined
  if (failed.kind === 'html-503') {
    const page = '<html><head><title>503</title></head><body><h1>Service Unavailable</h1></body></html>'
    return holdReply(503, page, { 'Content-Type': 'text/html' })
  }
  const own = ownReply(definition, 500, 'Internal server error')
  return holdReply(500, own.body, own.headers ?? {})
}

function ownReply(
  definition: EmulatorDefinition,
  status: number,
  error: string,
): { body: ReplyBody; headers?: Record<string, string> } {
  return definition.faultReply?.(status) ?? { body: { error } }
}

async function callHandler(context: ExchangeContext, request: EmulatorRequest): Promise<HeldReply> {
  const { reply, sent } = createReply()
  try {
    await context.definition.handle(request, reply)
    const held = sent()
    if (held) return held
    throw new Error('the handler did not answer')
  } catch (error) {
    context.countError()
    const text = error instanceof Error ? error.message : String(error)
    return holdReply(500, { error: `emulator failure: ${text}` }, {})
  }
}

async function onControl(
  context: ExchangeContext,
  target: { method: string; path: string; query: URLSearchParams },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, controlBodyLimit)
  if (typeof body === 'string') return void request.socket.destroy()
  try {
    const answer = await answerControl(context.control, context.faults, { ...target, body })
    writeReply(response, holdReply(answer.status, answer.body, {}))
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    writeReply(response, holdReply(error instanceof EmulatorInputError ? 400 : 500, { error: text }, {}))
  }
}

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | 'too-large' | 'broken'> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length <= limit) chunks.push(chunk)
    }
  } catch {
    return 'broken'
  }
  return length > limit ? 'too-large' : Buffer.concat(chunks)
}

/** A TLS socket cannot send a reset, so there the connection just ends. */
function resetConnection(request: IncomingMessage): void {
  if (request.socket instanceof TLSSocket) request.socket.destroy()
  else request.socket.resetAndDestroy()
}
