import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { EmulatorReply, ReplyBody } from './definition.ts'

/** A reply held back, so that a fault can still cut or shorten it after the handler did its work. */
export type HeldReply = { status: number; headers: Record<string, string>; body: Buffer }

/** Makes the reply object for a handler and a way to get at what it sent. */
export function createReply(): { reply: EmulatorReply; sent(): HeldReply | undefined } {
  let held: HeldReply | undefined
  return {
    reply: {
      send(status, body, headers = {}, options = {}) {
        if (held) throw new Error('the handler answered twice')
        held = holdReply(status, body, headers, options.gzip ?? false)
      },
    },
    sent: () => held,
  }
}

/** Turns a body into bytes with its content type and length. */
export function holdReply(status: number, body: ReplyBody, headers: Record<string, string>, gzip = false): HeldReply {
  const [plain, type] = toBytes(body)
  const bytes = gzip && plain.length > 0 ? gzipSync(plain, { level: 1 }) : plain
  const all: Record<string, string> = {}
  if (type !== undefined) all['content-type'] = type
  if (bytes !== plain) all['content-encoding'] = 'gzip'
  for (const [name, value] of Object.entries(headers)) all[name.toLowerCase()] = value
  all['content-length'] = String(bytes.length)
  return { status, headers: all, body: bytes }
}

/** Writes a whole reply. */
export function writeReply(response: ServerResponse, held: HeldReply): void {
  response.writeHead(held.status, held.headers)
  response.end(held.body)
}

/** Promises the full length, writes half of it, then cuts the connection. */
export function writeHalfReply(response: ServerResponse, held: HeldReply): void {
  response.writeHead(held.status, held.headers)
  response.write(held.body.subarray(0, Math.floor(held.body.length / 2)), () => response.destroy())
}

function toBytes(body: ReplyBody): [Buffer, string | undefined] {
  if (body === null) return [Buffer.alloc(0), undefined]
  if (Buffer.isBuffer(body)) return [body, 'application/octet-stream']
  if (typeof body === 'string') return [Buffer.from(body), 'text/plain; charset=utf-8']
  return [Buffer.from(JSON.stringify(body)), 'application/json; charset=utf-8']
}
