import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { storeParcels, wakeSettling } from '../../src/db/inbox.ts'
import type { Database } from '../../src/db/tables.ts'
import { inRuns, type PushedStatus, toParcel } from '../../src/usecases/pushed-forms.ts'
import { testDatabase } from '../support/database.ts'
import { createHubWorld } from '../support/hub-world.ts'

/** Parcels that nobody foresaw: what cannot be settled is put off alone, and what is big or varied is settled in time. */

const database = await testDatabase<Database>()
const world = await createHubWorld(database, { tenants: 2, devices: 2 })
afterAll(() => world.stop())
const { ok, sourceId } = world
const [amber, other] = world.hub.ready.companies as [{ key: string; name: string }, { key: string; name: string }]
const unsettled = `/api/v1/sources/${sourceId}/unsettled`

beforeAll(async () => {
  await world.post('computers', { company: { key: amber.key, name: amber.name }, sequence: 1, computers: [] })
  await settled()
  await world.map(amber.key)
  await world.ruleOn([
    ['critical', 'not-connected'],
    ['warning', 'databases-outdated'],
  ])
})

async function settled(): Promise<void> {
  world.clock.advance(6_000)
  await world.work()
}

const computer = (key: string) => ({ key, name: key, level: 'critical', statuses: [{ key: 'not-connected' }] })
let sequence = 1_000
const change = (company: object, key: string) => {
  sequence += 1
  return world.post('changes', { company, changes: [{ sequence, computer: computer(key) }] })
}
const openFor = (name: string) =>
  world.atDesk().filter(({ company, state }) => company === name && state === 'open').length

/** Characters of which no two neighbours are alike, so that nothing makes them shorter. */
function varied(length: number, seed: number): string {
  let state = seed
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647
    return String.fromCharCode(0x4e00 + (state % 20_000))
  }).join('')
}

test('keys too long for the index of open tickets are put off alone, are said, and can be set aside', async () => {
  const company = { key: varied(200, 7), name: other.name }
  // Its name alone is known so far, and is mapped to a client.
  await world.post('mailboxes', { company, protected: 1, countedAt: world.clock.now().toISOString() })
  await settled()
  await world.map(company.key)
  expect((await change(company, varied(200, 11))).status).toBe(200)
  expect((await change({ key: amber.key }, 'behind')).status).toBe(200)
  await settled()
  expect(openFor(amber.name)).toBe(1)
  const { items } = await ok('GET', unsettled)
  expect(items).toMatchObject([{ company: company.key, form: 'changes', failure: expect.stringContaining('54000') }])
  expect(items[0].failure).toContain('The database refuses what it says')

  await change(company, 'short')
  await ok('POST', `${unsettled}/${items[0].id}/set-aside`, { note: 'keys are too long' })
  await settled()
  expect((await ok('GET', unsettled)).items).toEqual([])
})

describe('an error that says nothing of whose fault it is', () => {
  afterEach(() => database.pool.query('drop trigger strange on computers'))

  async function failWith(code: string): Promise<void> {
    await database.pool.query(
      `create or replace function strange() returns trigger language plpgsql as $$ begin
         if new.name = 'strange' then raise exception 'a fault of ours' using errcode = '${code}'; end if; return new; end $$;
       create trigger strange before insert on computers for each row execute function strange()`,
    )
  }
  const past = { key: 'a-first', name: '' }
  const strange = async () => {
    const { rows } = await database.pool.query(
      `select tries, failure from inbox where lane = 'computers' and company = 'a-first'`,
    )
    return rows[0]
  }
  const knowsLast = async () => {
    const { rowCount } = await database.pool.query(`select from computers where name = 'last'`)
    return rowCount === 1
  }

  test('stops the source twice, and then puts off that parcel alone', async () => {
    await failWith('P0001')
    await change(past, 'strange')
    await change({ key: 'z-last' }, 'last')
    await settled()
    expect(await strange()).toEqual({ tries: 1, failure: null })
    expect(await knowsLast()).toBe(false)
    for (let n = 0; n < 4; n += 1) await world.pass(10)
    expect(await strange()).toMatchObject({ failure: 'It failed 3 times, alone: a fault of ours' })
    expect(await knowsLast()).toBe(true)
    const { items } = await ok('GET', unsettled)
    await ok('POST', `${unsettled}/${items[0].id}/set-aside`, { note: '' })
  })

  test('is never the parcel’s when the server stops or lacks room', async () => {
    await failWith('53100')
    await change(past, 'strange')
    for (let n = 0; n < 6; n += 1) await world.pass(10)
    expect(await strange()).toEqual({ tries: 0, failure: null })
    await database.pool.query(`delete from inbox where company = 'a-first'`)
    // The source rests for a while after each failure.
    await world.pass(20)
  })
})

test('a parcel in which every computer is first at Warning and then at Critical is settled in a few runs', async () => {
  const said = (n: number, level: PushedStatus['level'], statusKey: string): PushedStatus => {
    const name = { key: `pc-${n}`, name: `PC-${n}` }
    return { computer: name, level, state: 'raised', reasons: [{ statusKey, text: '' }], namesAll: false }
  }
  const statuses = Array.from({ length: 500 }, (_, n) => [
    said(n, 'warning', 'databases-outdated'),
    said(n, 'critical', 'not-connected'),
  ]).flat()
  const parcels = inRuns(statuses).map((some) =>
    toParcel('statuses', 'crowd', 'syslog', some.length, { companyName: '', statuses: some }),
  )
  expect(parcels).toHaveLength(1)
  await storeParcels(database.pool, sourceId, parcels, world.clock.now())
  await wakeSettling(database.pool, 'computers', sourceId, world.clock.now())
  const begun = performance.now()
  await settled()
  const ms = performance.now() - begun
  const { rows } = await database.pool.query(
    `select c.status_key as key, c.level, c.hidden_since is not null as hidden, count(*)::int as count
     from conditions c where c.computer_name like 'PC-%' and c.ended_at is null group by 1, 2, 3 order by 1`,
  )
  expect(rows).toEqual([
    { key: 'databases-outdated', level: 'warning', hidden: true, count: 500 },
    { key: 'not-connected', level: 'critical', hidden: false, count: 500 },
  ])
  expect(ms).toBeLessThan(3_000)
  const { rows: holds } = await database.pool.query(
    `select count(*)::int as count from pushed_holds where computer_key like '%/pc-%'`,
  )
  expect(holds).toEqual([{ count: 1_000 }])
})
