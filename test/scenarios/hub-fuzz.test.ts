import fc from 'fast-check'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { testDatabase } from '../support/database.ts'
import { type IngestForm, ingestBody, ingestForms } from '../support/hub-bodies.ts'
import { createHubWorld } from '../support/hub-world.ts'

/**
 * Anything at all as a body of the ingest: it is taken or refused with what is wrong, never a fault of ours, and what was taken
 * can be settled. That every answer is one of those which the OpenAPI document promises is judged by `world.post`.
 */

vi.setConfig({ testTimeout: 60_000 })

const database = await testDatabase<Database>()
const world = await createHubWorld(database, { tenants: 0 })
afterAll(() => world.stop())

const refusals = [400, 413, 415]
const mib = 1024 * 1024

async function post(form: IngestForm, body: object | string): Promise<number> {
  const { status, text } = await world.post(form, body)
  if (status !== 200 && !refusals.includes(status)) throw new Error(`answered ${status}: ${text.slice(0, 500)}`)
  return status
}

/** All that was taken becomes something; nothing is put off, and nothing is logged as a fault. */
async function settleAll(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await world.settle()
  const { rows } = await database.pool.query('select form, company, failure, body from inbox')
  expect(rows).toEqual([])
  expect(world.lines().filter(({ level }) => level === 'error')).toEqual([])
}

/** What a sender may write where something else is meant. */
const nasty = fc.oneof(
  fc.constantFrom<unknown[]>('', ' ', 'ok', 'x'.repeat(201), 'x'.repeat(10_001), 'a\u0000b', '\ud800', '\u202e', '💥'),
  fc.constantFrom<unknown[]>('__proto__', 'constructor', 'Ünïcode/../%00', "'; drop table inbox; --", 'a\u001fb'),
  fc.constantFrom<unknown[]>(-1, 0, 0.5, 1e308, Number.MAX_SAFE_INTEGER, 2 ** 53, 2 ** 31, -0, null, true, [], {}),
  fc.constantFrom<unknown[]>('2026-02-30T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '1969-12-31'),
  fc.constantFrom<unknown[]>('2026-03-02T05:00:00.123456789+14:00', 'http://[', 'javascript:alert(1)', 'HTTPS://x/%zz'),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.jsonValue({ maxDepth: 3 }),
)

type Mutation = { readonly at: number; readonly how: 'replace' | 'drop' | 'add' | 'double'; readonly value: unknown }
const mutations = fc.array(
  fc.record<Mutation>({
    at: fc.nat(30),
    how: fc.constantFrom('replace', 'replace', 'replace', 'drop', 'add', 'double'),
    value: nasty,
  }),
  { minLength: 1, maxLength: 3 },
)

type Place = { readonly holder: Record<string, unknown> | unknown[]; readonly key: string }

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Place['holder']
  return Object.entries(value).flatMap(([key, inner]) => [{ holder, key }, ...placesIn(inner)])
}

/** A good body with a few things wrong; some of these are good as well. */
function mutate(body: object, all: readonly Mutation[]): object {
  for (const { at, how, value } of all) {
    const places = placesIn(body)
    const place = places[at % Math.max(places.length, 1)]
    if (place === undefined) return body
    const holder = place.holder as Record<string, unknown>
    if (how === 'replace') holder[place.key] = value
    else if (how === 'double' && Array.isArray(place.holder)) place.holder.push(place.holder[0])
    else if (how === 'add' && Array.isArray(place.holder)) place.holder.push(value)
    else if (how === 'add')
      Object.defineProperty(holder, String(value), { value, enumerable: true, writable: true, configurable: true })
    else if (how === 'drop' && Array.isArray(place.holder)) place.holder.pop()
    else if (how === 'drop') delete holder[place.key]
  }
  return body
}

describe.each(ingestForms)('the body of “%s”', (form) => {
  const good = fc.nat(1_000_000).map((n) => {
    return ingestBody(form, { company: 'fuzzed', n, text: `text-${n}`, at: world.clock.now() })
  })

  test('is JSON of any kind', async () => {
    const any = fc.oneof(
      fc.json({ maxDepth: 5 }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '{', '[1,', 'nul'),
    )
    await fc.assert(
      fc.asyncProperty(any, async (text) => {
        expect(await post(form, text)).toBe(400)
      }),
      { numRuns: 100 },
    )
  })

  test('is nearly good', async () => {
    const seen = { taken: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(good, mutations, async (body, all) => {
        const status = await post(form, JSON.stringify(mutate(structuredClone(body), all)))
        seen[status === 200 ? 'taken' : 'refused'] += 1
      }),
      { numRuns: 250 },
    )
    // Both must have been seen, or it was no test.
    expect([seen.taken > 10, seen.refused > 10]).toEqual([true, true])
    await settleAll()
  })
})

describe('a body that is meant to hurt', () => {
  const event = ingestBody('events', { company: 'hurt', n: 1, text: 'text', at: world.clock.now() }) as {
    company: object
    events: object[]
  }
  const computers = ingestBody('computers', { company: 'hurt', n: 1, text: 'text', at: world.clock.now() }) as {
    computers: { statuses: object[] }[]
  }

  test.each([
    ['brackets', (depth: number) => '['.repeat(depth) + ']'.repeat(depth)],
    ['objects', (depth: number) => `${'{"company":'.repeat(depth)}1${'}'.repeat(depth)}`],
    [
      'a text inside brackets',
      (depth: number) => JSON.stringify(event).replace('"text"', '['.repeat(depth) + ']'.repeat(depth)),
    ],
  ] as const)('by %s a million deep is refused', async (_, nested) => {
    for (const form of ingestForms) expect(await post(form, nested(50_000))).toBe(400)
    expect(await post('events', nested(1_000_000))).toBe(400)
  })

  test.each([
    ['a huge text', () => ({ ...event, events: [{ ...event.events[0], text: 'x'.repeat(20 * mib) }] }), 400],
    ['a huge key', () => ({ company: { key: 'k'.repeat(20 * mib) }, events: event.events }), 400],
    ['a huge name of a field', () => ({ ...event, ['f'.repeat(20 * mib)]: 1 }), 400],
    ['very many names', () => Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [`field-${n}`, n])), 400],
    ['too many events', () => ({ ...event, events: Array.from({ length: 10_001 }, () => event.events[0]) }), 400],
    ['nothing right in any event', () => ({ ...event, events: Array.from({ length: 10_000 }, () => ({})) }), 400],
    ['a million wrong events', () => ({ ...event, events: Array.from({ length: 1_000_000 }, () => 1) }), 400],
    ['more than may be sent', () => ({ ...event, events: [{ ...event.events[0], text: 'x'.repeat(33 * mib) }] }), 413],
  ] as const)('by %s is refused, shortly', async (_, bodyOf, status) => {
    const answer = await world.post('events', JSON.stringify(bodyOf()))
    expect(answer.status).toBe(status)
    expect(answer.text.length).toBeLessThan(100_000)
  })

  test('by very much that is allowed is taken, and settled', async () => {
    const [first] = computers.computers
    const text = 'x'.repeat(10_000)
    const statuses = Array.from({ length: 100 }, (_, n) => ({ key: `status-${n}`, text }))
    const list = Array.from({ length: 5 }, (_, n) => ({ ...first, key: `most-${n}`, statuses }))
    expect(await post('computers', JSON.stringify({ ...computers, computers: list }))).toBe(200)
    const all = Array.from({ length: 10_000 }, (_, n) => ({
      ...event.events[0],
      id: `most-${n}`,
      text: 'x'.repeat(100),
    }))
    expect(await post('events', JSON.stringify({ ...event, events: all }))).toBe(200)
    await settleAll()
  })

  test('again and again does not make the server grow', async () => {
    const body = JSON.stringify({ ...event, events: Array.from({ length: 200_000 }, () => ({ id: [] })) })
    const rounds = 12
    for (let n = 0; n < 5; n += 1) await post('events', body)
    const before = process.memoryUsage().rss
    for (let n = 0; n < rounds; n += 1) expect(await post('events', body)).toBe(400)
    const grown = process.memoryUsage().rss - before
    // As values and findings one of them takes some 30 MB.
    expect(grown).toBeLessThan(150 * mib)
  })
})
