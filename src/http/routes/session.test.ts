import { TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiBench } from '../../../test/support/api-bench.ts'
import {
  cookieOf,
  goodPassword,
  newcomer,
  type SignedIn,
  setupCode,
  signedInBy,
  signIn,
} from '../../../test/support/api-people.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import type { Database } from '../../db/tables.ts'
import { keepHouse } from '../../usecases/keep-house.ts'

const database = await testDatabase<Database>()
const clock = createFakeClock('2026-03-02T06:00:00Z')
const bench = await createApiBench(database, { clock })
// A second server process on the same database.
const other = await createApiBench(database, { clock })
afterAll(async () => {
  await bench.stop()
  await other.stop()
})

const second = 1_000
const hour = 3_600 * second
const day = 24 * hour
let ada: SignedIn

const post = (url: string, body: object) => bench.send({ method: 'POST', url, body })
const stateOf = async (cookie: string) =>
  (await bench.send({ method: 'GET', url: '/api/v1/session', headers: { cookie } })).body.state
const again = async (email: string) => signedInBy(bench, await signIn(bench, email, goodPassword), email, goodPassword)

describe('the first start', () => {
  const first = (change: object) =>
    post('/api/v1/first-start', {
      setupCode: setupCode(bench),
      name: 'Ada',
      email: 'ada@example.com',
      password: goodPassword,
      ...change,
    })

  test('is told to everybody', async () => {
    expect((await bench.send({ method: 'GET', url: '/api/v1/session' })).body).toMatchObject({
      state: 'first-start',
      person: null,
      csrf: null,
    })
  })

  test.each([
    ['setupCode', 'wrong'],
    ['setupCode', setupCode(bench).slice(1)],
    ['password', 'short'],
    ['password', 'password1234'],
    ['password', 'ada@example.com'],
    ['email', 'nobody'],
  ])('is refused with the %s “%s”', async (field, value) => {
    expect(await first({ [field]: value })).toMatchObject({ status: 400, body: { errors: [{ field }] } })
  })

  test('happens once, also when two are at it', async () => {
    const answers = await Promise.all([first({}), first({ email: 'eve@example.com' })])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const good = answers.find(({ status }) => status === 200)
    const email = String(good?.body.person.email)
    if (good !== undefined) ada = signedInBy(bench, good, email, goodPassword)
    expect(good?.body.person.role).toBe('administrator')
    expect(await first({ email: 'late@example.com' })).toMatchObject({ status: 409, body: { code: 'already-set-up' } })
    expect((await ada.ask('GET', '/api/v1/people')).body).toHaveLength(1)
  })
})

describe('signing in', () => {
  test('sets a cookie that scripts cannot read and other sites do not send along', async () => {
    const answer = await signIn(bench, ada.email.toUpperCase(), goodPassword)
    const cookie = String(answer.headers['set-cookie'])
    expect(cookie).toMatch(/^tocsin_session=[a-z2-7]{52}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(answer.body).toMatchObject({ state: 'signed-in', person: { email: ada.email } })
  })

  test('is refused in the same words whoever it is and whatever is wrong', async () => {
    const dora = await newcomer(bench, ada, 'read-only', 'dora@example.com')
    await ada.ask('PATCH', `/api/v1/people/${dora.id}`, { disabled: true })
    const answers = [
      await signIn(bench, ada.email, 'wrong password indeed'),
      await signIn(bench, 'nobody@example.com', goodPassword),
      await signIn(bench, dora.email, goodPassword),
    ]
    const said = answers.map(({ status, body: { requestId, ...body }, headers }) => {
      expect(requestId).toBeTypeOf('string')
      return { status, body, cookie: headers['set-cookie'] }
    })
    expect(said[0]).toMatchObject({ status: 401, body: { code: 'wrong-credentials' } })
    expect(said[1]).toEqual(said[0])
    expect(said[2]).toEqual(said[0])
  })
})

describe('failed sign-ins', () => {
  const wrong = (n: number, email: string, address: string) =>
    signIn(n % 2 === 0 ? bench : other, email, 'wrong password', { address })

  test('wait longer and longer, over all servers, but never more than a quarter of an hour', async () => {
    const bea = await newcomer(bench, ada, 'operator', 'bea@example.com')
    const waits: number[] = []
    for (let n = 0; n < 16; n += 1) {
      // From another address each time: it is the person that is counted.
      expect((await wrong(n, bea.email, `192.0.2.${n}`)).body.code).toBe('wrong-credentials')
      if (n < 5) continue
      const right = await signIn(n % 2 === 0 ? other : bench, bea.email, goodPassword, { address: '203.0.113.9' })
      expect(right.body).toMatchObject({ status: 429, code: 'too-many-attempts' })
      const wait = new Date(String(right.body.until)).getTime() - clock.now().getTime()
      waits.push(wait)
      clock.advance(wait)
    }
    expect(waits[0]).toBe(2 * second)
    for (const [n, wait] of waits.entries()) expect(wait).toBe(Math.min(2 * second * 2 ** n, 900 * second))
    expect(waits.at(-1)).toBe(900 * second)
    expect((await signIn(bench, bea.email, goodPassword, { address: '203.0.113.9' })).status).toBe(200)
    // And the count is forgotten.
    expect((await wrong(0, bea.email, '192.0.2.1')).status).toBe(401)
  }, 60_000)

  test('at the same time count one by one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => wrong(n, 'crowd@example.com', `192.0.2.${100 + n}`)),
    )
    const tried = answers.filter(({ status }) => status === 401).length
    // Five are free, and the sixth begins the wait.
    expect(tried).toBe(6)
  })

  test('of others elsewhere do not keep a person waiting where it has signed in before', async () => {
    const home = '203.0.113.77'
    expect((await signIn(bench, ada.email, goodPassword, { address: home })).status).toBe(200)
    for (let n = 0; n < 8; n += 1) await wrong(n, ada.email, `192.0.2.${n + 50}`)
    expect((await signIn(bench, ada.email, goodPassword, { address: '192.0.2.99' })).status).toBe(429)
    expect((await signIn(bench, ada.email, goodPassword, { address: home })).status).toBe(200)
    clock.advance(hour)
  })

  test('of somebody who types what looks like another subject do not count against that', async () => {
    const home = '203.0.113.78'
    expect((await signIn(bench, ada.email, goodPassword, { address: home })).status).toBe(200)
    for (const email of [`${ada.email} at ${home}`, `place ${home} ${ada.email}`, ` ${home} ${ada.email}`]) {
      for (let n = 0; n < 8; n += 1) await wrong(n, email, `192.0.2.${n + 60}`)
    }
    expect((await signIn(bench, ada.email, goodPassword, { address: home })).status).toBe(200)
    clock.advance(hour)
  })

  test('are counted by address too', async () => {
    const address = '198.51.100.200'
    for (let n = 0; n < 31; n += 1) expect((await wrong(n, `p${n}@example.com`, address)).status).toBe(401)
    expect((await wrong(0, 'p99@example.com', address)).status).toBe(429)
    expect((await signIn(bench, ada.email, goodPassword, { address: '198.51.100.201' })).status).toBe(200)
    clock.advance(hour)
  }, 60_000)

  test('leave nothing of what was typed in the log', async () => {
    await signIn(bench, 'my-secret-in-the-wrong-field', 'another-secret')
    expect(JSON.stringify(bench.lines())).not.toMatch(/my-secret-in-the-wrong-field|another-secret/)
  })
})

describe('the second factor', () => {
  let tom: SignedIn
  let recovery: string[] = []
  let secret = ''
  const codeAt = (at: Date) => new TOTP({ secret }).generate({ timestamp: at.getTime() })
  const offBy = (ms: number) => new Date(clock.now().getTime() + ms)
  const come = (code?: string) => signIn(bench, tom.email, goodPassword, code === undefined ? {} : { code })

  beforeAll(async () => {
    tom = await newcomer(bench, ada, 'operator', 'tom@example.com')
    const begun = await tom.ask('POST', '/api/v1/account/totp')
    secret = String(begun.body.secret)
    expect(begun.body.uri).toContain(secret)
    expect(begun.body.svg).toMatch(/^<svg/)
    // Not confirmed yet: it does not count.
    expect((await come()).status).toBe(200)
    expect((await tom.ask('PUT', '/api/v1/account/totp', { code: '000000' })).status).toBe(400)
    const confirmed = await tom.ask('PUT', '/api/v1/account/totp', { code: codeAt(clock.now()) })
    recovery = confirmed.body.recoveryCodes
    expect(new Set(recovery).size).toBe(10)
  })

  test('is asked for, and only of who knows the password', async () => {
    expect((await come()).body).toMatchObject({ status: 401, code: 'code-needed' })
    expect((await signIn(bench, tom.email, 'wrong password')).body.code).toBe('wrong-credentials')
    expect((await come('123456')).body.code).toBe('code-needed')
  })

  test('is good once, also with the code that confirmed it', async () => {
    expect((await come(codeAt(clock.now()))).status).toBe(401)
    clock.advance(60 * second)
    const code = codeAt(clock.now())
    expect((await come(code)).status).toBe(200)
    expect((await come(code)).status).toBe(401)
  })

  test('may be half a minute off, and no more', async () => {
    clock.advance(hour)
    expect((await come(codeAt(offBy(-60 * second)))).status).toBe(401)
    expect((await come(codeAt(offBy(60 * second)))).status).toBe(401)
    expect((await come(codeAt(offBy(-30 * second)))).status).toBe(200)
    expect((await come(codeAt(offBy(30 * second)))).status).toBe(200)
    // An older one than that which was used is over.
    expect((await come(codeAt(clock.now()))).status).toBe(401)
  })

  test('of two at the same time lets one in', async () => {
    clock.advance(hour)
    const code = codeAt(clock.now())
    const answers = await Promise.all([come(code), come(code)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  })

  test('can be a recovery code, however it is typed, once', async () => {
    const [one = '', two = ''] = recovery
    expect((await come(one.toUpperCase().replaceAll('-', ' '))).status).toBe(200)
    expect((await come(one)).status).toBe(401)
    expect((await come(two)).status).toBe(200)
  })

  test('is removed with the password only, and cannot be begun anew before', async () => {
    clock.advance(hour)
    expect((await tom.ask('POST', '/api/v1/account/totp')).body.code).toBe('in-use')
    const wrong = await tom.ask('POST', '/api/v1/account/totp/removal', { password: 'wrong' })
    expect(wrong.body.errors).toMatchObject([{ field: 'password' }])
    expect((await tom.ask('POST', '/api/v1/account/totp/removal', { password: goodPassword })).status).toBe(204)
    expect((await come()).status).toBe(200)
  })

  test('and passwords cannot be guessed at a screen that was left open', async () => {
    clock.advance(hour)
    const codes: string[] = []
    for (let n = 0; n < 8; n += 1) {
      const body = { current: `guess ${n}`, next: 'nine purple engines sleep' }
      codes.push(String((await tom.ask('POST', '/api/v1/account/password', body)).body.code))
    }
    expect(codes.slice(0, 6)).toEqual(Array.from({ length: 6 }, () => 'invalid-input'))
    expect(codes.slice(6)).toEqual(['too-many-attempts', 'too-many-attempts'])
    clock.advance(hour)
  })
})

describe('sessions end', () => {
  test('after twelve hours without use', async () => {
    const session = await again(ada.email)
    clock.advance(12 * hour - second)
    expect(await stateOf(session.cookie)).toBe('signed-in')
    clock.advance(12 * hour - second)
    expect(await stateOf(session.cookie)).toBe('signed-in')
    clock.advance(12 * hour)
    expect(await stateOf(session.cookie)).toBe('signed-out')
    expect((await session.ask('GET', '/api/v1/status')).status).toBe(401)
  })

  test('after thirty days however much they are used', async () => {
    const session = await again(ada.email)
    for (let n = 0; n < 59; n += 1) {
      clock.advance(12 * hour - second)
      expect(await stateOf(session.cookie)).toBe('signed-in')
    }
    clock.advance(12 * hour - second)
    expect(await stateOf(session.cookie)).toBe('signed-in')
    clock.advance(60 * second)
    expect(await stateOf(session.cookie)).toBe('signed-out')
  }, 60_000)

  test('by signing out', async () => {
    const session = await again(ada.email)
    const left = await session.ask('DELETE', '/api/v1/session')
    expect(left.status).toBe(204)
    expect(String(left.headers['set-cookie'])).toMatch(/^tocsin_session=;/)
    expect(await stateOf(session.cookie)).toBe('signed-out')
  })

  test('by signing in anew with the same browser', async () => {
    const session = await again(ada.email)
    const next = await session.ask('POST', '/api/v1/session', { email: ada.email, password: goodPassword })
    expect(await stateOf(cookieOf(next) ?? '')).toBe('signed-in')
    expect(await stateOf(session.cookie)).toBe('signed-out')
  })

  test('when they are revoked: one’s own by oneself, anybody’s by administrators', async () => {
    ada = await again(ada.email)
    const kim = await newcomer(bench, ada, 'read-only', 'kim@example.com')
    const second = await again(kim.email)
    const mine = (await kim.ask('GET', '/api/v1/sessions')).body as { id: number; current: boolean; personId: number }[]
    expect(mine.map(({ personId }) => personId)).toEqual([kim.id, kim.id])
    const all = (await ada.ask('GET', '/api/v1/sessions?all=true')).body as { id: number; personId: number }[]
    const adas = all.find(({ personId }) => personId === ada.id)
    expect((await kim.ask('DELETE', `/api/v1/sessions/${adas?.id}`)).status).toBe(404)
    const secondId = (await second.ask('GET', '/api/v1/sessions')).body.find(
      ({ current }: { current: boolean }) => current,
    ).id
    expect((await kim.ask('DELETE', `/api/v1/sessions/${secondId}`)).status).toBe(204)
    expect(await stateOf(second.cookie)).toBe('signed-out')
    const kims = (await ada.ask('GET', '/api/v1/sessions?all=true')).body.find(
      ({ personId }: { personId: number }) => personId === kim.id,
    ).id
    expect((await ada.ask('DELETE', `/api/v1/sessions/${kims}`)).status).toBe(204)
    expect(await stateOf(kim.cookie)).toBe('signed-out')
  })

  test('when the person is disabled, or removed', async () => {
    const liz = await newcomer(bench, ada, 'read-only', 'liz@example.com')
    await ada.ask('PATCH', `/api/v1/people/${liz.id}`, { disabled: true })
    expect(await stateOf(liz.cookie)).toBe('signed-out')
    await ada.ask('PATCH', `/api/v1/people/${liz.id}`, { disabled: false })
    expect(await stateOf(liz.cookie)).toBe('signed-out')
    const back = await again(liz.email)
    await ada.ask('DELETE', `/api/v1/people/${liz.id}`)
    expect(await stateOf(back.cookie)).toBe('signed-out')
  })

  test('all but the one in hand when the password is changed', async () => {
    const max = await newcomer(bench, ada, 'read-only', 'max@example.com')
    const elsewhere = await again(max.email)
    const next = 'nine purple engines sleep'
    const change = (current: string, to: string) => max.ask('POST', '/api/v1/account/password', { current, next: to })
    expect((await change('wrong', next)).body.errors).toMatchObject([{ field: 'current' }])
    expect((await change(goodPassword, 'max@example.com')).body.errors).toMatchObject([{ field: 'next' }])
    expect((await change(goodPassword, next)).status).toBe(204)
    expect(await stateOf(elsewhere.cookie)).toBe('signed-out')
    expect(await stateOf(max.cookie)).toBe('signed-in')
    expect((await signIn(bench, max.email, goodPassword)).status).toBe(401)
    expect((await signIn(bench, max.email, next)).status).toBe(200)
  })

  test('and what is over is forgotten', async () => {
    clock.advance(31 * day)
    await keepHouse(bench.deps)
    expect((await database.pool.query('select from sessions')).rowCount).toBe(0)
    ada = await again(ada.email)
  })
})

describe('changes from another site', () => {
  const change = (headers: Record<string, string>) =>
    bench.send({
      method: 'POST',
      url: '/api/v1/account/password',
      body: { current: 'x', next: 'y' },
      headers,
    })

  test('are refused without the proof in the header, or with that of another session', async () => {
    const theirs = await newcomer(bench, ada, 'operator', 'sam@example.com')
    for (const csrf of ['', 'x', ada.csrf.slice(1), theirs.csrf]) {
      const answer = await change({ cookie: ada.cookie, 'x-tocsin-csrf': csrf })
      expect([csrf, answer.body.code]).toEqual([csrf, 'foreign-page'])
    }
    expect((await change({ cookie: ada.cookie })).status).toBe(403)
    expect((await change({ cookie: ada.cookie, 'x-tocsin-csrf': ada.csrf })).status).toBe(400)
  })

  test.each(['https://evil.example', 'http://localhost:81', 'null'])('are refused from %s', async (origin) => {
    const headers = { origin, host: 'localhost:80', cookie: ada.cookie, 'x-tocsin-csrf': ada.csrf }
    expect((await change(headers)).body.code).toBe('foreign-page')
    const body = { email: ada.email, password: goodPassword }
    const foreign = await bench.send({ method: 'POST', url: '/api/v1/session', body, headers: { origin } })
    expect([foreign.status, cookieOf(foreign)]).toEqual([403, null])
  })

  test('are taken from our own page', async () => {
    const headers = { origin: 'http://localhost:80', host: 'localhost', cookie: ada.cookie, 'x-tocsin-csrf': ada.csrf }
    expect((await change(headers)).status).toBe(400)
  })

  test('a token needs no proof, and a cookie beside it is not looked at', async () => {
    const headers = { authorization: `Bearer ${bench.token}`, cookie: ada.cookie, origin: 'https://evil.example' }
    const body = { kind: 'keep-house', subjectId: 0 }
    const answer = await bench.send({ method: 'POST', url: '/api/v1/duties/hurry', body, headers })
    expect(answer.body.code).not.toBe('foreign-page')
    const wrong = { authorization: 'Bearer wrong', cookie: ada.cookie }
    expect((await bench.send({ method: 'GET', url: '/api/v1/status', headers: wrong })).status).toBe(401)
  })
})

test('no password, cookie or code stands in the database or the log', async () => {
  const log = JSON.stringify(bench.lines())
  const { rows } = await database.pool.query(`
    select to_jsonb(p)::text as text from people p union all select to_jsonb(s)::text from sessions s
    union all select to_jsonb(a)::text from audit a union all select to_jsonb(i)::text from invitations i`)
  const stored = rows.map(({ text }) => text).join('\n')
  for (const secret of [goodPassword, ada.cookie.split('=')[1] ?? '', setupCode(bench)]) {
    expect(log).not.toContain(secret)
    expect(stored).not.toContain(secret)
  }
  expect(log).not.toContain(ada.csrf)
})
