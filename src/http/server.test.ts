import { readFile } from 'node:fs/promises'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { createApiBench } from '../../test/support/api-bench.ts'
import { testDatabase } from '../../test/support/database.ts'
import type { SourceConnector } from '../connectors/source.ts'
import type { Database } from '../db/tables.ts'
import { checkToken } from '../usecases/check-token.ts'
import { ensureFirstToken } from '../usecases/ensure-first-token.ts'
import { createMetrics } from './metrics.ts'
import { openapiDocument } from './openapi-document.ts'
import { createHttpServer } from './server.ts'

const database = await testDatabase<Database>()
const bench = await createApiBench(database)
afterAll(() => bench.stop())

/** Routes that no use case of their own stands behind. */
const infrastructure = ['show-health', 'show-metrics', 'show-openapi']

type Operation = { operationId?: string; security?: unknown[]; summary?: string; tags?: string[] }
const document = (await openapiDocument()) as { paths: Record<string, Record<string, Operation>> }
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
)

describe('the OpenAPI document', () => {
  test('is the committed one', async () => {
    const committed = await readFile(new URL('../../docs/api/openapi.json', import.meta.url), 'utf8')
    // Not the same? Run: node scripts/write-openapi.ts
    expect(JSON.parse(committed)).toEqual(document)
  })

  test('is served', async () => {
    expect(await bench.ok('GET', '/api/openapi.json')).toEqual(document)
  })

  test.each(operations)('$method $path is named after its use case', async ({ operationId, summary, tags }) => {
    expect(summary).toMatch(/^[A-Z]/)
    expect(tags).toHaveLength(1)
    if (infrastructure.includes(operationId ?? '')) return
    const source = await readFile(new URL(`../usecases/${operationId}.ts`, import.meta.url), 'utf8')
    const name = (operationId ?? '').replace(/-./g, (dash) => dash.slice(1).toUpperCase())
    expect(source).toMatch(new RegExp(`export (async )?function\\*? ${name}\\b`))
  })

  test('names every operation once', () => {
    const names = operations.map(({ operationId }) => operationId)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('authentication', () => {
  const guarded = operations.filter(({ security }) => security === undefined)

  test('guards all but health and what signs people in', () => {
    const open = operations.filter(({ security }) => security !== undefined).map(({ operationId }) => operationId)
    expect(open.sort()).toEqual([
      'accept-invitation',
      'accept-invitation-by-oidc',
      'check-ready',
      'create-first-administrator',
      'finish-oidc',
      'rate-password',
      'show-health',
      'show-session',
      'sign-in',
      'start-oidc',
      'take-changes',
      'take-computers',
      'take-events',
      'take-hint',
      'take-mailboxes',
    ])
  })

  test.each(guarded)('$method $path wants a token', async ({ path, method }) => {
    const url = path.replace(/\{[^}]+\}/g, '1')
    const wrong = ['', 'Bearer', 'Bearer wrong', `Basic ${bench.token}`, bench.token, `Bearer ${bench.token}x`]
    for (const authorization of wrong) {
      const reply = await bench.api.inject({ method: method as 'GET', url, headers: { authorization } })
      expect([authorization, reply.statusCode]).toEqual([authorization, 401])
      expect(reply.headers['www-authenticate']).toBe('Bearer realm="tocsin"')
      expect(reply.headers['content-type']).toContain('application/problem+json')
      expect(reply.json()).toMatchObject({ code: 'unauthorized', status: 401 })
    }
  })

  test('also guards addresses that do not exist', async () => {
    expect((await bench.api.inject('/api/v1/nothing')).statusCode).toBe(401)
    expect(await bench.call('GET', '/api/v1/nothing')).toMatchObject({ status: 404, body: { code: 'no-such-route' } })
  })

  test('the first token is made once, and only its digest is stored', async () => {
    expect(bench.token).toMatch(/^tocsin_[a-z2-7]{52}$/)
    expect(await ensureFirstToken(bench.deps, () => Promise.resolve())).toBeNull()
    expect(await checkToken(bench.deps, bench.token)).toMatchObject({ name: 'first', scope: 'administrator' })
    const { rows } = await database.pool.query('select * from api_tokens')
    expect(JSON.stringify(rows)).not.toContain(bench.token)
  })
})

describe('requests that cannot be read', () => {
  const send = (payload: string, type: string) =>
    bench.api.inject({
      method: 'POST',
      url: '/api/v1/sources',
      headers: { authorization: `Bearer ${bench.token}`, 'content-type': type },
      payload,
    })

  test.each([
    ['{"name":', 'application/json', 400, 'bad-json'],
    ['', 'application/json', 400, 'bad-json'],
    ['{"__proto__":{"a":1}}', 'application/json', 400, 'bad-json'],
    ['<name/>', 'application/xml', 415, 'unsupported-media-type'],
    [JSON.stringify({ name: 'x'.repeat(3_000_000) }), 'application/json', 413, 'body-too-large'],
    ['null', 'application/json', 400, 'invalid-input'],
    ['[]', 'application/json', 400, 'invalid-input'],
  ])('%.20s as %s is answered %i %s', async (payload, type, status, code) => {
    const reply = await send(payload, type)
    expect(reply.json()).toMatchObject({ status, code })
    expect(reply.statusCode).toBe(status)
    expect(reply.body).not.toMatch(/node_modules|at .*\.ts:|stack/)
  })

  test('unknown fields are refused by name', async () => {
    const body = { connector: 'ksc', name: 'x', settings: {}, checks: false }
    expect(await bench.call('POST', '/api/v1/sources', body)).toMatchObject({
      status: 400,
      body: { code: 'invalid-input', detail: expect.stringContaining('“checks”') },
    })
    expect(await bench.call('GET', '/api/v1/tickets?stat=open')).toMatchObject({ status: 400 })
  })

  test.each(['abc', '0', '-1', '1.5', '99999999999999999999'])('the id %s is refused', async (id) => {
    expect(await bench.call('GET', `/api/v1/sources/${id}`)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'params.id' }] },
    })
  })

  test.each([
    ['limit=0', 'querystring.limit', 'This must be at least 1.'],
    ['limit=501', 'querystring.limit', 'This must be at most 500.'],
    ['limit=many', 'querystring.limit', 'This must be a number.'],
    ['state=shut', 'querystring.state', 'This must be one of waiting, open, closing, done, any.'],
    ['stuck=1', 'querystring.stuck', 'This must be one of true, false.'],
  ])('%s says what to do', async (query, field, message) => {
    const { body } = await bench.call('GET', `/api/v1/tickets?${query}`)
    expect(body.errors).toEqual([{ field, message }])
  })
})

describe('faults', () => {
  test('a database that is gone is told as such, and the process still lives', async () => {
    const pool = new pg.Pool({ host: '127.0.0.1', port: 1 })
    const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
    const api = await createHttpServer({ ...bench.deps, pool, db }, createMetrics())
    const asked = await api.inject({ url: '/api/v1/status', headers: { authorization: `Bearer ${bench.token}` } })
    expect([asked.statusCode, asked.json().code]).toEqual([503, 'database-unavailable'])
    const ready = await api.inject('/readyz')
    expect([ready.statusCode, ready.json()]).toEqual([
      503,
      { ready: false, database: 'unreachable', schema: 'unknown', alarms: [] },
    ])
    expect((await api.inject('/healthz')).statusCode).toBe(200)
    await api.close()
    await db.destroy()
  })

  test('a fault of our own shows a request id, and nothing of its inside', async () => {
    const broken = { id: 'broken', name: 'Broken' } as SourceConnector
    Object.defineProperty(broken, 'settings', {
      get: () => {
        throw new Error('kaboom with an inner detail')
      },
    })
    const api = await createHttpServer({ ...bench.deps, sources: new Map([['broken', broken]]) }, createMetrics())
    const headers = { authorization: `Bearer ${bench.token}` }
    const reply = await api.inject({ url: '/api/v1/connectors', headers })
    expect([reply.statusCode, reply.json().code]).toEqual([500, 'internal-fault'])
    expect(reply.body).not.toMatch(/kaboom|at .*\.ts/)
    const { requestId } = reply.json()
    const line = bench
      .lines()
      .find(({ fields }) => 'err' in fields && 'requestId' in fields && fields.requestId === requestId)
    expect(line).toMatchObject({ level: 'error', message: 'request failed', fields: { route: 'list-connectors' } })
    await api.close()
  })
})

describe('infrastructure', () => {
  test('healthz and readyz answer without a token', async () => {
    expect((await bench.api.inject('/healthz')).json()).toEqual({ alive: true })
    const ready = await bench.api.inject('/readyz')
    expect([ready.statusCode, ready.json()]).toEqual([
      200,
      { ready: true, database: 'reachable', schema: 'current', alarms: [] },
    ])
  })

  test('readyz tells of a database of another version', async () => {
    await database.pool.query(`update schema_migrations set checksum = 'x' || checksum`)
    try {
      const { status, body } = await bench.call('GET', '/readyz')
      expect([status, body]).toEqual([503, { ready: false, database: 'reachable', schema: 'other', alarms: [] }])
    } finally {
      await database.pool.query(`update schema_migrations set checksum = substr(checksum, 2)`)
    }
  })

  test('metrics are text for Prometheus', async () => {
    const { text, headers } = await bench.call('GET', '/metrics')
    expect(headers['content-type']).toContain('text/plain')
    expect(text).toContain('# TYPE tocsin_decisions_total counter')
    expect(text).toContain('# TYPE tocsin_tickets gauge')
    expect(text).toContain('process_cpu_user_seconds_total')
  })

  test('answers are not kept by browsers', async () => {
    const { headers } = await bench.call('GET', '/api/v1/status')
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  })

  test('each request is logged by its use case, without its address', async () => {
    await bench.call('GET', '/api/v1/tickets?computer=s3cr3t-in-an-address')
    expect(bench.said()).toContain('"route":"list-tickets"')
    expect(bench.said()).not.toContain('s3cr3t-in-an-address')
  })
})
