import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { signedInBy, signIn } from '../support/api-people.ts'
import { testDatabase } from '../support/database.ts'
import { createHubConsole } from '../support/hub-console.ts'

/** The ends of tokens, and what was sent and could not be settled, as people see them. */

vi.setConfig({ testTimeout: 90_000 })

const database = await testDatabase<Database>()
const console_ = await createHubConsole(database)
const { world, address, people, visitAs, inspect, complaints } = console_
afterAll(() => console_.stop())

const sourceId = await console_.newHub()
const day = 86_400_000

const button = (page: Page | Locator, name: string | RegExp) => page.getByRole('button', { name, exact: true })
async function openTab(page: Page, tab: string): Promise<void> {
  await page.goto(`/connections/source/${sourceId}/hub?tab=${tab}`)
  await page.getByRole('tab', { selected: true }).waitFor()
}
const dateIn = (days: number) => new Date(world.clock.now().getTime() + days * day).toISOString().slice(0, 10)

let ada: Page
let secret = ''
const send = (key: string, id: string) => {
  const event = {
    id,
    product: 'endpoint-security-cloud',
    type: 'GNRL_EV_VIRUS_FOUND',
    happenedAt: world.clock.now().toISOString(),
  }
  return fetch(`${address}/api/v1/hub/${sourceId}/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ company: { key, name: `${key} Ltd` }, events: [event] }),
  })
}
async function work(): Promise<void> {
  world.clock.advance(6_000)
  await world.work()
}

beforeAll(async () => {
  ada = await visitAs('ada')
})

describe('a token', () => {
  async function make(name: string, endsOn: string): Promise<string> {
    await button(ada, 'Make a token').click()
    const dialog = ada.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name)
    await dialog.getByLabel('Ends on').fill(endsOn)
    await button(dialog, 'Make a token').click()
    await dialog.getByText(/shown this once|Choose a moment to come/).waitFor()
    return (await dialog.locator('pre').count()) === 0 ? '' : ((await dialog.locator('pre').textContent()) ?? '')
  }
  const row = (name: string) => ada.getByRole('row', { name: new RegExp(name) })

  test('is made until a day, and one that has passed is refused at its field', async () => {
    await openTab(ada, 'senders')
    expect(await make('Script', dateIn(-1))).toBe('')
    const dialog = ada.getByRole('dialog')
    const field = dialog.getByLabel('Ends on')
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await inspect(ada)).toEqual([])
    await field.fill(dateIn(3))
    await button(dialog, 'Make a token').click()
    secret = (await dialog.locator('pre').textContent()) ?? ''
    await ada.keyboard.press('Escape')
    await row('Script').getByText('Ends in 4 days').waitFor()
    for (const [name, days] of [
      ['Next year', 300],
      ['For ever', null],
    ] as const) {
      expect(await make(name, days === null ? '' : dateIn(days))).toMatch(/^tocsin_send_/)
      await ada.keyboard.press('Escape')
      await row(name).waitFor()
    }
    expect(await row('For ever').getByText('Never', { exact: true }).count()).toBe(1)
    const { items } = await world.ok('GET', '/api/v1/audit?limit=5')
    const ends = items
      .filter(({ action }: { action: string }) => action === 'create-source-token')
      .map(({ after }: { after: { endsAt: string | null } }) => after.endsAt)
    expect(ends).toEqual([null, expect.stringContaining(dateIn(300)), expect.stringContaining(dateIn(3))])
    expect(await inspect(ada)).toEqual([])
  })

  test('that has ended is marked, and it is said when somebody still sends with it', async () => {
    expect((await send('amber', 'first')).status).toBe(200)
    world.clock.advance(4 * day)
    // Nobody stays signed in for so long.
    for (const name of ['ada', 'olga', 'rita'] as const) {
      const { email, password } = people[name]
      people[name] = signedInBy(world, await signIn(world, email, password), email, password)
    }
    ada = await visitAs('ada')
    expect((await send('amber', 'late')).status).toBe(401)
    await openTab(ada, 'senders')
    await row('Script').getByText('Ended', { exact: true }).waitFor()
    await row('Script').getByText('Still tried').waitFor()
    expect(await row('Next year').getByText('Ended').count()).toBe(0)
    expect(await inspect(ada)).toEqual([])
  })
})

describe('what could not be settled', () => {
  let id = 0
  beforeAll(async () => {
    const token = await world.ok('POST', `/api/v1/sources/${sourceId}/tokens`, { name: 'Feeder' })
    secret = token.secret
    await send('amber', 'known')
    await work()
    await send('amber', 'bad')
    // As a fault of ours might leave it: nobody can read this.
    const sql = `update inbox set body = '{"companyName": "", "events": [{"no": "event"}]}' where company = 'amber' returning id`
    const { rows } = await database.pool.query<{ id: number }>(sql)
    id = rows[0]?.id ?? 0
    await send('amber', 'later')
    await work()
    world.clock.advance(3 * 60_000)
  })
  const section = (page: Page) => page.getByRole('region', { name: 'Could not be settled', exact: true })

  test('stands in the inbox with its reason, its age and what waits behind it; those who may only read see that', async () => {
    const rita = await visitAs('rita')
    await openTab(rita, 'inbox')
    await section(rita).getByText('1 thing that was taken cannot be settled').waitFor()
    await section(rita).getByText('Operators can look at it.').waitFor()
    expect(await button(rita, /Set aside/).count()).toBe(0)
    expect(await inspect(rita)).toEqual([])

    const olga = await visitAs('olga')
    await openTab(olga, 'inbox')
    const row = section(olga).getByRole('row', { name: /amber/ })
    await row.getByText('does not have the form').waitFor()
    await row.getByText('1 event · web request').waitFor()
    await row.getByText('3 minutes ago').waitFor()
    await row.getByText('in 7 minutes').waitFor()
    await row.getByText('1 waits behind it').waitFor()
    await button(row, `Look at no. ${id} of amber`).click()
    const body = section(olga).getByRole('region', { name: 'As it came' })
    expect(await body.textContent()).toContain('"no": "event"')
    expect(await inspect(olga)).toEqual([])
    await olga.context().close()
  })

  test('is tried again by the keyboard alone', async () => {
    await openTab(ada, 'inbox')
    const retry = button(section(ada), `Try again: no. ${id} of amber`)
    await retry.focus()
    await ada.keyboard.press('Enter')
    await section(ada).getByText('What amber sent is tried again in a moment.').waitFor()
    await section(ada).getByText('in a moment', { exact: true }).waitFor()
    await work()
    await section(ada).getByText('in 10 minutes').waitFor()
  })

  test('is set aside with a note, shown on demand, and put back', async () => {
    await button(section(ada), `Set aside: no. ${id} of amber`).click()
    const dialog = ada.getByRole('dialog')
    await dialog.getByText('It stays without effect').waitFor()
    await dialog.getByRole('textbox', { name: 'Note' }).fill('asked the vendor')
    expect(await inspect(ada)).toEqual([])
    await button(dialog, 'Set aside').click()
    await dialog.waitFor({ state: 'detached' })
    await section(ada).getByText('What amber sent was set aside.').waitFor()
    const aside = section(ada).getByRole('row', { name: /amber/ })
    await aside.getByText('Note: asked the vendor').waitFor()
    await aside.getByText('by Ada').waitFor()
    expect(await section(ada).getByText('cannot be settled.').count()).toBe(0)
    await work()
    const { rows } = await database.pool.query(`select count(*)::int as count from events where key like 'amber/%'`)
    expect(rows[0].count).toBe(3)
    await button(aside, `Look at no. ${id} of amber`).click()
    await section(ada).getByRole('region', { name: 'As it came' }).waitFor()
    expect(await inspect(ada)).toEqual([])
    await button(aside, `Try again: no. ${id} of amber`).click()
    await section(ada).getByText('1 thing that was taken cannot be settled').waitFor()
    await database.pool.query(`update inbox set body = '{"companyName": "", "events": []}' where id = $1`, [id])
    await work()
    await section(ada).waitFor({ state: 'detached' })
    await ada.goto('/audit')
    await ada.getByText('Set aside what could not be settled').first().waitFor()
    await ada.getByText('Tried again what could not be settled').first().waitFor()
  })

  test('fits on a phone, in the dark', async () => {
    await send('basalt', 'known')
    await work()
    await send('basalt', 'bad')
    await database.pool.query(`update inbox set body = '{"companyName": "", "events": [{"no": "event"}]}'`)
    await work()
    const phone = await visitAs('ada', { width: 400, scheme: 'dark' })
    for (const tab of ['inbox', 'senders']) {
      await openTab(phone, tab)
      await phone
        .getByRole('row', { name: tab === 'inbox' ? /basalt/ : /Script/ })
        .first()
        .waitFor()
      const wide = await phone.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect(wide, tab).toBeLessThanOrEqual(0)
      expect(await inspect(phone)).toEqual([])
    }
  })
})

test('no page complained', () => {
  expect(complaints).toEqual([])
})
