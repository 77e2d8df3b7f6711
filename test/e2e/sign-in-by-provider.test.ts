import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { firstAdministrator, type SignedIn } from '../support/api-people.ts'
import { createConsoleWorld } from '../support/console-world.ts'
import { testDatabase } from '../support/database.ts'
import { startOidcServer } from '../support/oidc-server.ts'

/** Sign-in by a real provider in a real browser: set up, used, refused, ended. */

const database = await testDatabase<Database>()
const console_ = await createConsoleWorld(database)
const { world, visit, inspect, complaints, address } = console_
const callback = `${address}/api/v1/oidc/callback`
const provider = await startOidcServer({ redirectUrls: [callback] })
afterAll(async () => {
  await provider.stop()
  await console_.stop()
})

let ada: SignedIn
let admin: Page

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
const field = (page: Page, name: string) => page.getByRole('textbox', { name })

async function openSettings(page: Page): Promise<void> {
  await page.goto('/people')
  await page.getByRole('tab', { name: 'Sign-in by a provider' }).click()
  await field(page, 'Issuer').waitFor()
}

async function signInAs(page: Page, person: string): Promise<void> {
  await page.getByRole('link', { name: 'Sign in with Acme Login' }).click()
  await page.getByRole('heading', { name: 'Provider' }).waitFor()
  await page.getByRole('textbox', { name: 'Name' }).fill(person)
  await page.getByRole('button', { name: 'Continue' }).click()
}

beforeAll(async () => {
  ada = await firstAdministrator(world)
  admin = await visit()
  const [name = '', value = ''] = ada.cookie.split('=')
  await admin.context().addCookies([{ name, value, url: address }])
})

test('an administrator sets the provider up; what is wrong is said', async () => {
  await openSettings(admin)
  expect(await admin.getByText(callback).count()).toBe(1)
  await field(admin, 'Name').fill('Acme Login')
  await field(admin, 'Issuer').fill('http://provider.example')
  await field(admin, 'Client ID').fill(provider.clientId)
  await field(admin, 'Client secret').fill(provider.clientSecret)
  await admin.getByRole('button', { name: 'Check and save' }).click()
  await admin.getByText('Write the provider’s issuer address').waitFor()
  await field(admin, 'Issuer').fill('http://127.0.0.1:9')
  await admin.getByRole('button', { name: 'Check and save' }).click()
  await admin.getByRole('alert').filter({ hasText: '127.0.0.1:9 refuses connections' }).waitFor()
  await field(admin, 'Issuer').fill(provider.issuer)
  await field(admin, 'Scopes').fill('openid email profile groups')
  await admin.getByRole('combobox', { name: 'E-mail domains' }).fill('example.com')
  await admin.keyboard.press('Enter')
  await admin.getByRole('combobox', { name: 'Role of newcomers' }).click()
  await admin.getByRole('option', { name: 'Read-only' }).click()
  await field(admin, 'Claim with groups or roles').fill('groups')
  await admin.getByRole('button', { name: 'Add a group' }).click()
  await field(admin, 'Group or role').fill('technicians')
  expect(await inspect(admin)).toEqual([])
  await admin.getByRole('button', { name: 'Check and save' }).click()
  await admin.getByText('Is set. Leave it empty to keep it').waitFor()
  expect(await field(admin, 'Client secret').inputValue()).toBe('')
  expect(await admin.content()).not.toContain(provider.clientSecret)
})

test('what is not saved outlives another tab, and is asked about before the page is left', async () => {
  await field(admin, 'Scopes').fill('openid')
  await field(admin, 'Client secret').fill('another secret')
  await admin.getByRole('tab', { name: 'Tokens' }).click()
  const leave = async (answer: string) => {
    await admin.getByRole('navigation').getByRole('link', { name: 'Tickets' }).click()
    const dialog = admin.getByRole('dialog', { name: 'Leave without saving?' })
    await dialog.getByText('2 changes are not saved.').waitFor()
    expect(await inspect(admin)).toEqual([])
    await dialog.getByRole('button', { name: answer }).click()
    await dialog.waitFor({ state: 'detached' })
  }
  await leave('Stay')
  await admin.getByRole('tab', { name: 'Sign-in by a provider' }).click()
  expect(await field(admin, 'Scopes').inputValue()).toBe('openid')
  await leave('Leave without saving')
  await title(admin, 'Tickets')
  expect((await ada.ask('GET', '/api/v1/oidc')).body.provider.scopes).toBe('openid email profile groups')
})

test('a new secret alone is saved, and nothing is left to be asked about', async () => {
  await openSettings(admin)
  await field(admin, 'Client secret').fill(provider.clientSecret)
  await admin.getByRole('button', { name: 'Check and save' }).click()
  await expect.poll(() => field(admin, 'Client secret').inputValue()).toBe('')
  await admin.getByRole('navigation').getByRole('link', { name: 'Tickets' }).click()
  await title(admin, 'Tickets')
})

test('somebody of the domain signs in with the button and comes where it wanted to go', async () => {
  provider.people.set('bea', {
    email: 'bea@example.com',
    email_verified: true,
    name: 'Bea Bell',
    groups: ['technicians'],
  })
  const page = await visit()
  await page.goto('/conditions')
  await title(page, 'Sign in')
  await signInAs(page, 'bea')
  await title(page, 'Conditions')
  await page.getByRole('button', { name: 'Bea Bell' }).waitFor()
  await admin.goto('/people')
  const row = admin.getByRole('row').filter({ hasText: 'bea@example.com' })
  await row.getByText('Provider').waitFor()
  expect(await row.getByRole('combobox').inputValue()).toBe('Operator')
})

test('somebody else stands before the sign-in page again, which says why', async () => {
  provider.people.set('cy', { email: 'cy@elsewhere.example', email_verified: true })
  const page = await visit()
  await page.goto('/')
  await title(page, 'Sign in')
  await signInAs(page, 'cy')
  await page.getByRole('alert').filter({ hasText: 'Nobody has invited you' }).waitFor()
  expect(await inspect(page)).toEqual([])
  expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('tocsin_session')
})

test('somebody invited accepts with the provider, which vouches for no address', async () => {
  provider.people.set('gus', { name: 'Gus Gray' })
  const invited = { email: 'gus@elsewhere.example', name: 'Gus', role: 'operator' }
  const { body } = await ada.ask('POST', '/api/v1/invitations', invited)
  const page = await visit()
  await page.goto(String(body.path))
  await title(page, 'You are invited')
  await page.getByRole('button', { name: 'Accept with Acme Login' }).click()
  // Our own page, which is left now, has a field for a name as well.
  await page.getByRole('heading', { name: 'Provider' }).waitFor()
  await page.getByRole('textbox', { name: 'Name' }).fill('gus')
  await page.getByRole('button', { name: 'Continue' }).click()
  await title(page, 'Overview')
  await page.getByRole('button', { name: 'Gus Gray' }).waitFor()
})

test.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 400],
] as const)('the screens are for everybody: %s, %i wide', async (scheme, width) => {
  const page = await visit({ scheme, width })
  const shot = async (name: string) => {
    const folder = process.env.TOCSIN_TEST_SCREENS
    if (folder !== undefined)
      await page.screenshot({ path: `${folder}/${name}-${scheme}-${width}.png`, fullPage: true })
  }
  await page.goto('/sign-in?problem=foreign-domain')
  await title(page, 'Sign in')
  await page.getByRole('alert').waitFor()
  const found = await inspect(page)
  await shot('sign-in')
  const [name = '', value = ''] = ada.cookie.split('=')
  await page.context().addCookies([{ name, value, url: address }])
  await openSettings(page)
  found.push(...(await inspect(page)))
  await shot('provider')
  expect(found).toEqual([])
  const wide = await page.evaluate('document.documentElement.scrollWidth')
  expect(wide).toBeLessThanOrEqual(width)
})

test('an administrator ends it', async () => {
  await openSettings(admin)
  await admin.getByRole('button', { name: 'End it' }).click()
  await admin
    .getByRole('dialog', { name: 'End sign-in by Acme Login?' })
    .getByRole('button', { name: 'End it' })
    .click()
  await admin.getByText('Passwords go on working.').waitFor()
  const page = await visit()
  await page.goto('/sign-in')
  await title(page, 'Sign in')
  expect(await page.getByRole('link', { name: 'Sign in with Acme Login' }).count()).toBe(0)
})

test('no page broke the content security policy or its own code', () => {
  expect([...provider.faults, ...complaints]).toEqual([])
})
