import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { ensureInstallation } from '../../src/db/installation.ts'
import type { Database } from '../../src/db/tables.ts'
import { backup } from '../../src/usecases/backup.ts'
import { sealCheck } from '../../src/usecases/key-check.ts'
import { restore } from '../../src/usecases/restore.ts'
import { runNextDuty } from '../../src/usecases/run-duty.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { createHubWorld, type HubWorld } from '../support/hub-world.ts'
import { mortalPool } from '../support/second-process.ts'

/** The inbox under faults: kills, floods, orders of arrival. What was acknowledged is settled once, whatever happens. */

const second = await testDatabase<Database>()
const third = await testDatabase<Database>()
const fourth = await testDatabase<Database>()
const fifth = await testDatabase<Database>()
const folder = await mkdtemp(join(tmpdir(), 'tocsin-hub-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function openWorld(on: TestDatabase<Database>): Promise<HubWorld> {
  const world = await createHubWorld(on)
  onTestFinished(() => world.stop())
  return world
}

describe('a worker that dies while it settles', () => {
  const points = [
    ['before an event is stored', /^insert into events/, 'before'],
    ['after an event is stored', /^insert into events/, 'after'],
    ['before the inbox is emptied', /^delete from inbox/, 'before'],
    ['after the inbox is emptied', /^delete from inbox/, 'after'],
    ['before the commit', /^commit/, 'before'],
    ['after the commit', /^commit/, 'after'],
    ['before a list counts as taken', /^update pushed_companies set list_number/, 'before'],
    ['after the tickets are decided', /^insert into decisions/, 'after'],
  ] as const

  test('at any point leaves everything to the next one, and nothing twice', { timeout: 120_000 }, async () => {
    const world = await openWorld(second)
    const [company] = world.hub.ready.companies
    const key = company?.key ?? ''
    await world.act('list')
    await world.settle()
    await world.map(key)
    await world.ruleOn([
      ['critical', 'not-connected'],
      ['severity', 'warning'],
      ['event-type', 'm365-license-issue'],
    ])
    let opened = 0
    for (const [n, [, at, when]] of points.entries()) {
      const computer = { key: `pc-${n}`, name: `PC-${n}` }
      await world.act('addComputer', { company: key, ...computer })
      const ill = { company: key, computer: computer.key, status: 'not-connected', level: 'critical' }
      await world.act('setStatus', ill)
      await world.act('forget')
      await world.act('list', { company: key })
      const event = { company: key, product: 'endpoint-security-cloud', type: `TYPE-${n}`, severity: 'warning' }
      await world.act('event', { ...event, computer: computer.key })
      await world.act('raise', { company: key, type: 'm365-license-issue' })
      await world.flush()
      world.clock.advance(6_000)
      const pool = mortalPool(world.deps.pool, { at, when })
      await expect(untilDead({ ...world.deps, pool: pool.pool })).resolves.toBe(true)
      // Its lease runs out.
      world.clock.advance(90_000)
      await world.work()
      world.clock.advance(6_000)
      await world.work()
      opened += 2 + (n === 0 ? 1 : 0)
      const titles = world.atDesk().map(({ title }) => title)
      expect(titles).toHaveLength(opened)
      expect(new Set(titles).size).toBe(opened)
    }
    await world.act('resolve', { company: key, type: 'm365-license-issue' })
    await world.settle()
    const licence = world.atDesk().filter(({ title }) => title.includes('License-related'))
    expect(licence.map(({ state }) => state)).toEqual(['closed'])
    const { waiting } = await world.ok('GET', `/api/v1/sources/${world.sourceId}/inbox`)
    expect(waiting).toBe(0)
  })

  async function untilDead(deps: HubWorld['deps']): Promise<boolean> {
    const { signal } = new AbortController()
    try {
      while (await runNextDuty(deps, signal));
      return false
    } catch {
      return true
    }
  }
})

test('after a restore an event that has an end keeps its ticket until it is resolved', {
  timeout: 120_000,
}, async () => {
  const world = await openWorld(fifth)
  const key = world.hub.ready.companies[0]?.key ?? ''
  const type = 'm365-mailboxes-not-protected'
  // This company sends no lists, so none is waited for after the restore.
  await world.act('setMailboxes', { company: key, count: 9 })
  await world.settle()
  await world.map(key)
  await world.ruleOn([['event-type', type]])
  const { pool, box, installation, clock } = world.deps
  await ensureInstallation(pool, { name: installation, sealedCheck: sealCheck(box) }, clock.now())
  const file = join(folder, 'copy.tocsin')
  await backup(world.deps, { to: file, tocsin: 'test' })
  await world.act('raise', { company: key, type })
  await world.settle()
  expect(world.atDesk()).toMatchObject([{ state: 'open' }])
  await restore(world.deps, { file, replace: true })
  for (let n = 0; n < 8; n += 1) await world.pass(5)
  expect(world.atDesk()).toMatchObject([{ state: 'open' }])
  const { items } = await world.ok('GET', '/api/v1/tickets?limit=10')
  expect(items).toMatchObject([{ state: 'open' }])
  await world.act('resolve', { company: key, type })
  await world.settle()
  expect(world.atDesk()).toMatchObject([{ state: 'closed' }])
})

describe('fairness and order', () => {
  test('a flood of one company holds up nobody, and what cannot be settled only its own company', async () => {
    const world = await openWorld(third)
    await world.act('addCompany', { key: 'flood', name: 'Flood' })
    const event = { product: 'endpoint-security-cloud', type: 'FLOOD', severity: 'warning' }
    await world.act('event', { ...event, company: 'flood', count: 20_000 })
    const [calm, broken] = world.hub.ready.companies.map(({ key }) => key) as [string, string]
    await world.act('event', { ...event, company: calm, type: 'CALM' })
    await world.act('event', { ...event, company: broken, type: 'BROKEN' })
    await world.flush()
    // As a fault of ours might leave it: nobody can read this.
    await third.pool.query(`update inbox set body = '{"companyName": ""}' where company = $1`, [broken])
    world.clock.advance(6_000)
    let calmAfter = 0
    const watching = setInterval(async () => {
      const { rows } = await third.pool.query(
        `select count(*) filter (where type = 'CALM') as calm, count(*) filter (where type = 'FLOOD') as flood from events`,
      )
      if (calmAfter === 0 && rows[0].calm === 1) calmAfter = rows[0].flood
    }, 20)
    await world.work()
    clearInterval(watching)
    expect(calmAfter).toBeLessThan(5_000)
    const { companies, waiting } = await world.ok('GET', `/api/v1/sources/${world.sourceId}/inbox`)
    const flooded = companies.find(({ key }: { key: string }) => key === 'flood')
    expect(flooded).toMatchObject({ events: 20_000, waiting: 0 })
    expect(waiting).toBe(1)
    const { rows } = await third.pool.query('select failure, retry_at from inbox')
    expect(rows).toMatchObject([{ failure: expect.stringContaining('does not have the form') }])
    // Once it can be read it is settled.
    await third.pool.query(`update inbox set body = '{"companyName": "", "events": []}'`)
    await world.pass(11)
    expect((await world.ok('GET', `/api/v1/sources/${world.sourceId}/inbox`)).waiting).toBe(0)
  })

  test('lists and changes in any order of arrival come to what was read last', { timeout: 120_000 }, async () => {
    const world = await openWorld(fourth)
    let run = 0
    const keys = ['a', 'b', 'c'] as const
    const state = fc.record({ a: fc.boolean(), b: fc.boolean(), c: fc.option(fc.boolean(), { nil: undefined }) })
    const said = fc.record({ isList: fc.boolean(), about: fc.constantFrom(...keys), state })
    const told = (key: string, ill: boolean) => ({
      key,
      name: key,
      level: ill ? 'critical' : 'ok',
      statuses: ill ? [{ key: 'not-connected' }] : [],
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(said, { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        async (all, random) => {
          run += 1
          const company = { key: `order-${run}` }
          const expected = new Map<string, boolean>()
          const requests = all.map(({ isList, about, state: now }, n) => {
            const sequence = 10 * (n + 1)
            if (isList) {
              expected.clear()
              const computers = keys.flatMap((key) => (now[key] === undefined ? [] : [told(key, now[key])]))
              for (const { key, level } of computers) expected.set(key, level !== 'ok')
              return ['computers', { company, sequence, computers }] as const
            }
            const ill = now[about]
            if (ill === undefined) expected.delete(about)
            else expected.set(about, ill)
            const change = ill === undefined ? { sequence, removed: about } : { sequence, computer: told(about, ill) }
            return ['changes', { company, changes: [change] }] as const
          })
          const order = requests
            .map((one) => ({ one, place: random.next().value ?? 0 }))
            .toSorted((x, y) => x.place - y.place)
          for (const { one } of order) {
            expect((await world.post(one[0], one[1])).status).toBe(200)
            world.clock.advance(6_000)
            await world.work()
          }
          const { rows } = await fourth.pool.query<{ key: string; ill: boolean }>(
            `select c.key, c.level <> 'ok' as ill from computers c join tenants t on t.id = c.tenant_id where t.key = $1 order by 1`,
            [company.key],
          )
          expect(rows.map(({ key, ill }) => [key.split('/')[1], ill])).toEqual([...expected].sort())
          const { rows: held } = await fourth.pool.query<{ key: string }>(
            `select c.computer_key as key from conditions c join tenants t on t.id = c.tenant_id
           where t.key = $1 and c.ended_at is null order by 1`,
            [company.key],
          )
          expect(held.map(({ key }) => key.split('/')[1])).toEqual(
            [...expected].flatMap(([key, ill]) => (ill ? [key] : [])).sort(),
          )
        },
      ),
      { numRuns: 25, endOnFailure: true },
    )
  })
})
