import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { goodPassword, setupCode } from '../support/api-people.ts'
import { companies } from '../support/api-world.ts'
import { createConsoleWorld } from '../support/console-world.ts'
import { testDatabase } from '../support/database.ts'

const database = await testDatabase<Database>()
const console_ = await createConsoleWorld(database)
const { world, visit, inspect, complaints } = console_
const { ksc, autotask, clock, ok } = world
afterAll(() => console_.stop())

let admin: Page

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
const field = (name: string | RegExp) => admin.getByRole('textbox', { name })
const button = (name: string | RegExp) => admin.getByRole('main').getByRole('button', { name })
const said = (text: string | RegExp) => admin.getByRole('main').getByText(text).first().waitFor()
const isOpen = (name: string) => button(name).first().getAttribute('aria-expanded')
const goOn = () => button('Go on').filter({ hasNotText: 'later' }).click()

async function choose(box: Locator, option: string | RegExp): Promise<void> {
  await box.click()
  await admin.getByRole('option', { name: option }).first().click()
}

/** Some seconds pass, and all that is due is done. */
async function seconds(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    clock.advance(1_000)
    await world.work()
  }
}

/** Nothing is connected, as after the first start; one client is named as an account of the desk. */
beforeAll(async () => {
  const { call, sourceId, psaId, integrationId } = world
  const { items } = await ok('GET', '/api/v1/tenants')
  const vserver = items.find(({ key }: { key: string }) => key !== 'main').key
  await ksc.control.act({ act: 'setVServer', vserver, name: `${companies[0]} Ltd.` })
  for (const path of [`integrations/${integrationId}`, `psas/${psaId}`, `sources/${sourceId}`]) {
    expect((await call('DELETE', `/api/v1/${path}`)).status).toBe(204)
  }
  admin = await visit()
})

describe('from the first start to the first test ticket', () => {
  test('the first administrator is led to the set-up, which begins with the security product', async () => {
    await admin.goto('/')
    await title(admin, 'Welcome')
    await field('Set-up code').fill(setupCode(world))
    await field('Your name').fill('Ada Lovelace')
    await field('E-mail').fill('ada@example.com')
    await field('Password').fill(goodPassword)
    await button('Make the administrator').click()
    await title(admin, 'Finish the set-up')
    expect(await isOpen('Connect the security product')).toBe('true')
    expect(await button('Fire a test ticket').first().isDisabled()).toBe(true)
    expect(await inspect(admin)).toEqual([])
  })

  test('what is wrong or missing is said at its field, and the keyboard goes there', async () => {
    await button('Check and save').click()
    await admin.getByText('Fill this in: it is required.').first().waitFor()
    expect(await field('Administration Server').getAttribute('aria-invalid')).toBe('true')
    expect(await admin.locator(':focus').getAttribute('name')).toBe('address')
    await field('Administration Server').fill('https://ksc.example.com:13299')
    await field('Port').fill('ninety')
    await field('User name').fill(String(ksc.ready.user))
    await field('Password').fill('not the password')
    await button('Check and save').click()
    await admin.getByText('Write only the host name or IP address').waitFor()
    await admin.getByText('This must be a number.').waitFor()
    expect(await inspect(admin)).toEqual([])
  })

  test('a connection that does not work is not saved, and says why', async () => {
    await field('Administration Server').fill('127.0.0.1')
    await field('Port').fill(String(ksc.port))
    await button('Check and save').click()
    await admin.getByText('Enter the SHA-256 fingerprint of the server certificate').waitFor()
    await field('SHA-256 fingerprint').fill(String(ksc.ready.fingerprint256))
    await button('Check and save').click()
    await admin.getByRole('alert').filter({ hasText: 'The check failed, so nothing was saved' }).waitFor()
    expect(await ok('GET', '/api/v1/sources')).toEqual([])
    expect(await button('Save it without a check').isVisible()).toBe(true)
  })

  test('the security product is connected after it was seen what it shows', async () => {
    await field('Password').fill(String(ksc.ready.password))
    await button('Only check').click()
    await said('Version')
    expect(await ok('GET', '/api/v1/sources')).toEqual([])
    await button('Check and save').click()
    await said('Kaspersky Security Center is connected.')
    await said('It works: everything that is needed can be read and written.')
    await said(/Virtual servers/)
    expect(await inspect(admin)).toEqual([])
    await goOn()
  })

  test('it can be left, is shown as unfinished, and goes on where it was left', async () => {
    await admin.getByRole('link', { name: 'Go on later' }).click()
    await title(admin, 'Overview')
    await said('Tocsin is not set up to the end yet')
    await admin.getByRole('navigation').getByRole('link', { name: 'Finish the set-up' }).click()
    await title(admin, 'Finish the set-up')
    expect(await isOpen('Connect the ticket desk')).toBe('true')
    expect(await isOpen('Connect the security product')).toBe('false')
  })

  test('the desk is connected, and what the check found stays to be read', async () => {
    await field('Name').first().fill('Autotask')
    await field('API user name').fill(String(autotask.ready.user))
    await field('Secret').fill(String(autotask.ready.secret))
    await field('API tracking identifier').fill(String(autotask.ready.integrationCode))
    await admin.locator('summary', { hasText: 'Connection' }).click()
    await field('Zone look-up address').fill(String(autotask.ready.url))
    await button('Check and save').click()
    await said('Autotask is connected.')
    await said('Queues')
    await goOn()
  })

  test('both are paired with what the desk’s own lists propose', async () => {
    expect(await isOpen('Pair them')).toBe('true')
    expect(await field('Name').inputValue()).toBe('Kaspersky Security Center → Autotask')
    const closed = admin.getByRole('combobox', { name: 'Status of closed tickets' })
    await closed.waitFor()
    expect(await closed.inputValue()).toBe('Complete')
    await choose(closed, 'In Progress')
    await button('Pair them').last().click()
    await admin.getByText(/Autotask completes a ticket only with "Complete"/).waitFor()
    await choose(closed, 'Complete')
    await field('Name').fill('Endpoint security')
    await button('Pair them').last().click()
    await said(/Kaspersky Security Center → Autotask\./)
    await goOn()
  })

  test('the first reading shows that it goes on, then clients come with suggestions', async () => {
    await said('The first reading of the security product begins in a moment …')
    await seconds(1)
    await said('Proposed by name where only one company fits.')
    const likely = admin.getByRole('combobox', { name: `company of ${companies[0]} Ltd.` })
    expect(await likely.inputValue()).toBe(companies[0])
    const others = admin.getByRole('combobox', { name: /^company of/ })
    expect(await others.count()).toBe(4)
    expect(await inspect(admin)).toEqual([])
    await button('Map 1 client').click()
    await said('1 client is mapped now.')
    expect((await ok('GET', '/api/v1/tenants?mapped=true')).items).toMatchObject([
      { mapping: { accountName: companies[0] } },
    ])
    await goOn()
  })

  test('the recommended rules are switched on after it was seen what they would open', async () => {
    const would = admin.getByRole('status', { name: 'What this would open now' })
    await would.getByText(/\d+ tickets? at 1 client/).waitFor()
    const count = Number(/\d+/.exec((await would.textContent()) ?? '')?.[0])
    expect(await admin.getByRole('combobox', { name: 'Priority (Critical)' }).inputValue()).toBe('High')
    expect(await admin.getByRole('combobox', { name: 'Priority (Warning)' }).inputValue()).toBe('Medium')
    expect(await inspect(admin)).toEqual([])
    const due = field('Due in hours (Warning)')
    await due.fill('0')
    await admin.getByText('"Due in hours" must be a whole number').waitFor()
    expect(await button(/Switch \d+ rules on/).isDisabled()).toBe(true)
    await due.fill('48')
    await admin.getByRole('checkbox', { name: 'Databases are outdated' }).last().uncheck()
    await button(/Switch \d+ rules on/).click()
    await said(/\d+ recommended rules are on/)
    const { sections } = await ok(
      'GET',
      `/api/v1/integrations/${(await ok('GET', '/api/v1/setup')).integrationId}/rules`,
    )
    const row = (section: string, key: string) => sections[section].find((one: { key: string }) => one.key === key)
    expect(row('critical', 'databases-outdated')).toMatchObject({ enabled: true, delayMinutes: 60 })
    expect(row('warning', 'protection-disabled')).toMatchObject({ enabled: true, fields: { dueHours: '48' } })
    expect(row('warning', 'databases-outdated').enabled).toBe(false)
    expect(sections.severity.some(({ enabled }: { enabled: boolean }) => enabled)).toBe(false)
    // Nothing is opened for what is wrong already before somebody says so.
    expect((await ok('GET', '/api/v1/tickets')).items).toEqual([])
    expect(count).toBeGreaterThan(0)
    await button('Look, and open tickets …').click()
    const dialog = admin.getByRole('dialog', { name: 'Open tickets for what is wrong already?' })
    const open = dialog.getByRole('button', { name: /Open \d+ tickets?/ })
    await open.waitFor()
    expect(await inspect(admin)).toEqual([])
    const offered = Number(/\d+/.exec((await open.textContent()) ?? '')?.[0])
    await open.click()
    await dialog.waitFor({ state: 'detached' })
    expect((await ok('GET', '/api/v1/tickets?limit=500')).items).toHaveLength(offered)
    await goOn()
  })

  test('a test ticket is opened at the desk, read back, and closed', async () => {
    await choose(admin.getByRole('combobox', { name: 'Whose ticket' }), companies[1] ?? '')
    await choose(admin.getByRole('combobox', { name: 'Priority' }), 'Low')
    expect(await inspect(admin)).toEqual([])
    await button('Fire a test ticket').last().click()
    await said('Read it back: closed')
    await seconds(20)
    await said('It works')
    await said(/The test ticket was opened, read back, closed and read back again, in/)
    await title(admin, 'Set-up')
    await said('Tocsin is set up')
    expect(await inspect(admin)).toEqual([])
    const { items } = await ok('GET', '/api/v1/tickets?state=done')
    expect(items).toMatchObject([{ title: 'Tocsin drill, please ignore', outcome: 'closed-by-us' }])
    expect(autotask.control.stats().tickets.closed).toBe(1)
    expect(await admin.getByRole('navigation').getByRole('link', { name: 'Finish the set-up' }).count()).toBe(0)
  })
})

describe('later', () => {
  test('each step shows what there is and can be checked anew', async () => {
    await admin.goto('/setup?step=psa')
    await said('Autotask is connected.')
    await button('Check now').click()
    await said('Queues')
    await admin.goto('/setup?step=rules')
    await said(/recommended rules are on/)
    await admin.goto('/setup?step=try')
    await button('Fire another one').waitFor()
  })

  test('a person who may only read sees how far it has come and nothing to enter', async () => {
    const cookie = await reader()
    const page = await visit()
    await page.context().addCookies([{ name: 'tocsin_session', value: cookie, url: console_.address }])
    await page.goto('/setup')
    await page.getByText('An administrator sets Tocsin up.').waitFor()
    expect(await page.getByRole('main').getByRole('textbox').count()).toBe(0)
    expect(
      await page.getByRole('main').getByRole('button', { name: 'Connect the security product' }).isDisabled(),
    ).toBe(true)
  })
})

/** Somebody who may only read: the cookie of a session. */
async function reader(): Promise<string> {
  const { path } = (await ok('POST', '/api/v1/invitations', {
    name: 'Rita Reader',
    email: 'rita@example.com',
    role: 'read-only',
  })) as { path: string }
  const body = { code: path.split('#')[1], password: goodPassword }
  const answer = await world.send({ method: 'POST', url: '/api/v1/invitations/accept', body })
  return /tocsin_session=([^;]+)/.exec(String(answer.headers['set-cookie']))?.[1] ?? ''
}

test('no page broke the content security policy or its own code', () => {
  expect(complaints).toEqual([])
})
