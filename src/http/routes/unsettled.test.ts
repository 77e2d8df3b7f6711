import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firstAdministrator, newcomer, type SignedIn } from '../../../test/support/api-people.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { createHubWorld } from '../../../test/support/hub-world.ts'
import type { Database } from '../../db/tables.ts'
import { setParcelAside } from '../../db/unsettled-parcels.ts'

const database = await testDatabase<Database>()
const world = await createHubWorld(database)
afterAll(() => world.stop())
const { ok, call, post, sourceId } = world

let olga: SignedIn
let rita: SignedIn
beforeAll(async () => {
  const ada = await firstAdministrator(world)
  olga = await newcomer(world, ada, 'operator', 'olga@example.com')
  rita = await newcomer(world, ada, 'read-only', 'rita@example.com')
})

const at = `/api/v1/sources/${sourceId}/unsettled`
const event = (id: string) => ({
  id,
  product: 'endpoint-security-cloud',
  type: 'GNRL_EV_VIRUS_FOUND',
  happenedAt: world.clock.now().toISOString(),
})
const send = (key: string, ...ids: string[]) =>
  post('events', { company: { key, name: key.toUpperCase() }, events: ids.map(event) })
const settle = async () => {
  world.clock.advance(6_000)
  await world.work()
}
const inbox = () => ok('GET', `/api/v1/sources/${sourceId}/inbox`)
const putOff = async () => (await ok('GET', at)).items
const setAside = async () => (await ok('GET', `${at}?setAside=true`)).items
const failing = async (company: string) => {
  const { items } = await ok('GET', `/api/v1/tenants?sourceId=${sourceId}&search=${company}`)
  return items.find(({ key }: { key: string }) => key === company)?.failingMessage ?? null
}
const knownEvents = async (company: string) => {
  const sql = 'select count(*)::int as count from events e join tenants t on t.id = e.tenant_id where t.key = $1'
  return (await database.pool.query(sql, [company])).rows[0].count
}
const lastAudit = async () => (await ok('GET', '/api/v1/audit?limit=1')).items[0]

/** Sends two events of a known company, in a request each; nobody can read the first, as a fault of ours might leave it. */
async function spoil(company: string): Promise<number> {
  await send(company, 'known')
  await settle()
  await send(company, 'first')
  const sql = `update inbox set body = '{"companyName": "", "events": [{"no": "event"}]}' where company = $1 returning id`
  const { rows } = await database.pool.query<{ id: number }>(sql, [company])
  await send(company, 'second')
  await settle()
  return rows[0]?.id ?? 0
}

async function mend(company: string): Promise<void> {
  await database.pool.query(`update inbox set body = '{"companyName": "", "events": []}' where company = $1`, [company])
}

describe('what cannot be settled', () => {
  test('is shown with its reason and its age, what waits behind it, and what it holds', async () => {
    const id = await spoil('amber')
    expect(await knownEvents('amber')).toBe(1)
    const [parcel, ...others] = await putOff()
    expect(others).toEqual([])
    expect(parcel).toMatchObject({
      id,
      company: 'amber',
      form: 'events',
      channel: 'http',
      items: 1,
      behind: 1,
      failure: expect.stringContaining('does not have the form'),
      retryAt: new Date(world.clock.now().getTime() + 600_000).toISOString(),
      setAsideAt: null,
    })
    expect(new Date(parcel.receivedAt).getTime()).toBeLessThan(world.clock.now().getTime())
    expect(await ok('GET', `${at}/${id}`)).toMatchObject({
      id,
      body: { text: expect.stringContaining('"no": "event"') },
    })
    expect(await inbox()).toMatchObject({ unsettled: { putOff: 1, setAside: 0 }, waiting: 2 })
    expect(await failing('amber')).toContain('cannot be settled')
  })

  test('is tried again at once when an operator says so, and is put off again while it cannot be', async () => {
    const [{ id }] = await putOff()
    world.clock.advance(60_000)
    expect((await olga.ask('POST', `${at}/${id}/retry`)).status).toBe(204)
    expect(await lastAudit()).toMatchObject({
      action: 'retry-unsettled',
      actor: { name: 'olga' },
      subject: { kind: 'parcel', id: String(id) },
    })
    expect((await putOff())[0]).toMatchObject({ id, retryAt: null })
    await settle()
    const later = new Date(world.clock.now().getTime() + 600_000).toISOString()
    expect((await putOff())[0]).toMatchObject({ id, retryAt: later })
    await mend('amber')
    await ok('POST', `${at}/${id}/retry`)
    await settle()
    expect(await putOff()).toEqual([])
    expect(await inbox()).toMatchObject({ unsettled: { putOff: 0 }, waiting: 0 })
    // A company that sends no lists is not shown as failing for ever.
    expect(await failing('amber')).toBeNull()
  })

  test('is set aside out of the way of what came later, kept as it came, and put back where it stood', async () => {
    const id = await spoil('basalt')
    expect(await knownEvents('basalt')).toBe(1)
    const before = await ok('GET', `${at}/${id}`)
    const answer = await olga.ask('POST', `${at}/${id}/set-aside`, { note: 'the vendor was asked' })
    expect(answer.status).toBe(204)
    expect(await lastAudit()).toMatchObject({
      action: 'set-unsettled-aside',
      subject: { kind: 'parcel', id: String(id), name: 'Business Hub' },
      before: { company: 'basalt', setAside: false },
      after: { setAside: true, note: 'the vendor was asked' },
    })
    expect(await failing('basalt')).toBeNull()
    await settle()
    expect(await knownEvents('basalt')).toBe(2)
    expect(await inbox()).toMatchObject({ unsettled: { putOff: 0, setAside: 1 }, waiting: 0 })
    expect(await putOff()).toEqual([])
    const note = { setAsideBy: 'olga', note: 'the vendor was asked', setAsideAt: expect.any(String) }
    expect(await setAside()).toMatchObject([{ id, company: 'basalt', behind: 0, retryAt: null, ...note }])
    expect((await ok('GET', `${at}/${id}`)).body).toEqual(before.body)

    await send('basalt', 'third')
    await ok('POST', `${at}/${id}/retry`)
    expect(await lastAudit()).toMatchObject({ before: { setAside: true }, after: { setAside: false } })
    expect(await setAside()).toEqual([])
    await settle()
    // It stands before what came later again, so that waits.
    expect((await putOff())[0]).toMatchObject({ id, behind: 1 })
    expect(await knownEvents('basalt')).toBe(2)
    await ok('POST', `${at}/${id}/set-aside`, {})
    await settle()
    expect(await knownEvents('basalt')).toBe(3)
  })

  test.each(['events', 'computers'] as const)(
    'that is set aside while it is being settled is not settled too: %s',
    async (lane) => {
      const company = `slow-${lane}`
      await send(company, 'known')
      await settle()
      if (lane === 'events') await send(company, 'one')
      else await post('computers', { company: { key: company }, sequence: 5, computers: [] })
      const client = await database.pool.connect()
      try {
        await client.query('begin')
        const { rows } = await client.query<{ id: number }>(
          `update inbox set failure = 'was put off' where company = $1 returning id`,
          [company],
        )
        const id = rows[0]?.id ?? 0
        // The parcel was read and waits for this row; meanwhile a person is quicker.
        const waiting = settle()
        const stuck = `select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock'
          and datname = current_database()`
        await expect.poll(async () => (await database.pool.query(stuck)).rows[0].count).toBeGreaterThan(0)
        await setParcelAside(client, sourceId, id, { by: 'somebody', note: '', at: world.clock.now() })
        await client.query('commit')
        await waiting
        expect(await setAside()).toContainEqual(expect.objectContaining({ id, company }))
      } finally {
        client.release()
      }
      expect(await knownEvents(company)).toBe(1)
      const { companies } = await inbox()
      const known = companies.find(({ key }: { key: string }) => key === company)
      expect(known).toMatchObject({ listNumber: null, waiting: 0 })
    },
  )
})

describe('who may', () => {
  test('operators, and nobody who may only read', async () => {
    const id = await spoil('cedar')
    for (const [method, path] of [
      ['GET', at],
      ['GET', `${at}/${id}`],
      ['POST', `${at}/${id}/retry`],
    ] as const) {
      expect((await rita.ask(method, path)).status, path).toBe(403)
      expect((await olga.ask(method, path)).status, path).toBeLessThan(300)
    }
    expect((await rita.ask('POST', `${at}/${id}/set-aside`, {})).status).toBe(403)
    // How many there are everybody sees.
    expect((await rita.ask('GET', `/api/v1/sources/${sourceId}/inbox`)).body.unsettled).toMatchObject({ putOff: 1 })
  })

  test('what is not there, is settled or is another source’s cannot be acted on', async () => {
    const [{ id }] = await putOff()
    const other = await ok('POST', '/api/v1/sources', { connector: 'kaspersky-hub', name: 'Other', settings: {} })
    const elsewhere = `/api/v1/sources/${other.connection.id}/unsettled/${id}`
    for (const path of [elsewhere, `${at}/987654`, `/api/v1/sources/4711/unsettled/${id}`]) {
      expect((await call('GET', path)).status, path).toBe(404)
      expect((await call('POST', `${path}/retry`)).status, path).toBe(404)
      expect((await call('POST', `${path}/set-aside`, {})).status, path).toBe(404)
    }
    expect(await call('POST', `${at}/${id}/set-aside`, { note: 'x'.repeat(501) })).toMatchObject({ status: 400 })
    // One that only waits was not put off, and is not to be taken away.
    await send('dune', 'waits')
    const { rows } = await database.pool.query(`select id from inbox where company = 'dune'`)
    expect((await call('POST', `${at}/${rows[0].id}/set-aside`, {})).status).toBe(404)
    expect(await putOff()).toHaveLength(1)
  })
})

test('what is set aside is kept until ended history is forgotten, and not a day longer', async () => {
  const kept = (await setAside()).length
  expect(kept).toBeGreaterThan(0)
  const day = 86_400_000
  world.clock.advance(399 * day)
  await world.work()
  expect(await setAside()).toHaveLength(kept)
  world.clock.advance(2 * day)
  await world.work()
  expect(await setAside()).toEqual([])
})
