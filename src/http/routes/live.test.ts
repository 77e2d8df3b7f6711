import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createApiBench } from '../../../test/support/api-bench.ts'
import { firstAdministrator, newcomer, type SignedIn } from '../../../test/support/api-people.ts'
import { testDatabase } from '../../../test/support/database.ts'
import type { Database } from '../../db/tables.ts'
import { createMetrics } from '../metrics.ts'
import { createHttpServer } from '../server.ts'

const database = await testDatabase<Database>()
const bench = await createApiBench(database)
const address = await bench.api.listen({ host: '127.0.0.1', port: 0 })
let administrator: SignedIn
beforeAll(async () => {
  administrator = await firstAdministrator(bench)
})
afterAll(() => bench.stop())

type Message = { readonly event: string; readonly kinds?: string[]; readonly reason?: string }

type Screen = {
  readonly status: number
  readonly headers: Headers
  readonly messages: readonly Message[]
  /** The stream was ended by the server. */
  readonly ended: Promise<void>
  leave(): void
}

/** Opens the stream as a browser does. */
async function follow(headers: Record<string, string>, at = address): Promise<Screen> {
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  const answer = await fetch(`${at}/api/v1/live`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: leaving.signal,
  })
  const messages: Message[] = []
  async function read(): Promise<void> {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = /^event: (.*)$/m.exec(block)?.[1]
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (event !== undefined) messages.push({ event, ...JSON.parse(data ?? '{}') })
      }
    }
  }
  const ended = read().catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error
  })
  return { status: answer.status, headers: answer.headers, messages, ended, leave: () => leaving.abort() }
}

const byToken = { authorization: `Bearer ${bench.token}` }
const kindsOf = ({ messages }: Screen) => [...new Set(messages.flatMap(({ kinds }) => kinds ?? []))]
const begun = (screen: Screen) => expect.poll(() => screen.messages[0]?.event, { timeout: 5_000 }).toBe('hello')
const told = (screen: Screen, kind: string) => expect.poll(() => kindsOf(screen), { timeout: 5_000 }).toContain(kind)

/** A source, so that there is something to change. */
async function insertSource(name: string): Promise<void> {
  await database.pool.query(
    `insert into sources (connector, name, settings, secrets, created_at, updated_at) values ('ksc', $1, '{}', '{}', now(), now())`,
    [name],
  )
}

describe('a screen', () => {
  test('is told what changed and nothing else, by cookie and by token', async () => {
    const screens = [await follow({ cookie: administrator.cookie }), await follow(byToken)]
    for (const screen of screens) {
      expect(screen.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
      expect(screen.headers.get('cache-control')).toBe('no-store')
      expect(screen.headers.get('x-accel-buffering')).toBe('no')
      await begun(screen)
    }
    await insertSource('Told')
    for (const screen of screens) {
      await told(screen, 'connections')
      expect(kindsOf(screen)).toEqual(['connections'])
    }
  })

  test('is told of a change that took long to be committed after it was committed', async () => {
    const screen = await follow(byToken)
    await begun(screen)
    const client = await database.pool.connect()
    try {
      await client.query('begin')
      await client.query(`update sources set name = name || '!', updated_at = now()`)
      await told(screen, 'connections')
      const before = screen.messages.length
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      expect(screen.messages.length).toBe(before)
      await client.query('commit')
      await expect.poll(() => screen.messages.length, { timeout: 5_000 }).toBeGreaterThan(before)
      expect(screen.messages.at(-1)?.kinds).toContain('connections')
    } finally {
      client.release()
    }
  })

  test('that comes while a change is being written is told of it as well', async () => {
    const client = await database.pool.connect()
    try {
      await client.query('begin')
      await client.query(`update sources set name = name || '?', updated_at = now()`)
      const screen = await follow(byToken)
      await begun(screen)
      await client.query('commit')
      await told(screen, 'connections')
    } finally {
      client.release()
    }
  })

  test('is not told of what changes nothing: a claim that finds no duty, a tenant that is as it was', async () => {
    await database.pool.query(
      `insert into tenants (source_id, key, name, enabled, first_seen_at) select id, 'k', 'K', true, now() from sources limit 1`,
    )
    const screen = await follow(byToken)
    await begun(screen)
    await database.pool.query(`update duties set lease_until = now() where kind = 'no such'`)
    await database.pool.query(`update tenants set name = name`)
    await database.pool.query(`update tickets set lease_until = null`)
    await new Promise((resolve) => setTimeout(resolve, 2_200))
    expect(kindsOf(screen)).toEqual([])
    await database.pool.query(`update tenants set name = 'Other'`)
    await told(screen, 'tenants')
  })
})

describe('it ends', () => {
  test('when the session is over, at the latest after two seconds', async () => {
    const reader = await newcomer(bench, administrator, 'read-only', 'rita@example.com')
    const screen = await follow({ cookie: reader.cookie })
    await begun(screen)
    await reader.ask('DELETE', '/api/v1/session')
    await screen.ended
    expect(screen.messages.at(-1)).toEqual({ event: 'end', reason: 'signed-out' })
  })

  test('when the person is shut out, and when the token is taken back', async () => {
    const other = await newcomer(bench, administrator, 'read-only', 'otto@example.com')
    const made = await administrator.ask('POST', '/api/v1/tokens', { name: 'short', scope: 'read-only', endsAt: null })
    const screens = [
      await follow({ cookie: other.cookie }),
      await follow({ authorization: `Bearer ${made.body.secret}` }),
    ]
    for (const screen of screens) await begun(screen)
    await administrator.ask('PATCH', `/api/v1/people/${other.id}`, { disabled: true })
    await administrator.ask('DELETE', `/api/v1/tokens/${made.body.token.id}`)
    for (const screen of screens) {
      await screen.ended
      expect(screen.messages.at(-1)).toEqual({ event: 'end', reason: 'signed-out' })
    }
  })

  test('when the server stops, which does not wait for it', async () => {
    const server = await createHttpServer(bench.deps, createMetrics())
    const screen = await follow(byToken, await server.listen({ host: '127.0.0.1', port: 0 }))
    await begun(screen)
    const stopping = performance.now()
    await server.close()
    await screen.ended
    expect(performance.now() - stopping).toBeLessThan(3_000)
    expect(screen.messages.at(-1)).toEqual({ event: 'end', reason: 'stopping' })
  })
})

describe('it is refused', () => {
  test('without a session or token', async () => {
    expect((await follow({})).status).toBe(401)
  })

  test('to what does not ask for events', async () => {
    const answer = await bench.call('GET', '/api/v1/live')
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-input' } })
    expect((await bench.api.inject({ method: 'HEAD', url: '/api/v1/live', headers: byToken })).statusCode).toBe(404)
  })

  test('to more screens of one session than anybody has, and room comes back', async () => {
    const fresh = await newcomer(bench, administrator, 'read-only', 'many@example.com')
    const headers = { cookie: fresh.cookie }
    const screens = []
    for (let n = 0; n < 20; n += 1) screens.push(await follow(headers))
    const refused = await bench.send({
      method: 'GET',
      url: '/api/v1/live',
      headers: { ...headers, accept: 'text/event-stream' },
    })
    expect(refused).toMatchObject({ status: 429, body: { code: 'too-many-screens' } })
    expect((await follow(byToken)).status).toBe(200)
    for (const screen of screens) screen.leave()
    await expect
      .poll(
        async () => {
          const next = await follow(headers)
          next.leave()
          return next.status
        },
        { timeout: 5_000 },
      )
      .toBe(200)
  })
})

test('the database is asked only while somebody looks, and once for all', async () => {
  await expect.poll(statementsInTwoSeconds, { timeout: 20_000 }).toBe(0)
  const screens = []
  for (let n = 0; n < 8; n += 1) screens.push(await follow(byToken))
  for (const screen of screens) await begun(screen)
  const looked = await statementsInTwoSeconds()
  expect(looked).toBeGreaterThan(1)
  expect(looked).toBeLessThan(9)
})

/** Statements that this process sends to the database meanwhile. */
async function statementsInTwoSeconds(): Promise<number> {
  const original = database.pool.query.bind(database.pool)
  let count = 0
  const counted = (...given: unknown[]) => {
    count += 1
    return (original as (...all: unknown[]) => unknown)(...given)
  }
  database.pool.query = counted as typeof database.pool.query
  try {
    await new Promise((resolve) => setTimeout(resolve, 2_000))
  } finally {
    database.pool.query = original as typeof database.pool.query
  }
  return count
}
