import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { exportConfig } from '../../src/usecases/export-config.ts'
import { importConfig } from '../../src/usecases/import-config.ts'
import { runChannels } from '../../src/worker/channels.ts'
import { testDatabase } from '../support/database.ts'
import { answersTo, createHubConsole } from '../support/hub-console.ts'
import { startImap } from '../support/imap-server.ts'
import { makeCertificate } from '../support/servers.ts'

/** The mail server and the mailbox of a hub, set up by a person in the console. */

vi.setConfig({ testTimeout: 90_000 })

const database = await testDatabase<Database>()
const console_ = await createHubConsole(database)
const { world, visitAs, inspect, complaints } = console_
const stopping = new AbortController()
const listening = runChannels(world.deps, stopping.signal)
afterAll(async () => {
  stopping.abort()
  await listening
  await console_.stop()
})

const password = 'app password'
let pair: { key: string; cert: string }
let sourceId = 0
let ada: Page
/** Every answer that the page was given. */
let answers: Promise<string>[] = []

beforeAll(async () => {
  pair = await makeCertificate(['localhost'])
  sourceId = await console_.newHub()
  ada = await visitAs('ada')
  answers = answersTo(ada)
})

const button = (within: Page | Locator, name: string | RegExp) => within.getByRole('button', { name, exact: true })
const field = (within: Page | Locator, name: string) => within.getByRole('textbox', { name, exact: true })
const card = (name: string) => ada.getByRole('region', { name, exact: true })
const stored = () => world.ok('GET', `/api/v1/sources/${sourceId}/channels`)

async function open(page = ada): Promise<void> {
  await page.goto(`/connections/source/${sourceId}/hub?tab=listeners`)
  await page.getByText('How a status ends').waitFor()
}

/** What stands at a field as wrong, to eye and screen reader alike; empty: nothing. */
async function wordsAt(control: Locator): Promise<string> {
  const ids = ((await control.getAttribute('aria-describedby')) ?? '').split(' ').filter((id) => id.endsWith('-error'))
  const words = (await Promise.all(ids.map((id) => ada.locator(`[id="${id}"]`).textContent()))).join(' ')
  expect(await control.getAttribute('aria-invalid')).toBe(words === '' ? null : 'true')
  return words
}

async function wrong(within: Locator, expected: Readonly<Record<string, RegExp>>): Promise<void> {
  const count = Object.keys(expected).length
  const told = count === 1 ? '1 field does not fit' : `${count} fields do not fit`
  await within.getByText(told).waitFor()
  for (const [name, words] of Object.entries(expected)) expect(await wordsAt(field(within, name)), name).toMatch(words)
  expect(await inspect(ada)).toEqual([])
}

async function fill(within: Locator, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) await field(within, name).fill(value)
}

/** Saves, and waits for what the server says to it. */
async function save(within: Locator): Promise<void> {
  const answered = ada.waitForResponse((one) => one.request().method() === 'PUT' && one.url().endsWith('/channels'))
  await button(within, 'Save').click()
  await answered
  await within.locator('button[data-loading]').waitFor({ state: 'detached' })
}

async function choose(within: Locator, name: string, choice: string): Promise<void> {
  await within.getByRole('combobox', { name, exact: true }).click()
  await ada.getByRole('option', { name: choice, exact: true }).click()
}

describe('a mail server', () => {
  test('that cannot be so says at each field what is wrong, and saves nothing', async () => {
    await open()
    await button(ada, 'Set up the mail server').click()
    const smtp = card('Mail server')
    await field(smtp, 'Port').fill('25 or so')
    await save(smtp)
    await wrong(smtp, { Port: /must be a number/, 'Names and addresses it is for': /empty/ })
    await fill(smtp, {
      'Listens on address': 'every address',
      Port: '70000',
      'Name of this server': 'no name!',
      Domains: 'hub.msp.example\nno domain!',
      'Names and addresses it is for': '127.0.0.1',
    })
    await save(smtp)
    await wrong(smtp, {
      'Listens on address': /IP address of this machine/,
      Port: /0 to 65535/,
      'Name of this server': /for example mail\.msp\.example/,
      Domains: /“no domain!” is no domain/,
    })
    expect(await stored()).toMatchObject({ version: 0, smtp: null })
  })

  test('takes a certificate with its own key only, listens, and is read back as it was entered', async () => {
    const smtp = card('Mail server')
    await fill(smtp, {
      'Listens on address': '127.0.0.1',
      Port: '0',
      'Name of this server': 'localhost',
      Domains: 'Hub.msp.example\n\nmail.msp.example\n',
    })
    await ada.keyboard.press('Tab')
    await choose(smtp, 'Encryption', 'Required (STARTTLS)')
    await smtp.getByRole('radio', { name: 'Paste another' }).check()
    await field(smtp, 'Certificate with its chain (PEM)').fill(pair.cert)
    await save(smtp)
    await wrong(smtp, { 'Private key': /Paste the private key/ })
    await field(smtp, 'Private key').fill((await makeCertificate(['other.example'])).key)
    await save(smtp)
    await wrong(smtp, { 'Private key': /not the one of the certificate/ })
    await field(smtp, 'Private key').fill(pair.key)
    await smtp.getByText('Limits', { exact: true }).click()
    await field(smtp, 'Mails a minute of one sender').fill('0')
    await save(smtp)
    await wrong(smtp, { 'Mails a minute of one sender': /from 1 to 100000/ })
    await field(smtp, 'Mails a minute of one sender').fill('42')
    await save(smtp)
    await smtp.getByText('Fingerprint SHA-256').waitFor()
    await smtp.getByText('Listens', { exact: true }).waitFor()
    await smtp.getByText('Saved. It is in use within seconds.').waitFor()
    expect(await stored()).toMatchObject({
      smtp: {
        enabled: true,
        host: '127.0.0.1',
        port: 0,
        name: 'localhost',
        domains: ['hub.msp.example', 'mail.msp.example'],
        encryption: 'required',
        certificate: { keySet: true },
        limits: { messagesPerMinutePerPeer: 42 },
      },
      states: [{ channel: 'smtp', state: 'listening' }],
    })
    await open()
    expect(await field(smtp, 'Name of this server').inputValue()).toBe('localhost')
    expect(await field(smtp, 'Domains').inputValue()).toBe('hub.msp.example\nmail.msp.example')
    expect(await smtp.getByRole('combobox', { name: 'Encryption', exact: true }).inputValue()).toBe(
      'Required (STARTTLS)',
    )
    expect(await field(smtp, 'Private key').count()).toBe(0)
    expect(await inspect(ada)).toEqual([])
  })

  test('is switched off and on without losing anything', async () => {
    const smtp = card('Mail server')
    await smtp.getByRole('switch', { name: 'In use' }).press('Space')
    await save(smtp)
    await smtp.getByText('Saved.').waitFor()
    expect(await stored()).toMatchObject({ smtp: { enabled: false, certificate: { keySet: true } } })
    await smtp.getByRole('switch', { name: 'In use' }).press('Space')
    await save(smtp)
    await expect.poll(async () => (await stored()).smtp.enabled).toBe(true)
    await smtp.getByText('Listens', { exact: true }).waitFor()
  })
})

describe('a mailbox', () => {
  test('that cannot be so says at each field what is wrong, and saves nothing', async () => {
    await open()
    await button(ada, 'Set up the mailbox').click()
    const mailbox = card('Mailbox')
    await fill(mailbox, { Port: '0', 'Look every (seconds)': '5' })
    await save(mailbox)
    await wrong(mailbox, { 'IMAP server': /empty/, 'Look every (seconds)': /at least 10/ })
    await fill(mailbox, { 'IMAP server': 'no server!', 'Look every (seconds)': '60', Folder: '' })
    await save(mailbox)
    await wrong(mailbox, {
      'IMAP server': /name of the IMAP server/,
      Port: /1 to 65535/,
      User: /user name/,
      Password: /password of the mailbox/,
      Folder: /for example INBOX/,
    })
    await fill(mailbox, {
      'IMAP server': 'imap.example.com',
      Port: '143',
      User: 'hub',
      Password: password,
      Folder: 'A',
    })
    await choose(mailbox, 'Encryption', 'None')
    await save(mailbox)
    await mailbox.getByText('1 field does not fit').waitFor()
    const encryption = mailbox.getByRole('combobox', { name: 'Encryption', exact: true })
    expect(await wordsAt(encryption)).toMatch(/reads the password/)
    expect(await inspect(ada)).toEqual([])
    expect(await stored()).toMatchObject({ mailbox: null })
  })

  test('is looked into once it is saved, and its password comes back to no page', async () => {
    const imap = await startImap(pair)
    imap.deliver(['From: a@vendor.example', 'To: b@hub.msp.example', 'Subject: Hello', '', 'text'].join('\r\n'))
    const mailbox = card('Mailbox')
    await fill(mailbox, {
      'IMAP server': 'localhost',
      Port: String(imap.port),
      User: 'hub@mail.example',
      Password: password,
      Folder: 'INBOX',
      'Not before': '2026-01-01',
    })
    await choose(mailbox, 'Encryption', 'From the start (TLS)')
    await mailbox.getByText('More settings', { exact: true }).click()
    await field(mailbox, 'Trusted authorities (PEM)').fill('what is none')
    await save(mailbox)
    await wrong(mailbox, { 'Trusted authorities (PEM)': /BEGIN CERTIFICATE/ })
    await field(mailbox, 'Trusted authorities (PEM)').fill(pair.cert)
    await save(mailbox)
    await mailbox.getByText('A password is set').waitFor()
    expect(await field(mailbox, 'Password').inputValue()).toBe('')
    expect(await stored()).toMatchObject({
      mailbox: {
        host: 'localhost',
        port: imap.port,
        user: 'hub@mail.example',
        passwordSet: true,
        encryption: 'from-the-start',
        folder: 'INBOX',
        notBefore: '2026-01-01',
        everySeconds: 60,
      },
    })
    await world.work()
    expect(imap.commands.some((command) => command.startsWith('LOGIN'))).toBe(true)
    await expect.poll(() => imap.mails.map(({ flags }) => flags.size)).toEqual([1])
    await open()
    await mailbox.getByText('Looks in', { exact: true }).waitFor()
    expect(await field(mailbox, 'IMAP server').inputValue()).toBe('localhost')
    expect(await field(mailbox, 'User').inputValue()).toBe('hub@mail.example')
    expect(await field(mailbox, 'Not before').inputValue()).toBe('2026-01-01')
    expect(await field(mailbox, 'Password').inputValue()).toBe('')
    expect(await inspect(ada)).toEqual([])
  })

  test('keeps its password for its own server alone', async () => {
    const mailbox = card('Mailbox')
    await field(mailbox, 'IMAP server').fill('elsewhere.example')
    await save(mailbox)
    await wrong(mailbox, { Password: /Enter the password again/ })
    await button(mailbox, 'Cancel changes').click()
    expect(await field(mailbox, 'IMAP server').inputValue()).toBe('localhost')
    await field(mailbox, 'Look every (seconds)').fill('90')
    await save(mailbox)
    await mailbox.getByText('Saved.').waitFor()
    expect(await stored()).toMatchObject({ mailbox: { everySeconds: 90, passwordSet: true } })
  })

  test('no answer to the page held a secret', async () => {
    const said = (await Promise.all(answers)).join('\n')
    expect(said.includes('passwordSet')).toBe(true)
    const [, line = 'none'] = pair.key.split('\n')
    // The words “app password” stand in advice, too: as a value they would stand in quotes.
    for (const secret of [`"${password}"`, line, 'PRIVATE KEY']) expect(said.includes(secret), secret).toBe(false)
    expect(await ada.content()).not.toContain(line)
  })
})

describe('what a config file brought', () => {
  test('waits for its secrets, which are entered where they belong', async () => {
    const { sources } = await exportConfig(world.deps)
    const hub = sources.find(({ name }) => name === 'Hub')
    const copy = { ...hub, name: 'Copy', channels: { ...hub?.channels, mailbox: null } }
    const config = { tocsin: 1, sources: [...sources, copy] }
    const { secretsToEnter } = await importConfig(world.deps, { config, dryRun: false })
    expect(secretsToEnter).toMatchObject([{ connection: 'Copy', field: 'channels.smtp.certificate.key' }])
    const all: { id: number; name: string }[] = await world.ok('GET', '/api/v1/sources')
    sourceId = all.find(({ name }) => name === 'Copy')?.id ?? 0
    await open()
    const smtp = card('Mail server')
    await smtp.getByText('Does not listen', { exact: true }).waitFor()
    await smtp.getByText('The key of this certificate is not here').waitFor()
    expect(await inspect(ada)).toEqual([])
    await field(smtp, 'Private key').fill(pair.key)
    await save(smtp)
    await smtp.getByText('Listens', { exact: true }).waitFor()
    expect(await smtp.getByText('The key of this certificate is not here').count()).toBe(0)
    expect(await stored()).toMatchObject({ smtp: { certificate: { keySet: true } }, mailbox: null })
  })
})

test('no page complained', () => {
  expect(complaints).toEqual([])
})
