import { promisify } from 'node:util'
import { gunzip, gunzipSync } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { ConnectorError, mayStillRun } from './failure.ts'
import type { HttpClient, HttpOptions, HttpReply, HttpRequest } from './http.ts'
import { mustMayReach } from './http-address.ts'
import { createDispatcher, proxyToken } from './http-dispatcher.ts'
import { toHttpFailure } from './http-failure.ts'
import { createRedact, type Redact } from './redact.ts'

type Headers = Record<string, string>
type RawReply = { readonly status: number; readonly headers: Headers; readonly body: Buffer }
type Call = { fail(error: Error): void; stop(): void }
type Deps = {
  readonly dispatcher: Dispatcher
  readonly proxy: string | null
  readonly maxReplyBytes: number
  readonly redact: Redact
  readonly calls: Set<Call>
}

const unpack = promisify(gunzip)

/** Below this many packed bytes unpacking in place is cheaper than a trip to the thread pool. */
const unpackInPlaceBytes = 16 * 1024
/** Bounds of the buffer that content is unpacked into. */
const unpackAtLeast = 1024
const unpackAtMost = 4 * 1024 * 1024

/**
 * Makes the client of one connection. Throws `ConnectorError` (`denied`) when its fingerprint, certificate or proxy address is
 * malformed. Ends every call when `options.signal` is aborted. Redirects are never followed: the caller sees the 3xx.
 */
export function createHttpClient(options: HttpOptions): HttpClient {
  const { gate, signal, log, timeoutMs } = options
  const token = options.proxy === null ? null : proxyToken(options.proxy)
  const proxySecrets = options.proxy === null ? [] : [options.proxy.password, token?.slice('Basic '.length) ?? '']
  const deps: Deps = {
    dispatcher: createDispatcher(options),
    proxy: options.proxy === null ? null : (URL.parse(options.proxy.url)?.host ?? ''),
    maxReplyBytes: options.maxReplyBytes,
    redact: createRedact([...options.secrets, ...proxySecrets]),
    calls: new Set(),
  }
  // One listener for all calls: a listener a call would cost more than the call's own bookkeeping.
  const stop = () => {
    for (const call of [...deps.calls]) call.stop()
  }
  signal.addEventListener('abort', stop)

  async function request(wanted: HttpRequest): Promise<HttpReply> {
    if (signal.aborted) throw stopped(false)
    const url = parseAddress(wanted.url)
    mustMayReach(options, url)
    const release = await gate.acquire(wanted.endpoint, signal)
    let givenUp = false
    try {
      const raw = await send(deps, wanted, url, wanted.timeoutMs ?? timeoutMs)
      const packed = raw.headers['content-encoding']
      const body =
        packed === undefined || packed === 'identity' ? raw.body : await unpackBody(deps, url.host, packed, raw)
      return toReply(deps.redact, url.host, raw, body.toString('utf8'))
    } catch (error) {
      const failure = redacted(error, deps.redact)
      // Stopping cuts calls off, and the vendor goes on with them too.
      givenUp = mayStillRun(failure) || (signal.aborted && failure.outcome === 'unknown')
      log.debug({ endpoint: wanted.endpoint, reason: failure.reason, error: failure.message }, 'call failed')
      throw failure
    } finally {
      release(givenUp)
    }
  }

  async function close(): Promise<void> {
    signal.removeEventListener('abort', stop)
    stop()
    await deps.dispatcher.destroy()
  }

  return { request, close, redact: deps.redact }
}

function send(deps: Deps, wanted: HttpRequest, url: URL, timeoutMs: number): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let status = 0
    let headers: Headers = {}
    let controller: Dispatcher.DispatchController | null = null
    let finished = false
    const call: Call = {
      fail(error) {
        if (finished) return
        finish()
        reject(toHttpFailure(error, { host: url.host, proxy: deps.proxy, started: controller !== null }))
        controller?.abort(error)
      },
      stop: () => call.fail(stopped(controller !== null)),
    }
    const timer = setTimeout(() => call.fail(timedOut(url.host, timeoutMs, controller !== null)), timeoutMs)
    deps.calls.add(call)

    function finish(): void {
      finished = true
      clearTimeout(timer)
      deps.calls.delete(call)
    }

    const { text, type } = bodyText(wanted.body)
    deps.dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: wanted.method,
        headers: requestHeaders(wanted.headers, type),
        body: text,
      },
      {
        // Called once the socket stands and before the first byte: until here nothing can have happened at the vendor.
        onRequestStart(started) {
          if (finished) return started.abort(new Error('given up before it was sent'))
          if (wanted.mayBegin?.() === false) {
            call.fail(tooLate(url.host))
            return started.abort(new Error('its time had passed before it was sent'))
          }
          controller = started
        },
        onResponseStart(_controller, code, received) {
          status = code
          headers = plainHeaders(received)
        },
        onResponseData(_controller, chunk) {
          if (finished) return
          size += chunk.length
          if (size > deps.maxReplyBytes) return call.fail(tooLarge(url.host, deps.maxReplyBytes))
          chunks.push(chunk)
        },
        onResponseEnd() {
          if (finished) return
          finish()
          const [first] = chunks
          resolve({
            status,
            headers,
            body: chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, size),
          })
        },
        onResponseError(_controller, error) {
          call.fail(error)
        },
      },
    )
  })
}

function parseAddress(address: string): URL {
  const url = URL.parse(address)
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  throw new ConnectorError(
    'denied',
    'wrong-address',
    'The address of the connection is not valid. It must begin with https:// and a host name.',
  )
}

function bodyText(body: object | string | undefined): { text: string | null; type: string | null } {
  if (body === undefined) return { text: null, type: null }
  return typeof body === 'string'
    ? { text: body, type: null }
    : { text: JSON.stringify(body), type: 'application/json' }
}

function requestHeaders(given: Readonly<Headers> | undefined, type: string | null): Headers {
  const headers: Headers = { 'accept-encoding': 'gzip', 'user-agent': 'tocsin' }
  if (type !== null) headers['content-type'] = type
  for (const name in given) {
    const value = given[name]
    if (value !== undefined) headers[name.toLowerCase()] = value
  }
  return headers
}

function plainHeaders(received: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers: Headers = {}
  for (const name in received) {
    const value = received[name]
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return headers
}

/**
 * The size of the content as gzip states it in its last four bytes, for one buffer in place of many small ones: that saves
 * five sixths of the unpacking of a big page. It is only a hint, and believed only within reason.
 */
function statedSize(packed: Buffer): number {
  const stated = packed.length < 4 ? 0 : packed.readUInt32LE(packed.length - 4)
  return Math.min(Math.max(stated + 1, unpackAtLeast), unpackAtMost)
}

async function unpackBody(deps: Deps, host: string, encoding: string, raw: RawReply): Promise<Buffer> {
  if (raw.body.length === 0) return raw.body
  const limit = { maxOutputLength: deps.maxReplyBytes, chunkSize: statedSize(raw.body) }
  try {
    if (encoding !== 'gzip' && encoding !== 'x-gzip') throw new Error(`content-encoding ${encoding} was not asked for`)
    return raw.body.length <= unpackInPlaceBytes ? gunzipSync(raw.body, limit) : await unpack(raw.body, limit)
  } catch (error) {
    const fault = error instanceof Error ? error : new Error(String(error))
    if ('code' in fault && fault.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(host, deps.maxReplyBytes)
    throw badReply(`The compressed answer of ${host} cannot be read (${fault.message}).`)
  }
}

function toReply(redact: Redact, host: string, { status, headers }: RawReply, decoded: string): HttpReply {
  const text = decoded.startsWith('\uFEFF') ? decoded.slice(1) : decoded
  return { status, headers, text, json: () => parseJson(redact, host, headers['content-type'] ?? '', text) }
}

function parseJson(redact: Redact, host: string, contentType: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const isPage = /html/i.test(contentType) || /^\s*<(!doctype|html)/i.test(text)
    const what = isPage ? 'a web page' : text.trim() === '' ? 'an empty body' : 'text that is not JSON'
    const advice = isPage ? ' Check the address and the port: another program may be answering there.' : ''
    const start = redact(text).replace(/\s+/g, ' ').trim().slice(0, 120)
    const type = contentType === '' ? 'no content type' : `content type ${contentType}`
    throw badReply(
      redact(`${host} answered with ${what} (${type}).${advice}`) + (start === '' ? '' : ` It begins: ${start}`),
    )
  }
}

function badReply(message: string): ConnectorError {
  return new ConnectorError('later', 'bad-reply', message, { outcome: 'unknown' })
}

function tooLarge(host: string, limit: number): ConnectorError {
  return badReply(`The answer of ${host} is larger than the ${limit} bytes allowed.`)
}

function timedOut(host: string, timeoutMs: number, started: boolean): ConnectorError {
  const seconds = timeoutMs / 1000
  if (started) {
    const text = `${host} gave no complete answer within ${seconds} s.`
    return new ConnectorError('later', 'timed-out', text, { outcome: 'unknown' })
  }
  const text = `No connection to ${host} within ${seconds} s. Check the address, the port and the firewalls between.`
  return new ConnectorError('later', 'unreachable', text)
}

function tooLate(host: string): ConnectorError {
  return new ConnectorError(
    'later',
    'busy',
    `Not begun: the time for a call to ${host} had passed when it was reached.`,
  )
}

function stopped(mayHaveLeft: boolean): ConnectorError {
  return new ConnectorError('later', 'cut-off', 'The call was given up because this program is stopping.', {
    outcome: mayHaveLeft ? 'unknown' : 'not-done',
  })
}

function redacted(error: unknown, redact: Redact): ConnectorError {
  const failure = error instanceof ConnectorError ? error : badReply(String(error))
  const message = redact(failure.message)
  if (message === failure.message) return failure
  const { kind, reason, outcome, until } = failure
  return new ConnectorError(kind, reason, message, { outcome, until })
}
