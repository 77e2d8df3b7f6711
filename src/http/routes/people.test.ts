import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiBench } from '../../../test/support/api-bench.ts'
import { firstAdministrator, goodPassword, newcomer, type SignedIn, signIn } from '../../../test/support/api-people.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import { lockPerson, updatePersonRow } from '../../db/people.ts'
import type { Database } from '../../db/tables.ts'
import { withTransaction } from '../../db/transaction.ts'

const database = await testDatabase<Database>()
const clock = createFakeClock('2026-03-02T06:00:00Z')
const bench = await createApiBench(database, { clock })
afterAll(() => bench.stop())

const day = 86_400_000
let ada: SignedIn
beforeAll(async () => {
  ada = await firstAdministrator(bench)
})

const person = (who: SignedIn) => `/api/v1/people/${who.id}`

describe('the last administrator', () => {
  test.each([
    ['removed', 'DELETE', undefined],
    ['lowered', 'PATCH', { role: 'operator' }],
    ['disabled', 'PATCH', { disabled: true }],
  ] as const)('cannot be %s', async (_, method, body) => {
    const answer = await ada.ask(method, person(ada), body)
    expect(answer).toMatchObject({ status: 409, body: { code: 'last-administrator' } })
    expect((await ada.ask('GET', '/api/v1/people')).body).toMatchObject([{ role: 'administrator', disabledAt: null }])
  })

  test('is not saved by one who cannot come in', async () => {
    const bob = await newcomer(bench, ada, 'administrator', 'bob@example.com')
    expect((await ada.ask('PATCH', person(bob), { disabled: true })).status).toBe(200)
    expect((await ada.ask('DELETE', person(ada))).status).toBe(409)
    await database.pool.query('update people set disabled_at = null, password_hash = null where id = $1', [bob.id])
    expect((await ada.ask('DELETE', person(ada))).status).toBe(409)
    expect((await ada.ask('DELETE', person(bob))).status).toBe(204)
  })

  test('stays when two remove each other at the same time', async () => {
    for (let round = 0; round < 3; round += 1) {
      const eve = await newcomer(bench, ada, 'administrator', `eve${round}@example.com`)
      const orders = [
        ada.ask('PATCH', person(eve), { role: 'read-only' }),
        eve.ask('PATCH', person(ada), { role: 'read-only' }),
      ]
      const answers = (await Promise.all(orders)).map(({ status }) => status).sort()
      // The slower one is told so, or is an administrator no more by the time it asks.
      expect([
        [200, 409],
        [200, 403],
      ]).toContainEqual(answers)
      const { rows } = await database.pool.query(`select id from people where role = 'administrator'`)
      expect(rows).toHaveLength(1)
      if (Number(rows[0].id) !== ada.id) await eve.ask('PATCH', person(ada), { role: 'administrator' })
      await ada.ask('DELETE', person(eve))
    }
  })

  test('may go once there is another', async () => {
    const zoe = await newcomer(bench, ada, 'administrator', 'zoe@example.com')
    expect((await zoe.ask('PATCH', person(ada), { role: 'operator', name: 'Ada L.' })).body).toMatchObject({
      role: 'operator',
      name: 'Ada L.',
    })
    await zoe.ask('PATCH', person(ada), { role: 'administrator' })
    expect((await ada.ask('DELETE', person(zoe))).status).toBe(204)
    expect((await ada.ask('DELETE', person(zoe))).status).toBe(404)
  })
})

test('a person who signs in while an administrator changes it: one waits for the other, and both come through', async () => {
  const kit = await newcomer(bench, ada, 'operator', 'kit@example.com')
  const isWaiting = async () =>
    (
      await database.pool.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
    ).rowCount === 1
  // What signing in does, stopped between its two steps until the change stands before it.
  const change = await withTransaction(database.pool, async (client) => {
    await lockPerson(client, kit.id)
    const changed = ada.ask('PATCH', person(kit), { name: 'Kit' })
    await expect.poll(isWaiting).toBe(true)
    await updatePersonRow(client, kit.id, { lastSignedInAt: clock.now() }, clock.now())
    return { changed }
  })
  expect((await change.changed).status).toBe(200)
})

describe('invitations', () => {
  const invite = async (email: string) =>
    (await ada.ask('POST', '/api/v1/invitations', { email, name: 'Guest', role: 'operator' })).body
  const codeOf = (invited: { path: string }) => invited.path.split('#')[1] ?? ''
  const accept = (code: string, body: object = {}) =>
    bench.send({ method: 'POST', url: '/api/v1/invitations/accept', body: { code, password: goodPassword, ...body } })

  test('are good once, for a person of their own address and role', async () => {
    const invited = await invite('gina@example.com')
    expect(invited.path).toMatch(/^\/invitation#[a-z2-7]{32}$/)
    expect(new Date(invited.endsAt).getTime() - clock.now().getTime()).toBe(7 * day)
    const answers = await Promise.all([accept(codeOf(invited), { name: 'Gina' }), accept(codeOf(invited))])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404])
    expect((await accept(codeOf(invited))).status).toBe(404)
    const { body } = await ada.ask('GET', '/api/v1/people')
    expect(body).toContainEqual(expect.objectContaining({ email: 'gina@example.com', role: 'operator' }))
  })

  test('want a good password, and stay good until they have one', async () => {
    const code = codeOf(await invite('hugo@example.com'))
    expect((await accept(code, { password: 'password1234' })).body.errors).toMatchObject([{ field: 'password' }])
    expect((await accept(code)).status).toBe(200)
  })

  test('end after a week', async () => {
    const code = codeOf(await invite('ian@example.com'))
    expect((await ada.ask('GET', '/api/v1/invitations')).body).toMatchObject([{ email: 'ian@example.com' }])
    clock.advance(7 * day)
    expect((await accept(code)).status).toBe(404)
    const back = await signIn(bench, ada.email, goodPassword)
    expect(back.status).toBe(200)
    const cookie = String(back.headers['set-cookie']).split(';')[0] ?? ''
    ada = { ...ada, ...(await refreshed(cookie, String(back.body.csrf))) }
    expect((await ada.ask('GET', '/api/v1/invitations')).body).toEqual([])
  })

  async function refreshed(cookie: string, csrf: string): Promise<Pick<SignedIn, 'cookie' | 'csrf' | 'ask'>> {
    const headers = { cookie, 'x-tocsin-csrf': csrf }
    return { cookie, csrf, ask: (method, url, body) => bench.send({ method, url, body, headers }) }
  }

  test('can be taken back, and a second one takes the place of the first', async () => {
    const first = await invite('jo@example.com')
    const second = await invite('JO@example.com')
    expect((await accept(codeOf(first))).status).toBe(404)
    expect((await ada.ask('DELETE', `/api/v1/invitations/${second.id}`)).status).toBe(204)
    expect((await accept(codeOf(second))).status).toBe(404)
    expect((await ada.ask('DELETE', `/api/v1/invitations/${second.id}`)).status).toBe(404)
  })

  test('are not for people who are there', async () => {
    const body = { email: ada.email.toUpperCase(), name: 'Ada', role: 'read-only' }
    expect((await ada.ask('POST', '/api/v1/invitations', body)).body.code).toBe('name-taken')
  })
})

describe('tokens', () => {
  const make = (body: object) => ada.ask('POST', '/api/v1/tokens', { scope: 'read-only', endsAt: null, ...body })
  const use = (secret: string) =>
    bench.send({ method: 'GET', url: '/api/v1/tickets', headers: { authorization: `Bearer ${secret}` } })

  test('are shown once, and never again', async () => {
    const { token, secret } = (await make({ name: 'report' })).body
    expect(secret).toMatch(/^tocsin_[a-z2-7]{52}$/)
    expect(token).toMatchObject({ name: 'report', scope: 'read-only', endsAt: null, lastUsedAt: null })
    expect((await use(secret)).status).toBe(200)
    const listed = await ada.ask('GET', '/api/v1/tokens')
    expect(listed.text).not.toContain(secret)
    expect(listed.body).toContainEqual(expect.objectContaining({ id: token.id, lastUsedAt: clock.now().toISOString() }))
    const { rows } = await database.pool.query('select to_jsonb(t)::text as text from api_tokens t')
    expect(JSON.stringify(rows)).not.toContain(secret)
    expect((await make({ name: 'report' })).body.code).toBe('name-taken')
  })

  test('end when they are said to', async () => {
    const endsAt = new Date(clock.now().getTime() + 3_600_000).toISOString()
    const { secret } = (await make({ name: 'short', endsAt })).body
    expect((await use(secret)).status).toBe(200)
    clock.advance(3_600_000)
    expect((await use(secret)).status).toBe(401)
    expect((await make({ name: 'past', endsAt })).body.errors).toMatchObject([{ field: 'endsAt' }])
  })

  test('are worth nothing once revoked', async () => {
    const { token, secret } = (await make({ name: 'gone' })).body
    expect((await ada.ask('DELETE', `/api/v1/tokens/${token.id}`)).status).toBe(204)
    expect((await use(secret)).status).toBe(401)
    expect((await ada.ask('DELETE', `/api/v1/tokens/${token.id}`)).status).toBe(404)
  })

  test('are no people: they have no account', async () => {
    const answer = await bench.call('POST', '/api/v1/account/password', { current: 'x', next: 'y' })
    expect(answer).toMatchObject({ status: 403, body: { code: 'not-allowed' } })
  })
})
