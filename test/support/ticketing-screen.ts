import type { Locator, Page } from 'playwright-core'
import { firstAdministrator, newcomer, type SignedIn } from './api-people.ts'
import { companies } from './api-world.ts'
import type { ConsoleWorld } from './console-world.ts'

/** A rule as the API answers it. */
export type RuleRow = {
  key: string
  enabled: boolean
  stored: boolean
  fields: Record<string, string>
  delayMinutes: number
  lifetimeHours: number
}
type Rules = { version: number; sections: Record<string, RuleRow[]> }

/** Columns of an Autotask desk. */
export const columns = { toggle: 0, name: 1, queue: 2, priority: 3, due: 4, time: 5 } as const

/** The screen of rules in the hands of people, with what the API says beside it. */
export type TicketingScreen = {
  readonly path: string
  readonly people: Record<'ada' | 'olga' | 'rita', SignedIn>
  /** Values of the desk's lists by field and label. */
  readonly values: Record<string, Record<string, string>>
  rules(): Promise<Rules>
  /** A row as it is stored, by `section/key`. */
  stored(place: string): Promise<RuleRow>
  /** A browser of this person's own, at a section. */
  as(person: SignedIn, section?: string, options?: Parameters<ConsoleWorld['visit']>[0]): Promise<Page>
}

/** Maps three clients, and invites an operator and a reader beside the administrator. */
export async function createTicketingScreen({ world, visit, address }: ConsoleWorld): Promise<TicketingScreen> {
  const { ok, psaId, integrationId } = world
  const path = `/api/v1/integrations/${integrationId}`
  const { choices } = await ok('GET', `/api/v1/psas/${psaId}/options`)
  const { items } = await ok('GET', '/api/v1/tenants')
  const accounts = await ok('GET', `/api/v1/psas/${psaId}/accounts`)
  for (const [n, { id }] of items.slice(0, 3).entries()) {
    const account = accounts.find((one: { name: string }) => one.name === companies[n])
    await ok('PUT', `/api/v1/tenants/${id}/mapping`, { integrationId, accountId: account.id })
  }
  const ada = await firstAdministrator(world)
  const rules = (): Promise<Rules> => ok('GET', `${path}/rules`)
  return {
    path,
    people: {
      ada,
      olga: await newcomer(world, ada, 'operator', 'olga@example.com'),
      rita: await newcomer(world, ada, 'read-only', 'rita@example.com'),
    },
    values: Object.fromEntries(
      Object.entries(choices as Record<string, { value: string; label: string }[]>).map(([key, list]) => [
        key,
        Object.fromEntries(list.map(({ value, label }) => [label, value])),
      ]),
    ),
    rules,
    async stored(place) {
      const [section = '', key] = place.split('/')
      const found = (await rules()).sections[section]?.find((one) => one.key === key)
      if (found === undefined) throw new Error(`There is no row ${place}.`)
      return found
    },
    async as(person, section = 'warning', options = {}) {
      const page = await visit(options)
      const [cookie = '', value = ''] = person.cookie.split('=')
      await page.context().addCookies([{ name: cookie, value, url: address }])
      await openSection(page, section)
      return page
    },
  }
}

export async function openSection(page: Page, section: string): Promise<void> {
  await page.goto(`/ticketing?section=${section}`)
  await (section === 'general' ? page.getByText('What all') : page.getByRole('grid')).first().waitFor()
}

export const row = (page: Page, place: string): Locator => page.locator(`[data-row="${place}"]`)
export const cell = (page: Page, place: string, column: number): Locator =>
  row(page, place).locator(`[data-cell="${column}"]`)
export const button = (page: Page, text: string | RegExp): Locator =>
  page.getByRole('button', { name: text, exact: true })
export const isOn = (page: Page, place: string): Promise<boolean> => cell(page, place, columns.toggle).isChecked()

/** Flips the toggle of a row with the mouse. */
export const flip = (page: Page, place: string): Promise<void> =>
  row(page, place).locator('.mantine-Switch-track').click()

/** Edits a cell with a list in place. */
export async function choose(page: Page, place: string, column: number, label: string): Promise<void> {
  await cell(page, place, column).click()
  await page.getByRole('option', { name: label, exact: true }).click()
}

export async function save(page: Page): Promise<void> {
  await button(page, 'Save changes').click()
  await page.getByText('Saved.', { exact: true }).waitFor()
}

export const saysUnsaved = (page: Page, text: string): Promise<void> =>
  page.getByRole('status').filter({ hasText: text }).waitFor()
