import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startTigerpawEmulator } from '../../emulators/tigerpaw/main.ts'
import type { Database } from '../../src/db/tables.ts'
import { createConsoleWorld } from '../support/console-world.ts'
import { testDatabase } from '../support/database.ts'
import {
  button,
  cell,
  choose,
  columns,
  createTicketingScreen,
  flip,
  isOn,
  openSection,
  row,
  save,
  saysUnsaved,
} from '../support/ticketing-screen.ts'

// A person's whole errand in a real browser: long on a busy machine.
vi.setConfig({ testTimeout: 90_000 })

const database = await testDatabase<Database>()
const console_ = await createConsoleWorld(database)
const { world, inspect, complaints } = console_
const { ok, sourceId } = world
afterAll(() => console_.stop())
const { path, people, values, rules, stored, as } = await createTicketingScreen(console_)
const { toggle, queue, priority, due, time } = columns

let ada: Page
beforeAll(async () => {
  ada = await as(people.ada)
})

describe('two people in the same section', () => {
  const place = 'warning/databases-outdated'
  let olga: Page
  beforeAll(async () => {
    olga = await as(people.olga)
  })
  const dialog = () => ada.getByRole('dialog', { name: 'olga saved changes meanwhile' })

  test('the second sees what changed, and nothing is overwritten before each row is decided', async () => {
    await choose(olga, place, priority, 'Low')
    await choose(olga, 'warning/scan-overdue', queue, 'Level I Support')
    await flip(olga, 'warning/restart-required')
    await choose(olga, 'warning/restart-required', priority, 'Low')
    await choose(ada, place, priority, 'High')
    await cell(ada, place, due).click()
    await ada.keyboard.type('6')
    await ada.keyboard.press('Enter')
    await choose(ada, 'warning/scan-overdue', queue, 'Monitoring Alert')
    await choose(ada, 'warning/scan-overdue', priority, 'Medium')
    world.clock.advance(60_000)
    await save(olga)
    const before = await rules()
    await button(ada, 'Save changes').click()
    await dialog().waitFor()
    expect(await rules()).toEqual(before)
    const first = dialog().getByRole('group', { name: /^Databases are outdated/ })
    expect((await first.getByRole('row').allTextContents()).toSorted()).toEqual([
      'Due in hours24246',
      'Priority–LowHigh',
      'SettingBeforeTheirsMine',
    ])
    const second = dialog().getByRole('group', { name: /^Malware scan/ })
    expect(await second.getByRole('row').filter({ hasText: 'Queue' }).textContent()).toBe(
      'QueueMonitoring AlertLevel I SupportMonitoring Alert',
    )
    await dialog()
      .getByText(/kept as they saved it: Restart is required/)
      .waitFor()
    expect(await inspect(ada)).toEqual([])
    const go = dialog().getByRole('button', { name: 'Save with these choices' })
    expect(await go.isDisabled()).toBe(true)
    await first.locator('label', { hasText: 'Mine' }).click()
    expect(await go.isDisabled()).toBe(true)
    await dialog().getByRole('button', { name: 'Go on editing' }).click()
    await saysUnsaved(ada, '2 unsaved changes')
    expect(await rules()).toEqual(before)
  })

  test('each row becomes theirs, or mine with theirs where I changed nothing', async () => {
    await button(ada, 'Save changes').click()
    const first = dialog().getByRole('group', { name: /^Databases are outdated/ })
    const second = dialog().getByRole('group', { name: /^Malware scan/ })
    await first.locator('label', { hasText: 'Theirs' }).click()
    await second.locator('label', { hasText: 'Mine' }).click()
    await dialog().getByRole('button', { name: 'Save with these choices' }).click()
    await dialog().waitFor({ state: 'detached' })
    await ada.getByText('Saved.', { exact: true }).waitFor()
    expect((await stored(place)).fields).toMatchObject({ priority: values.priority?.Low, dueHours: '24' })
    expect((await stored('warning/scan-overdue')).fields).toMatchObject({
      priority: values.priority?.Medium,
      queue: values.queue?.['Level I Support'],
    })
    expect(await stored('warning/restart-required')).toMatchObject({ enabled: true })
    expect(await isOn(ada, 'warning/restart-required')).toBe(true)
  })

  test('of other rows needs a look and no choice; of another section nothing at all', async () => {
    await openSection(olga, 'warning')
    await flip(olga, 'warning/unmanaged')
    await choose(olga, 'warning/unmanaged', priority, 'Low')
    await flip(ada, 'warning/incompatible-applications')
    await choose(ada, 'warning/incompatible-applications', priority, 'Low')
    world.clock.advance(60_000)
    await save(olga)
    await button(ada, 'Save changes').click()
    await dialog().getByText('None of your changes meets theirs: you can save yours too.').waitFor()
    await dialog().getByRole('button', { name: 'Save mine too' }).click()
    await ada.getByText('Saved.', { exact: true }).waitFor()
    for (const key of ['unmanaged', 'incompatible-applications'])
      expect((await stored(`warning/${key}`)).enabled).toBe(true)

    await openSection(olga, 'critical')
    await flip(olga, 'critical/unmanaged')
    await choose(olga, 'critical/unmanaged', priority, 'Low')
    await flip(ada, 'warning/incompatible-applications')
    await save(olga)
    await save(ada)
    expect((await stored('critical/unmanaged')).enabled).toBe(true)
    expect((await stored('warning/incompatible-applications')).enabled).toBe(false)
  })
})

describe('events', () => {
  const type = 'event-type/GNRL_EV_OBJECT_CURED'

  test('are set by severity, and an event type may have a rule of its own or follow again', async () => {
    await openSection(ada, 'events')
    const headers = await ada.getByRole('columnheader').allTextContents()
    expect(headers.slice(1)).toEqual(['Severity or event type', 'Queue', 'Priority', 'Due in hours', 'Lifetime, h'])
    expect((await ada.getByRole('rowheader').allTextContents()).slice(0, 3)).toEqual([
      'Critical',
      'Functional failure',
      'Warning',
    ])
    expect(await cell(ada, 'severity/critical', time).textContent()).toBe('24')
    await flip(ada, 'severity/critical')
    await choose(ada, 'severity/critical', priority, 'High')
    await cell(ada, 'severity/critical', time).click()
    await ada.keyboard.type('48')
    await ada.keyboard.press('Enter')
    await row(ada, type).getByText('as its severity').waitFor()
    await flip(ada, type)
    await flip(ada, type)
    await saysUnsaved(ada, '2 unsaved changes')
    await save(ada)
    expect(await stored('severity/critical')).toMatchObject({ enabled: true, lifetimeHours: 48 })
    expect(await stored(type)).toMatchObject({ stored: true, enabled: false })
    expect(await row(ada, type).getByText('as its severity').count()).toBe(0)
    await cell(ada, type, columns.name).click()
    await button(ada, 'Edit 1 row').click()
    const panel = ada.getByRole('dialog', { name: 'Ticket settings for events' })
    await panel.getByText('As its severity').click()
    await panel.getByRole('button', { name: 'Apply to 1 row' }).click()
    await save(ada)
    expect(await stored(type)).toMatchObject({ stored: false })
  })

  test('of five hundred rows only those in sight are drawn', async () => {
    await database.pool.query(
      `insert into events (source_id, tenant_id, key, type, type_name, severity, computer_key, computer_name, text,
         happened_at, stored_at, received_at)
       select $1, (select min(id) from tenants), 'many-' || n, 'ZZ_' || lpad(n::text, 3, '0'), 'Zz ' || lpad(n::text, 3, '0'),
         'warning', 'PC', 'PC', '', $2, $2, $2 from generate_series(1, 480) n`,
      [sourceId, world.clock.now()],
    )
    await openSection(ada, 'events')
    const grid = ada.getByRole('grid')
    expect(Number(await grid.getAttribute('aria-rowcount'))).toBeGreaterThan(500)
    expect(await ada.getByRole('switch').count()).toBeLessThan(60)
    await cell(ada, 'severity/critical', toggle).focus()
    await ada.keyboard.press('Control+End')
    await row(ada, 'event-type/ZZ_480').waitFor()
    expect(await ada.evaluate(`document.activeElement.closest('[data-row]').dataset.row`)).toBe('event-type/ZZ_480')
    for (let n = 0; n < 40; n += 1) await ada.keyboard.press('ArrowUp')
    expect(await ada.evaluate(`document.activeElement.closest('[data-row]').dataset.row`)).toBe('event-type/ZZ_440')
    expect(await ada.getByRole('switch').count()).toBeLessThan(60)
    await ada.keyboard.press('Space')
    await ada.keyboard.press('Control+Home')
    expect(await ada.evaluate(`document.activeElement.closest('[data-row]').dataset.row`)).toBe('severity/critical')
    await saysUnsaved(ada, '1 unsaved change')
    await ada.keyboard.press('Control+a')
    await button(ada, /^Edit 5\d\d rows$/).waitFor()
    await button(ada, 'Cancel changes').click()
  })
})

describe('general settings', () => {
  const pick = async (page: Page, title: string, label: string) => {
    await page.getByRole('combobox', { name: title }).click()
    await page.getByRole('option', { name: label, exact: true }).click()
  }
  const general = async (): Promise<Record<string, string>> => (await ok('GET', path)).general

  test('are saved together; a wrong one stands at its field', async () => {
    await openSection(ada, 'general')
    await pick(ada, 'Status of new tickets', 'Complete')
    await saysUnsaved(ada, '1 unsaved change')
    await button(ada, 'Save changes').click()
    await ada
      .getByText('New tickets would be closed from the start: choose another status for new tickets.')
      .first()
      .waitFor()
    expect(await general()).toMatchObject({ newStatus: '1' })
    await button(ada, 'Cancel changes').click()
    expect(await button(ada, 'Save changes').isDisabled()).toBe(true)
    await pick(ada, 'Notes are visible to', 'All Autotask Users')
    await save(ada)
    expect((await general()).notePublish).toBe(values.notePublish?.['All Autotask Users'])
    await button(ada, 'Reset to defaults').click()
    await saysUnsaved(ada, '1 unsaved change')
    expect((await general()).notePublish).not.toBe('2')
    await save(ada)
    expect((await general()).notePublish).toBe('2')
  })

  test('that somebody else changed meanwhile are decided about', async () => {
    const [mine, theirs] = Object.keys(values.source ?? {})
    await pick(ada, 'Source', mine ?? '')
    await ok('PATCH', path, { general: { source: values.source?.[theirs ?? ''] } })
    await button(ada, 'Save changes').click()
    const dialog = ada.getByRole('dialog', { name: 'Somebody else saved changes meanwhile' })
    await dialog.getByRole('group', { name: 'Source' }).locator('label', { hasText: 'Mine' }).click()
    expect((await general()).source).toBe(values.source?.[theirs ?? ''])
    await dialog.getByRole('button', { name: 'Save with these choices' }).click()
    await ada.getByText('Saved.', { exact: true }).waitFor()
    expect((await general()).source).toBe(values.source?.[mine ?? ''])
  })
})

describe('roles', () => {
  test('a reader sees everything and can change nothing', async () => {
    const rita = await as(people.rita)
    await row(rita, 'warning/restart-required').getByText('On', { exact: true }).waitFor()
    await row(rita, 'warning/scan-overdue').getByText('Off', { exact: true }).waitFor()
    expect(await rita.getByRole('switch').count()).toBe(0)
    for (const text of ['Edit', 'Save changes', 'Reset to defaults', 'Cancel changes']) {
      expect(await button(rita, text).count()).toBe(0)
    }
    await cell(rita, 'warning/restart-required', priority).click()
    await rita.keyboard.press('Enter')
    expect(await rita.getByRole('combobox').count()).toBe(0)
    const { version } = await rules()
    expect((await people.rita.ask('PUT', `${path}/rules`, { version, rows: [] })).status).toBe(403)
    expect(await inspect(rita)).toEqual([])
    await openSection(rita, 'general')
    expect(await rita.getByRole('combobox', { name: 'Status of new tickets' }).isDisabled()).toBe(true)
  })

  test('an operator sets rules, and sees the general settings', async () => {
    const olga = await as(people.olga, 'general')
    await olga.getByText('Administrators change it.').waitFor()
    expect(await button(olga, 'Save changes').count()).toBe(0)
    const general = { source: '1' }
    expect((await people.olga.ask('PATCH', path, { general })).status).toBe(403)
  })
})

test('with Tigerpaw the screen and its columns have Tigerpaw’s names', async () => {
  const tigerpaw = await startTigerpawEmulator({ port: 0, clock: world.clock, companies: ['Alder'] })
  try {
    const { url, publicKey, privateKey } = tigerpaw.ready
    const { connection } = await ok('POST', '/api/v1/psas', {
      connector: 'tigerpaw',
      name: 'Tigerpaw',
      settings: { baseUrl: url, publicKey, privateKey, timeZone: 'UTC' },
    })
    const general = { serviceOrderRep: '13', newStatus: 'New', closedStatus: 'Completed' }
    const { id } = await ok('POST', '/api/v1/integrations', { name: 'Orders', sourceId, psaId: connection.id, general })
    const page = await as(people.ada)
    await page.getByRole('button', { name: /^Endpoint security/ }).click()
    await page.getByRole('menuitem', { name: /^Orders/ }).click()
    await page.getByRole('heading', { level: 1, name: 'Service orders' }).waitFor()
    await page
      .getByRole('navigation', { name: 'Screens' })
      .getByRole('link', { name: 'Service orders' })
      .last()
      .waitFor()
    const headers = ['Create service order', 'Status description', 'Board', 'Priority', 'Type', 'Delay, min']
    await page.getByRole('columnheader', { name: 'Board' }).waitFor()
    expect(await page.getByRole('columnheader').allTextContents()).toEqual(headers)
    expect(await page.getByRole('switch', { checked: true }).count()).toBe(0)
    await flip(page, 'warning/scan-overdue')
    await button(page, 'Save changes').click()
    await row(page, 'warning/scan-overdue').getByText('Choose "Priority".').waitFor()
    await choose(page, 'warning/scan-overdue', 3, 'High')
    await save(page)
    const { sections } = await ok('GET', `/api/v1/integrations/${id}/rules`)
    const saved = sections.warning.find(({ key }: { key: string }) => key === 'scan-overdue')
    expect(saved).toMatchObject({ enabled: true, fields: { priority: 'High' } })
    await cell(page, 'warning/scan-overdue', 1).click()
    await button(page, 'Edit 1 row').click()
    await page.getByRole('dialog', { name: 'Service order settings for computer status' }).waitFor()
  } finally {
    await tigerpaw.stop()
  }
})

describe('looks', () => {
  test.each(['light', 'dark'] as const)(
    'axe finds nothing in any section, %s, also on a phone',
    async (scheme) => {
      for (const width of [1280, 400]) {
        const page = await as(people.ada, 'warning', { scheme, width })
        for (const section of ['general', 'events', 'warning', 'critical']) {
          await openSection(page, section)
          expect(await inspect(page), `${section} at ${width}`).toEqual([])
          const wide = await page.evaluate('document.documentElement.scrollWidth')
          expect(wide, `${section} scrolls sideways at ${width}`).toBeLessThanOrEqual(width)
        }
      }
    },
    120_000,
  )
})

test('no page broke the content security policy or its own code', () => {
  expect(complaints).toEqual([])
})
