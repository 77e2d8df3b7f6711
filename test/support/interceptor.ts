import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, request as requestTls } from 'node:https'
import type { AddressInfo } from 'node:net'

/**
 * A server between a connector and an emulator: hands requests on, keeps what was sent, and answers some itself. So a
 * contract can ask for any status and any body, whatever the vendor's emulator can do.
 */

export type Sent = {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer given in the vendor's place. The request is not handed on. */
export type StandIn = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | ((sent: Sent) => string)
}

/** Which requests; both must fit. */
export type Match = { readonly method: string; readonly path: RegExp }

export type Interceptor = {
  readonly origin: string
  readonly sent: readonly Sent[]
  /** Answers the next `times` (1) requests that fit, not counting the first `after` (0) of them. */
  answer(match: Match, standIn: StandIn, options?: { times?: number; after?: number }): void
  /** Forgets what was sent and what was to be answered. */
  reset(): void
  stop(): Promise<void>
}

/** A certificate with its key, both PEM. */
export type Pair = { readonly key: string; readonly cert: string }

type Rule = { match: Match; standIn: StandIn; left: number; passing: number }

/** Starts one on a free port of this machine. With a pair it serves TLS with it, and `target` does so too; else plain http. */
export async function startInterceptor(target: string, pair?: Pair): Promise<Interceptor> {
  const sent: Sent[] = []
  let rules: Rule[] = []

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const one: Sent = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: plain(incoming),
      body: body.toString('utf8'),
    }
    sent.push(one)
    const rule = rules.find((each) => each.left > 0 && fits(each.match, one))
    if (rule !== undefined && rule.passing > 0) {
      rule.passing -= 1
      return handOn(target, pair, incoming, body, outgoing)
    }
    if (rule === undefined) return handOn(target, pair, incoming, body, outgoing)
    rule.left -= 1
    const text = typeof rule.standIn.body === 'string' ? rule.standIn.body : rule.standIn.body(one)
    outgoing.writeHead(rule.standIn.status, rule.standIn.headers ?? {})
    outgoing.end(text)
  }

  const listen = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    serve(incoming, outgoing).catch(() => outgoing.destroy())
  }
  const server = pair === undefined ? createServer(listen) : createTlsServer({ ...pair }, listen)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `${pair === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    answer: (match, standIn, { times = 1, after = 0 } = {}) => {
      rules.push({ match, standIn, left: times, passing: after })
    },
    reset: () => {
      sent.length = 0
      rules = []
    },
    stop: () => stop(server),
  }
}

/** The host header stays as the connector sent it, so that addresses in the vendor's answers lead here again. */
function handOn(
  target: string,
  pair: Pair | undefined,
  incoming: IncomingMessage,
  body: Buffer,
  outgoing: ServerResponse,
): void {
  const url = new URL(incoming.url ?? '/', target)
  const options = { method: incoming.method ?? 'GET', headers: incoming.headers, agent: false } as const
  const onward = pair === undefined ? request(url, options) : requestTls(url, { ...options, ca: pair.cert })
  onward.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.on('error', () => outgoing.destroy())
    answer.pipe(outgoing)
  })
  onward.on('error', () => outgoing.destroy())
  outgoing.on('close', () => onward.destroy())
  onward.end(body)
}

function fits(match: Match, sent: Sent): boolean {
  return match.method === sent.method && match.path.test(sent.path)
}

function plain(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
