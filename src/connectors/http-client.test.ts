import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { recordingLog } from '../../test/support/recording-log.ts'
import { httpOptions, startHttp, startTcp } from '../../test/support/servers.ts'
import { ConnectorError } from './failure.ts'
import type { HttpClient, HttpOptions, HttpRequest } from './http.ts'
import { createHttpClient } from './http-client.ts'

function clientOf(wanted: Partial<HttpOptions> = {}): HttpClient {
  const client = createHttpClient(httpOptions(wanted))
  onTestFinished(() => client.close())
  return client
}

function get(port: number, path = '/', more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url: `http://127.0.0.1:${port}${path}`, endpoint: 'all', ...more }
}

async function failureOf(promise: Promise<unknown>): Promise<ConnectorError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof ConnectorError) return error
  throw new Error(`expected a ConnectorError, got ${String(error)}`)
}

test('sends an object as JSON and gives status, headers and text', async () => {
  const { port } = await startHttp(async (request, response) => {
    const chunks = await request.toArray()
    response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] })
    const { 'content-type': type, 'x-mine': mine, 'accept-encoding': encoding } = request.headers
    response.end(
      JSON.stringify({
        type,
        mine,
        encoding,
        method: request.method,
        url: request.url,
        body: String(Buffer.concat(chunks)),
      }),
    )
  })
  const reply = await clientOf().request(
    get(port, '/a?b=ü', { method: 'POST', headers: { 'X-Mine': 'yes' }, body: { name: 'Ünal & "Söhne" 🚨' } }),
  )
  expect(reply.status).toBe(201)
  expect(reply.headers['set-cookie']).toBe('a=1, b=2')
  expect(reply.json()).toEqual({
    type: 'application/json',
    mine: 'yes',
    encoding: 'gzip',
    method: 'POST',
    url: '/a?b=%C3%BC',
    body: '{"name":"Ünal & \\"Söhne\\" 🚨"}',
  })
})

test('a string body goes as it is, with the content type that the caller gave', async () => {
  const { port } = await startHttp(async (request, response) => {
    response.end(`${request.headers['content-type']}|${Buffer.concat(await request.toArray())}`)
  })
  const request = get(port, '/', { method: 'POST', headers: { 'Content-Type': 'text/xml' }, body: '<a/>' })
  expect((await clientOf().request(request)).text).toBe('text/xml|<a/>')
})

test.each([
  ['small', 10],
  ['large', 100_000],
])('unpacks a %s gzip reply', async (_name, count) => {
  const { port } = await startHttp((_request, response) => {
    const numbers = Array.from({ length: count }, (_, n) => (n * 7919) % 99_991)
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(numbers)))
  })
  expect((await clientOf().request(get(port))).json()).toHaveLength(count)
})

test.each([
  ['states less than it holds', Buffer.concat([gzipSync('x'.repeat(300_000)), gzipSync('y')])],
  ['states more than it holds', Buffer.concat([gzipSync('x'.repeat(300_000)), gzipSync('y'), Buffer.alloc(12)])],
])('unpacks a gzip reply that %s', async (_name, packed) => {
  const { port } = await startHttp((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed)
  })
  expect((await clientOf().request(get(port))).text).toBe(`${'x'.repeat(300_000)}y`)
})

test('reads a reply that begins with a byte order mark', async () => {
  const { port } = await startHttp((_request, response) => response.end('\uFEFF{"a":1}'))
  expect((await clientOf().request(get(port))).json()).toEqual({ a: 1 })
})

test('refuses a reply above the bound, plain or unpacked', async () => {
  const { port } = await startHttp((request, response) => {
    const big = 'x'.repeat(50_000)
    if (request.url === '/plain') response.end(big)
    else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(big))
  })
  const client = clientOf({ maxReplyBytes: 10_000 })
  for (const path of ['/plain', '/packed']) {
    const failure = await failureOf(client.request(get(port, path)))
    expect(failure).toMatchObject({ kind: 'later', reason: 'bad-reply', outcome: 'unknown' })
    expect(failure.message).toContain('larger than the 10000 bytes')
  }
})

test('uses sockets again for calls one after another', async () => {
  let connections = 0
  const { port } = await startHttp((request, response) => {
    if (request.socket.listenerCount('marked') === 0) connections += 1
    request.socket.once('marked', () => undefined)
    response.end('{}')
  })
  const client = clientOf()
  for (let n = 0; n < 20; n += 1) await client.request(get(port))
  // undici may open a second one when the next call comes before it has put the first back.
  expect(connections).toBeLessThanOrEqual(2)
})

test('never follows a redirect', async () => {
  const paths: string[] = []
  const { port } = await startHttp((request, response) => {
    paths.push(request.url ?? '')
    response.writeHead(302, { location: '/other' }).end()
  })
  const reply = await clientOf().request(get(port))
  expect([reply.status, reply.headers.location, paths]).toEqual([302, '/other', ['/']])
})

test('a web page instead of JSON says so and what to check', async () => {
  const { port } = await startHttp((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Router login</title>')
  })
  const reply = await clientOf().request(get(port))
  expect(() => reply.json()).toThrow(
    /a web page \(content type text\/html\).*Check the address and the port.*Router login/,
  )
  expect(() => reply.json()).toThrow(ConnectorError)
})

test('truncated JSON and an empty body are bad replies', async () => {
  const { port } = await startHttp((request, response) => response.end(request.url === '/empty' ? '' : '{"items":[1,2'))
  const client = clientOf()
  const truncated = await client.request(get(port))
  expect(() => truncated.json()).toThrow(/text that is not JSON/)
  const empty = await client.request(get(port, '/empty'))
  expect(() => empty.json()).toThrow(/an empty body/)
})

test('no listener: unreachable, certainly not done', async () => {
  const { port } = await startTcp((socket) => socket.destroy())
  const free = port === 65_535 ? port - 1 : port + 1
  const failure = await failureOf(clientOf().request(get(free)))
  expect(failure).toMatchObject({ kind: 'later', reason: 'unreachable', outcome: 'not-done' })
  expect(failure.message).toMatch(/refuses connections.*port/)
})

test('an unknown name: unreachable, certainly not done', async () => {
  const failure = await failureOf(clientOf().request({ ...get(1), url: 'http://no-such-host.invalid/' }))
  expect(failure).toMatchObject({ kind: 'later', reason: 'unreachable', outcome: 'not-done' })
  expect(failure.message).toContain('was not found')
})

test.each(['ftp://files.example/', 'not an address', ''])('the address %j is refused with advice', async (url) => {
  const failure = await failureOf(clientOf().request({ ...get(1), url }))
  expect(failure).toMatchObject({ kind: 'denied', reason: 'wrong-address', outcome: 'not-done' })
})

test('a header that cannot be sent is refused without its value', async () => {
  const failure = await failureOf(clientOf().request(get(1, '/', { headers: { authorization: 'Basic ab\ncd' } })))
  expect(failure).toMatchObject({ kind: 'refused', reason: 'invalid-value', outcome: 'not-done' })
  expect(failure.message).toContain('authorization')
  expect(failure.message).not.toContain('ab')
})

test('a reply that does not end in time: timed out, outcome unknown', async () => {
  const { port } = await startHttp((_request, response) => {
    response.writeHead(200).write('{')
  })
  const failure = await failureOf(clientOf().request(get(port, '/', { timeoutMs: 60 })))
  expect(failure).toMatchObject({ kind: 'later', reason: 'timed-out', outcome: 'unknown' })
  expect(failure.message).toContain('within 0.06 s')
})

test.each([
  ['before any byte', (write: (text: string) => void) => write('')],
  ['in the head', (write: (text: string) => void) => write('HTTP/1.1 200 OK\r\nContent-')],
  ['in the body', (write: (text: string) => void) => write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"a"')],
  [
    'in a chunk',
    (write: (text: string) => void) => write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a"'),
  ],
])('a connection cut %s: cut off, outcome unknown', async (_name, answer) => {
  const { port } = await startTcp((socket) => {
    socket.once('data', () => {
      answer((text) => socket.write(text))
      socket.end()
    })
  })
  expect(await failureOf(clientOf().request(get(port)))).toMatchObject({
    kind: 'later',
    reason: 'cut-off',
    outcome: 'unknown',
  })
})

test('a port that does not speak HTTP is named as such', async () => {
  const { port } = await startTcp((socket) => socket.end('220 mail.example ESMTP\r\n'))
  const failure = await failureOf(clientOf().request(get(port)))
  expect(failure).toMatchObject({ kind: 'later', reason: 'bad-reply', outcome: 'unknown' })
  expect(failure.message).toContain('not HTTP')
})

test('a stop ends running calls and refuses new ones', async () => {
  const { port } = await startHttp(() => undefined)
  const stop = new AbortController()
  const client = clientOf({ signal: stop.signal })
  const running = failureOf(client.request(get(port)))
  await new Promise((resolve) => setTimeout(resolve, 100))
  stop.abort()
  expect(await running).toMatchObject({ kind: 'later', reason: 'cut-off', outcome: 'unknown' })
  expect(await failureOf(client.request(get(port)))).toMatchObject({ reason: 'cut-off', outcome: 'not-done' })
})

test('asks the gate before a call and tells it after, also when the call fails', async () => {
  const seen: string[] = []
  const { port } = await startHttp((request, response) => {
    seen.push(`request ${request.url}`)
    if (request.url === '/cut') response.destroy()
    else response.end('{}')
  })
  const client = clientOf({
    gate: {
      acquire: async (endpoint) => {
        seen.push(`acquire ${endpoint}`)
        return () => seen.push(`release ${endpoint}`)
      },
    },
  })
  await client.request(get(port, '/a', { endpoint: 'Tickets' }))
  await failureOf(client.request(get(port, '/cut', { endpoint: 'Notes' })))
  expect(seen).toEqual([
    'acquire Tickets',
    'request /a',
    'release Tickets',
    'acquire Notes',
    'request /cut',
    'release Notes',
  ])
})

test('a gate that holds back sends nothing', async () => {
  let requests = 0
  const { port } = await startHttp((_request, response) => {
    requests += 1
    response.end('{}')
  })
  const until = new Date(Date.UTC(2030, 0, 1))
  const client = clientOf({
    gate: {
      acquire: async () => {
        throw new ConnectorError('limited', 'budget-used', 'The hourly budget is used.', { until })
      },
    },
  })
  expect(await failureOf(client.request(get(port)))).toMatchObject({ kind: 'limited', reason: 'budget-used', until })
  expect(requests).toBe(0)
})

test('no form of a secret reaches a failure or the log', async () => {
  const secret = 'p&ss wörd/+"1'
  const { port } = await startHttp((_request, response) => {
    const forms = [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret), JSON.stringify(secret)]
    response.writeHead(200, { 'content-type': 'text/plain' }).end(forms.join(' '))
  })
  const log = recordingLog()
  const client = clientOf({ secrets: [secret], log, timeoutMs: 500 })
  const reply = await client.request(get(port))
  const texts = [client.redact(reply.text)]
  try {
    reply.json()
  } catch (error) {
    texts.push(String(error))
  }
  texts.push(
    String(
      await failureOf(client.request({ ...get(1), url: `http://${encodeURIComponent('p&ss')}.invalid/${secret}` })),
    ),
  )
  texts.push(log.text())
  const all = texts.join('\n')
  expect(texts.length).toBeGreaterThanOrEqual(3)
  expect(all).toContain('***')
  for (const form of [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret), 'p&ss w\u00f6rd']) {
    expect(all).not.toContain(form)
  }
})

test('many calls at once all come back', async () => {
  const { port } = await startHttp(async (request, response) => {
    await once(request.resume(), 'end')
    response.end(JSON.stringify(request.url))
  })
  const client = clientOf()
  const replies = await Promise.all(Array.from({ length: 300 }, (_, n) => client.request(get(port, `/${n}`))))
  expect(replies.map((reply) => reply.json())).toEqual(Array.from({ length: 300 }, (_, n) => `/${n}`))
})

test('what may no longer begin when the connection stands is not sent', async () => {
  let received = 0
  const { port } = await startHttp((_, response) => {
    received += 1
    response.end('{}')
  })
  const client = clientOf()
  const failure = await failureOf(client.request(get(port, '/', { mayBegin: () => false })))
  expect([failure.kind, failure.reason, failure.outcome]).toEqual(['later', 'busy', 'not-done'])
  expect((await client.request(get(port, '/', { mayBegin: () => true }))).status).toBe(200)
  expect(received).toBe(1)
})

test('the gate is told of calls that were given up and may still run at the vendor', async () => {
  const silent = await startHttp(() => undefined)
  const good = await startHttp((_, response) => response.end('{}'))
  const cutting = await startHttp((request) => request.socket.destroy())
  const ended: boolean[] = []
  const gate = {
    acquire:
      async () =>
      (givenUp = false) =>
        void ended.push(givenUp),
  }
  const stopping = new AbortController()
  const client = clientOf({ gate, signal: stopping.signal })
  await client.request(get(good.port))
  await failureOf(client.request(get(cutting.port)))
  await failureOf(client.request(get(silent.port, '/', { timeoutMs: 50 })))
  const stopped = failureOf(client.request(get(silent.port)))
  await new Promise((resolve) => setTimeout(resolve, 100))
  stopping.abort()
  await stopped
  expect(ended).toEqual([false, false, true, true])
})
