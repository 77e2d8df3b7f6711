import { createHmac } from 'node:crypto'
import { Readable } from 'node:stream'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testDatabase } from '../../../test/support/database.ts'
import { createHubWorld } from '../../../test/support/hub-world.ts'
import type { Database } from '../../db/tables.ts'

const database = await testDatabase<Database>()
const world = await createHubWorld(database)
afterAll(() => world.stop())
const { ok, call, post, sourceId } = world

const company = { key: 'amber', name: 'Amber Bakery' }
const now = () => world.clock.now().toISOString()
const computer = (key: string, ...statuses: string[]) => ({
  key,
  name: key.toUpperCase(),
  level: statuses.length === 0 ? 'ok' : 'critical',
  statuses: statuses.map((status) => ({ key: status })),
})
const event = (id: string, more: object = {}) => ({
  id,
  product: 'endpoint-security-cloud',
  type: 'GNRL_EV_VIRUS_FOUND',
  happenedAt: now(),
  ...more,
})
const holding = async (key = company.key) => {
  const { items } = await ok('GET', '/api/v1/conditions?limit=500')
  return items
    .filter(({ tenantName }: { tenantName: string }) => tenantName === (key === company.key ? company.name : key))
    .map(({ computerName, statusKey }: { computerName: string; statusKey: string }) => `${computerName}/${statusKey}`)
    .sort()
}
const settle = async () => {
  world.clock.advance(6_000)
  await world.work()
}
const inboxOf = async (key = company.key) => {
  const inbox = await ok('GET', `/api/v1/sources/${sourceId}/inbox`)
  return inbox.companies.find((one: { key: string }) => one.key === key)
}

describe('who may send', () => {
  test('a token of the source, and nobody else', async () => {
    const body = { company, sequence: 1, computers: [] }
    const refused = { status: 401, body: { code: 'wrong-credentials' } }
    expect(await post('computers', body, {})).toMatchObject(refused)
    expect(await post('computers', body, { authorization: 'Bearer tocsin_send_wrong' })).toMatchObject(refused)
    // The token of the API opens no ingest, and the token of the ingest no API.
    expect(await post('computers', body, { authorization: `Bearer ${world.token}` })).toMatchObject(refused)
    const asSender = { authorization: `Bearer ${world.sendToken}` }
    expect(await world.send({ method: 'GET', url: '/api/v1/sources', headers: asSender })).toMatchObject({
      status: 401,
    })
    expect(
      await world.send({ method: 'POST', url: '/api/v1/hub/4711/computers', headers: asSender, body }),
    ).toMatchObject(refused)
    expect(await inboxOf()).toBeUndefined()
  })

  test('a company’s token for that company alone', async () => {
    const made = await ok('POST', `/api/v1/sources/${sourceId}/tokens`, { name: 'Amber', company: 'amber' })
    expect(made.token).toMatchObject({ company: 'amber', kind: 'token' })
    const headers = { authorization: `Bearer ${made.secret}` }
    const other = { company: { key: 'basalt' }, events: [event('x')] }
    const answer = await post('events', other, headers)
    expect(answer).toMatchObject({ status: 403, body: { code: 'not-allowed' } })
    expect(answer.body.detail).toContain('“amber” alone, not for “basalt”')
    expect(await post('events', { company, events: [event('own')] }, headers)).toMatchObject({ body: { taken: 1 } })
    await ok('DELETE', `/api/v1/sources/${sourceId}/tokens/${made.token.id}`)
    expect(await post('events', { company, events: [event('after')] }, headers)).toMatchObject({ status: 401 })
  })

  test('a request signed over its time and its body', async () => {
    const made = await ok('POST', `/api/v1/sources/${sourceId}/tokens`, { name: 'Webhook', kind: 'signature' })
    const body = JSON.stringify({ company, events: [event('signed')] })
    const sign = (secret: string, seconds: number, text = body) => ({
      'x-tocsin-key': String(made.token.id),
      'x-tocsin-timestamp': String(seconds),
      'x-tocsin-signature': `sha256=${createHmac('sha256', secret).update(`${seconds}.${text}`).digest('hex')}`,
    })
    const seconds = Math.floor(world.clock.now().getTime() / 1_000)
    const send = async (headers: Record<string, string>, text = body) => (await post('events', text, headers)).status
    expect(await send(sign(made.secret, seconds))).toBe(200)
    expect(await send(sign('wrong', seconds))).toBe(401)
    expect(await send(sign(made.secret, seconds), body.replace('signed', 'forged'))).toBe(401)
    expect(await send(sign(made.secret, seconds - 301))).toBe(401)
    expect(await send(sign(made.secret, seconds + 301))).toBe(401)
    expect(await send({ ...sign(made.secret, seconds), 'x-tocsin-key': '4711' })).toBe(401)
    expect(await send({ ...sign(made.secret, seconds), 'x-tocsin-timestamp': 'soon' })).toBe(401)
    expect(await send({ ...sign(made.secret, seconds), 'x-tocsin-signature': 'sha256=00' })).toBe(401)
    // The key itself is no token.
    expect(await send({ authorization: `Bearer ${made.secret}` })).toBe(401)
    const { rows } = await database.pool.query('select digest, sealed from source_tokens where name = $1', ['Webhook'])
    expect(rows[0].digest).toBeNull()
    expect(rows[0].sealed).not.toContain(made.secret)
  })

  describe('until its end', () => {
    const endsAt = '2026-03-02T07:00:00.000Z'
    const until = (moment: string) => {
      world.clock.advance(new Date(moment).getTime() - world.clock.now().getTime())
    }
    const warnings = () => world.lines().filter(({ message }) => String(message).includes('has ended'))
    const refusal = async (path: string, body: object | string, headers: Record<string, string>) => {
      const { status, body: answer, headers: sent } = await post(path, body, headers)
      const { requestId: _, ...problem } = answer
      return { status, problem, challenge: sent['www-authenticate'] }
    }

    test('a token is taken up to the instant before it, and refused from that instant on like a wrong one', async () => {
      const made = await ok('POST', `/api/v1/sources/${sourceId}/tokens`, { name: 'Passing', endsAt })
      expect(made.token).toMatchObject({ endsAt, refusedAt: null })
      const { items } = await ok('GET', '/api/v1/audit?limit=1')
      expect(items[0]).toMatchObject({ action: 'create-source-token', after: { endsAt } })
      const body = { company, events: [event('ends')] }
      const mine = { authorization: `Bearer ${made.secret}` }
      until('2026-03-02T06:59:59.999Z')
      expect(await post('events', body, mine)).toMatchObject({ status: 200 })
      const before = await database.pool.query('select count(*) as count from inbox')
      until(endsAt)
      const ended = await refusal('events', body, mine)
      expect(ended.status).toBe(401)
      expect(ended).toEqual(await refusal('events', body, { authorization: 'Bearer tocsin_send_wrong' }))
      expect((await database.pool.query('select count(*) as count from inbox')).rows).toEqual(before.rows)
      // Who runs Tocsin is told, once an hour; who sends is not.
      await refusal('events', body, mine)
      expect(warnings()).toMatchObject([{ fields: { sourceId, name: 'Passing', endedAt: endsAt } }])
      const listed = await ok('GET', `/api/v1/sources/${sourceId}/tokens`)
      expect(listed.find(({ name }: { name: string }) => name === 'Passing')).toMatchObject({
        endsAt,
        refusedAt: endsAt,
        lastUsedAt: '2026-03-02T06:59:59.999Z',
      })
      until('2026-03-02T08:00:00Z')
      await refusal('events', body, mine)
      expect(warnings()).toHaveLength(2)
      await ok('DELETE', `/api/v1/sources/${sourceId}/tokens/${made.token.id}`)
    })

    test('so is a key that signs, and only who has it is noted', async () => {
      const ends = '2026-03-02T09:00:00.000Z'
      const made = await ok('POST', `/api/v1/sources/${sourceId}/tokens`, {
        name: 'Passing key',
        kind: 'signature',
        endsAt: ends,
      })
      const body = JSON.stringify({ company, events: [event('ends-signed')] })
      const sign = (secret: string) => {
        const seconds = Math.floor(world.clock.now().getTime() / 1_000)
        return {
          'x-tocsin-key': String(made.token.id),
          'x-tocsin-timestamp': String(seconds),
          'x-tocsin-signature': `sha256=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`,
        }
      }
      until('2026-03-02T08:59:59.999Z')
      expect(await post('events', body, sign(made.secret))).toMatchObject({ status: 200 })
      until(ends)
      const noted = warnings().length
      const guessed = await refusal('events', body, sign('guessed'))
      expect(warnings()).toHaveLength(noted)
      expect(await refusal('events', body, sign(made.secret))).toEqual(guessed)
      expect(guessed.status).toBe(401)
      expect(warnings()).toHaveLength(noted + 1)
      await ok('DELETE', `/api/v1/sources/${sourceId}/tokens/${made.token.id}`)
    })

    test('an end that has passed is refused when a token is made', async () => {
      const path = `/api/v1/sources/${sourceId}/tokens`
      const now = world.clock.now().toISOString()
      const answer = await call('POST', path, { name: 'Late', endsAt: now })
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'endsAt' }] } })
      expect(await call('POST', path, { name: 'Late', endsAt: 'tomorrow' })).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'endsAt', message: expect.stringContaining('2026-11-22T08:10:00Z') }] },
      })
    })
  })

  test('nobody while web requests are switched off', async () => {
    await ok('PATCH', `/api/v1/sources/${sourceId}`, { settings: { httpOn: false } })
    const answer = await post('events', { company, events: [event('off')] })
    expect(answer).toMatchObject({ status: 403, body: { code: 'not-allowed' } })
    await ok('PATCH', `/api/v1/sources/${sourceId}`, { settings: { httpOn: true } })
  })

  test('tokens are listed without secrets, named once, and told in the audit log', async () => {
    const list = await ok('GET', `/api/v1/sources/${sourceId}/tokens`)
    expect(list.map(({ name }: { name: string }) => name)).toEqual(['Feeder', 'Webhook'])
    expect(JSON.stringify(list)).not.toContain(world.sendToken)
    expect(list[0].lastUsedAt).not.toBeNull()
    const twice = await call('POST', `/api/v1/sources/${sourceId}/tokens`, { name: 'Feeder' })
    expect(twice).toMatchObject({ status: 409, body: { code: 'name-taken' } })
    const { items } = await ok('GET', '/api/v1/audit?limit=50')
    const actions = items.map(({ action }: { action: string }) => action)
    expect(actions).toContain('create-source-token')
    expect(actions).toContain('revoke-source-token')
    expect(await call('GET', '/api/v1/sources/4711/tokens')).toMatchObject({ status: 404 })
    expect(await call('DELETE', `/api/v1/sources/${sourceId}/tokens/4711`)).toMatchObject({ status: 404 })
    expect(world.said().match(new RegExp(world.sendToken, 'g'))).toHaveLength(1)
  })
})

describe('bad input', () => {
  const bad: [string, string, object | string, RegExp][] = [
    ['half a JSON list', 'computers', '{"company": {"key": "amber"}, "computers": [{"key": "a"', /JSON/],
    ['no company', 'computers', { sequence: 1, computers: [] }, /company/],
    ['a control character in a key', 'events', { company: { key: 'a\u001fb' }, events: [event('x')] }, /control/],
    ['an unknown field', 'mailboxes', { company, protected: 1, countedAt: now(), more: 1 }, /more/],
    [
      'ill without a status',
      'computers',
      { company, sequence: 1, computers: [{ ...computer('a'), level: 'warning' }] },
      /at least one status/,
    ],
    ['a computer twice', 'computers', { company, sequence: 1, computers: [computer('a'), computer('a')] }, /twice/],
    [
      'an event of tomorrow',
      'events',
      { company, events: [event('x', { happenedAt: '2026-03-03T06:00:00Z' })] },
      /15 minutes/,
    ],
    [
      'an event of no time at all',
      'events',
      { company, events: [event('x', { happenedAt: '0001-01-01T00:00:00+01:00' })] },
      /not after 1970/,
    ],
    [
      'a count of no time at all',
      'mailboxes',
      { company, protected: 1, countedAt: '0000-01-01T00:00:00Z' },
      /not after 1970/,
    ],
    ['an unknown type without a severity', 'events', { company, events: [event('x', { type: 'OTHER' })] }, /severity/],
    ['the end of what has none', 'events', { company, events: [event('x', { state: 'resolved' })] }, /has no end/],
    ['no event', 'events', { company, events: [] }, /events/],
    [
      'more than ten thousand',
      'events',
      { company, events: Array.from({ length: 10_001 }, (_, n) => event(`${n}`)) },
      /10000|10,000/,
    ],
    ['a negative count', 'mailboxes', { company, protected: -1, countedAt: now() }, /protected/],
  ]
  test.each(bad)('%s is refused and stores nothing', async (_, form, body, words) => {
    const before = await database.pool.query('select count(*) as count from inbox')
    const answer = await post(form, body)
    expect(answer.status).toBe(400)
    expect(answer.text).toMatch(words)
    expect((await database.pool.query('select count(*) as count from inbox')).rows).toEqual(before.rows)
  })

  test('texts that no database holds are taken as they can be', async () => {
    const text = 'a\u0000b \ud800 🚨'
    const list = { company, sequence: 1, computers: [{ ...computer('odd', 'not-connected'), name: 'Odd "PC"\r\n' }] }
    expect(await post('computers', list)).toMatchObject({ status: 200 })
    expect(await post('events', { company, events: [event('odd', { text })] })).toMatchObject({ status: 200 })
    await settle()
    const { items } = await ok('GET', '/api/v1/events?limit=10')
    expect(items.filter(({ text: said }: { text: string }) => said.endsWith('🚨'))).toHaveLength(1)
    expect((await ok('GET', `/api/v1/sources/${sourceId}/inbox`)).waiting).toBe(0)
  })
})

describe('lists', () => {
  beforeAll(async () => {
    await post('computers', { company, sequence: 100, computers: [computer('a'), computer('b')] })
    await settle()
  })

  test('what a list does not name has ended, and a newer one decides', async () => {
    const ill = [computer('a', 'not-connected'), computer('b', 'databases-outdated', 'not-connected')]
    await post('computers', { company, sequence: 110, computers: ill })
    await settle()
    expect(await holding()).toEqual(['A/not-connected', 'B/databases-outdated', 'B/not-connected'])
    await post('computers', { company, sequence: 120, computers: [computer('b', 'not-connected')] })
    await settle()
    expect(await holding()).toEqual(['B/not-connected'])
    expect(await inboxOf()).toMatchObject({ listNumber: 120, computers: 1, lateLists: 0 })
  })

  test('an older list never undoes a newer one, and the same one again changes nothing', async () => {
    await post('computers', { company, sequence: 119, computers: [computer('a', 'encryption-status')] })
    await post('computers', { company, sequence: 120, computers: [] })
    await settle()
    expect(await holding()).toEqual(['B/not-connected'])
    expect(await inboxOf()).toMatchObject({ listNumber: 120, lateLists: 1 })
  })

  test('a counter that began anew is shown at the company', async () => {
    for (const sequence of [1, 2]) await post('computers', { company, sequence, computers: [] })
    await settle()
    const { items } = await ok('GET', `/api/v1/tenants?sourceId=${sourceId}&search=Amber`)
    expect(items[0].failingMessage).toContain('below 120')
    await post('computers', { company, sequence: 121, computers: [computer('b', 'not-connected')] })
    await settle()
    const again = await ok('GET', `/api/v1/tenants?sourceId=${sourceId}&search=Amber`)
    expect(again.items[0]).toMatchObject({ failingSince: null })
    expect(await inboxOf()).toMatchObject({ lateLists: 0 })
  })

  test('a change of one computer ends nothing on another, and a list from before it does not undo it', async () => {
    await post('computers', { company, sequence: 200, computers: [computer('a'), computer('b', 'not-connected')] })
    const changes = [
      { sequence: 210, computer: computer('a', 'protection-disabled') },
      { sequence: 205, computer: computer('a') },
      { sequence: 210, computer: computer('c', 'license-expired') },
    ]
    await post('changes', { company, changes })
    await post('computers', { company, sequence: 208, computers: [computer('a'), computer('b', 'databases-outdated')] })
    await settle()
    expect(await holding()).toEqual(['A/protection-disabled', 'B/databases-outdated', 'C/license-expired'])
    await post('changes', { company, changes: [{ sequence: 209, computer: computer('a') }] })
    await post('changes', { company, changes: [{ sequence: 211, removed: 'c' }] })
    await settle()
    expect(await holding()).toEqual(['A/protection-disabled', 'B/databases-outdated'])
    await post('computers', { company, sequence: 211, computers: [computer('b')] })
    await settle()
    expect(await holding()).toEqual([])
  })

  test('keys are a company’s own: nobody moves or ends what is another’s', async () => {
    const basalt = { key: 'basalt', name: 'basalt' }
    await post('computers', { company, sequence: 300, computers: [computer('same', 'not-connected')] })
    await post('computers', { company: basalt, sequence: 1, computers: [computer('same')] })
    await post('events', { company, events: [event('same-id')] })
    await post('events', { company: basalt, events: [event('same-id')] })
    await settle()
    expect(await holding()).toEqual(['SAME/not-connected'])
    const { rows } = await database.pool.query(`select count(*) as count from events where key like '%/same-id'`)
    expect(rows[0].count).toBe(2)
  })
})

describe('events', () => {
  test('the same id changes nothing, in one request and over many', async () => {
    const events = [event('twice'), event('twice', { text: 'again' }), event('once')]
    expect(await post('events', { company, events })).toMatchObject({ body: { taken: 3 } })
    await settle()
    await post('events', { company, events })
    await settle()
    const { rows } = await database.pool.query(
      `select key, text from events where key in ('amber/twice', 'amber/once')`,
    )
    expect(rows.map(({ key }) => key).sort()).toEqual(['amber/once', 'amber/twice'])
    expect(rows.map(({ text }) => text)).toEqual(['', ''])
  })

  test('ten thousand in one request are taken and settled', async () => {
    const events = Array.from({ length: 10_000 }, (_, n) => event(`many-${n}`, { type: 'OTHER', severity: 'warning' }))
    expect(await post('events', { company: { key: 'many' }, events })).toMatchObject({ body: { taken: 10_000 } })
    expect(await inboxOf('many')).toBeUndefined()
    await settle()
    expect(await inboxOf('many')).toMatchObject({ events: 10_000, waiting: 0, mapped: false, name: 'many' })
  })
})

describe('mailboxes', () => {
  test('the newest count stands', async () => {
    const count = (many: number, minutes: number) => ({
      company,
      protected: many,
      countedAt: new Date(world.clock.now().getTime() + minutes * 60_000).toISOString(),
    })
    await post('mailboxes', count(40, -2))
    await post('mailboxes', count(30, -3))
    await settle()
    expect(await inboxOf()).toMatchObject({ mailboxes: 40 })
    await post('mailboxes', count(45, -1))
    await settle()
    expect(await inboxOf()).toMatchObject({ mailboxes: 45 })
  })
})

describe('more than can be settled', () => {
  test('is pushed back with a time to wait, first for the company that floods', async () => {
    await ok('PATCH', `/api/v1/sources/${sourceId}`, { settings: { mostWaiting: 1_000 } })
    const send = (key: string, from: number, many: number) => {
      const events = Array.from({ length: many }, (_, n) => event(`${from + n}`, { severity: 'warning' }))
      return post('events', { company: { key }, events })
    }
    expect(await send('flood', 0, 300)).toMatchObject({ status: 200 })
    const pushed = await send('flood', 300, 10)
    expect(pushed).toMatchObject({ status: 429, body: { code: 'inbox-full' } })
    expect(Number(pushed.headers['retry-after'])).toBeGreaterThan(0)
    for (const key of ['calm-1', 'calm-2', 'calm-3']) expect(await send(key, 0, 240)).toMatchObject({ status: 200 })
    expect(await send('calm-4', 0, 1)).toMatchObject({ status: 429 })
    const { waiting } = await ok('GET', `/api/v1/sources/${sourceId}/inbox`)
    expect(waiting).toBe(300 + 3 * 240)
    await settle()
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(await send('flood', 300, 10)).toMatchObject({ status: 200 })
    await settle()
    expect(await inboxOf('flood')).toMatchObject({ events: 310 })
    expect(await inboxOf('calm-4')).toBeUndefined()
    await ok('PATCH', `/api/v1/sources/${sourceId}`, { settings: { mostWaiting: 1_000_000 } })
  })
})

test('a request that is cut half-way stores nothing', async () => {
  const text = JSON.stringify({ company: { key: 'cut' }, events: [event('cut')] })
  const cut = request(`${world.url}/api/v1/hub/${sourceId}/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${world.sendToken}`,
      'content-type': 'application/json',
      'content-length': String(text.length),
    },
    body: Readable.from(halfOf(text)),
  })
  await expect(cut).rejects.toThrow()
  await settle()
  expect(await inboxOf('cut')).toBeUndefined()
})

test('strangers who claim to sign fill no memory, and keep nobody out who signs something short', async () => {
  const megabyte = Buffer.alloc(1024 * 1024, ' ')
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  async function* unended(): AsyncGenerator<Buffer> {
    for (let n = 0; n < 30; n += 1) yield megabyte
    await held
  }
  const headers = { 'content-type': 'application/json', 'x-tocsin-signature': 'sha256=00' }
  const url = `${world.url}/api/v1/hub/${sourceId}/events`
  const claim = async (body: Buffer | Readable) => {
    const answer = await request(url, { method: 'POST', headers, body })
    return { status: answer.statusCode, retryAfter: answer.headers['retry-after'], text: await answer.body.text() }
  }
  // Two of these fit beside each other, and nothing bigger than four megabytes beside them.
  const big = Buffer.alloc(5 * 1024 * 1024, ' ')
  const holders = [1, 2, 3].map(() => claim(Readable.from(unended())).catch((error: Error) => error))
  await expect.poll(async () => (await claim(big)).status, { timeout: 10_000 }).toBe(429)
  const refused = await claim(big)
  expect(refused.text).toContain('Retry-After')
  expect(Number(refused.retryAfter)).toBeGreaterThan(0)
  expect((await claim(Buffer.from('{}'))).status).toBe(401)
  release()
  await Promise.all(holders)
  expect((await claim(big)).status).toBe(401)
  const tooLarge = await claim(Buffer.alloc(33 * 1024 * 1024, ' '))
  expect([tooLarge.status, tooLarge.text]).toEqual([413, expect.stringContaining('Send less at once')])
})

async function* halfOf(text: string): AsyncGenerator<string> {
  yield text.slice(0, text.length / 2)
  throw new Error('the sender died')
}
