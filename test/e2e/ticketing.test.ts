import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
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
const { ok, psaId } = world
afterAll(() => console_.stop())
const { path, people, values, rules, stored, as } = await createTicketingScreen(console_)
const { toggle, name, queue, priority, due, time } = columns

let ada: Page
beforeAll(async () => {
  ada = await as(people.ada)
})

describe('a section of rules', () => {
  test('has the desk’s main settings as columns, the toggle first, and is off by default', async () => {
    await ada.getByRole('heading', { level: 1, name: 'Ticketing' }).waitFor()
    const panes = ada.getByRole('navigation', { name: 'Sections' }).getByRole('link')
    expect(await panes.allTextContents()).toEqual(['General', 'Events', 'Warning status', 'Critical status'])
    expect(await ada.getByRole('columnheader').allTextContents()).toEqual([
      'Create ticket',
      'Status description',
      'Queue',
      'Priority',
      'Due in hours',
      'Delay, min',
    ])
    for (const section of ['warning', 'critical', 'events']) {
      await openSection(ada, section)
      expect(await ada.getByRole('switch').count()).toBeGreaterThan(15)
      expect(await ada.getByRole('switch', { checked: true }).count()).toBe(0)
    }
    await openSection(ada, 'warning')
    expect(await cell(ada, 'warning/databases-outdated', queue).textContent()).toBe('Monitoring Alert')
    expect(await button(ada, 'Save changes').isDisabled()).toBe(true)
  })

  test('a toggle is unsaved until it is saved, and Cancel changes brings back what was saved', async () => {
    await flip(ada, 'warning/databases-outdated')
    await saysUnsaved(ada, '1 unsaved change')
    await row(ada, 'warning/databases-outdated').getByText('unsaved').waitFor()
    expect(await isOn(ada, 'warning/databases-outdated')).toBe(true)
    expect((await stored('warning/databases-outdated')).enabled).toBe(false)
    await flip(ada, 'warning/databases-outdated')
    expect(await button(ada, 'Save changes').isDisabled()).toBe(true)
    await flip(ada, 'warning/databases-outdated')
    await flip(ada, 'warning/scan-overdue')
    await saysUnsaved(ada, '2 unsaved changes')
    await button(ada, 'Cancel changes').click()
    expect(await ada.getByRole('switch', { checked: true }).count()).toBe(0)
    expect(await button(ada, 'Cancel changes').isDisabled()).toBe(true)
  })

  test('a required priority that is missing stands at its row, and nothing at all is saved', async () => {
    const before = await rules()
    await flip(ada, 'warning/databases-outdated')
    await flip(ada, 'warning/scan-overdue')
    await choose(ada, 'warning/scan-overdue', priority, 'Low')
    await button(ada, 'Save changes').click()
    await ada.getByRole('alert').filter({ hasText: 'Nothing was saved: 1 row does not fit.' }).waitFor()
    await row(ada, 'warning/databases-outdated').getByText('Choose "Priority".').waitFor()
    expect(await cell(ada, 'warning/databases-outdated', priority).getAttribute('aria-invalid')).toBe('true')
    expect(await rules()).toEqual(before)
    await ada.getByText('To mend', { exact: true }).click()
    await row(ada, 'warning/scan-overdue').waitFor({ state: 'detached' })
    expect(await inspect(ada)).toEqual([])
    await ada.getByText('All', { exact: true }).click()
  })

  test('is edited in place, and saved at once', async () => {
    await choose(ada, 'warning/databases-outdated', priority, 'High')
    await choose(ada, 'warning/databases-outdated', queue, 'Level I Support')
    await cell(ada, 'warning/databases-outdated', due).click()
    await ada.keyboard.type('8')
    await ada.keyboard.press('Enter')
    await save(ada)
    expect(await stored('warning/databases-outdated')).toMatchObject({
      enabled: true,
      fields: { priority: values.priority?.High, queue: values.queue?.['Level I Support'], dueHours: '8' },
    })
    expect(await stored('warning/scan-overdue')).toMatchObject({
      enabled: true,
      fields: { priority: values.priority?.Low, dueHours: '24' },
    })
    await ada.reload()
    await row(ada, 'warning/databases-outdated').getByText('Level I Support').waitFor()
    expect(await isOn(ada, 'warning/databases-outdated')).toBe(true)
  })

  test('what the unsaved rules would do now is shown before saving', async () => {
    await flip(ada, 'warning/databases-outdated')
    await flip(ada, 'warning/not-connected')
    await choose(ada, 'warning/not-connected', priority, 'Medium')
    const { version } = await rules()
    const fields = { ...(await stored('warning/not-connected')).fields, priority: values.priority?.Medium }
    const held = await ok('GET', `${path}/held`)
    const changed = [
      { section: 'warning', key: 'not-connected', enabled: true, fields },
      { section: 'warning', key: 'databases-outdated', enabled: false, fields },
    ]
    const expected = await ok('POST', `${path}/rules/preview`, { version, rows: changed })
    expect(held.total).toBeGreaterThan(0)
    expect(expected.total).not.toBe(expected.before)
    await button(ada, 'Show what this would do now').click()
    const dialog = ada.getByRole('dialog', { name: 'What this would do now' })
    const words = expected.total === 1 ? 'ticket could' : 'tickets could'
    await dialog.getByText(`${expected.total} ${words} be opened for what is wrong already`).waitFor()
    await dialog.getByText(`With the saved rules: ${held.total}.`).waitFor()
    await dialog.getByRole('cell', { name: 'Warning Databases are outdated' }).waitFor()
    expect(await inspect(ada)).toEqual([])
    await ada.keyboard.press('Escape')
    expect((await rules()).version).toBe(version)
    await button(ada, 'Cancel changes').click()
  })

  test('what was wrong before is offered with its count, and opened when asked', async () => {
    const { total } = await ok('GET', `${path}/held`)
    await button(ada, new RegExp(`^Open ${total} tickets? for what is wrong already$`)).click()
    const dialog = ada.getByRole('dialog')
    await dialog.getByRole('button', { name: new RegExp(`${total}`) }).click()
    await dialog.waitFor({ state: 'detached' })
    await button(ada, /for what is wrong already$/).waitFor({ state: 'detached' })
    expect((await ok('GET', `${path}/held`)).total).toBe(0)
    expect((await ok('GET', '/api/v1/tickets')).items).toHaveLength(total)
  })
})

describe('the panel', () => {
  const panel = () => ada.getByRole('dialog', { name: 'Ticket settings for computer status' })
  const pick = async (title: string, label: string) => {
    await panel().getByRole('combobox', { name: title, exact: true }).click()
    await ada.getByRole('option', { name: label, exact: true }).click()
  }

  test('edits one row with its additional settings, and lists that follow another setting', async () => {
    await openSection(ada, 'critical')
    expect(await button(ada, 'Edit').isDisabled()).toBe(true)
    await cell(ada, 'critical/protection-disabled', name).click()
    await button(ada, 'Edit 1 row').click()
    expect(await panel().getByText('Keep each row').count()).toBe(0)
    await panel().getByText('On', { exact: true }).click()
    await pick('Priority', 'Critical')
    const issues = Object.keys(values.issueType ?? {})
    await pick('Issue type', issues[0] ?? '')
    const { choices } = await ok('GET', `/api/v1/psas/${psaId}/options`)
    const fitting = choices.subIssueType.filter(
      ({ parent, active }: { parent: string; active: boolean }) =>
        active && parent === values.issueType?.[issues[0] ?? ''],
    )
    await panel().getByRole('combobox', { name: 'Sub-issue type' }).click()
    expect(await ada.getByRole('option').allTextContents()).toEqual([
      'Not set',
      ...fitting.map(({ label }: { label: string }) => label),
    ])
    await ada.getByRole('option', { name: fitting[0].label, exact: true }).click()
    expect(await inspect(ada)).toEqual([])
    await panel().getByRole('button', { name: 'Apply to 1 row' }).click()
    expect((await stored('critical/protection-disabled')).stored).toBe(false)
    await save(ada)
    expect(await stored('critical/protection-disabled')).toMatchObject({
      enabled: true,
      fields: { priority: values.priority?.Critical, subIssueType: fitting[0].value },
    })
  })

  test('of several rows keeps each row’s value until it is touched, and writes only what was touched', async () => {
    await cell(ada, 'critical/protection-disabled', name).click()
    await cell(ada, 'critical/too-many-viruses', name).click({ modifiers: ['Shift'] })
    await button(ada, 'Edit 3 rows').click()
    const prio = panel().getByRole('combobox', { name: 'Priority' })
    expect([await prio.inputValue(), await prio.getAttribute('placeholder')]).toEqual(['', "Keep each row's value"])
    expect(await panel().getByRole('combobox', { name: 'Queue' }).inputValue()).toBe('Monitoring Alert')
    expect(await panel().getByRole('radio', { name: "Keep each row's value" }).isChecked()).toBe(true)
    // Its list follows the issue type, in which the rows differ.
    expect(await panel().getByRole('combobox', { name: 'Sub-issue type' }).isDisabled()).toBe(true)
    await panel().getByRole('textbox', { name: 'Delay in minutes' }).fill('45')
    await pick('Queue', 'Level I Support')
    await panel().getByRole('button', { name: 'Leave “Queue” as it was' }).click()
    expect(await panel().getByRole('combobox', { name: 'Queue' }).inputValue()).toBe('Monitoring Alert')
    await panel().getByRole('button', { name: 'Apply to 3 rows' }).click()
    await saysUnsaved(ada, '3 unsaved changes')
    const before = await stored('critical/protection-disabled')
    await save(ada)
    expect(await stored('critical/protection-disabled')).toMatchObject({
      ...before,
      delayMinutes: 45,
      updatedAt: expect.anything(),
    })
    for (const key of ['application-not-running', 'too-many-viruses']) {
      const { enabled, fields, delayMinutes } = await stored(`critical/${key}`)
      expect([enabled, fields.priority, delayMinutes]).toEqual([false, undefined, 45])
    }
  })

  test('refuses a time that cannot be, and says what can', async () => {
    await ada.keyboard.press('Escape')
    await cell(ada, 'critical/scan-overdue', name).click()
    await button(ada, 'Edit 1 row').click()
    await panel().getByRole('textbox', { name: 'Delay in minutes' }).fill('99999')
    await panel().getByText('A whole number from 0 to 10080.').waitFor()
    expect(await panel().getByRole('button', { name: 'Apply to 1 row' }).isDisabled()).toBe(true)
    await panel().getByRole('button', { name: 'Cancel' }).click()
    expect(await button(ada, 'Save changes').isDisabled()).toBe(true)
  })
})

describe('the keyboard', () => {
  const focused = () =>
    ada.evaluate(`(() => {
      const cell = document.activeElement?.closest('[data-cell]')
      return cell ? cell.closest('[data-row]').dataset.row + ' ' + cell.dataset.cell : null
    })()`)

  test('moves, toggles, edits and gives up without a mouse', async () => {
    await openSection(ada, 'warning')
    await cell(ada, 'warning/unmanaged', toggle).focus()
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowRight']) await ada.keyboard.press(key)
    expect(await focused()).toBe(`warning/protection-disabled ${priority}`)
    await ada.keyboard.press('Space')
    expect(await isOn(ada, 'warning/protection-disabled')).toBe(true)
    await ada.keyboard.press('F2')
    await ada.getByRole('combobox', { name: 'Status description Protection is disabled: Priority' }).waitFor()
    await ada.keyboard.type('Medi')
    await ada.keyboard.press('ArrowDown')
    await ada.keyboard.press('Enter')
    expect(await cell(ada, 'warning/protection-disabled', priority).textContent()).toBe('Medium')
    expect(await focused()).toBe(`warning/protection-disabled ${priority}`)
    await ada.keyboard.press('Enter')
    await ada.keyboard.press('Escape')
    expect(await focused()).toBe(`warning/protection-disabled ${priority}`)
    await ada.keyboard.press('ArrowRight')
    await ada.keyboard.type('72')
    await ada.keyboard.press('Tab')
    expect(await cell(ada, 'warning/protection-disabled', due).textContent()).toBe('72')
    expect(await focused()).toBe(`warning/protection-disabled ${time}`)
    await ada.keyboard.type('99999')
    await ada.keyboard.press('Enter')
    await ada.getByText('A whole number from 0 to 10080.').waitFor()
    await ada.keyboard.press('Escape')
    expect(await cell(ada, 'warning/protection-disabled', time).textContent()).toBe('0')
    await ada.keyboard.press('Home')
    await ada.keyboard.press('Space')
    expect(await isOn(ada, 'warning/protection-disabled')).toBe(false)
    await ada.keyboard.press('Control+End')
    expect(await focused()).toMatch(new RegExp(` ${time}$`))
    await button(ada, 'Cancel changes').click()
  })

  test('selects one, several and all, and only what is in sight of the search', async () => {
    await cell(ada, 'warning/unmanaged', name).focus()
    await ada.keyboard.press('Shift+Space')
    await button(ada, 'Edit 1 row').waitFor()
    await ada.keyboard.press('Shift+ArrowDown')
    await ada.keyboard.press('Shift+ArrowDown')
    await button(ada, 'Edit 3 rows').waitFor()
    expect(await row(ada, 'warning/application-not-running').getAttribute('aria-selected')).toBe('true')
    await ada.keyboard.press('Shift+ArrowUp')
    await button(ada, 'Edit 2 rows').waitFor()
    await ada.keyboard.press('Escape')
    expect(await ada.locator('[aria-selected="true"]').count()).toBe(0)
    const all = await ada.getByRole('switch').count()
    await ada.keyboard.press('Control+a')
    await button(ada, `Edit ${all} rows`).waitFor()
    await ada.getByRole('searchbox', { name: 'Search' }).fill('virus')
    await button(ada, 'Edit 1 row').waitFor()
    expect(await ada.getByRole('rowheader').allTextContents()).toEqual(['Too many viruses detected'])
    await ada.getByRole('searchbox', { name: 'Search' }).fill('')
    await ada.getByRole('checkbox', { name: /select all/ }).click()
    await button(ada, 'Edit').waitFor()
  })
})

describe('what is unsaved', () => {
  test('survives a look at another section and is asked about before the page is left', async () => {
    await openSection(ada, 'warning')
    await flip(ada, 'warning/restart-required')
    await ada.getByRole('link', { name: 'Critical status' }).click()
    await row(ada, 'critical/restart-required').waitFor()
    await flip(ada, 'critical/restart-required')
    await ada.getByRole('link', { name: /^Warning status/ }).click()
    await row(ada, 'warning/restart-required').getByText('unsaved').waitFor()
    expect(await ada.getByRole('navigation', { name: 'Sections' }).getByRole('link').allTextContents()).toEqual([
      'General',
      'Events',
      'Warning status1 unsaved',
      'Critical status1 unsaved',
    ])
    await ada.getByRole('link', { name: 'Tickets' }).click()
    const dialog = ada.getByRole('dialog', { name: 'Leave without saving?' })
    await dialog.getByText('2 changes are not saved. They are lost when you leave.').waitFor()
    await dialog.getByRole('button', { name: 'Stay' }).click()
    expect(new URL(ada.url()).pathname).toBe('/ticketing')
    const asked = new Promise<string>((resolve) => {
      ada.once('dialog', (question) => {
        resolve(question.type())
        void question.dismiss()
      })
    })
    // The page that asks is not left, so that the reload never ends.
    ada.reload({ timeout: 2_000 }).catch(() => undefined)
    expect(await asked).toBe('beforeunload')
    await row(ada, 'warning/restart-required').getByText('unsaved').waitFor()
    await ada.getByRole('link', { name: 'Tickets' }).click()
    await dialog.getByRole('button', { name: 'Leave without saving' }).click()
    await ada.getByRole('heading', { level: 1, name: 'Tickets' }).waitFor()
    expect((await stored('warning/restart-required')).stored).toBe(false)
  })

  test('Reset to defaults fills in the defaults, and is itself unsaved until saved', async () => {
    await openSection(ada, 'warning')
    expect(await ada.getByRole('switch', { checked: true }).count()).toBe(2)
    await button(ada, 'Reset to defaults').click()
    expect(await ada.getByRole('switch', { checked: true }).count()).toBe(0)
    expect(await cell(ada, 'warning/databases-outdated', queue).textContent()).toBe('Monitoring Alert')
    expect((await stored('warning/databases-outdated')).enabled).toBe(true)
    await button(ada, 'Cancel changes').click()
    expect(await ada.getByRole('switch', { checked: true }).count()).toBe(2)
    await button(ada, 'Reset to defaults').click()
    await save(ada)
    expect(await stored('warning/databases-outdated')).toMatchObject({ enabled: false, fields: { dueHours: '24' } })
    expect((await stored('critical/protection-disabled')).enabled).toBe(true)
  })
})

describe('a queue that no longer exists', () => {
  const order = (isActive: boolean) =>
    world.autotask.control.act({
      act: 'setPicklistValue',
      field: 'queueID',
      value: Number(values.queue?.['Monitoring Alert']),
      isActive,
    })

  async function readAgain(): Promise<void> {
    const answer = ada.waitForResponse((response) => response.url().includes('options?refresh=true'))
    await button(ada, 'Read them again').click()
    await answer
  }

  test('stands at its rows once the lists are read again', async () => {
    await openSection(ada, 'critical')
    await order(false)
    try {
      await readAgain()
      await row(ada, 'critical/protection-disabled')
        .getByText(/"Monitoring Alert" is inactive/)
        .waitFor()
      await cell(ada, 'critical/protection-disabled', due).click()
      await ada.keyboard.type('5')
      await ada.keyboard.press('Enter')
      await button(ada, 'Save changes').click()
      await ada.getByRole('alert').filter({ hasText: 'Nothing was saved' }).waitFor()
      await row(ada, 'critical/protection-disabled')
        .getByText(/"Monitoring Alert" is inactive/)
        .waitFor()
    } finally {
      await order(true)
    }
    await readAgain()
    await save(ada)
  })
})

test('no page broke the content security policy or its own code', () => {
  expect(complaints).toEqual([])
})
