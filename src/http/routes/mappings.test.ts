import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { firstAdministrator, newcomer, type SignedIn } from '../../../test/support/api-people.ts'
import { companies, createApiWorld } from '../../../test/support/api-world.ts'
import { testDatabase } from '../../../test/support/database.ts'
import type { Database } from '../../db/tables.ts'

const database = await testDatabase<Database>()
const world = await createApiWorld(database)
afterAll(() => world.stop())
const { call, ok, sourceId, psaId, integrationId, clock } = world
const path = `/api/v1/integrations/${integrationId}`

/** The provider itself, which the emulator's desk has as well. */
const ownCompany = 'Nordlicht IT-Service'

type Row = {
  tenantId: number
  name: string
  account: { id: string; name: string; number: string; isActive: boolean | null } | null
  mappedElsewhere: string | null
  leftOut: boolean
  conditions: number
  openTickets: number
  unsentTickets: number
}
type Account = { id: string; name: string; tenants: { id: number }[] }

const list = (query = '') => ok('GET', `${path}/tenants${query}`)
const rows = async (query = ''): Promise<Row[]> => (await list(query)).items
const find = (query = '') => ok('GET', `/api/v1/psas/${psaId}/accounts/known${query}`)
const asked = (): number => world.autotask.control.stats().requests
const accountId = async (name: string): Promise<string> => {
  const { items } = (await find(`?search=${encodeURIComponent(name)}`)) as { items: Account[] }
  return items.find((one) => one.name === name)?.id ?? `no account ${name}`
}
/** The source's tenants take these names, in the order in which they were first seen. */
async function nameTenants(...given: string[]): Promise<void> {
  const ids = all.map(({ tenantId }) => tenantId).sort((a, b) => a - b)
  for (const [n, name] of given.entries()) {
    await database.pool.query('update tenants set name = $2 where id = $1', [ids[n], name])
  }
}
const map = (body: object) => ok('POST', `${path}/mappings`, body)

let all: Row[]
let operator: SignedIn
beforeAll(async () => {
  all = await rows()
  operator = await newcomer(world, await firstAdministrator(world), 'operator', 'olga@example.com')
})

beforeEach(async () => {
  await database.pool.query('delete from mappings; delete from left_out_tenants; delete from tickets')
})

describe('the list of tenants and accounts', () => {
  test('is by name, page by page, with the size of each view', async () => {
    expect(all.length).toBe(4)
    const names = all.map(({ name }) => name.toLowerCase())
    expect(names).toEqual([...names].sort())
    const first = await list('?limit=3')
    expect(first).toMatchObject({ items: all.slice(0, 3), next: 3 })
    expect(first.counts).toEqual({ in: 4, mapped: 0, 'not-mapped': 4, vanished: 0, 'left-out': 0 })
    expect(await list('?limit=3&cursor=3')).toMatchObject({ items: all.slice(3), next: null })
    expect((await call('GET', '/api/v1/integrations/4711/tenants')).status).toBe(404)
  })

  test('is searched by either name and by the account’s number, and wildcards are letters', async () => {
    const [tenant] = all
    const cedar = await accountId('Cedar Ltd')
    await map({ rows: [{ tenantId: tenant?.tenantId, accountId: cedar }] })
    const [mapped] = await rows('?search=cedar')
    expect(mapped).toMatchObject({
      tenantId: tenant?.tenantId,
      account: { id: cedar, name: 'Cedar Ltd', isActive: true },
    })
    const { number } = mapped?.account ?? { number: '' }
    if (number !== '') expect(await rows(`?search=${encodeURIComponent(number)}`)).toContainEqual(mapped)
    expect(await rows(`?search=${encodeURIComponent(tenant?.name.slice(1, 5).toUpperCase() ?? '')}`)).toContainEqual(
      mapped,
    )
    expect(await rows('?search=%25')).toEqual([])
    expect(await rows('?view=mapped')).toEqual([mapped])
    expect((await rows('?view=not-mapped')).length).toBe(3)
  })

  test('tells of an account that the desk no longer has', async () => {
    const dogwood = await accountId('Dogwood GmbH')
    await map({ rows: [{ tenantId: all[1]?.tenantId, accountId: dogwood }] })
    await world.autotask.control.act({ act: 'deactivateCompany', companyId: Number(dogwood) })
    await find('?refresh=true')
    expect(await rows('?view=mapped')).toMatchObject([{ account: { name: 'Dogwood GmbH', isActive: false } }])
  })

  test('has those that vanished in a view of their own', async () => {
    const { tenantId } = all[2] ?? { tenantId: 0 }
    await database.pool.query('update tenants set vanished_at = $2 where id = $1', [tenantId, clock.now()])
    expect((await rows('?view=vanished')).map((one) => one.tenantId)).toEqual([tenantId])
    expect((await rows('?view=not-mapped')).map((one) => one.tenantId)).not.toContain(tenantId)
    await database.pool.query('update tenants set vanished_at = null')
  })
})

describe('looking for accounts', () => {
  test('asks the desk once in five minutes, and when it is told to', async () => {
    clock.advance(6 * 60_000)
    const before = asked()
    const { total, withoutTenant, readAt } = await find('?search=al')
    expect([total, withoutTenant]).toEqual([4, 4])
    expect(new Date(readAt)).toEqual(clock.now())
    const once = asked()
    expect(once).toBeGreaterThan(before)
    await find('?search=ald')
    await find('?search=birch&limit=1')
    expect(asked()).toBe(once)
    await find('?refresh=true')
    expect(asked()).toBeGreaterThan(once)
  })

  test('goes page by page, and by whether somebody is mapped', async () => {
    const alder = await accountId('Alder & Sons')
    await map({ rows: [{ tenantId: all[0]?.tenantId, accountId: alder }] })
    const names = async (query: string) => ((await find(query)).items as Account[]).map(({ name }) => name)
    expect(await names('?limit=2')).toEqual(['Alder & Sons', 'Birch "Bros"'])
    expect(await names('?limit=2&cursor=2')).toEqual(['Cedar Ltd', ownCompany])
    expect(await names('?mapped=true')).toEqual(['Alder & Sons'])
    const without = await find('?mapped=false')
    expect(without).toMatchObject({ withoutTenant: 3, next: null, problem: null })
    expect(without.items.every((one: Account) => one.tenants.length === 0)).toBe(true)
    expect((await find('?mapped=true')).items[0].tenants).toEqual([
      { id: all[0]?.tenantId, name: all[0]?.name, integrationId },
    ])
  })

  test('goes on with what was read before when the desk does not answer, and says why', async () => {
    const before = await find()
    await world.autotask.control.act({ act: 'deactivateCompany', companyId: Number(await accountId('Cedar Ltd')) })
    clock.advance(10 * 60_000)
    world.autotask.control.setFaults({ errorRate: 1 })
    const now = await find()
    expect(now.problem).toMatch(/\w/)
    expect([now.items, now.readAt]).toEqual([before.items, before.readAt])
    // It stands with the list until the desk can be asked again, which is not tried with every look.
    const requests = asked()
    expect((await find()).problem).toBe(now.problem)
    expect(asked()).toBe(requests)
    world.autotask.control.setFaults({})
    expect((await find('?refresh=true')).problem).toBeNull()
  })
})

describe('suggestions', () => {
  const suggest = () => ok('GET', `${path}/mapping-suggestions?refresh=true`)

  test('find the accounts whose names say the same, and leave out what is taken', async () => {
    await nameTenants('Alder and Sons GmbH', 'BIRCH Bros.', 'Zebra', 'Alders')
    const { tenants, suggestions, problem } = await suggest()
    expect([tenants, problem]).toEqual([4, null])
    expect(suggestions).toMatchObject([
      { tenantName: 'Alder and Sons GmbH', account: { name: 'Alder & Sons' }, likeness: 'same', sure: true },
      { tenantName: 'BIRCH Bros.', account: { name: 'Birch "Bros"' }, likeness: 'same', sure: true },
    ])
    const [alder] = suggestions
    await map({ rows: [{ tenantId: alder.tenantId, accountId: alder.account.id }] })
    expect((await suggest()).suggestions.map((one: { tenantName: string }) => one.tenantName)).toEqual(['BIRCH Bros.'])
  })

  test('an account that two tenants may be is sure for neither', async () => {
    await nameTenants('Birch Bros Ltd', 'Bros Birch', 'Zebra', 'Yak')
    const { suggestions } = await suggest()
    expect(suggestions).toMatchObject([
      { tenantName: 'Birch Bros Ltd', sure: false, otherTenants: [{ name: 'Bros Birch' }] },
      { tenantName: 'Bros Birch', sure: false, otherTenants: [{ name: 'Birch Bros Ltd' }] },
    ])
    expect((await call('GET', '/api/v1/integrations/4711/mapping-suggestions')).status).toBe(404)
  })
})

describe('mapping many at once', () => {
  test('tells by row what became of it, and one that is refused holds up no other', async () => {
    const [one, two, three, four] = all
    const [alder, birch] = [await accountId('Alder & Sons'), await accountId('Birch "Bros"')]
    await map({ rows: [{ tenantId: one?.tenantId, accountId: alder }] })
    const own = await accountId(ownCompany)
    const before = asked()
    const answer = await map({
      rows: [
        { tenantId: one?.tenantId, accountId: alder },
        { tenantId: two?.tenantId, accountId: birch },
        { tenantId: three?.tenantId, accountId: own },
        { tenantId: four?.tenantId, accountId: '999999' },
        { tenantId: 4711, accountId: own },
      ],
    })
    expect(answer).toMatchObject({
      mapped: 1,
      rows: [
        { outcome: 'unchanged', accountName: 'Alder & Sons', message: null },
        { outcome: 'mapped', accountName: 'Birch "Bros"', message: null, openTickets: 0 },
        { outcome: 'refused', message: expect.stringContaining('twice in this list') },
        { outcome: 'refused', accountName: null, message: expect.stringContaining('no active account 999999') },
        { outcome: 'refused', message: expect.stringContaining('twice in this list') },
      ],
    })
    // The accounts are read once, however many rows there are.
    expect(asked() - before).toBeLessThanOrEqual(2)
    const unknown = await map({ rows: [{ tenantId: 4711, accountId: own }] })
    expect(unknown.rows[0].message).toContain('no such tenant')
    const taken = await map({ rows: [{ tenantId: three?.tenantId, accountId: alder }] })
    expect(taken).toMatchObject({ mapped: 0, rows: [{ outcome: 'refused' }] })
    expect(taken.rows[0].message).toContain((await rows('?view=mapped&search=alder'))[0]?.name)
    const { items } = await ok('GET', '/api/v1/audit?action=map-tenants&limit=2')
    expect(items[0]).toMatchObject({ action: 'map-tenants', subject: { kind: 'integration' } })
    expect(Object.values(items[0].after)).toEqual(['Birch "Bros"'])
  })

  test('a tenant that another integration has is named with it', async () => {
    const second = await ok('POST', '/api/v1/integrations', { name: 'Second', sourceId, psaId })
    const [one] = all
    const alder = await accountId('Alder & Sons')
    await ok('POST', `/api/v1/integrations/${second.id}/mappings`, {
      rows: [{ tenantId: one?.tenantId, accountId: alder }],
    })
    const refused = await map({ rows: [{ tenantId: one?.tenantId, accountId: alder }] })
    expect(refused.rows[0].message).toContain('mapped in “Second”')
    expect(await rows('?view=left-out')).toMatchObject([{ tenantId: one?.tenantId, mappedElsewhere: 'Second' }])
    await ok('DELETE', `/api/v1/tenants/${one?.tenantId}/mapping`)
    expect((await call('DELETE', `/api/v1/integrations/${second.id}`)).status).toBe(204)
  })

  test('is for operators, and says what is wrong with the input', async () => {
    const [one] = all
    const row = { tenantId: one?.tenantId, accountId: await accountId('Alder & Sons') }
    expect((await operator.ask('POST', `${path}/mappings`, { rows: [row] })).body).toMatchObject({ mapped: 1 })
    expect(await call('POST', `${path}/mappings`, { rows: [] })).toMatchObject({ status: 400 })
    expect(await call('POST', `${path}/mappings`, { rows: [{ ...row, more: 1 }] })).toMatchObject({ status: 400 })
    expect(await call('POST', '/api/v1/integrations/4711/mappings', { rows: [row] })).toMatchObject({ status: 404 })
  })

  test('of two who map to one account at the same moment, one is told', async () => {
    const [one, two] = all
    const birch = await accountId('Birch "Bros"')
    const both = await Promise.all(
      [one, two].map((tenant) =>
        call('POST', `${path}/mappings`, { rows: [{ tenantId: tenant?.tenantId, accountId: birch }] }),
      ),
    )
    const mapped = both.map(({ status, body }) => (status === 200 ? body.mapped : 0))
    expect(mapped.reduce((sum, count) => sum + count, 0)).toBe(1)
    expect((await rows('?view=mapped')).length).toBe(1)
  })

  test('five thousand rows are one request', async () => {
    const now = clock.now()
    await database.pool.query(
      `insert into tenants (source_id, key, name, enabled, first_seen_at)
       select $1, 'many-' || n, 'Many ' || n, true, $2 from generate_series(1, 5000) n`,
      [sourceId, now],
    )
    const { rows: many } = await database.pool.query<{ id: number }>(`select id from tenants where key like 'many-%'`)
    const alder = await accountId('Alder & Sons')
    const answer = await map({ rows: many.map(({ id }) => ({ tenantId: id, accountId: alder })) })
    expect([answer.mapped, answer.rows.length]).toEqual([0, 5_000])
    await database.pool.query(`delete from tenants where key like 'many-%'`)
  })
})

describe('removing tenants from an integration', () => {
  const remove = (...tenantIds: (number | undefined)[]) => ok('POST', `${path}/tenants/remove`, { tenantIds })
  const add = (...tenantIds: (number | undefined)[]) => ok('POST', `${path}/tenants/add`, { tenantIds })

  test('ends the mapping, and nobody is asked about them again until they are added', async () => {
    const [one, two] = all
    await nameTenants('Alder & Sons', 'Birch Bros', 'Zebra', 'Yak')
    await map({ rows: [{ tenantId: one?.tenantId, accountId: await accountId('Birch "Bros"') }] })
    expect(await remove(one?.tenantId, two?.tenantId)).toEqual({
      removed: 2,
      unmapped: 1,
      openTickets: 0,
      unsentTickets: 0,
    })
    expect((await list()).counts).toEqual({ in: 2, mapped: 0, 'not-mapped': 2, vanished: 0, 'left-out': 2 })
    const left = await rows('?view=left-out')
    expect(left.map(({ tenantId, leftOut }) => [tenantId, leftOut]).sort()).toEqual(
      [one, two].map((tenant) => [tenant?.tenantId, true]).sort(),
    )
    const { suggestions } = await ok('GET', `${path}/mapping-suggestions`)
    const suggested = suggestions.map((row: { tenantId: number }) => row.tenantId)
    expect(suggested).not.toContain(one?.tenantId)
    expect(await add(one?.tenantId)).toEqual({ added: 1 })
    expect(await add(one?.tenantId)).toEqual({ added: 0 })
    expect((await rows('?view=not-mapped')).map(({ tenantId }) => tenantId)).toContain(one?.tenantId)
    await map({ rows: [{ tenantId: two?.tenantId, accountId: await accountId('Birch "Bros"') }] })
    expect(await rows('?view=left-out')).toEqual([])
  })

  test('gives up tickets that no desk was told of, and leaves the others', async () => {
    const [one] = all
    const birch = await accountId('Birch "Bros"')
    await map({ rows: [{ tenantId: one?.tenantId, accountId: birch }] })
    for (const [identity, phase] of [
      ['a', 'absent'],
      ['b', 'open'],
    ]) {
      await database.pool.query(
        `insert into tickets (psa_id, integration_id, tenant_id, identity, reference, account_id, what, title, description, general,
           created_at, want, level, fields, phase, lane)
         values ($1, $2, $3, $4, $4, $5, 'x', 'x', 'x', '{}', $6, 'open', 'warning', '{}', $7, 2)`,
        [psaId, integrationId, one?.tenantId, identity, birch, clock.now(), phase],
      )
    }
    expect(await rows('?view=mapped')).toMatchObject([{ openTickets: 2, unsentTickets: 1 }])
    expect(await remove(one?.tenantId)).toEqual({ removed: 1, unmapped: 1, openTickets: 2, unsentTickets: 1 })
    const { rows: kept } = await database.pool.query('select identity, want from tickets order by identity')
    expect(kept).toEqual([
      { identity: 'a', want: 'nothing' },
      { identity: 'b', want: 'open' },
    ])
    const { items } = await ok('GET', '/api/v1/audit?action=remove-tenants&limit=1')
    expect(Object.values(items[0].before)).toEqual(['Birch "Bros"'])
  })

  test('knows only tenants of its own source', async () => {
    expect(await call('POST', `${path}/tenants/remove`, { tenantIds: [4711] })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'tenantIds' }] },
    })
    expect((await call('POST', '/api/v1/integrations/4711/tenants/remove', { tenantIds: [1] })).status).toBe(404)
    expect((await call('POST', '/api/v1/integrations/4711/tenants/add', { tenantIds: [1] })).status).toBe(404)
    expect((await operator.ask('POST', `${path}/tenants/add`, { tenantIds: [1] })).status).toBe(200)
  })
})

test('the companies of this world are the four that the tests speak of', () => {
  expect(companies).toEqual(['Alder & Sons', 'Birch "Bros"', 'Cedar Ltd', 'Dogwood GmbH'])
})
