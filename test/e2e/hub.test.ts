import { once } from 'node:events'
import { connect } from 'node:tls'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startKasperskyHubEmulator } from '../../emulators/kaspersky-hub/main.ts'
import type { Database } from '../../src/db/tables.ts'
import { runChannels } from '../../src/worker/channels.ts'
import { exampleBody, forms } from '../../web/pages/hub/examples.ts'
import { testDatabase } from '../support/database.ts'
import { createHubConsole } from '../support/hub-console.ts'

// A person's whole errand in a real browser: long on a busy machine.
vi.setConfig({ testTimeout: 90_000 })

const database = await testDatabase<Database>()
const console_ = await createHubConsole(database)
const { world, address, visitAs, inspect, complaints } = console_
const hub = await startKasperskyHubEmulator({ port: 0, clock: world.clock, tenants: 2, devices: 4 })
const [amber, basalt] = hub.ready.companies
const stopping = new AbortController()
const listening = runChannels(world.deps, stopping.signal)
afterAll(async () => {
  stopping.abort()
  await listening
  await hub.stop()
  await console_.stop()
})

const button = (page: Page | Locator, name: string | RegExp) => page.getByRole('button', { name, exact: true })
const act = async (name: string, order: Record<string, unknown> = {}) => {
  await hub.control.act({ act: name, ...order })
}
async function send(): Promise<void> {
  const { refused } = (await hub.control.act({ act: 'flush' })) as { refused: string | null }
  expect(refused).toBeNull()
  world.clock.advance(6_000)
  await world.work()
}
async function openTab(page: Page, tab: string): Promise<void> {
  await page.goto(`/connections/source/${sourceId}/hub?tab=${tab}`)
  await page.getByRole('tab', { selected: true }).waitFor()
}

let ada: Page
let sourceId = 0
let secret = ''
beforeAll(async () => {
  ada = await visitAs('ada')
})

describe('a source that is never asked', () => {
  test('is connected like any other, and has screens for what it sends', async () => {
    await ada.goto('/connections/new/source')
    await ada.getByRole('combobox', { name: 'Which security product?' }).click()
    await ada.getByRole('option', { name: 'Kaspersky Business Hub' }).click()
    await button(ada, 'Check and save').click()
    await ada.getByRole('link', { name: 'To Kaspersky Business Hub' }).click()
    await ada.getByRole('link', { name: 'What it sends' }).click()
    await ada.getByRole('heading', { level: 1, name: 'What Kaspersky Business Hub sends' }).waitFor()
    sourceId = Number(/source\/(\d+)\/hub/.exec(ada.url())?.[1])
    await ada.getByText('Nothing was heard yet').waitFor()
    expect(await inspect(ada)).toEqual([])
  })

  test('others have none: neither the way there nor the screen', async () => {
    await ada.goto(`/connections/source/${world.sourceId}`)
    await ada.getByRole('heading', { level: 2, name: 'Settings' }).waitFor()
    expect(await ada.getByRole('link', { name: 'What it sends' }).count()).toBe(0)
    await ada.goto(`/connections/source/${world.sourceId}/hub`)
    await ada.getByText('There is no such page').waitFor()
  })

  test('a token is shown once, with an example of each form', async () => {
    await openTab(ada, 'senders')
    await button(ada, 'Make a token').click()
    const dialog = ada.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Inventory script')
    await button(dialog, 'Make a token').click()
    secret = (await dialog.locator('pre').textContent()) ?? ''
    expect(secret).toMatch(/^tocsin_send_/)
    await ada.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await ada.getByRole('cell', { name: 'All companies' }).waitFor()
    expect(await ada.content()).not.toContain(secret)
    for (const form of ['Whole list', 'Changes', 'Events', 'Mailboxes']) {
      await ada.getByRole('radiogroup', { name: 'Form' }).getByText(form, { exact: true }).click()
      expect(await ada.getByRole('region', { name: 'Example' }).textContent()).toContain(
        `curl -X POST ${address}/api/v1/hub/${sourceId}/`,
      )
    }
    expect(await inspect(ada)).toEqual([])
  })

  test.each(forms)('the example “%s” is taken as it stands', async (form) => {
    const body = JSON.stringify(exampleBody({ form, company: 'example', now: world.clock.now() }))
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
    const answer = await fetch(`${address}/api/v1/hub/${sourceId}/${form}`, { method: 'POST', headers, body })
    expect(await answer.text()).toMatch(/"taken":\d/)
    expect(answer.status).toBe(200)
  })

  test('what is sent stands in the inbox, company by company', async () => {
    await act('connect', { url: address, sourceId, token: secret })
    await act('list')
    await act('setMailboxes', { company: amber?.key, count: 42 })
    await send()
    await openTab(ada, 'inbox')
    const row = ada.getByRole('row', { name: new RegExp(amber?.name ?? '') })
    await row.getByText('42').waitFor()
    await row.getByText('Not mapped yet').waitFor()
    await ada.getByRole('row', { name: new RegExp(basalt?.name ?? '') }).waitFor()
    await ada.getByText('Nothing waits.').waitFor()
    expect(await inspect(ada)).toEqual([])
  })

  test('a token for one company cannot speak for another, and is taken back at once', async () => {
    await openTab(ada, 'senders')
    await button(ada, 'Make a token').click()
    const dialog = ada.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Webhook')
    await dialog.getByRole('radio', { name: 'Key that signs' }).check()
    await dialog.getByRole('combobox', { name: 'May send for' }).click()
    await ada.getByRole('option', { name: new RegExp(amber?.name ?? '') }).click()
    expect(await inspect(ada)).toEqual([])
    await button(dialog, 'Make a token').click()
    const signing = (await dialog.locator('pre').textContent()) ?? ''
    const keyId = Number(/\d+/.exec((await dialog.getByText('X-Tocsin-Key').textContent()) ?? '')?.[0])
    await ada.keyboard.press('Escape')
    await act('connect', { url: address, sourceId, key: { id: keyId, secret: signing } })
    await act('list', { company: amber?.key })
    await send()
    await act('list', { company: basalt?.key })
    const refused = (await hub.control.act({ act: 'flush' })) as { refused: string | null }
    expect(refused.refused).toMatch(/^403/)
    await button(ada, 'Revoke Webhook').click()
    await button(ada.getByRole('dialog'), 'Revoke').click()
    await button(ada, 'Revoke Webhook').waitFor({ state: 'detached' })
    await act('forget')
    await act('list', { company: amber?.key })
    expect(((await hub.control.act({ act: 'flush' })) as { refused: string | null }).refused).toMatch(/^401/)
    await act('forget')
    await act('connect', { url: address, sourceId, token: secret })
  })
})

describe('syslog', () => {
  test('is set up with a certificate of our own, and says that it listens', async () => {
    await openTab(ada, 'listeners')
    await ada.getByText('How a status ends').waitFor()
    await button(ada, 'Set up syslog').click()
    const card = ada.getByRole('region', { name: 'Syslog', exact: true })
    await card.getByRole('textbox', { name: 'Listens on address' }).fill('no address')
    await card.getByRole('textbox', { name: 'Port', exact: true }).fill('0')
    await card.getByRole('textbox', { name: 'Names and addresses it is for' }).fill('127.0.0.1')
    await button(card, 'Save').click()
    await card.getByText('Give an IP address of this machine').waitFor()
    await card.getByText('Nothing was saved: 1 field does not fit.').waitFor()
    expect(await inspect(ada)).toEqual([])
    await card.getByRole('textbox', { name: 'Listens on address' }).fill('127.0.0.1')
    await button(card, 'Save').click()
    await card.getByText('Fingerprint SHA-256').waitFor()
    await card.getByText('Listens', { exact: true }).waitFor()
    expect(await inspect(ada)).toEqual([])
  })

  test('what is not saved outlives another tab, and is asked about before the page is left', async () => {
    const card = ada.getByRole('region', { name: 'Syslog', exact: true })
    await card.getByRole('switch', { name: 'In use' }).uncheck()
    await ada.getByRole('tab', { name: 'Inbox' }).click()
    await ada.getByRole('link', { name: 'The connection', exact: true }).click()
    const dialog = ada.getByRole('dialog', { name: 'Leave without saving?' })
    await dialog.getByText('1 change is not saved.').waitFor()
    expect(await inspect(ada)).toEqual([])
    await button(dialog, 'Stay').click()
    await ada.getByRole('tab', { name: 'Syslog and mail' }).click()
    await button(card, 'Cancel changes').click()
    await ada.getByRole('link', { name: 'The connection', exact: true }).click()
    await ada.getByRole('heading', { level: 2, name: 'Settings' }).waitFor()
  })

  test('how a status ends is said as it is set up', async () => {
    await openTab(ada, 'listeners')
    const said = ada.getByRole('alert', { name: 'How a status ends' })
    await said.getByText('when a later message says so, and only then').waitFor()
    await said.getByText('This is the default.').waitFor()
    await said.getByText('Silence never ends anything by itself.').waitFor()
    await said.getByText('“A status event names all reasons” is off for syslog').waitFor()

    await said.getByRole('link', { name: 'Change it in the settings of the connection' }).click()
    await ada.getByRole('combobox', { name: 'A status that syslog or mail reported ends' }).click()
    await ada.getByRole('option', { name: 'also when it was not repeated for the hold time' }).click()
    await ada.getByRole('textbox', { name: 'Hold time (hours)' }).fill('12')
    await button(ada, 'Check and save').click()
    await ada.getByText('It works').waitFor()

    await openTab(ada, 'listeners')
    await said.getByText('also when it was not repeated for the hold time').waitFor()
    await said.getByText('The default is: when a later message says so, and only then.').waitFor()
    await said.getByText('what was not repeated for 12 hours counts as over').waitFor()
    expect(await said.textContent()).not.toContain('Silence never ends')

    const card = ada.getByRole('region', { name: 'Syslog', exact: true })
    await card.getByText('UDP, other products, other languages').click()
    await card.getByRole('checkbox', { name: 'A status event names all reasons' }).check()
    await button(card, 'Save').click()
    await said.getByText('“A status event names all reasons” is on for syslog').waitFor()
    expect(await inspect(ada)).toEqual([])

    await card.getByRole('checkbox', { name: 'A status event names all reasons' }).uncheck()
    await button(card, 'Save').click()
    await said.getByText('is off for syslog').waitFor()
    await world.ok('PATCH', `/api/v1/sources/${sourceId}`, { settings: { statusEnds: 'said' } })
  })

  test('what nobody knows the company of waits, and is given to one', async () => {
    const { states } = await world.ok('GET', `/api/v1/sources/${sourceId}/channels`)
    const port = Number(/:(\d+)/.exec(states[0].address)?.[1])
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const event =
      '[event@23668 p1="x" et="GNRL_EV_VIRUS_FOUND" etdn="Malicious object detected" hdn="PC-9" gn="Managed devices"]'
    socket.write(`<10>1 2026-03-02T06:00:00.000Z console-1 KES|11.0 - GNRL_EV_VIRUS_FOUND ${event} found\n`)
    socket.write('<13>Mar  2 06:00:00 console-1 cron: nothing of ours\n')
    socket.end()
    await once(socket, 'close')
    await openTab(ada, 'unread')
    await ada.getByRole('cell', { name: 'No rule says whose it is' }).waitFor()
    await ada.getByRole('cell', { name: 'No product that is known speaks so' }).waitFor()
    await button(ada, /Look at the messages from console-1/).click()
    const messages = ada.getByRole('region', { name: /Messages from console-1/ })
    expect(await messages.getByRole('region', { name: 'As it came' }).textContent()).toContain('GNRL_EV_VIRUS_FOUND')
    expect(await inspect(ada)).toEqual([])
    await button(ada, /Give to a company: messages from console-1/).click()
    const dialog = ada.getByRole('dialog')
    await dialog.getByRole('combobox', { name: 'Company' }).click()
    await ada.getByRole('option', { name: new RegExp(amber?.name ?? '') }).click()
    expect(await inspect(ada)).toEqual([])
    await button(dialog, 'Give to a company').click()
    await ada.getByText(`1 message was given to ${amber?.name}.`).waitFor()
    await ada.getByRole('cell', { name: 'No rule says whose it is' }).waitFor({ state: 'detached' })
    await button(ada, /Remove the messages from/).click()
    await dialog.getByText('deleted for ever').waitFor()
    expect(await inspect(ada)).toEqual([])
    await button(dialog, 'Remove').click()
    await ada.getByText('1 message was removed.').waitFor()
    await ada.getByText('Everything was read').waitFor()
    world.clock.advance(6_000)
    await world.work()
    const { items } = await world.ok('GET', '/api/v1/events?limit=50')
    expect(items).toContainEqual(expect.objectContaining({ type: 'GNRL_EV_VIRUS_FOUND', tenantName: amber?.name }))
  })
})

describe('mails', () => {
  const mail = [
    'From: Notify <notify@vendor.example>',
    'To: amber@hub.msp.example',
    'Subject: Kaspersky Security for Microsoft 365',
    '',
    'Failed to connect to Exchange Online.',
  ].join('\n')

  test('are tried: what is read, by which pattern, and whose it is', async () => {
    await openTab(ada, 'mail')
    await ada.getByRole('textbox', { name: 'The mail' }).fill(mail)
    await ada.getByRole('textbox', { name: 'Address it came to' }).fill('amber@hub.msp.example')
    await button(ada, 'Read it').click()
    const tester = ada.getByRole('region', { name: /Paste a mail/ })
    await tester.getByText('Read as an event').waitFor()
    await tester.getByText('m365-mailboxes-not-protected').waitFor()
    await tester.getByText('is not on the list of senders').waitFor()
    await tester.getByText('No rule says whose it is').waitFor()
    expect(await inspect(ada)).toEqual([])
  })

  test('are read by rules that are edited, tried before they are saved, and then saved', async () => {
    const card = ada.getByRole('region', { name: 'How mails are read' })
    await card.getByRole('textbox', { name: 'Senders that are read' }).fill('@vendor.example')
    await button(card, 'Add a rule').click()
    const dialog = ada.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).first().fill('Amber’s own address')
    await dialog.getByRole('textbox', { name: 'Value' }).fill('amber@hub.msp.example')
    await dialog.getByRole('textbox', { name: 'Key' }).fill(amber?.key ?? '')
    expect(await inspect(ada)).toEqual([])
    await button(dialog, 'Apply').click()
    await button(ada, 'Add a pattern').click()
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Our own pattern')
    await dialog.getByRole('textbox', { name: 'Pattern 1' }).fill('failed (?<computer>[a-z]+')
    await dialog.getByRole('textbox', { name: 'product' }).fill('microsoft-365')
    await dialog.getByRole('textbox', { name: 'type' }).fill('own-type')
    await dialog.getByRole('textbox', { name: 'severity' }).fill('critical')
    expect(await inspect(ada)).toEqual([])
    await button(dialog, 'Apply').click()
    await dialog.waitFor({ state: 'detached' })
    await button(card, 'Save').click()
    await card.getByText(/field does not fit|fields do not fit/).waitFor()
    const row = card.getByRole('row', { name: /Our own pattern/ })
    expect(await row.textContent()).toMatch(/pattern/)
    await button(ada, 'Delete Our own pattern').click()
    await ada.getByText('which is not saved yet').waitFor()
    await button(ada, 'Read it').click()
    const tester = ada.getByRole('region', { name: /Paste a mail/ })
    await tester.getByText('says the rule “Amber’s own address”').waitFor()
    expect(await tester.getByText('is not on the list of senders').count()).toBe(0)
    await button(card, 'Save').click()
    await card.getByText('Saved.').waitFor()
    const { mail: saved } = await world.ok('GET', `/api/v1/sources/${sourceId}/channels`)
    expect(saved).toMatchObject({ allowSenders: ['@vendor.example'], companyRules: [{ company: amber?.key }] })
  })

  test('unsaved changes are not left without a question', async () => {
    const card = ada.getByRole('region', { name: 'How mails are read' })
    await card.getByRole('textbox', { name: 'Relays that may deliver' }).fill('203.0.113.0/24')
    await ada.getByRole('tab', { name: 'Inbox' }).click()
    await ada.getByRole('link', { name: 'The connection' }).click()
    await button(ada.getByRole('dialog'), 'Stay').click()
    await ada.getByRole('tab', { name: 'How mails are read' }).click()
    expect(await card.getByRole('textbox', { name: 'Relays that may deliver' }).inputValue()).toBe('203.0.113.0/24')
    await button(card, 'Cancel changes').click()
    expect(await card.getByRole('textbox', { name: 'Relays that may deliver' }).inputValue()).toBe('')
  })
})

describe('people', () => {
  test('see what their role lets them see', async () => {
    const rita = await visitAs('rita')
    await openTab(rita, 'inbox')
    await rita
      .getByRole('cell', { name: new RegExp(amber?.name ?? '') })
      .first()
      .waitFor()
    expect(await rita.getByRole('tab').allTextContents()).toEqual(['Inbox'])
    const olga = await visitAs('olga')
    await openTab(olga, 'listeners')
    await olga.getByText('Administrators change this.').waitFor()
    const card = olga.getByRole('region', { name: 'Syslog', exact: true })
    expect(await card.getByRole('textbox', { name: 'Listens on address' }).isDisabled()).toBe(true)
    expect(await button(olga, 'Save').count()).toBe(0)
    expect(await olga.getByRole('tab', { name: 'Web requests' }).count()).toBe(0)
  })
})

describe('ticketing', () => {
  const esc = 'Kaspersky Endpoint Security Cloud'
  const m365 = 'Kaspersky Security for Microsoft 365'

  /** With the priority that a ticket needs. */
  async function switchOn(place: string): Promise<void> {
    await ada.locator(`[data-row="${place}"] .mantine-Switch-track`).click()
    await ada.locator(`[data-row="${place}"] [data-cell="3"]`).click()
    await ada.getByRole('option', { name: 'High', exact: true }).click()
  }
  async function save(): Promise<void> {
    await button(ada, 'Save changes').click()
    await ada.getByText('Saved.', { exact: true }).waitFor()
  }
  /** The rows that are switched on, by their section and key. */
  async function stored(id: number): Promise<Map<string, object>> {
    const { sections } = await world.ok('GET', `/api/v1/integrations/${id}/rules`)
    const rows = Object.entries(sections as Record<string, { key: string; enabled: boolean }[]>)
    return new Map(
      rows.flatMap(([section, all]) =>
        all.filter(({ enabled }) => enabled).map((row) => [`${section}/${row.key}`, row] as const),
      ),
    )
  }

  test('of the two products is set up separately', async () => {
    const { id } = await world.ok('POST', '/api/v1/integrations', { name: 'Cloud', sourceId, psaId: world.psaId })
    await ada.goto('/integrations')
    await ada.evaluate(`localStorage.setItem('tocsin-integration', '${id}')`)
    await ada.goto('/ticketing')
    const panes = ada.getByRole('navigation', { name: 'Sections' })
    await panes.getByRole('group', { name: m365 }).waitFor()
    const links = (product: string) => panes.getByRole('group', { name: product }).getByRole('link')
    expect(await links(esc).allTextContents()).toEqual(['Events', 'Warning status', 'Critical status'])
    expect(await links(m365).allTextContents()).toEqual(['Events'])
    const names = () => ada.getByRole('rowheader').allTextContents()

    await links(m365).click()
    const grid = ada.getByRole('grid', { name: `${m365}: Events` })
    await grid.waitFor()
    const named = (await names()).join('\n')
    expect(named).toContain('Mailboxes protection is not provided')
    expect(named).not.toContain('Functional failure')
    await ada
      .getByText(/Tickets of “Mailboxes protection is not provided”, “License-related issue occurred” close/)
      .waitFor()
    await switchOn('event-type/m365-mailboxes-not-protected')
    expect(await inspect(ada)).toEqual([])

    await links(esc).first().click()
    await ada.getByRole('grid', { name: `${esc}: Events` }).waitFor()
    expect((await names()).join('\n')).toContain('Functional failure')
    expect((await names()).join('\n')).not.toContain('Mailboxes protection')
    await button(ada, 'Reset to defaults').click()
    expect(await button(ada, 'Save changes').isDisabled()).toBe(true)

    await links(m365).click()
    await save()
    const onlyIts = await stored(id)
    expect([...onlyIts.keys()]).toEqual(['event-type/m365-mailboxes-not-protected'])

    // What is saved for the one product leaves the other's rows as they were, and the other way round.
    await links(esc).first().click()
    await switchOn('severity/functional-failure')
    await save()
    await links(esc).nth(2).click()
    await switchOn('critical/databases-outdated')
    await save()
    const both = await stored(id)
    const ofEsc = ['critical/databases-outdated', 'severity/functional-failure']
    expect([...both.keys()].sort()).toEqual([ofEsc[0], 'event-type/m365-mailboxes-not-protected', ofEsc[1]])
    for (const [place, row] of onlyIts) expect(both.get(place)).toEqual(row)
    await links(m365).click()
    await switchOn('event-type/m365-license-issue')
    await save()
    const all = await stored(id)
    expect(all.size).toBe(4)
    for (const [place, row] of both) expect(all.get(place)).toEqual(row)
    await links(esc).first().click()
    const isOn = (place: string) => ada.locator(`[data-row="${place}"] [data-cell="0"]`).isChecked()
    await ada.locator('[data-row="severity/functional-failure"]').waitFor()
    expect([await isOn('severity/functional-failure'), await isOn('severity/critical')]).toEqual([true, false])
  })

  test.each([
    ['m365-mailboxes-not-protected', 'Mailboxes protection is not provided'],
    ['m365-license-issue', 'License-related issue occurred'],
  ])('a ticket of the event %s, which has an end, opens and closes by itself', async (type, title) => {
    const { items } = await world.ok('GET', `/api/v1/tenants?sourceId=${sourceId}&limit=500`)
    const tenant = items.find(({ key }: { key: string }) => key === amber?.key)
    const [integration] = (await world.ok('GET', '/api/v1/integrations')).filter(
      ({ name }: { name: string }) => name === 'Cloud',
    )
    const [account] = await world.ok('GET', `/api/v1/psas/${world.psaId}/accounts`)
    const mapping = { integrationId: integration.id, accountId: account.id }
    await world.ok('PUT', `/api/v1/tenants/${tenant.id}/mapping`, mapping)
    const link = ada.getByRole('link', { name: new RegExp(title) })
    await act('raise', { company: amber?.key, type })
    await send()
    await ada.goto('/tickets')
    await link.waitFor()
    world.clock.advance(60_000)
    await world.work()
    await ada.goto('/tickets')
    await link.click()
    await ada.getByRole('heading', { level: 1, name: new RegExp(title) }).waitFor()
    await act('resolve', { company: amber?.key, type })
    await send()
    await ada.reload()
    await ada.getByText('reported that it is resolved, so its ticket is closed').waitFor()
    await ada.getByText('Closed by itself').waitFor()
    await ada.goto('/tickets?state=done')
    await link.waitFor()
    await ada.goto('/tickets')
    await ada.getByRole('heading', { level: 1, name: 'Tickets' }).waitFor()
    await link.waitFor({ state: 'detached' })
  })

  test('on a phone the sections are a list, and everything fits', async () => {
    const phone = await visitAs('ada', { width: 400, scheme: 'dark' })
    await phone.goto('/integrations')
    const { id } = (await world.ok('GET', '/api/v1/integrations')).find(
      ({ name }: { name: string }) => name === 'Cloud',
    )
    await phone.evaluate(`localStorage.setItem('tocsin-integration', '${id}')`)
    await phone.goto('/ticketing')
    await phone.getByRole('combobox', { name: 'Sections' }).click()
    await phone.getByRole('option', { name: `${m365}: Events` }).click()
    await phone.getByRole('grid', { name: `${m365}: Events` }).waitFor()
    expect(await inspect(phone)).toEqual([])
    for (const tab of ['inbox', 'unread', 'senders', 'listeners', 'mail']) {
      await openTab(phone, tab)
      await phone.getByRole('tabpanel').waitFor()
      const wide = await phone.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect(wide, tab).toBeLessThanOrEqual(0)
      expect(await inspect(phone)).toEqual([])
    }
  })
})

test('no page complained', () => {
  expect(complaints).toEqual([])
})
