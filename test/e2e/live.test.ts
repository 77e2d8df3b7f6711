import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { firstAdministrator, newcomer, type SignedIn } from '../support/api-people.ts'
import { createConsoleWorld, openTicket } from '../support/console-world.ts'
import { testDatabase } from '../support/database.ts'
import { forward } from '../support/tcp-forward.ts'

const database = await testDatabase<Database>()
const console_ = await createConsoleWorld(database)
const { world, visit, inspect, complaints, address } = console_
afterAll(() => console_.stop())

let administrator: SignedIn
let page: Page

async function pageOf(person: SignedIn, at = address): Promise<Page> {
  const own = await visit()
  const [name = '', value = ''] = person.cookie.split('=')
  await own.context().addCookies([{ name, value, url: at }])
  return own
}

/** The page is told of changes from now on. */
async function follows(own: Page, path: string, at = ''): Promise<void> {
  const stream = own.waitForResponse((response) => response.url().endsWith('/api/v1/live') && response.status() === 200)
  await own.goto(`${at}${path}`)
  await stream
  await own.getByRole('heading', { level: 1 }).waitFor()
}

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** What a page asked the server for meanwhile, but for the stream itself. */
function countRequests(own: Page): () => number {
  let count = 0
  own.on('request', (request) => {
    if (request.url().includes('/api/v1/') && !request.url().endsWith('/live')) count += 1
  })
  return () => count
}

beforeAll(async () => {
  administrator = await firstAdministrator(world)
  page = await pageOf(administrator)
})

describe('screens follow the server by themselves', () => {
  test('the overview and the list of tickets, when a computer falls ill', async () => {
    const list = await pageOf(administrator)
    await follows(page, '/')
    await follows(list, '/tickets')
    await list.getByText('There are none').waitFor()
    const ticket = await openTicket(world, 'OUTDATED-01')
    await list.getByRole('link', { name: ticket.title }).waitFor()
    const card = page.getByRole('region', { name: 'Ticket desk Autotask' })
    await expect.poll(() => card.textContent(), { timeout: 15_000 }).toMatch(/Open1[^\d]/)
    await list.close()
  })

  test('and ask for nothing while nothing changes', async () => {
    await follows(page, '/tickets')
    await page.getByRole('row').nth(1).waitFor()
    await page.waitForTimeout(3_000)
    const asked = countRequests(page)
    await page.waitForTimeout(16_000)
    expect(asked()).toBe(0)
  }, 60_000)
})

test('a stuck ticket is shown on the overview with its reason, and tried again by a person', async () => {
  const [ticket] = (await world.ok('GET', '/api/v1/tickets')).items
  await database.pool.query(
    `update tickets set stuck = true, due_at = null, level_told = null, failure = '{"kind":"refused","reason":"invalid-value","message":"The queue does not exist any more.","outcome":"not-done","until":null}'
     where id = $1`,
    [ticket.id],
  )
  await page.goto('/')
  const stuck = page.getByRole('row').filter({ hasText: 'The queue does not exist any more.' })
  await stuck.waitFor()
  await stuck.getByRole('link', { name: '1', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Tickets' }).waitFor()
  await page.getByRole('link', { name: ticket.title }).click()
  await page.getByText('Stopped until somebody helps').waitFor()
  expect(await inspect(page)).toEqual([])
  await page.getByRole('button', { name: 'Try again now' }).click()
  await page.getByText('Try again (asked by a person)').waitFor()
  await world.work()
  // The page sees by itself that it is right again.
  await page.getByText('Stopped until somebody helps').waitFor({ state: 'detached' })
  expect((await world.ok('GET', `/api/v1/tickets/${ticket.id}`)).ticket).toMatchObject({ stuck: false, state: 'open' })
})

test('a ticket is given up with a reason, which stands in its life', async () => {
  const { id } = await openTicket(world, 'OUTDATED-02')
  await page.goto(`/tickets/${id}`)
  await page.getByRole('button', { name: 'Give up' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Why' }).fill('The client has left.')
  await dialog.getByRole('button', { name: 'Give up' }).click()
  await page.getByText('The client has left.').waitFor()
  await world.work()
  await page.getByText('Given up').first().waitFor()
})

describe('when the server is gone', () => {
  test('the frame says so, and goes on by itself when it is back', async () => {
    const at = { host: '127.0.0.1', port: Number(new URL(address).port) }
    const own = { host: '127.0.0.1', port: await freePort() }
    let way = await forward(own, at)
    const url = `http://${own.host}:${own.port}`
    const other = await pageOf(administrator, url)
    await follows(other, '/conditions', url)
    await other.getByRole('row').nth(1).waitFor()
    await way.stop()
    const badge = other.getByRole('status').getByText('No connection to the server')
    await badge.waitFor({ timeout: 20_000 })
    expect(await inspect(other)).toEqual([])
    way = await forward(own, at)
    await badge.waitFor({ state: 'detached', timeout: 30_000 })
    await way.stop()
    await other.close()
    complaints.splice(0)
  }, 90_000)
})

test('who is signed out elsewhere is led to the sign-in, and back to where it was', async () => {
  const reader = await newcomer(world, administrator, 'read-only', 'rita@example.com')
  const own = await pageOf(reader)
  await follows(own, '/conditions')
  const sessions = (await administrator.ask('GET', '/api/v1/sessions?all=true')).body as {
    id: number
    personName: string
  }[]
  const { id } = sessions.find(({ personName }) => personName === 'rita') ?? { id: 0 }
  expect((await administrator.ask('DELETE', `/api/v1/sessions/${id}`)).status).toBe(204)
  await own.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  expect(own.url()).toContain('next=%2Fconditions')
})

test('no page broke the content security policy or its own code', () => {
  expect(complaints).toEqual([])
})
