import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ApiWorld, companies, createApiWorld } from '../../../test/support/api-world.ts'
import { testDatabase } from '../../../test/support/database.ts'
import type { Database } from '../../db/tables.ts'

const database = await testDatabase<Database>()
let world: ApiWorld

beforeAll(async () => {
  world = await createApiWorld(database)
})
afterAll(() => world.stop())

const settings = '/api/v1/settings/watch'
const secret = `whsec_${Buffer.from('s3cr3t-that-nobody-may-ever-see').toString('base64')}`

describe('settings of self-watch', () => {
  test('have usual values, bounds, and say that nobody is told', async () => {
    const shown = await world.ok('GET', settings)
    expect(shown.thresholds).toMatchObject({ sourceSilentMinutes: 30, budgetPercent: 80 })
    expect(shown.webhook).toEqual({ enabled: false, url: '', allowLinkLocal: false, caPem: '', secretSet: false })
    expect(shown.bounds.map(({ key }: { key: string }) => key)).toEqual(Object.keys(shown.thresholds))
    expect(shown.gaps).toMatchObject([{ subject: 'tocsin', message: expect.stringContaining('Nobody is told') }])
  })

  test('are saved as a whole; the secret is never shown', async () => {
    const webhook = { enabled: true, url: 'https://hooks.example.com/tocsin', secret }
    const secretEnds = [{ of: 'psa', id: world.psaId, what: 'API secret', endsAt: '2026-09-01T00:00:00Z' }]
    const saved = await world.ok('PUT', settings, { thresholds: { budgetPercent: 90 }, webhook, secretEnds })
    expect(saved).toMatchObject({ thresholds: { budgetPercent: 90, sourceSilentMinutes: 30 }, secretEnds, gaps: [] })
    expect(saved.webhook).toMatchObject({ enabled: true, url: webhook.url, secretSet: true })
    expect(await world.ok('GET', settings)).toEqual(saved)
    const again = await world.ok('PUT', settings, { webhook: { enabled: true, url: webhook.url } })
    expect(again).toMatchObject({ thresholds: { budgetPercent: 80 }, secretEnds: [], webhook: { secretSet: true } })
    expect(await world.ok('PUT', settings, { webhook: { secret: '' } })).toMatchObject({
      webhook: { secretSet: false },
    })
    expect(world.said()).not.toContain(secret.slice(6))
  })

  test.each<[string, object, string, string]>([
    [
      'a threshold too small',
      { thresholds: { sourceSilentMinutes: 1 } },
      'thresholds.sourceSilentMinutes',
      'at least 5',
    ],
    ['a threshold too large', { thresholds: { budgetPercent: 101 } }, 'thresholds.budgetPercent', 'at most 100'],
    ['a broken number', { thresholds: { secretDays: 1.5 } }, 'thresholds.secretDays', 'a whole number'],
    ['an unknown threshold', { thresholds: { budget: 1 } }, 'thresholds', 'no field named “budget”'],
    ['no address', { webhook: { enabled: true, secret } }, 'webhook.url', 'Enter the address'],
    ['no URL', { webhook: { url: 'hooks.example.com' } }, 'webhook.url', 'Write the whole address'],
    ['another scheme', { webhook: { url: 'file:///etc/passwd' } }, 'webhook.url', 'Write the whole address'],
    ['a user in it', { webhook: { url: 'https://a:b@example.com/' } }, 'webhook.url', 'without user and password'],
    ['a metadata address', { webhook: { url: 'http://169.254.169.254/' } }, 'webhook.url', 'metadata address'],
    ['a bad certificate', { webhook: { url: 'https://example.com/', caPem: 'no' } }, 'webhook.caPem', 'as PEM text'],
    ['no secret', { webhook: { enabled: true, url: 'https://example.com/' } }, 'webhook.secret', 'openssl rand'],
    [
      'a secret of another form',
      { webhook: { enabled: true, url: 'https://example.com/', secret: 'hunter2' } },
      'webhook.secret',
      'whsec_',
    ],
    [
      'the end of nothing',
      { secretEnds: [{ of: 'psa', id: 4711, what: 'key', endsAt: '2026-09-01T00:00:00Z' }] },
      'secretEnds.0.id',
      'There is no psa 4711',
    ],
    [
      'a date without a zone',
      { secretEnds: [{ of: 'psa', id: 1, what: 'k', endsAt: '2026-09-01' }] },
      'secretEnds.0.endsAt',
      'Write a date and time',
    ],
  ])('%s is refused, and says what to do', async (_, body, field, words) => {
    const { status, body: problem } = await world.call('PUT', settings, body)
    expect([status, problem.code]).toEqual([400, 'invalid-input'])
    expect(problem.errors).toMatchObject([{ field, message: expect.stringContaining(words) }])
  })

  test('a webhook that is not set cannot be tried', async () => {
    const { status, body } = await world.call('POST', `${settings}/try-webhook`)
    expect([status, body.detail]).toEqual([400, expect.stringContaining('Save an address and a secret')])
  })
})

describe('Tocsin as a source', () => {
  test('stands among the connectors, with every kind of alarm as a status', async () => {
    const { sources } = await world.ok('GET', '/api/v1/connectors')
    expect(sources.map(({ id }: { id: string }) => id)).toEqual(['ksc', 'kaspersky-hub', 'tocsin', 'tocsin-drill'])
    const [, , tocsin] = sources
    expect(tocsin.settings).toEqual([])
    expect(tocsin.catalogue.statuses.length).toBeGreaterThan(15)
    for (const { title, levels, advice } of tocsin.catalogue.statuses) {
      expect([title, levels.length > 0, advice.length > 0]).toEqual([expect.stringMatching(/^[A-Z]/), true, true])
    }
  })

  test('is connected, polled and mapped like any other; its check tells of gaps', async () => {
    const { connection, report } = await world.ok('POST', '/api/v1/sources', {
      connector: 'tocsin',
      name: 'Tocsin',
      settings: {},
    })
    expect(report.problems).toMatchObject([{ title: 'A gap in the watch' }])
    await world.work()
    const { items } = await world.ok('GET', `/api/v1/tenants?sourceId=${connection.id}`)
    expect(items).toMatchObject([{ name: 'This Tocsin', key: 'tocsin', baselineAt: expect.any(String) }])
  })
})

describe('drills', () => {
  const plan = () => `/api/v1/psas/${world.psaId}/drill`

  test('are set up, run and followed', async () => {
    expect(await world.call('GET', plan())).toMatchObject({ status: 404 })
    expect(await world.call('POST', `${plan()}/run`)).toMatchObject({ status: 404 })
    const accounts = await world.ok('GET', `/api/v1/psas/${world.psaId}/accounts`)
    const account = accounts.find(({ name }: { name: string }) => name === companies[2])
    const { choices } = await world.ok('GET', `/api/v1/psas/${world.psaId}/options`)
    const fields = { queue: choices.queue[0].value, priority: choices.priority[0].value }
    const body = { accountId: account.id, fields, schedule: { everyHours: 24 } }
    const saved = await world.ok('PUT', plan(), body)
    expect(saved).toMatchObject({ schedule: { everyHours: 24 }, nextAt: '2026-03-03T06:00:00.000Z', drills: [] })
    expect(await world.ok('PUT', plan(), { ...body, schedule: { dailyAt: '03:30' } })).toMatchObject({
      integrationId: saved.integrationId,
      tenantId: saved.tenantId,
      nextAt: '2026-03-03T03:30:00.000Z',
    })
    const begun = await world.ok('POST', `${plan()}/run`)
    expect(begun).toMatchObject({ state: 'running', part: 'prepare', times: [], ticketId: null })
    let drill = begun
    for (let n = 0; n < 30 && drill.state === 'running'; n += 1) {
      await world.work()
      world.clock.advance(1_000)
      drill = await world.ok('GET', `/api/v1/drills/${begun.id}`)
    }
    expect(drill).toMatchObject({ state: 'good', ticketId: expect.any(Number) })
    const { ticket, condition } = await world.ok('GET', `/api/v1/tickets/${drill.ticketId}`)
    expect(ticket).toMatchObject({ title: 'Tocsin drill, please ignore', state: 'done' })
    expect(condition).toMatchObject({ statusKey: 'drill', title: 'Tocsin drill, please ignore' })
    expect((await world.ok('GET', plan())).drills).toMatchObject([{ id: drill.id, state: 'good' }])
    const { drills } = await world.ok('GET', '/api/v1/status')
    expect(drills).toMatchObject([{ psaName: 'Autotask', last: { state: 'good' } }])
    const { text } = await world.call('GET', '/metrics')
    expect(text).toContain('tocsin_drill_good{psa="Autotask"} 1')
    expect(text).toMatch(/tocsin_drill_seconds\{psa="Autotask",part="open"\} \d/)
  })

  test.each([
    ['a time that is none', { accountId: '1', fields: {}, schedule: { dailyAt: '24:00' } }],
    ['too often', { accountId: '1', fields: {}, schedule: { everyHours: 0 } }],
    ['both', { accountId: '1', fields: {}, schedule: { everyHours: 1, dailyAt: '03:30' } }],
    ['an account that is none', { accountId: '4711', fields: {}, schedule: null }],
  ])('%s is refused', async (_, body) => {
    expect(await world.call('PUT', plan(), body)).toMatchObject({ status: 400 })
  })

  test('a drill that is not there', async () => {
    expect(await world.call('GET', '/api/v1/drills/4711')).toMatchObject({ status: 404 })
  })
})
