import { X509Certificate } from 'node:crypto'
import { Agent, request } from 'undici'
import { afterEach, describe, expect, test } from 'vitest'
import { createCertificate } from './certificate.ts'
import type { EmulatorDefinition } from './definition.ts'
import { EmulatorInputError } from './input.ts'
import { type EmulatorOptions, type RunningEmulator, startEmulator } from './server.ts'

const running: RunningEmulator[] = []
afterEach(async () => {
  for (const emulator of running.splice(0)) await emulator.stop()
})

type Seen = { handled: string[]; state: unknown }

async function start(
  overrides: Partial<EmulatorDefinition> = {},
  options: Partial<EmulatorOptions> = {},
): Promise<{ emulator: RunningEmulator; seen: Seen }> {
  const seen: Seen = { handled: [], state: { made: 'so' } }
  const emulator = await startEmulator(
    {
      vendor: 'test',
      async handle(received, reply) {
        seen.handled.push(`${received.method} ${received.path}`)
        reply.send(200, { body: received.body.toString(), q: received.query.get('q'), at: received.receivedAt })
      },
      getState: (query) => ({ state: seen.state, part: query.get('part') }),
      putState: (state) => {
        seen.state = state
      },
      act(order) {
        if (order.act !== 'hello') throw new EmulatorInputError(`unknown act ${order.act}; there is hello`)
        return { hello: order.name }
      },
      vendorFaults: ['halfList'],
      ...overrides,
    },
    { port: 0, ...options },
  )
  running.push(emulator)
  return { emulator, seen }
}

async function call(
  emulator: RunningEmulator,
  path: string,
  options: { method?: 'GET' | 'POST' | 'PUT'; body?: unknown } = {},
): Promise<{ status: number; json: unknown; headers: Record<string, unknown> }> {
  const body = options.body === undefined ? null : JSON.stringify(options.body)
  const answer = await request(`${emulator.url}${path}`, { method: options.method ?? 'GET', body })
  const text = await answer.body.text()
  return {
    status: answer.statusCode,
    json: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
    headers: answer.headers,
  }
}

describe('requests', () => {
  test('reach the handler and are journalled without query, headers or body', async () => {
    const { emulator } = await start()
    const answer = await call(emulator, '/v1/items/17?q=secret-q', { method: 'POST', body: { password: 'secret-b' } })
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({ q: 'secret-q', body: '{"password":"secret-b"}' })
    const journal = await call(emulator, '/_emulator/journal')
    expect(journal.json).toMatchObject([
      { n: 1, method: 'POST', path: '/v1/items/17', status: 200, inFlight: 1, ms: expect.any(Number) },
    ])
    expect(JSON.stringify(journal.json)).not.toContain('secret')
    expect((await call(emulator, '/_emulator/stats')).json).toMatchObject({
      requests: 1,
      byStatus: { 200: 1 },
      inFlight: 0,
      maxInFlight: 1,
      maxInFlightByEndpoint: { 'POST /v1/items/:id': 1 },
      tickets: { open: 0, closed: 0, duplicates: 0 },
      handlerErrors: 0,
    })
  })

  test('the journal is bounded and read on from a number', async () => {
    const { emulator } = await start({}, { journalCapacity: 3 })
    for (let n = 1; n <= 5; n += 1) await call(emulator, `/r${n}`)
    expect(emulator.control.journalEntries().map((entry) => entry.path)).toEqual(['/r3', '/r4', '/r5'])
    const later = await call(emulator, '/_emulator/journal?since=4')
    expect(later.json).toMatchObject([{ n: 5, path: '/r5' }])
    expect(emulator.journal.total()).toBe(5)
    expect((await call(emulator, '/_emulator/journal?since=x')).status).toBe(400)
  })

  test('in flight is counted per endpoint while the vendor works', async () => {
    const { emulator } = await start()
    emulator.control.setFaults({ latencyMs: 60 })
    await Promise.all([call(emulator, '/a/1'), call(emulator, '/a/2'), call(emulator, '/b')])
    expect(emulator.control.stats()).toMatchObject({
      maxInFlight: 3,
      inFlight: 0,
      maxInFlightByEndpoint: { 'GET /a/:id': 2, 'GET /b': 1 },
    })
  })

  test('a handler that throws or forgets to answer is a counted 500', async () => {
    const { emulator } = await start({
      async handle(received) {
        if (received.path === '/throws') throw new Error('boom')
      },
    })
    expect(await call(emulator, '/throws')).toMatchObject({ status: 500, json: { error: 'emulator failure: boom' } })
    expect((await call(emulator, '/silent')).status).toBe(500)
    expect(emulator.control.stats().handlerErrors).toBe(2)
  })

  test('compresses only when the handler asks', async () => {
    const { emulator } = await start({
      async handle(received, reply) {
        reply.send(200, { long: 'x'.repeat(5000) }, {}, { gzip: received.path === '/gzip' })
      },
    })
    const plain = await request(`${emulator.url}/plain`, { headers: { 'accept-encoding': 'gzip' } })
    await plain.body.dump()
    expect(plain.headers['content-encoding']).toBeUndefined()
    const zipped = await request(`${emulator.url}/gzip`)
    expect(zipped.headers['content-encoding']).toBe('gzip')
    expect((await zipped.body.bytes()).length).toBeLessThan(500)
  })

  test('a taken port is a clear error', async () => {
    const { emulator } = await start()
    await expect(start({}, { port: emulator.port })).rejects.toThrow(`port ${emulator.port} on 127.0.0.1 is in use`)
  })
})

describe('control routes', () => {
  test('state goes out and in, with the query', async () => {
    const { emulator } = await start()
    expect((await call(emulator, '/_emulator/state?part=x')).json).toEqual({ state: { made: 'so' }, part: 'x' })
    expect((await call(emulator, '/_emulator/state', { method: 'PUT', body: { other: 1 } })).status).toBe(204)
    expect(emulator.control.getState()).toEqual({ state: { other: 1 }, part: null })
    expect(emulator.control.stats().requests).toBe(0)
  })

  test('acts, and says what is wrong with a bad one', async () => {
    const { emulator } = await start()
    const act = (body: unknown) => call(emulator, '/_emulator/act', { method: 'POST', body })
    expect(await act({ act: 'hello', name: 'you' })).toMatchObject({ status: 200, json: { hello: 'you' } })
    expect(await act({ act: 'dance' })).toMatchObject({
      status: 400,
      json: { error: 'unknown act dance; there is hello' },
    })
    expect((await act(['hello'])).status).toBe(400)
    expect((await act({ act: 'clock' })).status).toBe(400)
    expect((await call(emulator, '/_emulator/act', { method: 'POST' })).json).toMatchObject({
      error: expect.stringContaining('not JSON'),
    })
    expect(await call(emulator, '/_emulator/nothing')).toMatchObject({ status: 404 })
  })

  test('the clock act moves all time of the emulator and tells the vendor', async () => {
    let moves = 0
    const { emulator } = await start({
      clockMoved() {
        moves += 1
      },
    })
    const act = (body: unknown) => call(emulator, '/_emulator/act', { method: 'POST', body })
    await act({ act: 'clock', now: '2030-01-02T03:04:05Z' })
    await act({ act: 'clock', advanceSeconds: 3600 })
    const answer = await call(emulator, '/t')
    expect(answer.json).toMatchObject({ at: expect.stringMatching(/^2030-01-02T04:04:/) })
    expect(emulator.control.journalEntries()[0]?.time).toMatch(/^2030-01-02T04:04:/)
    expect(moves).toBe(2)
  })
})

describe('faults', () => {
  const post = { method: 'POST' as const, body: {} }

  test('an unknown or wrong field is a 400 that says what there is', async () => {
    const { emulator } = await start()
    const put = (body: unknown) => call(emulator, '/_emulator/faults', { method: 'PUT', body })
    expect(await put({ lateness: 1 })).toMatchObject({
      status: 400,
      json: { error: expect.stringMatching(/lateness.*Known faults: latencyMs.*halfList/) },
    })
    for (const bad of [
      { errorRate: 2 },
      { latencyMs: -1 },
      { dead: 'maybe' },
      { cutBefore: { match: { path: '(' } } },
    ]) {
      expect((await put(bad)).status, JSON.stringify(bad)).toBe(400)
    }
    expect((await put({ halfList: { times: 2, value: 5 } })).status).toBe(204)
    expect((await call(emulator, '/_emulator/faults')).json).toEqual({ halfList: { times: 2, value: 5 } })
  })

  test('cut after commit executes, cut before does not; both are limited by match and times', async () => {
    const { emulator, seen } = await start()
    const match = { method: 'post', path: '/Tickets$' }
    emulator.control.setFaults({ cutAfterCommit: { match, times: 1 } })
    expect((await call(emulator, '/Tickets')).status).toBe(200)
    await expect(call(emulator, '/Tickets', post)).rejects.toThrow()
    expect((await call(emulator, '/Tickets', post)).status).toBe(200)
    expect(seen.handled).toEqual(['GET /Tickets', 'POST /Tickets', 'POST /Tickets'])
    emulator.control.setFaults({ cutBefore: { times: 1 } })
    await expect(call(emulator, '/Tickets', post)).rejects.toThrow()
    expect(seen.handled).toHaveLength(3)
    expect(emulator.control.stats().byStatus).toEqual({ 0: 2, 200: 2 })
  })

  test('429 with and without Retry-After, in the vendor’s own words', async () => {
    const { emulator, seen } = await start({ faultReply: (status) => ({ body: { errors: [`no: ${status}`] } }) })
    emulator.control.setFaults({ rateLimited: [{ times: 1, retryAfterSeconds: 30 }, { times: 1 }] })
    expect(await call(emulator, '/x')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '30' },
      json: { errors: ['no: 429'] },
    })
    const second = await call(emulator, '/x')
    expect(second.status).toBe(429)
    expect(second.headers['retry-after']).toBeUndefined()
    expect((await call(emulator, '/x')).status).toBe(200)
    expect(seen.handled).toHaveLength(1)
  })

  test('an error rate fails its share, the same one for the same seed, as JSON or HTML', async () => {
    const runs: number[][] = []
    for (const seed of [7, 7, 8]) {
      const { emulator } = await start({}, { seed })
      emulator.control.setFaults({ errorRate: { value: 0.4, kind: 'html-503' } })
      const statuses: number[] = []
      for (let n = 0; n < 60; n += 1) statuses.push((await call(emulator, '/x')).status)
      runs.push(statuses)
    }
    expect(runs[0]).toEqual(runs[1])
    expect(runs[0]).not.toEqual(runs[2])
    const failed = runs[0]?.filter((status) => status === 503).length ?? 0
    expect(failed).toBeGreaterThan(10)
    expect(failed).toBeLessThan(40)
  })

  test('a truncated reply breaks off in the body', async () => {
    const { emulator, seen } = await start()
    emulator.control.setFaults({ truncateReply: { times: 1 } })
    await expect(call(emulator, '/x')).rejects.toThrow()
    expect(seen.handled).toHaveLength(1)
    expect((await call(emulator, '/x')).status).toBe(200)
  })

  test('dead: silent never answers, refuse cuts at once; control routes stay', async () => {
    const { emulator, seen } = await start()
    emulator.control.setFaults({ dead: true })
    await expect(request(`${emulator.url}/x`, { signal: AbortSignal.timeout(150) })).rejects.toThrow(/time/i)
    expect((await call(emulator, '/_emulator/stats')).status).toBe(200)
    emulator.control.setFaults({ dead: 'refuse' })
    await expect(call(emulator, '/x')).rejects.toThrow()
    emulator.control.setFaults({})
    expect((await call(emulator, '/x')).status).toBe(200)
    expect(seen.handled).toEqual(['GET /x'])
    await expect.poll(() => emulator.control.stats().inFlight).toBe(0)
  })

  test('vendor faults and search lag are offered to the handler', async () => {
    const { emulator } = await start({
      async handle(received, reply) {
        reply.send(200, { half: received.fault('halfList')?.value ?? null, lag: received.searchLagMs() })
      },
    })
    emulator.control.setFaults({ halfList: { times: 1, value: 5 }, searchLagMs: 2000 })
    expect((await call(emulator, '/x')).json).toEqual({ half: 5, lag: 2000 })
    expect((await call(emulator, '/x')).json).toEqual({ half: null, lag: 2000 })
  })
})

describe('TLS', () => {
  test('serves a certificate that names localhost and can be trusted as a file', async () => {
    const certificate = await createCertificate()
    const { emulator } = await start({}, { tls: certificate })
    const parsed = new X509Certificate(emulator.certificate ?? '')
    expect(parsed.subjectAltName).toContain('DNS:localhost')
    expect(parsed.subjectAltName).toContain('IP Address:127.0.0.1')
    expect(emulator.fingerprint256).toBe(parsed.fingerprint256)
    for (const host of ['localhost', '127.0.0.1']) {
      const dispatcher = new Agent({ connect: { ca: certificate.cert } })
      const answer = await request(`https://${host}:${emulator.port}/x`, { dispatcher })
      expect(answer.statusCode).toBe(200)
      await answer.body.dump()
      await dispatcher.close()
    }
    await expect(request(`${emulator.url}/x`)).rejects.toThrow(/self-signed/i)
    emulator.control.setFaults({ dead: 'refuse' })
    await expect(
      request(`${emulator.url}/x`, { dispatcher: new Agent({ connect: { ca: certificate.cert } }) }),
    ).rejects.toThrow()
  })
})
