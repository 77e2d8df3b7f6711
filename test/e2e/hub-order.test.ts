import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { testDatabase } from '../support/database.ts'
import { createHubConsole, type HubPerson } from '../support/hub-console.ts'

/** What a company sends is left out because its numbers are too low: people see it, and an operator lets it count again. */

vi.setConfig({ testTimeout: 90_000 })

const database = await testDatabase<Database>()
const console_ = await createHubConsole(database)
const { world, address, inspect, complaints } = console_
afterAll(() => console_.stop())

const sourceId = await console_.newHub()
const { secret } = await world.ok('POST', `/api/v1/sources/${sourceId}/tokens`, { name: 'Script' })

async function list(key: string, sequence: number): Promise<void> {
  await fetch(`${address}/api/v1/hub/${sourceId}/computers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ company: { key, name: `${key} Ltd` }, sequence, computers: [] }),
  })
  world.clock.advance(6_000)
  await world.work()
}

async function openAs(name: HubPerson, options: Parameters<typeof console_.visit>[0] = {}): Promise<Page> {
  const page = await console_.visitAs(name, options)
  await page.goto(`/connections/source/${sourceId}/hub`)
  await page.getByText('amber Ltd').waitFor()
  return page
}

beforeAll(async () => {
  await list('basalt', 100)
  await list('amber', Number.MAX_SAFE_INTEGER)
  for (let n = 1; n <= 4; n += 1) await list('amber', 1_764_000_000_000 + n)
})

test('those who only look see how much, since when and below which number', async () => {
  const rita = await openAs('rita')
  await rita.getByText('4 messages left out, the first').waitFor()
  await rita.getByText(`Its sequence is below ${Number.MAX_SAFE_INTEGER}.`).waitFor()
  expect(await rita.getByText('messages left out,').count()).toBe(1)
  expect(await rita.getByRole('button', { name: 'Let the next one count' }).count()).toBe(0)
  expect(await inspect(rita)).toEqual([])
})

test('an operator lets the next one count, by keyboard, and it counts', async () => {
  const olga = await openAs('olga')
  const open = olga.getByRole('button', { name: 'Let the next one count' })
  await open.focus()
  await olga.keyboard.press('Enter')
  const dialog = olga.getByRole('dialog', { name: 'Let what “amber Ltd” sends next count?' })
  await dialog.waitFor()
  expect(await inspect(olga)).toEqual([])
  await olga.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await open.click()
  await dialog.getByRole('button', { name: 'Let the next one count' }).click()
  await olga.getByText('messages left out,').waitFor({ state: 'detached' })
  await list('amber', 1_764_000_000_010)
  await list('amber', 1_764_000_000_011)
  await olga.reload()
  await olga.getByText('amber Ltd').waitFor()
  expect(await olga.getByText('messages left out,').count()).toBe(0)
  const { companies } = await world.ok('GET', `/api/v1/sources/${sourceId}/inbox`)
  expect(companies.find(({ key }: { key: string }) => key === 'amber')).toMatchObject({ listNumber: 1_764_000_000_011 })
})

test('on a phone in the dark everything fits', async () => {
  await list('amber', 5)
  const phone = await openAs('olga', { width: 400, scheme: 'dark' })
  await phone.getByText('1 message left out,').waitFor()
  expect(await phone.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0)
  expect(await inspect(phone)).toEqual([])
})

test('no page complained', () => {
  expect(complaints).toEqual([])
})
