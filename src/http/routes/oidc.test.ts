import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ApiAnswer, createApiBench } from '../../../test/support/api-bench.ts'
import { cookieOf, firstAdministrator, newcomer, type SignedIn } from '../../../test/support/api-people.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import { startOidcServer } from '../../../test/support/oidc-server.ts'
import { makeCertificate } from '../../../test/support/servers.ts'
import { insertPerson, lockPeople, personByEmail } from '../../db/people.ts'
import type { Database } from '../../db/tables.ts'

/** Coming in by a real provider, step by step as a browser would. */

const database = await testDatabase<Database>()
const clock = createFakeClock(new Date().toISOString())
const bench = await createApiBench(database, { clock })
const redirectUrls = ['http://localhost/api/v1/oidc/callback']
const server = await startOidcServer({ redirectUrls })
afterAll(async () => {
  await server.stop()
  await bench.stop()
})

let ada: SignedIn
const settings = () => ({
  name: 'Acme Login',
  issuer: server.issuer,
  clientId: server.clientId,
  clientSecret: server.clientSecret,
  scopes: 'openid email profile groups',
  allowedDomains: ['example.com'],
  defaultRole: 'read-only',
})
const save = (change: object = {}) => ada.ask('PUT', '/api/v1/oidc', { ...settings(), ...change })
const groups = { roleClaim: 'groups', roleMap: { 'tocsin-admins': 'administrator', technicians: 'operator' } }

/** A browser's part of it: what it keeps, and where it goes. */
async function begin(next?: string): Promise<{ to: string; cookie: string; answer: ApiAnswer }> {
  const query = next === undefined ? '' : `?next=${encodeURIComponent(next)}`
  const answer = await bench.send({ method: 'GET', url: `/api/v1/oidc/start${query}` })
  const cookie = /tocsin_oidc=[^;]+/.exec(String(answer.headers['set-cookie']))?.[0] ?? ''
  return { to: String(answer.headers.location), cookie, answer }
}

const back = (to: URL, cookie: string) =>
  bench.send({ method: 'GET', url: to.pathname + to.search, headers: { cookie } })

async function comeIn(person: string, next?: string): Promise<ApiAnswer> {
  const { to, cookie } = await begin(next)
  return back(await server.visit(to, person), cookie)
}

const problemOf = (answer: ApiAnswer) => {
  expect([answer.status, cookieOf(answer)]).toEqual([302, null])
  return /^\/sign-in\?problem=(.+)$/.exec(String(answer.headers.location))?.[1] ?? answer.headers.location
}

async function who(answer: ApiAnswer): Promise<{ email: string; role: string; name: string }> {
  const cookie = cookieOf(answer)
  if (cookie === null) throw new Error(`Nobody came in: ${answer.headers.location}`)
  return (await bench.send({ method: 'GET', url: '/api/v1/session', headers: { cookie } })).body.person
}

const audit = async () => (await ada.ask('GET', '/api/v1/audit?action=finish-oidc')).body.items

beforeAll(async () => {
  ada = await firstAdministrator(bench)
})
beforeEach(async () => {
  server.people.clear()
  server.idTokenSeconds = 3_600
  await save()
})

describe('settings', () => {
  test('are shown without the secret, with the address to register', async () => {
    expect((await save()).status).toBe(200)
    const { body, text } = await ada.ask('GET', '/api/v1/oidc')
    expect(body).toMatchObject({
      redirectUrl: redirectUrls[0],
      provider: { issuer: server.issuer, clientSecretSet: true, allowedDomains: ['example.com'] },
    })
    expect(text).not.toContain(server.clientSecret)
    expect((await bench.send({ method: 'GET', url: '/api/v1/session' })).body.oidc).toEqual({ name: 'Acme Login' })
  })

  test('keep the secret for the same issuer, and ask for it again for another', async () => {
    server.people.set('eve', { email: 'eve@example.com', email_verified: true })
    const { clientSecret: _, ...kept } = settings()
    expect((await ada.ask('PUT', '/api/v1/oidc', { ...kept, name: 'Renamed' })).status).toBe(200)
    expect(await who(await comeIn('eve'))).toMatchObject({ email: 'eve@example.com' })
    const moved = await ada.ask('PUT', '/api/v1/oidc', { ...kept, issuer: 'https://other.example', check: false })
    expect(moved.body.errors).toMatchObject([{ field: 'clientSecret' }])
  })

  test.each([
    [{ issuer: 'http://provider.example' }, 'issuer'],
    [{ issuer: 'https://provider.example/?a=b' }, 'issuer'],
    [{ scopes: 'email' }, 'scopes'],
    [{ allowedDomains: ['@example.com'] }, 'allowedDomains.0'],
    [{ allowedDomains: [] }, 'allowedDomains'],
    [{ roleMap: { a: 'operator' } }, 'roleClaim'],
    [{ defaultRole: 'administrator' }, 'defaultRole'],
  ])('%j is refused at its field', async (change, field) => {
    const { status, body } = await save(change)
    expect([status, body.errors?.[0]?.field]).toEqual([400, field])
  })

  test('are not saved for a provider that does not answer, or is none', async () => {
    const gone = await save({ issuer: 'http://127.0.0.1:9' })
    expect([gone.status, gone.body.code, gone.body.detail]).toEqual([
      422,
      'check-failed',
      expect.stringContaining('127.0.0.1:9'),
    ])
    const wrong = await save({ issuer: `${server.issuer}/nothing` })
    expect([wrong.status, wrong.body.code]).toEqual([422, 'check-failed'])
    expect((await save({ issuer: 'http://127.0.0.1:9', check: false })).status).toBe(200)
    expect(problemOf((await begin()).answer)).toBe('unreachable')
  })

  test('of two who save at once only one are saved: no secret is undone by who has seen the one before', async () => {
    const { clientSecret: _, ...kept } = settings()
    const client = await database.pool.connect()
    await client.query('begin')
    await lockPeople(client)
    // Both have read what is stored when they come to the lock.
    const both = [
      save({ clientSecret: 'a-new-secret-of-the-client', check: false }),
      ada.ask('PUT', '/api/v1/oidc', { ...kept, name: 'Renamed', check: false }),
    ]
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await database.pool.query(waiting)).rowCount).toBe(2)
    await client.query('commit')
    client.release()
    const answers = await Promise.all(both)
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('changed-meanwhile')
  })

  test.each([
    '[::1',
    'tocsin example',
    'tocsin.example:port',
    'tocsin.example:99999',
    'a/b',
    'user@tocsin.example',
    'a?b',
  ])('a Host header like %j is refused with words, and nothing is done', async (host) => {
    const { body: before } = await ada.ask('GET', '/api/v1/oidc')
    const { cookie } = await begin()
    const asAda = { cookie: ada.cookie, 'x-tocsin-csrf': ada.csrf, host }
    const code = 'no such code'
    for (const answer of [
      await bench.send({ method: 'GET', url: '/api/v1/oidc', headers: asAda }),
      await bench.send({ method: 'PUT', url: '/api/v1/oidc', headers: asAda, body: { ...settings(), name: 'Other' } }),
      await bench.send({ method: 'GET', url: '/api/v1/oidc/start', headers: { host } }),
      await bench.send({
        method: 'POST',
        url: '/api/v1/invitations/accept-by-oidc',
        headers: { host },
        body: { code },
      }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid-input'])
      expect(answer.body.detail).toContain('TOCSIN_PUBLIC_URL')
    }
    // Whoever comes back needs none: the address is not made of it.
    const headers = { host, cookie }
    expect(problemOf(await bench.send({ method: 'GET', url: '/api/v1/oidc/callback?state=x', headers }))).toBeDefined()
    expect((await ada.ask('GET', '/api/v1/oidc')).body).toEqual(before)
  })

  test('tell in the audit log what changed, without the secret', async () => {
    await save({ clientSecret: 'another-secret-that-nobody-may-see', name: 'Other name' })
    const [row] = (await ada.ask('GET', '/api/v1/audit?action=save-oidc')).body.items
    expect(row).toMatchObject({
      before: { name: 'Acme Login' },
      after: { name: 'Other name', clientSecret: '(changed)' },
    })
    expect(bench.said()).not.toContain('another-secret-that-nobody-may-see')
  })

  test('of an issuer with a certificate of its own work over TLS', async () => {
    const tls = await makeCertificate(['localhost'])
    const secure = await startOidcServer({ redirectUrls, tls })
    try {
      const refused = await save({ issuer: secure.issuer })
      expect([refused.body.code, refused.body.detail]).toEqual(['check-failed', expect.stringContaining('certificate')])
      expect((await save({ issuer: secure.issuer, caPem: tls.cert })).status).toBe(200)
      expect((await begin()).to.startsWith(`${secure.issuer}/auth?`)).toBe(true)
    } finally {
      await secure.stop()
    }
  })
})

describe('somebody new', () => {
  test('of an allowed domain comes in with the usual role, and goes on where wanted', async () => {
    server.people.set('bea', { email: 'Bea@Example.com', email_verified: true, name: 'Bea Bell' })
    const answer = await comeIn('bea', '/tickets?state=open')
    expect(answer.headers.location).toBe('/tickets?state=open')
    expect(await who(answer)).toMatchObject({ email: 'Bea@Example.com', name: 'Bea Bell', role: 'read-only' })
    const rows = await audit()
    expect(rows[0]).toMatchObject({
      actor: { kind: 'person', name: 'Bea Bell' },
      after: { email: 'Bea@Example.com', role: 'read-only', by: 'domain', provider: 'Acme Login' },
    })
    const [signIn] = (await ada.ask('GET', '/api/v1/audit?action=sign-in')).body.items
    expect(signIn).toMatchObject({ after: { by: 'oidc' } })
    expect(await who(await comeIn('bea'))).toMatchObject({ email: 'Bea@Example.com' })
  })

  test.each([
    ['an address nobody vouches for', { email: 'cy@example.com', email_verified: false }, 'not-verified'],
    ['an address nobody speaks about', { email: 'cy@example.com' }, 'not-verified'],
    ['no address', { name: 'Cy' }, 'no-email'],
    ['a foreign domain', { email: 'cy@elsewhere.example', email_verified: true }, 'foreign-domain'],
    ['a domain that only ends alike', { email: 'cy@notexample.com', email_verified: true }, 'foreign-domain'],
    ['two addresses in one', { email: 'cy@evil.example@example.com', email_verified: true }, 'no-email'],
  ])('with %s stays out', async (_, claims, problem) => {
    server.people.set('cy', claims)
    expect(problemOf(await comeIn('cy'))).toBe(problem)
    expect(await personByEmail(database.pool, 'cy@example.com')).toBeNull()
  })

  test('without a role stays out when none is usual', async () => {
    await save({ ...groups, defaultRole: null })
    server.people.set('dee', { email: 'dee@example.com', email_verified: true, groups: ['sales'] })
    expect(problemOf(await comeIn('dee'))).toBe('no-role')
  })

  test('whose address Microsoft vouches for in its own way comes in', async () => {
    server.people.set('mia', { email: 'mia@example.com', xms_edov: true })
    expect(await who(await comeIn('mia'))).toMatchObject({ email: 'mia@example.com' })
  })
})

describe('somebody invited', () => {
  const invite = async (email: string, role: string) => {
    const { body } = await ada.ask('POST', '/api/v1/invitations', { email, name: 'Invited', role })
    return String(body.path).split('#')[1] ?? ''
  }

  test('comes in by the verified address, with the role of the invitation', async () => {
    await invite('fay@elsewhere.example', 'operator')
    server.people.set('fay', { email: 'FAY@elsewhere.example', email_verified: true })
    expect(await who(await comeIn('fay'))).toMatchObject({ email: 'fay@elsewhere.example', role: 'operator' })
    expect((await ada.ask('GET', '/api/v1/invitations')).body).toEqual([])
  })

  test('cannot be stood in for by who enters the same address at the provider', async () => {
    await invite('boss@elsewhere.example', 'administrator')
    server.people.set('eve', { email: 'boss@elsewhere.example', email_verified: false })
    expect(problemOf(await comeIn('eve'))).toBe('not-verified')
  })

  test('comes in by the link also when the provider vouches for no address; once', async () => {
    const code = await invite('gus@elsewhere.example', 'operator')
    server.people.set('gus', { name: 'Gus' })
    const start = { method: 'POST', url: '/api/v1/invitations/accept-by-oidc', body: { code } } as const
    const answer = await bench.send(start)
    const cookie = /tocsin_oidc=[^;]+/.exec(String(answer.headers['set-cookie']))?.[0] ?? ''
    const cameBack = await server.visit(answer.body.url, 'gus')
    expect(await who(await back(cameBack, cookie))).toMatchObject({ email: 'gus@elsewhere.example', name: 'Gus' })
    expect((await bench.send(start)).status).toBe(404)
  })
})

describe('somebody known', () => {
  test('by a verified address keeps role and password, and is known by subject from then on', async () => {
    const hal = await newcomer(bench, ada, 'operator', 'hal@elsewhere.example')
    server.people.set('hal', { email: 'hal@elsewhere.example', email_verified: true })
    expect(await who(await comeIn('hal'))).toMatchObject({ id: hal.id, role: 'operator' })
    server.people.set('hal', { email: 'renamed@elsewhere.example', email_verified: false })
    expect(await who(await comeIn('hal'))).toMatchObject({ id: hal.id, email: 'hal@elsewhere.example' })
    server.people.set('other', { email: 'hal@elsewhere.example', email_verified: true })
    expect(problemOf(await comeIn('other'))).toBe('other-account')
  })

  test('is not taken over by an address nobody vouches for', async () => {
    server.people.set('eve', { email: ada.email, email_verified: false })
    expect(problemOf(await comeIn('eve'))).toBe('not-verified')
    expect((await personByEmail(database.pool, ada.email))?.oidcSubject).toBeNull()
  })

  test('and shut out stays out', async () => {
    const ida = await newcomer(bench, ada, 'operator', 'ida@example.com')
    server.people.set('ida', { email: 'ida@example.com', email_verified: true })
    await ada.ask('PATCH', `/api/v1/people/${ida.id}`, { disabled: true })
    expect(problemOf(await comeIn('ida'))).toBe('shut-out')
  })
})

describe('the role map', () => {
  const person = (name: string, claims: object) =>
    server.people.set(name, { email: `${name}@example.com`, email_verified: true, ...claims })

  test('gives the highest role that fits, changes it at each sign-in, and takes it away', async () => {
    await save(groups)
    person('joe', { groups: ['technicians', 'tocsin-admins'] })
    expect(await who(await comeIn('joe'))).toMatchObject({ role: 'administrator' })
    person('joe', { groups: ['technicians'] })
    expect(await who(await comeIn('joe'))).toMatchObject({ role: 'operator' })
    expect((await audit())[0]).toMatchObject({ before: { role: 'administrator' }, after: { role: 'operator' } })
    person('joe', { groups: [] })
    expect(await who(await comeIn('joe'))).toMatchObject({ role: 'read-only' })
    await save({ ...groups, defaultRole: null })
    expect(problemOf(await comeIn('joe'))).toBe('no-role')
  })

  test('reads one text, and a claim inside another', async () => {
    await save({ roleClaim: 'realm_access.roles', roleMap: { operator: 'operator' } })
    person('kim', { realm_access: { roles: ['operator'] } })
    expect(await who(await comeIn('kim'))).toMatchObject({ role: 'operator' })
    await save(groups)
    person('lea', { groups: 'technicians' })
    expect(await who(await comeIn('lea'))).toMatchObject({ role: 'operator' })
  })

  test('leaves a role alone that somebody here gave', async () => {
    await save(groups)
    person('max', { groups: ['technicians'] })
    const { id } = (await who(await comeIn('max'))) as never as { id: number }
    await ada.ask('PATCH', `/api/v1/people/${id}`, { role: 'administrator' })
    person('max', { groups: [] })
    expect(await who(await comeIn('max'))).toMatchObject({ role: 'administrator' })
    await ada.ask('PATCH', `/api/v1/people/${id}`, { role: 'read-only' })
  })

  test('never lowers the last administrator', async () => {
    await save(groups)
    server.people.set('ada', { email: ada.email, email_verified: true, groups: ['technicians'] })
    expect(await who(await comeIn('ada'))).toMatchObject({ role: 'administrator' })
    expect(bench.lines()).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('would lower the last administrator') }),
    )
    await database.pool.query('update people set oidc_subject = null where email = $1', [ada.email])
  })

  test('makes no administrator where it does not say so', async () => {
    await save(groups)
    person('ned', { groups: ['administrator', 'Tocsin-Admins'] })
    expect(await who(await comeIn('ned'))).toMatchObject({ role: 'read-only' })
  })
})

describe('what comes back', () => {
  beforeEach(() => server.people.set('ola', { email: 'ola@example.com', email_verified: true }))

  test('with another state is refused', async () => {
    const { to, cookie } = await begin()
    const url = await server.visit(to, 'ola')
    url.searchParams.set('state', 'another')
    expect(problemOf(await back(url, cookie))).toBe('bad-answer')
    url.searchParams.delete('state')
    expect(problemOf(await back(url, cookie))).toBe('bad-answer')
  })

  test('with another nonce is refused', async () => {
    const { to, cookie } = await begin()
    const changed = new URL(to)
    changed.searchParams.set('nonce', 'another')
    expect(problemOf(await back(await server.visit(changed.href, 'ola'), cookie))).toBe('bad-answer')
  })

  test('for another verifier is refused by the provider', async () => {
    const [one, two] = [await begin(), await begin()]
    const url = await server.visit(one.to, 'ola')
    url.searchParams.set('state', new URL(two.to).searchParams.get('state') ?? '')
    expect(problemOf(await back(url, two.cookie))).toBe('refused')
  })

  test('with an ID token whose time is over is refused', async () => {
    server.idTokenSeconds = -3_600
    expect(problemOf(await comeIn('ola'))).toBe('bad-answer')
  })

  test('too late is refused', async () => {
    const { to, cookie } = await begin()
    const url = await server.visit(to, 'ola')
    clock.advance(600_000)
    expect(problemOf(await back(url, cookie))).toBe('expired')
  })

  test('in another browser is refused, and what was altered too', async () => {
    const { to, cookie } = await begin()
    const url = await server.visit(to, 'ola')
    expect(problemOf(await back(url, ''))).toBe('expired')
    expect(problemOf(await back(url, `${cookie.slice(0, -5)}AAAAA`))).toBe('expired')
    const other = await begin()
    expect(problemOf(await back(url, other.cookie))).toBe('bad-answer')
  })

  test('a second time is refused', async () => {
    const { to, cookie } = await begin()
    const url = await server.visit(to, 'ola')
    expect(await who(await back(url, cookie))).toMatchObject({ email: 'ola@example.com' })
    expect(problemOf(await back(url, cookie))).toBe('refused')
  })

  test('for another provider than it was begun at is refused', async () => {
    const { to, cookie } = await begin()
    const url = await server.visit(to, 'ola')
    await save({ issuer: 'http://127.0.0.1:9', check: false })
    expect(problemOf(await back(url, cookie))).toBe('expired')
  })

  test('from a person who said no is told so', async () => {
    expect(problemOf(await comeIn('nobody'))).toBe('cancelled')
  })

  test('finds the provider down: nobody comes in, nothing is stored', async () => {
    const own = await startOidcServer({ redirectUrls })
    own.people.set('ola', { email: 'ola@example.com', email_verified: true })
    await save({ issuer: own.issuer })
    const { to, cookie } = await begin()
    const url = await own.visit(to, 'ola')
    await own.stop()
    expect(problemOf(await back(url, cookie))).toBe('unreachable')
  })
})

describe('where one goes on', () => {
  test.each([
    ...['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '\t//evil.example'],
    ...['/.//evil.example', '/a/..//evil.example', '/./\\evil.example'],
  ])('is never %j', async (next) => {
    server.people.set('pia', { email: 'pia@example.com', email_verified: true })
    expect((await comeIn('pia', next)).headers.location).toBe('/')
  })
})

test('the session before ends, so that nobody else goes on with it', async () => {
  server.people.set('pia', { email: 'pia@example.com', email_verified: true })
  const first = cookieOf(await comeIn('pia')) ?? ''
  const { to, cookie } = await begin()
  await back(await server.visit(to, 'pia'), `${cookie}; ${first}`)
  const { body } = await bench.send({ method: 'GET', url: '/api/v1/session', headers: { cookie: first } })
  expect(body.state).toBe('signed-out')
})

test('whoever begins again and again waits', async () => {
  await database.pool.query('delete from sign_in_failures')
  let problem: unknown
  for (let n = 0; n < 32 && problem !== 'too-many'; n++) {
    const { answer } = await begin()
    problem = String(answer.headers.location).startsWith(server.issuer) ? null : problemOf(answer)
  }
  expect(problem).toBe('too-many')
  await database.pool.query('delete from sign_in_failures')
})

test('whoever comes back again and again with one start waits, and the provider is not asked', async () => {
  await database.pool.query('delete from sign_in_failures')
  const { to, cookie } = await begin()
  const state = new URL(to).searchParams.get('state') ?? ''
  const made = new URL(`${redirectUrls[0]}?${new URLSearchParams({ code: 'made-up', state, iss: server.issuer })}`)
  const problems: unknown[] = []
  for (let n = 0; n < 32; n++) problems.push(problemOf(await back(made, cookie)))
  expect(problems[0]).toBe('refused')
  expect(problems.at(-1)).toBe('too-many')
  clock.advance(900_000)
  server.people.set('pia', { email: 'pia@example.com', email_verified: true })
  expect(await who(await comeIn('pia'))).toMatchObject({ email: 'pia@example.com' })
  await database.pool.query('delete from sign_in_failures')
})

describe('without the provider', () => {
  test('nobody begins, and the last administrator keeps a way in', async () => {
    const now = clock.now()
    await database.pool.query('update people set password_hash = null where id = $1', [ada.id])
    await database.pool.query('update people set oidc_subject = $2 where id = $1', [ada.id, 'ada'])
    await database.pool.query(`update people set role = 'operator' where id <> $1`, [ada.id])
    const refused = await ada.ask('DELETE', '/api/v1/oidc')
    expect([refused.status, refused.body.code]).toEqual([409, 'last-administrator'])
    const moved = await save({ issuer: 'https://other.example', check: false })
    expect([moved.status, moved.body.code]).toEqual([409, 'last-administrator'])
    const second = {
      email: 'q@example.com',
      name: 'Q',
      role: 'administrator',
      passwordHash: 'x',
      oidcSubject: null,
    } as const
    await insertPerson(database.pool, second, now)
    expect((await ada.ask('DELETE', '/api/v1/oidc')).status).toBe(204)
    expect(problemOf((await begin()).answer)).toBe('no-provider')
    expect((await ada.ask('DELETE', '/api/v1/oidc')).status).toBe(404)
    expect((await ada.ask('GET', '/api/v1/oidc')).body.provider).toBeNull()
  })
})
