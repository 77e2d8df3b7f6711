import { TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { goodPassword, setupCode } from '../support/api-people.ts'
import { createConsoleWorld, openTicket } from '../support/console-world.ts'
import { testDatabase } from '../support/database.ts'

const database = await testDatabase<Database>()
const console_ = await createConsoleWorld(database)
const { world, visit, inspect, complaints } = console_
afterAll(() => console_.stop())

const computer = 'OUTDATED-01'
let ticket: { id: number; title: string }
let admin: Page

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
const field = (page: Page, name: string) => page.getByRole('textbox', { name })

async function enter(page: Page, email: string, password = goodPassword): Promise<void> {
  await field(page, 'E-mail').fill(email)
  await field(page, 'Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

beforeAll(async () => {
  ticket = await openTicket(world, computer)
  admin = await visit()
})

test('the first start makes an administrator and leads to the overview', async () => {
  await admin.goto('/tickets')
  await title(admin, 'Welcome')
  expect(await inspect(admin)).toEqual([])
  await field(admin, 'Set-up code').fill('not the code')
  await field(admin, 'Your name').fill('Ada Lovelace')
  await field(admin, 'E-mail').fill('ada@example.com')
  await field(admin, 'Password').fill(goodPassword)
  await admin.getByText('Good: hard to guess.').waitFor()
  await admin.getByRole('button', { name: 'Make the administrator' }).click()
  await admin.getByText('This is not the set-up code.').waitFor()
  await field(admin, 'Set-up code').fill(setupCode(world))
  await admin.getByRole('button', { name: 'Make the administrator' }).click()
  await title(admin, 'Overview')
  await admin.getByRole('region', { name: 'Security product KSC' }).waitFor()
  await admin.getByRole('region', { name: 'Ticket desk Autotask' }).waitFor()
})

test('every screen of the navigation opens, and no link of it is dead', async () => {
  const links = await admin.getByRole('navigation').getByRole('link').all()
  const names = await Promise.all(links.map((link) => link.textContent()))
  expect(names).toEqual([
    'Finish the set-up',
    'Overview',
    'Tickets',
    'Conditions',
    'Events',
    'Companies',
    'Ticketing',
    'Integrations',
    'Connections',
    'People',
    'Audit log',
    'My account',
  ])
  for (const name of names.filter((one) => one !== null)) {
    await admin.getByRole('navigation').getByRole('link', { name }).click()
    await title(admin, name)
  }
})

test('a ticket’s page tells its life and offers what can be done', async () => {
  await admin.goto('/tickets')
  await admin.getByRole('link', { name: ticket.title }).click()
  await title(admin, ticket.title)
  await admin.getByText('Open a ticket').waitFor()
  await admin.getByText('because: it began').waitFor()
  expect(await admin.getByRole('button', { name: 'Try again now' }).isVisible()).toBe(true)
  await admin.getByRole('button', { name: 'Give up' }).click()
  await admin.getByRole('dialog', { name: 'Leave this ticket alone for good?' }).waitFor()
  await admin.keyboard.press('Escape')
  await admin.getByRole('dialog').waitFor({ state: 'detached' })
})

test('why there is no ticket is said beside the condition', async () => {
  await admin.goto('/conditions')
  const other = admin
    .getByRole('row')
    .filter({ hasNotText: computer })
    .filter({ has: admin.getByRole('button') })
    .first()
  await other.getByRole('button').click()
  const drawer = admin.getByRole('dialog', { name: 'Why is there a ticket, or none?' })
  await drawer.getByRole('heading', { name: 'As it is now' }).waitFor()
  expect(await drawer.getByText(/The client is (not )?mapped to an account\./).count()).toBe(1)
  expect(await inspect(admin)).toEqual([])
  await admin.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })
})

test('a filter stands in the address and survives a reload', async () => {
  await admin.goto('/tickets')
  await admin.getByRole('searchbox', { name: 'Computer' }).fill('no such computer')
  await admin.getByText('Nothing matches what is chosen above.').waitFor()
  await admin.reload()
  await admin.getByText('Nothing matches what is chosen above.').waitFor()
  expect(await admin.getByRole('searchbox', { name: 'Computer' }).inputValue()).toBe('no such computer')
})

describe('other people', () => {
  test('a read-only person comes in by an invitation and sees no acts', async () => {
    await admin.goto('/people')
    await admin.getByRole('button', { name: 'Invite somebody' }).click()
    await field(admin, 'Name').fill('Rita Reader')
    await field(admin, 'E-mail').fill('rita@example.com')
    await admin.getByRole('combobox', { name: 'Role' }).last().click()
    await admin.getByRole('option', { name: 'Read-only' }).click()
    await admin.getByRole('dialog').getByRole('button', { name: 'Invite somebody' }).click()
    const link = await admin.getByRole('dialog').locator('pre').textContent()
    const reader = await visit()
    await reader.goto((link ?? '').replace(console_.address, ''))
    await title(reader, 'You are invited')
    await field(reader, 'Password').fill(goodPassword)
    await reader.getByRole('button', { name: 'Come in' }).click()
    await title(reader, 'Overview')
    const names = await reader.getByRole('navigation').getByRole('link').allInnerTexts()
    expect(names).not.toContain('People')
    expect(names).not.toContain('Audit log')
    await reader.goto(`/tickets/${ticket.id}`)
    await title(reader, ticket.title)
    await reader.getByText('because: it began').waitFor()
    expect(await reader.getByRole('button', { name: 'Try again now' }).count()).toBe(0)
    expect(await reader.getByRole('button', { name: 'Give up' }).count()).toBe(0)
    await reader.goto('/people')
    await reader.getByText('This is for the role “administrator”; yours is “read-only”.').first().waitFor()
  })

  test('a wrong password is refused, the right one leads where one wanted to go', async () => {
    const page = await visit()
    await page.goto(`/tickets/${ticket.id}`)
    await title(page, 'Sign in')
    await enter(page, 'ada@example.com', 'not the password')
    await page.getByRole('alert').filter({ hasText: 'E-mail or password is wrong.' }).waitFor()
    await field(page, 'Password').fill(goodPassword)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await title(page, ticket.title)
    await page.getByRole('button', { name: 'Ada Lovelace' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await title(page, 'Sign in')
  })

  test('with a second factor the code is asked for', async () => {
    await admin.goto('/settings')
    await admin.getByRole('button', { name: 'Set up an authenticator' }).click()
    const secret = await admin.locator('code').first().textContent()
    const codeNow = () => new TOTP({ secret: secret ?? '' }).generate({ timestamp: world.clock.now().getTime() })
    await field(admin, 'Code').fill(codeNow())
    await admin.getByRole('button', { name: 'Switch on' }).click()
    await admin.getByText('Keep these codes in a safe place.').waitFor()
    world.clock.advance(60_000)
    const page = await visit()
    await page.goto('/')
    await enter(page, 'ada@example.com')
    await field(page, 'Code').fill(codeNow())
    await page.getByRole('button', { name: 'Sign in' }).click()
    await title(page, 'Overview')
  })
})

test('German is a language of its own, kept by the browser', async () => {
  await admin.goto('/')
  await title(admin, 'Overview')
  await admin.getByRole('button', { name: 'Ada Lovelace' }).click()
  await admin.getByRole('menuitemradio', { name: 'Deutsch' }).click()
  await title(admin, 'Übersicht')
  await admin.reload()
  await title(admin, 'Übersicht')
  expect(await admin.locator('html').getAttribute('lang')).toBe('de')
  await admin.keyboard.press('Escape')
  await admin.evaluate(() => localStorage.clear())
})

describe('accessibility', () => {
  test.each(['light', 'dark'] as const)(
    'axe finds nothing on any screen, %s',
    async (scheme) => {
      const cookies = await admin.context().cookies()
      for (const width of [1280, 390]) {
        const page = await visit({ scheme, width })
        await page.goto('/sign-in')
        await title(page, 'Sign in')
        const found = await inspect(page)
        await page.context().addCookies(cookies)
        const screens = [
          '/',
          '/tickets',
          `/tickets/${ticket.id}`,
          '/conditions',
          '/events',
          '/accounts',
          '/ticketing',
          '/integrations',
          '/connections',
          '/setup',
          '/people',
          '/audit',
          '/settings',
        ]
        for (const path of [...screens, '/no-such-page', '/invitation']) {
          await page.goto(path)
          await page.getByRole('heading').first().waitFor()
          await expect.poll(() => page.getByRole('status').filter({ hasText: 'Loading' }).count()).toBe(0)
          found.push(...(await inspect(page)))
          const wide = await page.evaluate('document.documentElement.scrollWidth')
          expect(wide, `${path} scrolls sideways at ${width}`).toBeLessThanOrEqual(width)
        }
        expect(found).toEqual([])
      }
    },
    120_000,
  )
})

test('no page broke the content security policy or its own code', () => {
  expect(complaints).toEqual([])
})
