import { TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiBench } from '../../test/support/api-bench.ts'
import {
  cookieOf,
  firstAdministrator,
  newcomer,
  type SignedIn,
  setupCode,
  signIn,
} from '../../test/support/api-people.ts'
import { testDatabase } from '../../test/support/database.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import type { Database } from '../db/tables.ts'
import { exportConfig } from '../usecases/export-config.ts'
import { resetPassword } from '../usecases/reset-password.ts'
import { secretKeys } from '../usecases/settings-fields.ts'
import { tellWebhook } from '../usecases/tell-webhook.ts'

/** Saves every kind of setting with marked secrets, then looks for the marks wherever something is written down. */

const database = await testDatabase<Database>()
const clock = createFakeClock('2026-03-02T06:00:00Z')
const bench = await createApiBench(database, { clock })
afterAll(() => bench.stop())
const { deps } = bench

/** What must stand nowhere at all, and what is shown once to whoever asked for it. */
const hidden: string[] = []
const shownOnce: string[] = []
let marks = 0
function mark(what: string): string {
  marks += 1
  const text = `Marked${String(marks).padStart(3, '0')}x${what.replace(/\W/g, '')}xQ7vZ`
  hidden.push(text)
  return text
}

/** What each connector cannot do without, besides its secrets. */
const samples: Readonly<Record<string, object>> = {
  ksc: {
    address: '127.0.0.1',
    port: 9,
    user: 'reader',
    fingerprint: 'AB'.repeat(32),
    proxyAddress: 'http://127.0.0.1:9',
  },
  autotask: { user: 'api@example.com', baseUrl: 'http://127.0.0.1:9', proxyUrl: 'http://127.0.0.1:9' },
  connectwise: { site: 'http://127.0.0.1:9', companyId: 'acme', publicKey: 'public', clientId: 'client' },
  tigerpaw: { baseUrl: 'http://127.0.0.1:9', publicKey: 'public', soapUser: 'soap' },
}

let ada: SignedIn
let password = ''
const saved: string[] = []

async function good(answer: Promise<{ status: number; body: unknown; text: string }>, what: string) {
  const { status, body, text } = await answer
  expect([200, 204], `${what}: ${text}`).toContain(status)
  saved.push(what)
  return body as Record<string, never> & { connection: { id: number }; id: number; path: string; secret: string }
}

async function saveConnections(): Promise<void> {
  for (const [table, connectors] of [
    ['sources', deps.sources],
    ['psas', deps.psas],
  ] as const) {
    for (const { id, settings } of connectors.values()) {
      const fresh = () => Object.fromEntries([...secretKeys(settings)].map((key) => [key, mark(`${id} ${key}`)]))
      const body = { connector: id, name: id, settings: { ...samples[id], ...fresh() }, check: false }
      const made = await good(ada.ask('POST', `/api/v1/${table}`, body), `${table} ${id}`)
      const url = `/api/v1/${table}/${made.connection.id}`
      await good(ada.ask('PATCH', url, { settings: fresh(), check: false }), `${table} ${id} changed`)
      // Not saved, since nothing answers there; the failure must not tell what was tried.
      const failed = await ada.ask('PATCH', url, { settings: fresh() })
      if (Object.keys(samples[id] ?? {}).length > 0) expect(failed.status).toBe(422)
      const wrong = await ada.ask('PATCH', url, {
        settings: { ...fresh(), nothing: mark('unknown field') },
        check: false,
      })
      expect(wrong.status).toBe(400)
    }
  }
}

async function saveWebhook(): Promise<void> {
  for (const n of [1, 2]) {
    const url = `http://127.0.0.1:9/services/${mark(`url ${n}`)}?sig=${mark(`query ${n}`)}`
    const secret = `whsec_${Buffer.from(mark(`webhook secret ${n}`)).toString('base64')}`
    hidden.push(secret)
    await good(ada.ask('PUT', '/api/v1/settings/watch', { webhook: { enabled: true, url, secret } }), 'webhook')
    const tried = await ada.ask('POST', '/api/v1/settings/watch/try-webhook')
    expect([tried.status, tried.body.code]).toEqual([502, 'connection-failed'])
  }
  await deps.pool.query(
    `insert into alarm_messages (id, alarm_key, body, created_at, due_at) values (gen_random_uuid(), 'x', '{}', $1, $1)`,
    [clock.now()],
  )
  expect((await tellWebhook(deps, new AbortController().signal)).detail.failed).toBe(1)
}

async function saveOidc(): Promise<void> {
  const provider = (change: object) =>
    ada.ask('PUT', '/api/v1/oidc', { name: 'O', issuer: 'http://127.0.0.1:9', clientId: 'c', ...change })
  await good(provider({ clientSecret: mark('oidc'), check: false }), 'oidc')
  await good(provider({ clientSecret: mark('oidc 2'), check: false }), 'oidc changed')
  expect((await provider({ clientSecret: mark('oidc 3') })).status).toBe(422)
  await bench.send({ method: 'GET', url: '/api/v1/oidc/start' })
  await bench.send({ method: 'GET', url: `/api/v1/oidc/callback?code=${mark('code')}&state=${mark('state')}` })
}

async function saveOwn(): Promise<void> {
  const next = mark('changed password')
  await good(ada.ask('POST', '/api/v1/account/password', { current: password, next }), 'password')
  password = next
  const totp = (await ada.ask('POST', '/api/v1/account/totp')).body.secret
  const code = new TOTP({ secret: totp }).generate({ timestamp: clock.now().getTime() })
  const { recoveryCodes } = (await ada.ask('PUT', '/api/v1/account/totp', { code })).body
  shownOnce.push(totp, ...recoveryCodes)
  const token = await good(ada.ask('POST', '/api/v1/tokens', { name: 't', scope: 'operator', endsAt: null }), 'token')
  shownOnce.push(token.secret, bench.token, ada.cookie.split('=')[1] ?? '')
  const invited = { email: 'ivy@example.com', name: 'Ivy', role: 'operator' }
  const { path } = await good(ada.ask('POST', '/api/v1/invitations', invited), 'invitation')
  shownOnce.push(path.split('#')[1] ?? '')
  await signIn(bench, ada.email, mark('wrong password'))
  await signIn(bench, mark('password in the wrong field'), 'x')
  await signIn(bench, ada.email, password, { code: '000000' })
  const person = await newcomer(bench, ada, 'operator', 'olaf@example.com')
  shownOnce.push(person.cookie.split('=')[1] ?? '')
  await resetPassword(deps, { person: person.email, password: mark('reset password'), removeSecondFactor: false })
  const entered = await signIn(bench, person.email, hidden.at(-1) ?? '')
  shownOnce.push(cookieOf(entered)?.split('=')[1] ?? '')
}

beforeAll(async () => {
  shownOnce.push(setupCode(bench))
  ada = await firstAdministrator(bench)
  password = ada.password
  await saveConnections()
  await saveWebhook()
  await saveOidc()
  await saveOwn()
})

/** As it is, and as it might stand in a header, an address or a dump. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const base64 = bytes.toString('base64').replace(/=+$/, '')
  return [
    secret,
    secret.toLowerCase(),
    base64,
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
  ]
}

function findIn(text: string, secrets: readonly string[]): string[] {
  return secrets.filter((secret) => formsOf(secret).some((form) => text.includes(form)))
}

async function wholeDatabase(): Promise<string> {
  const { rows: tables } = await database.pool.query<{ name: string }>(
    `select quote_ident(relname) as name from pg_class where relkind in ('r', 'm') and relnamespace = 'public'::regnamespace`,
  )
  const parts: string[] = []
  for (const { name } of tables) {
    const { rows } = await database.pool.query<{ text: string }>(`select to_jsonb(t)::text as text from ${name} t`)
    parts.push(...rows.map(({ text }) => text))
  }
  return parts.join('\n')
}

describe('no secret', () => {
  test('was left out of this test: every connector, and every kind of setting', () => {
    const connectors = [...deps.sources.keys()].map((id) => `sources ${id}`)
    expect(saved).toEqual(expect.arrayContaining([...connectors, ...[...deps.psas.keys()].map((id) => `psas ${id}`)]))
    expect(saved).toEqual(expect.arrayContaining(['webhook', 'oidc', 'password', 'token', 'invitation']))
    expect(hidden.length).toBeGreaterThan(40)
    expect(shownOnce.length).toBeGreaterThan(14)
    for (const secret of [...hidden, ...shownOnce]) expect(secret.length).toBeGreaterThan(7)
  })

  test('stands in the database as it is', async () => {
    const text = await wholeDatabase()
    expect(text).toContain('"ksc"')
    expect(findIn(text, [...hidden, ...shownOnce])).toEqual([])
  })

  test('stands in the log', () => {
    const text = JSON.stringify(bench.lines())
    expect(text).toContain('sign-in failed')
    expect(findIn(text, [...hidden, ...shownOnce])).toEqual([])
  })

  test('stands in the audit log as it is shown and exported', async () => {
    const exported = (await ada.ask('GET', '/api/v1/audit/export')).text
    expect(exported).toContain('"webhookAddress":"(changed)"')
    expect(exported).toContain('http://127.0.0.1:9/…')
    expect(findIn(exported, [...hidden, ...shownOnce])).toEqual([])
  })

  test('is exported with the settings, or told by any answer; the webhook’s address only to administrators', async () => {
    const config = JSON.stringify(await exportConfig(deps))
    expect(findIn(config, [...hidden, ...shownOnce])).toEqual([])
    const isAddress = (secret: string) => /x(url|query)\d/.test(secret)
    // What was asked for stands in no answer but those that show it once.
    expect(
      findIn(
        bench.said(),
        hidden.filter((secret) => !isAddress(secret)),
      ),
    ).toEqual([])
    const reader = await newcomer(bench, ada, 'read-only', 'rita@example.com')
    const shown = await reader.ask('GET', '/api/v1/settings/watch')
    expect(shown.body.webhook.url).toBe('http://127.0.0.1:9/…')
    expect(findIn(shown.text, hidden)).toEqual([])
    expect((await ada.ask('GET', '/api/v1/settings/watch')).body.webhook.url).toContain('xurl2x')
  })
})
