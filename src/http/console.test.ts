import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiBench } from '../../test/support/api-bench.ts'
import { firstAdministrator, goodPassword } from '../../test/support/api-people.ts'
import { testDatabase } from '../../test/support/database.ts'
import type { Database } from '../db/tables.ts'
import { createMetrics } from './metrics.ts'
import { createHttpServer } from './server.ts'

const database = await testDatabase<Database>()
const bench = await createApiBench(database)
const folder = await mkdtemp(join(tmpdir(), 'tocsin-console-'))
await mkdir(join(folder, 'assets'))
await writeFile(join(folder, 'index.html'), '<meta content="__CSP_NONCE__"><script src="/assets/a-1.js"></script>')
await writeFile(join(folder, 'assets', 'a-1.js'), 'let a')
await writeFile(join(folder, 'bell.svg'), '<svg/>')
const direct = await createHttpServer(bench.deps, createMetrics(), { consoleFolder: folder })
const publicUrl = new URL('https://tocsin.example.com')
const behind = await createHttpServer(bench.deps, createMetrics(), { consoleFolder: folder, publicUrl })
const unbuilt = await createHttpServer(bench.deps, createMetrics(), { consoleFolder: join(folder, 'nothing') })
afterAll(async () => {
  for (const api of [direct, behind, unbuilt]) await api.close()
  await bench.stop()
  await rm(folder, { recursive: true })
})
let email = ''
beforeAll(async () => {
  email = (await firstAdministrator(bench)).email
})

describe('the page', () => {
  test.each(['/', '/tickets/12', '/people?x=a.b'])('answers %s to people who are not signed in', async (url) => {
    const { statusCode, headers, body } = await direct.inject(url)
    expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-store',
    ])
    const nonce = /content="([^"]{24})"/.exec(body)?.[1] ?? ''
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    )
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers).not.toHaveProperty('strict-transport-security')
    expect((await direct.inject(url)).body).not.toBe(body)
  })

  const router = readFileSync(join(import.meta.dirname, '../../web/app/router.tsx'), 'utf8')
  const paths = [...router.matchAll(/(?:path: |page\(\s*)'(\/[^']*)'/g)].map(([, path = '']) =>
    path.replace(/\$\w+/g, '1'),
  )

  test('allows no inline script or style anywhere: every screen that the console has', async () => {
    expect(paths).toEqual(
      expect.arrayContaining(['/', '/sign-in', '/first-start', '/invitation', '/people', '/tickets/1']),
    )
    for (const url of [...paths, '/no-such-screen']) {
      const { headers, body } = await direct.inject(url)
      const policy = String(headers['content-security-policy'])
      expect([url, policy.includes('unsafe')]).toEqual([url, false])
      expect(policy).toContain("script-src 'self';")
      const scripts = [...body.matchAll(/<script\b[^>]*>([^<]*)/g)]
      expect(scripts.length, url).toBeGreaterThan(0)
      for (const [tag, inline] of scripts) expect([tag.includes(' src="/assets/'), inline?.trim()]).toEqual([true, ''])
    }
  })

  test('and every other answer lets a browser do nothing with it', async () => {
    for (const url of [
      '/healthz',
      '/api/v1/session',
      '/api/v1/people',
      '/assets/a-1.js',
      '/assets/none.js',
      '/bell.svg',
    ]) {
      const { headers } = await direct.inject(url)
      expect([url, headers]).toEqual([
        url,
        expect.objectContaining({
          'content-security-policy':
            "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        }),
      ])
    }
  })

  test('has files that browsers may keep', async () => {
    const { statusCode, headers } = await direct.inject('/assets/a-1.js')
    expect([statusCode, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable'])
    expect((await direct.inject('/bell.svg')).headers['content-type']).toBe('image/svg+xml')
  })

  test.each([
    ['/api', 401],
    ['/api/', 401],
    ['/api?x=1', 401],
    ['/api/v1/nothing', 401],
    ['/metrics', 401],
    ['/assets/../index.html', 404],
    ['/assets/%2e%2e%2findex.html', 404],
    ['/assets/nothing.js', 404],
    ['/favicon.ico', 404],
  ])('is not what %s is answered with', async (url, status) => {
    const { statusCode, body } = await direct.inject(url)
    expect(statusCode).toBe(status)
    expect(body).not.toContain('<script')
  })

  test('takes no changes', async () => {
    expect((await direct.inject({ method: 'POST', url: '/' })).statusCode).toBe(401)
    expect((await direct.inject({ method: 'DELETE', url: '/assets/a-1.js' })).statusCode).toBe(401)
  })

  test('says what to do while it is not built', async () => {
    const { statusCode, body } = await unbuilt.inject('/')
    expect([statusCode, body]).toEqual([503, expect.stringContaining('npm run')])
  })
})

describe('behind a proxy that speaks TLS', () => {
  const signIn = (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
    behind.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers,
      remoteAddress,
      body: { email, password: goodPassword },
    })
  const lastAddress = async () =>
    (await database.pool.query('select address from sessions order by id desc limit 1')).rows[0]

  test('the cookie is for TLS and this host alone', async () => {
    const answer = await signIn({ origin: 'https://tocsin.example.com', host: '10.0.0.5:8080' })
    const cookie = String(answer.headers['set-cookie'])
    expect(cookie).toMatch(
      /^__Host-tocsin_session=[a-z2-7]{52}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    const state = async (text: string) =>
      (await behind.inject({ url: '/api/v1/session', headers: { cookie: text } })).json().state
    const pair = cookie.split(';')[0] ?? ''
    expect(await state(pair)).toBe('signed-in')
    expect(await state(pair.replace('__Host-', ''))).toBe('signed-out')
    expect((await behind.inject('/')).headers['strict-transport-security']).toBe('max-age=31536000')
  })

  test.each(['https://evil.example', 'https://10.0.0.5:8080'])('changes from %s are refused', async (origin) => {
    const answer = await signIn({ origin, host: '10.0.0.5:8080' })
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'foreign-page'])
  })

  test('the address is what the proxy says, and not what a visitor says', async () => {
    await signIn({ 'x-forwarded-for': '1.1.1.1, 203.0.113.7' })
    expect(await lastAddress()).toEqual({ address: '203.0.113.7' })
    await signIn({ 'x-forwarded-for': '1.1.1.1' }, '198.51.100.4')
    expect(await lastAddress()).toEqual({ address: '198.51.100.4' })
  })

  test('without one nobody is believed', async () => {
    await direct.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers: { 'x-forwarded-for': '1.1.1.1', 'x-forwarded-proto': 'https' },
      body: { email, password: goodPassword },
    })
    expect(await lastAddress()).toEqual({ address: '127.0.0.1' })
  })
})
