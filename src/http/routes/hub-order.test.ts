import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../../../test/support/database.ts'
import { createHubWorld } from '../../../test/support/hub-world.ts'
import type { Database } from '../../db/tables.ts'
import { runNextDuty } from '../../usecases/run-duty.ts'

/** Numbers that are too low, or were once far too high: whoever sends is told, people see it, and there is a way out. */

const database = await testDatabase<Database>()
const world = await createHubWorld(database)
afterAll(() => world.stop())
const { ok, call, post, sourceId } = world

const settle = async () => {
  world.clock.advance(6_000)
  await world.work()
}
const computer = (key: string, ...statuses: string[]) => ({
  key,
  name: key.toUpperCase(),
  level: statuses.length === 0 ? 'ok' : 'critical',
  statuses: statuses.map((status) => ({ key: status })),
})
const list = (key: string, sequence: number, ...computers: object[]) =>
  post('computers', { company: { key }, sequence, computers })
const change = (key: string, sequence: number, one: object) =>
  post('changes', { company: { key }, changes: [{ sequence, computer: one }] })
const companyOf = async (key: string) => {
  const { companies } = await ok('GET', `/api/v1/sources/${sourceId}/inbox`)
  return companies.find((one: { key: string }) => one.key === key)
}
const tenantOf = async (key: string) => {
  const { items } = await ok('GET', `/api/v1/tenants?sourceId=${sourceId}&limit=500`)
  return items.find((one: { key: string }) => one.key === key)
}
const holding = async (tenantName: string) => {
  const { items } = await ok('GET', '/api/v1/conditions?limit=500')
  const mine = items.filter((one: { tenantName: string }) => one.tenantName === tenantName)
  return mine.map(({ computerName, statusKey }: Record<string, string>) => `${computerName}/${statusKey}`).sort()
}
const highest = Number.MAX_SAFE_INTEGER

test('a list with a number far too high: later ones are told to be older, are shown, and count once a person says so', async () => {
  const first = await list('far', highest, computer('a', 'not-connected'))
  expect(first.body).toEqual({ taken: 1, older: 0, below: null, olderKeys: [] })
  await settle()
  const since = world.clock.now().toISOString()
  for (let n = 1; n <= 3; n += 1) {
    const answer = await list('far', 1_000 + n, computer('a'), computer('b', 'license-expired'))
    expect(answer).toMatchObject({ status: 200, body: { taken: 2, older: 2, below: highest, olderKeys: ['a', 'b'] } })
  }
  expect((await list('far', 1_004)).body).toMatchObject({ taken: 0, older: 0, below: highest })
  expect((await change('far', 1_005, computer('c', 'not-connected'))).body).toMatchObject({ taken: 1, older: 1 })
  await settle()
  expect(await holding('far')).toEqual(['A/not-connected'])
  expect(await companyOf('far')).toMatchObject({
    lateLists: 4,
    late: { messages: 5, since: expect.stringContaining(since.slice(0, 15)), below: highest },
  })
  const { failingMessage, id } = await tenantOf('far')
  expect(failingMessage).toMatch(new RegExp(`^What it sends is left out since .* below ${highest}`))

  expect(await call('POST', `/api/v1/tenants/${id}/accept-sequence`)).toMatchObject({ status: 204 })
  expect(await companyOf('far')).toMatchObject({ lateLists: 0, late: null, listNumber: null })
  expect(await tenantOf('far')).toMatchObject({ failingSince: null, failingMessage: null })
  const { items } = await ok('GET', '/api/v1/audit?action=accept-sequence')
  expect(items).toMatchObject([
    {
      subject: { kind: 'tenant', name: 'far' },
      before: { lastList: highest, below: highest, leftOut: 5 },
      after: null,
    },
  ])
  const answer = await list('far', 1_006, computer('b', 'license-expired'))
  expect(answer.body).toMatchObject({ taken: 1, older: 0, below: null })
  await settle()
  expect(await holding('far')).toEqual(['B/license-expired'])
  expect(await companyOf('far')).toMatchObject({ listNumber: 1_006, late: null })
})

test('a change with a number far too high hides one computer: lists and changes say so, and it counts again', async () => {
  await list('one', 100, computer('a'), computer('b'))
  await change('one', highest, computer('a', 'not-connected'))
  await settle()
  for (const sequence of [110, 120, 130]) {
    const answer = await list('one', sequence, computer('a'), computer('b'))
    expect(answer.body).toEqual({ taken: 2, older: 1, below: highest, olderKeys: ['a'] })
    // What concerns others counts, and does not hide that one is left out.
    await change('one', sequence + 5, computer('b', 'license-expired'))
    await settle()
  }
  expect((await change('one', 140, computer('a'))).body).toMatchObject({ older: 1, below: highest, olderKeys: ['a'] })
  await settle()
  expect(await holding('one')).toEqual(['A/not-connected', 'B/license-expired'])
  expect(await companyOf('one')).toMatchObject({ late: { messages: 4, below: highest }, lateLists: 0 })
  const { failingMessage, id } = await tenantOf('one')
  expect(failingMessage).toMatch(/^What it sends is left out about “A” since /)
  await call('POST', `/api/v1/tenants/${id}/accept-sequence`)
  await change('one', 150, computer('a'))
  await settle()
  expect(await holding('one')).toEqual(['B/license-expired'])
  expect(await companyOf('one')).toMatchObject({ late: null })
})

test('what comes late now and then, or twice, is no trouble', async () => {
  await list('calm', 100, computer('a'))
  await settle()
  expect((await list('calm', 100, computer('a'))).body).toMatchObject({ older: 0, below: null })
  for (let n = 0; n < 5; n += 1) {
    const newer = await change('calm', 200 + n, computer('a', 'not-connected'))
    expect(newer.body).toMatchObject({ older: 0, below: null })
    await change('calm', 150, computer('a'))
    await settle()
    await change('calm', 200 + n, computer('a', 'not-connected'))
    await settle()
  }
  expect(await tenantOf('calm')).toMatchObject({ failingSince: null })
  // The last one that came late is told until the next that counts.
  expect(await companyOf('calm')).toMatchObject({ late: { messages: 1, below: 204 } })
  await list('calm', 300, computer('a'))
  await settle()
  expect(await companyOf('calm')).toMatchObject({ late: null })
})

test('changes alone that are below the last list are shown, and taken back when they are in order', async () => {
  await list('quiet', 1_000, computer('a'))
  await settle()
  for (let n = 1; n <= 3; n += 1) {
    await change('quiet', n, computer('a', 'not-connected'))
    await settle()
  }
  expect((await tenantOf('quiet')).failingMessage).toContain('below 1000')
  await change('quiet', 1_001, computer('a', 'not-connected'))
  await settle()
  expect(await tenantOf('quiet')).toMatchObject({ failingSince: null })
  expect(await companyOf('quiet')).toMatchObject({ late: null })
})

test('only a company that sends by itself has an order', async () => {
  expect(await call('POST', '/api/v1/tenants/4711/accept-sequence')).toMatchObject({ status: 404 })
})

test('a list that is taken and a company that is renamed meanwhile do not wait for each other for ever', async () => {
  await list('both', 100, computer('a'))
  await settle()
  const { id } = await tenantOf('both')
  const { signal } = new AbortController()
  const waiters = async (count: number) => {
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await database.pool.query(waiting)).rowCount, { timeout: 10_000 }).toBe(count)
  }
  for (let n = 1; n <= 3; n += 1) {
    const holder = await database.pool.connect()
    await holder.query('begin')
    await holder.query('select from pushed_companies where tenant_id = $1 for update', [id])
    // Both lanes come to the same company: first the list, then events that bring a new name.
    await list('both', 100 + n, computer('a'))
    const lanes = [runNextDuty(world.deps, signal)]
    await waiters(1)
    const event = { product: 'endpoint-security-cloud', type: 'MADE_UP', severity: 'warning' }
    const happenedAt = world.clock.now().toISOString()
    await post('events', {
      company: { key: 'both', name: `Both ${n}` },
      events: [{ ...event, id: `event-${n}`, happenedAt }],
    })
    lanes.push(runNextDuty(world.deps, signal))
    await waiters(2)
    await holder.query('commit')
    holder.release()
    await Promise.all(lanes)
    const { sources } = await ok('GET', '/api/v1/status')
    expect(sources[0].duties.map(({ failures }: { failures: number }) => failures)).toEqual([0, 0])
    expect(await tenantOf('both')).toMatchObject({ name: `Both ${n}` })
    expect(await companyOf('both')).toMatchObject({ listNumber: 100 + n })
    world.clock.advance(60_000)
    await world.work()
  }
})
