import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net'
import { generate } from 'selfsigned'
import { onTestFinished } from 'vitest'
import type { Gate, HttpOptions } from '../../src/connectors/http.ts'
import { listenAt } from './pipes.ts'
import { recordingLog } from './recording-log.ts'

/** Lets every call through. */
const openGate: Gate = { acquire: async () => () => undefined }

/** Options of a client for tests: 5 s, 1 MiB, no proxy, system trust. */
export function httpOptions(wanted: Partial<HttpOptions> = {}): HttpOptions {
  return {
    trust: { by: 'system' },
    proxy: null,
    timeoutMs: 5000,
    maxReplyBytes: 1 << 20,
    gate: openGate,
    secrets: [],
    log: recordingLog(),
    signal: new AbortController().signal,
    ...wanted,
  }
}

export type Running = { readonly port: number }

/** Listens until the running test ends. */
async function listen(server: Server | TcpServer): Promise<Running> {
  const { port, stop } = await listenAt(server)
  onTestFinished(stop)
  return { port }
}

export function startHttp(listener: RequestListener): Promise<Running> {
  return listen(createHttpServer(listener))
}

export function startHttps(pair: { key: string; cert: string }, listener: RequestListener): Promise<Running> {
  return listen(createHttpsServer(pair, listener))
}

export function startTcp(onSocket: (socket: Socket) => void): Promise<Running> {
  return listen(createTcpServer(onSocket))
}

/** An HTTP proxy that tunnels (CONNECT) and forwards; it asks for `Basic` credentials when `token` is given. */
export async function startProxy(token: string | null): Promise<Running & { readonly seen: string[] }> {
  const seen: string[] = []
  const allowed = (header: string | undefined) => token === null || header === token
  const server = createHttpServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    if (!allowed(request.headers['proxy-authorization'])) return response.writeHead(407).end()
    return response.writeHead(200, { 'content-type': 'application/json' }).end('{"forwarded":true}')
  })
  server.on('connect', (request, client: Socket) => {
    seen.push(`CONNECT ${request.url}`)
    client.on('error', () => undefined)
    if (!allowed(request.headers['proxy-authorization']))
      return client.end('HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n')
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      target.pipe(client).pipe(target)
    })
    target.on('error', () => client.end('HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n'))
    client.on('close', () => target.destroy())
    return target
  })
  return { ...(await listen(server)), seen }
}

/** A self-signed certificate; `names` empty means no subjectAltName at all. */
export async function makeCertificate(
  names: readonly string[],
  options: { expired?: boolean; ca?: { key: string; cert: string } } = {},
): Promise<{ key: string; cert: string }> {
  const now = Date.now()
  const day = 86_400_000
  const made = await generate([{ name: 'commonName', value: options.ca === undefined ? 'klserver' : 'issued' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - 10 * day),
    notAfterDate: new Date(now + (options.expired === true ? -day : 10 * day)),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    extensions: [
      { name: 'basicConstraints', cA: options.ca === undefined, critical: true },
      ...(names.length === 0
        ? []
        : [{ name: 'subjectAltName' as const, altNames: names.map((name) => ({ type: 2 as const, value: name })) }]),
    ],
  })
  return { key: made.private, cert: made.cert }
}
