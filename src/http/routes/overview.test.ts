import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApiBench } from '../../../test/support/api-bench.ts'
import { testDatabase } from '../../../test/support/database.ts'
import type { Database } from '../../db/tables.ts'

const database = await testDatabase<Database>()
const bench = await createApiBench(database)
afterAll(() => bench.stop())
const overview = (zone = 'UTC') => bench.ok('GET', `/api/v1/overview?zone=${encodeURIComponent(zone)}`)
const run = (text: string, ...values: unknown[]) => database.pool.query(text, values)

const day = 86_400_000
const noon = new Date(Math.floor(Date.now() / day) * day + day / 2)

beforeAll(async () => {
  await run(
    `insert into sources (connector, name, settings, secrets, created_at, updated_at) values ('ksc', 'KSC', '{}', '{}', $1, $1)`,
    noon,
  )
  await run(
    `insert into psas (connector, name, settings, secrets, created_at, updated_at) values ('autotask', 'Desk', '{}', '{}', $1, $1)`,
    noon,
  )
  await run(
    `insert into integrations (name, source_id, psa_id, general, title_template, description_template, repeats, repeat_note_minutes, created_at, updated_at)
     values ('I', 1, 1, '{}', 't', 'd', 'note', 0, $1, $1)`,
    noon,
  )
  await run(
    `insert into tenants (source_id, key, name, enabled, first_seen_at) select 1, 'k' || n, 'Client ' || n, true, $1 from generate_series(1, 25) n`,
    noon,
  )
  // Client n has n computers, each wrong for two reasons; the even ones are critical.
  await run(
    `insert into conditions (source_id, tenant_id, computer_key, computer_name, status_key, text, link, level, began_at, held_before)
     select 1, n, 'c' || m, 'PC-' || m, status, '', '', case when n % 2 = 0 then 'critical' else 'warning' end, $1, false
     from generate_series(1, 25) n, generate_series(1, n) m, unnest(array['databases-outdated', 'protection-off']) status`,
    noon,
  )
})

async function insertTicket(values: {
  identity: string
  openedDaysAgo: number
  closedBy?: 'us' | 'person'
  reason?: string
  message?: string
}): Promise<void> {
  const { identity, openedDaysAgo, closedBy = null, reason, message } = values
  const openedAt = new Date(noon.getTime() - openedDaysAgo * day)
  const failure = reason === undefined ? null : JSON.stringify({ kind: 'refused', reason, message })
  await run(
    `insert into tickets (psa_id, integration_id, tenant_id, identity, reference, account_id, what, title, description, general,
       created_at, want, level, fields, phase, lane, opened_at, closed_at, closed_by, done_at, stuck, failure)
     values (1, 1, 1, $1, $1, 'a', 'w', 't', 'd', '{}', $2, 'open', 'warning', '{}', $3, 2, $2, $4, $5, $4, $6, $7)`,
    identity,
    openedAt,
    closedBy === null ? 'open' : 'closed',
    closedBy === null ? null : openedAt,
    closedBy,
    failure !== null,
    failure,
  )
}

test('counts everything that is wrong, and lists the clients with most of it', async () => {
  const { totals, clients, reasons } = await overview()
  const computers = (25 * 26) / 2
  expect(totals).toEqual({ clients: 25, computers, critical: 2 * 156, warning: 2 * 169 })
  expect(clients.length).toBe(20)
  expect(clients[0]).toMatchObject({ name: 'Client 24', critical: 48, warning: 0, computers: 24, mapped: false })
  expect(reasons.map(({ statusKey }: { statusKey: string }) => statusKey)).toEqual([
    'databases-outdated',
    'protection-off',
  ])
  expect(reasons[0]).toMatchObject({ title: 'Databases are outdated', critical: 156, warning: 169 })
})

test('says why tickets are stuck, each reason once with the words of its latest ticket', async () => {
  expect((await overview()).stuck).toEqual([])
  await insertTicket({ identity: 'a', openedDaysAgo: 40, reason: 'invalid-value', message: 'Queue 1 is gone.' })
  await insertTicket({ identity: 'b', openedDaysAgo: 40, reason: 'invalid-value', message: 'Queue 2 is gone.' })
  await insertTicket({ identity: 'c', openedDaysAgo: 40, reason: 'missing-value', message: 'A priority is missing.' })
  expect((await overview()).stuck).toMatchObject([
    { psaName: 'Desk', reason: 'invalid-value', message: 'Queue 2 is gone.', count: 2 },
    { psaName: 'Desk', reason: 'missing-value', message: 'A priority is missing.', count: 1 },
  ])
})

test('counts what came and went by day in the viewer’s zone, thirty days without a gap', async () => {
  await insertTicket({ identity: 'd', openedDaysAgo: 0 })
  await insertTicket({ identity: 'e', openedDaysAgo: 3, closedBy: 'us' })
  await insertTicket({ identity: 'f', openedDaysAgo: 3, closedBy: 'person' })
  const { days } = await overview()
  expect(days.length).toBe(30)
  const named = new Date(noon.getTime() - 3 * day).toISOString().slice(0, 10)
  expect(days.find((one: { day: string }) => one.day === named)).toEqual({
    day: named,
    opened: 2,
    closedByUs: 1,
    closedByPeople: 1,
  })
  const sum = (key: string) => days.reduce((total: number, one: Record<string, number>) => total + (one[key] ?? 0), 0)
  expect([sum('opened'), sum('closedByUs'), sum('closedByPeople')]).toEqual([3, 1, 1])
  const refused = await bench.call('GET', '/api/v1/overview?zone=Nowhere')
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'zone' }] } })
})
