import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { startAuthority } from '../support/authority.ts'
import { testDatabase } from '../support/database.ts'
import { answersTo, createHubConsole } from '../support/hub-console.ts'
import { startImap } from '../support/imap-server.ts'
import { makeCertificate } from '../support/servers.ts'

/** A mailbox of Exchange Online, at which an application signs in, set up by a person in the console. */

vi.setConfig({ testTimeout: 90_000 })

const database = await testDatabase<Database>()
const console_ = await createHubConsole(database)
const { world, visitAs, inspect, complaints } = console_
afterAll(() => console_.stop())

const secret = 'IrxHB~P6uh_5g0Q'
const clientId = '11111111-2222-3333-4444-555555555555'
const tenant = 'contoso.onmicrosoft.com'
let pair: { key: string; cert: string }
let sourceId = 0
let ada: Page
let answers: Promise<string>[] = []

beforeAll(async () => {
  pair = await makeCertificate(['localhost'])
  sourceId = await console_.newHub()
  ada = await visitAs('ada')
  answers = answersTo(ada)
})

const mailbox = () => ada.getByRole('region', { name: 'Mailbox', exact: true })
const field = (name: string) => mailbox().getByRole('textbox', { name, exact: true })
const signIn = () => mailbox().getByRole('combobox', { name: 'Sign-in', exact: true })

async function open(): Promise<void> {
  await ada.goto(`/connections/source/${sourceId}/hub?tab=listeners`)
  await ada.getByText('How a status ends').waitFor()
}

async function choose(control: Locator, choice: string): Promise<void> {
  await control.click()
  await ada.getByRole('option', { name: choice, exact: true }).click()
}

async function fill(values: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) await field(name).fill(value)
}

async function save(): Promise<void> {
  const answered = ada.waitForResponse((one) => one.request().method() === 'PUT' && one.url().endsWith('/channels'))
  await mailbox().getByRole('button', { name: 'Save', exact: true }).click()
  await answered
  await mailbox().locator('button[data-loading]').waitFor({ state: 'detached' })
}

async function wordsAt(name: string): Promise<string> {
  const ids = ((await field(name).getAttribute('aria-describedby')) ?? '').split(' ')
  const words = ids.filter((id) => id.endsWith('-error')).map((id) => ada.locator(`[id="${id}"]`).textContent())
  return (await Promise.all(words)).join(' ')
}

test('an application is entered in the place of a password, and its mailbox is read', async () => {
  const authority = await startAuthority(pair)
  authority.tenants.set(tenant, [{ clientId, secrets: [secret] }])
  const imap = await startImap(pair, { byToken: { takes: (token) => authority.given.includes(token) } })
  imap.deliver(['From: a@vendor.example', 'To: b@hub.msp.example', 'Subject: Hello', '', 'text'].join('\r\n'))

  await open()
  await ada.getByRole('button', { name: 'Set up the mailbox', exact: true }).click()
  await field('Password').fill('typed for the other way')
  await choose(signIn(), 'By an application')
  expect(await field('Password').count()).toBe(0)
  expect(await field('IMAP server').inputValue()).toBe('outlook.office365.com')
  expect(await field('Client secret').inputValue()).toBe('')
  await save()
  await mailbox().getByText('4 fields do not fit').waitFor()
  expect(await wordsAt('Directory (tenant) ID')).toMatch(/domain of the tenant/)
  expect(await wordsAt('Application (client) ID')).toMatch(/for example 1111/)
  expect(await wordsAt('Client secret')).toMatch(/its Value/)
  expect(await inspect(ada)).toEqual([])

  await mailbox().getByText('More settings', { exact: true }).click()
  await fill({
    'IMAP server': 'localhost',
    Port: String(imap.port),
    User: 'hub@mail.example',
    'Directory (tenant) ID': tenant,
    'Application (client) ID': clientId,
    'Client secret': 'mistyped',
    'Sign-in authority': `${authority.url}/${tenant}`,
    'Trusted authorities (PEM)': pair.cert,
    'Not before': '2026-01-01',
  })
  await save()
  await mailbox().getByText('1 field does not fit').waitFor()
  expect(await wordsAt('Sign-in authority')).toMatch(/without anything after the host/)
  await field('Sign-in authority').fill(authority.url)
  await save()
  await mailbox().getByText('A client secret is set').waitFor()
  expect(await field('Client secret').inputValue()).toBe('')

  await world.work()
  await open()
  await mailbox().getByText('Cannot look in', { exact: true }).waitFor()
  await mailbox()
    .getByText(/The authority refused the client secret: AADSTS7000215/)
    .waitFor()
  expect(await inspect(ada)).toEqual([])
  await field('Client secret').fill(secret)
  await save()
  await mailbox().getByText('Saved. It is in use within seconds.').waitFor()
  await world.work()
  expect(imap.mails.map(({ flags }) => flags.size)).toEqual([1])
  await open()
  await mailbox().getByText('Looks in', { exact: true }).waitFor()
  expect(await signIn().inputValue()).toBe('By an application')
  expect(await field('Directory (tenant) ID').inputValue()).toBe(tenant)
  expect(await inspect(ada)).toEqual([])
})

test('its secret is not taken for a password, nor shown', async () => {
  await choose(signIn(), 'By password')
  expect(
    await mailbox()
      .getByText(/is set: leave the field empty/)
      .count(),
  ).toBe(0)
  await save()
  await mailbox().getByText('1 field does not fit').waitFor()
  expect(await wordsAt('Password')).toMatch(/Enter the password again/)
  await mailbox().getByRole('button', { name: 'Cancel changes', exact: true }).click()
  expect(await signIn().inputValue()).toBe('By an application')
  const said = (await Promise.all(answers)).join('\n')
  expect(said).toContain('"signIn":"application"')
  for (const text of [secret, 'mistyped', 'eyJ0.token']) expect(said).not.toContain(text)
  expect(await ada.content()).not.toContain(secret)
})

test('no page complained', () => {
  expect(complaints).toEqual([])
})
