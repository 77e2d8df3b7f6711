import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTigerpawEmulator } from '../../emulators/tigerpaw/main.ts'
import { companies, createApiWorld } from '../../test/support/api-world.ts'
import { testDatabase } from '../../test/support/database.ts'
import type { Database } from '../db/tables.ts'
import { sweepSizeFor } from './read-changes.ts'

/** A desk that cannot tell what changed: its open tickets are read in turn. Against Tigerpaw, through the whole API. */

const database = await testDatabase<Database>()
const world = await createApiWorld(database)
const desk = await startTigerpawEmulator({ port: 0, clock: world.clock, companies })
afterAll(async () => {
  await world.stop()
  await desk.stop()
})
const { ok } = world

const computers = Array.from({ length: 12 }, (_, n) => `SWEEP-${String(n + 1).padStart(2, '0')}`)
type Row = Readonly<Record<string, unknown>>
type Ticket = { computerName: string; state: string; outcome: string | null; deskTicketId: string }

let psaId = 0
const hosts: string[] = []

const act = (order: object) => world.ksc.control.act(order)
const deskAct = (name: string, ticketId: string) => desk.control.act({ act: name, ticketId: Number(ticketId) })

/** Lets time pass in steps of a minute and does what became due in each. */
async function later(minutes: number): Promise<void> {
  for (let n = 0; n < minutes; n += 1) {
    world.clock.advance(60_000)
    await world.work()
  }
}

async function ticketOf(computer: string): Promise<Ticket> {
  const { items } = await ok('GET', `/api/v1/tickets?state=any&computer=${computer}&limit=1`)
  return items[0]
}

function orderOf(ticketId: string): Row {
  const orders = desk.control.getState({ part: 'orders' }) as readonly Row[]
  return (orders.find((row) => String(row.ServiceOrderNumber) === ticketId)?.ServiceOrder ?? {}) as Row
}

beforeAll(async () => {
  const { publicKey, privateKey, url: baseUrl } = desk.ready
  const settings = { publicKey, privateKey, baseUrl, timeZone: 'UTC', timeoutSeconds: 5, requestsPerHour: 600 }
  const psa = await ok('POST', '/api/v1/psas', { connector: 'tigerpaw', name: 'Tigerpaw', settings })
  psaId = Number(psa.connection.id)
  await world.work()
  const general = { serviceOrderRep: '13', newStatus: 'New', closedStatus: 'Completed' }
  const { sourceId } = world
  const integration = await ok('POST', '/api/v1/integrations', { name: 'Orders', sourceId, psaId, general })
  const path = `/api/v1/integrations/${integration.id}`
  const fields = { board: '3', priority: 'High', type: 'Security' }
  const rows = ['warning', 'critical'].map((section) => ({ section, key: 'databases-outdated', enabled: true, fields }))
  await ok('PUT', `${path}/rules`, { version: (await ok('GET', `${path}/rules`)).version, rows })
  const { items } = await ok('GET', '/api/v1/tenants')
  const tenant = items.find(({ key }: { key: string }) => key !== 'main')
  const accounts = await ok('GET', `/api/v1/psas/${psaId}/accounts`)
  const accountId = accounts.find(({ name }: { name: string }) => name === companies[0]).id
  await ok('PUT', `/api/v1/tenants/${tenant.id}/mapping`, { integrationId: integration.id, accountId })
  const now = world.clock.now().getTime()
  const createdAt = new Date(now - 30 * 86_400_000).toISOString()
  for (const name of computers) {
    const { id } = (await act({ act: 'addHost', name, createdAt, vserver: tenant.key })) as { id: string }
    hosts.push(id)
  }
  await later(6)
  const databasesAt = new Date(now - 4 * 86_400_000).toISOString()
  for (const host of hosts) await act({ act: 'setHost', host, changes: { databasesAt } })
  await later(6)
}, 120_000)

describe('a desk that cannot tell what changed', () => {
  test('has a ticket for every computer', async () => {
    const tickets = await Promise.all(computers.map(ticketOf))
    expect(tickets.map(({ state }) => state)).toEqual(computers.map(() => 'open'))
    expect(orderOf(tickets[0]?.deskTicketId ?? '')).toMatchObject({
      Status: 'New',
      TakenBy: 13,
      DispatchBoardNumber: 3,
    })
  })

  test('shows what people did within a quarter of an hour, whichever order it was', async () => {
    const tickets = await Promise.all(computers.map(ticketOf))
    const [first, second, last] = [tickets[0], tickets[1], tickets.at(-1)]
    await deskAct('closeOrder', first?.deskTicketId ?? '')
    await deskAct('voidOrder', second?.deskTicketId ?? '')
    await deskAct('closeOrder', last?.deskTicketId ?? '')
    await later(16)
    expect(await ticketOf(computers[0] ?? '')).toMatchObject({ state: 'done', outcome: 'closed-by-person' })
    expect(await ticketOf(computers[1] ?? '')).toMatchObject({ state: 'done', outcome: 'deleted-by-person' })
    expect(await ticketOf(computers.at(-1) ?? '')).toMatchObject({ state: 'done', outcome: 'closed-by-person' })
    expect(await ticketOf(computers[2] ?? '')).toMatchObject({ state: 'open' })
  })

  test('is asked no more than its share of the budget, and never for changes', () => {
    const entries = desk.control.journalEntries()
    const reads = entries.filter(({ method, path }) => method === 'GET' && /\/serviceorders\/\d+$/.test(path))
    // A quarter of 600 an hour, over the minutes since the orders were opened.
    expect(reads.length).toBeGreaterThanOrEqual(12)
    expect(reads.length).toBeLessThanOrEqual((600 / 4 / 60) * 28)
  })

  test('goes on after a failure where it had come to', async () => {
    const open = (await Promise.all(computers.map(ticketOf))).filter(({ state }) => state === 'open')
    const before = await sweptTo()
    await later(1)
    const reached = await sweptTo()
    expect(reached).not.toBe(before)
    desk.control.setFaults({ dead: 'refuse' })
    await later(1)
    expect(await sweptTo()).toBe(reached)
    desk.control.setFaults({})
    await deskAct('closeOrder', open.at(-1)?.deskTicketId ?? '')
    await later(16)
    expect(await ticketOf(open.at(-1)?.computerName ?? '')).toMatchObject({ outcome: 'closed-by-person' })
  })
})

test('a ticket that a person has open at the desk is closed when they leave it, and says that it waits', async () => {
  const computer = computers[5] ?? ''
  const { deskTicketId } = await ticketOf(computer)
  await deskAct('lockOrder', deskTicketId)
  await act({ act: 'setHost', host: hosts[5], changes: { databasesAt: 'fresh' } })
  await later(12)
  expect(orderOf(deskTicketId).Status).toBe('New')
  expect(await ticketOf(computer)).toMatchObject({
    state: 'closing',
    stuck: false,
    failure: {
      kind: 'later',
      reason: 'locked',
      message: expect.stringMatching(/^waiting for the lock: Marta Lindqvist/),
    },
  })
  await deskAct('unlockOrder', deskTicketId)
  await later(6)
  expect(await ticketOf(computer)).toMatchObject({ state: 'done', outcome: 'closed-by-us', failure: null })
  expect(orderOf(deskTicketId).Status).toBe('Completed')
})

test.each([
  ['few tickets', 60, 6_000, 3, 1],
  ['as many as the budget allows', 60, 6_000, 375, 25],
  ['more than the budget allows', 60, 6_000, 50_000, 25],
  ['no budget', 60, 0, 3_000, 200],
  ['no budget and very many', 60, 0, 50_000, 500],
  ['a tiny budget', 60, 100, 1_000, 1],
  ['rare readings', 3_600, 6_000, 1_000, 1_000],
  ['no tickets', 60, 6_000, 0, 1],
])('the size of a sweep with %s', (_, changesEverySeconds, requestsPerHour, openTickets, size) => {
  expect(sweepSizeFor({ changesEverySeconds, requestsPerHour }, openTickets)).toBe(size)
})

/** How far the sweep of this desk has come. */
async function sweptTo(): Promise<number | null> {
  const { rows } = await database.pool.query<{ at: number | null }>(
    `select (detail->>'sweptTo')::int as at from duties where kind = 'read-changes' and subject_id = $1`,
    [psaId],
  )
  return rows[0]?.at ?? null
}
