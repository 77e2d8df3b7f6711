import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { firstAdministrator, newcomer, type SignedIn } from '../support/api-people.ts'
import { createConsoleWorld, openTicket } from '../support/console-world.ts'
import { testDatabase } from '../support/database.ts'

const database = await testDatabase<Database>()
const console_ = await createConsoleWorld(database)
const { world, visit, inspect, complaints } = console_
const { ok, clock, integrationId, sourceId, psaId } = world
afterAll(() => console_.stop())

const secret = 's3cr3t-of-the-proxy'
const integration = () => ok('GET', `/api/v1/integrations/${integrationId}`)

let admin: Page
let operator: Page
let reader: Page

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
const main = (page: Page) => page.getByRole('main')
const button = (page: Page, name: string | RegExp) => main(page).getByRole('button', { name })
const inDialog = (page: Page, name: string | RegExp) => page.getByRole('dialog').getByRole('button', { name })
const field = (page: Page, name: string) => main(page).getByRole('textbox', { name, exact: true })
const said = (page: Page, text: string | RegExp) => main(page).getByText(text).first().waitFor()
const dialogIsGone = (page: Page) => page.getByRole('dialog').waitFor({ state: 'detached' })

async function pageOf({ cookie }: SignedIn, options: Parameters<typeof visit>[0] = {}): Promise<Page> {
  const page = await visit(options)
  const [name = '', value = ''] = cookie.split('=')
  await page.context().addCookies([{ name, value, url: console_.address }])
  return page
}

/** Answers the question that stands before a page is left. */
async function stayOrLeave(page: Page, said: string, answer: 'Stay' | 'Leave without saving'): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Leave without saving?' })
  await dialog.getByText(said).waitFor()
  expect(await inspect(page)).toEqual([])
  await dialog.getByRole('button', { name: answer }).click()
  await dialogIsGone(page)
}

let ada: SignedIn

beforeAll(async () => {
  await openTicket(world, 'OUTDATED-01')
  ada = await firstAdministrator(world)
  admin = await pageOf(ada)
  operator = await pageOf(await newcomer(world, ada, 'operator', 'otto@example.com'))
  reader = await pageOf(await newcomer(world, ada, 'read-only', 'rita@example.com'))
})

describe('integrations', () => {
  test('stand side by side, and the one that is shown is named at the top', async () => {
    await admin.goto('/integrations')
    await admin.getByRole('region', { name: 'Endpoint security' }).getByText('Shown now').waitFor()
    await admin.getByRole('link', { name: 'New integration' }).click()
    await title(admin, 'New integration')
    await field(admin, 'Name').fill('Endpoint security')
    await admin.getByRole('combobox', { name: 'Status of closed tickets' }).waitFor()
    await button(admin, 'Pair them').click()
    await admin.getByText('There is already a integration named').waitFor()
    await field(admin, 'Name').fill('Night shift')
    await button(admin, 'Pair them').click()
    await title(admin, 'Night shift')
    await admin.getByRole('banner').getByRole('button', { name: 'Night shift' }).waitFor()
    await admin.getByRole('link', { name: 'All integrations' }).click()
    await button(admin, 'Show the screens of Endpoint security').click()
    await admin.getByRole('banner').getByRole('button', { name: 'Endpoint security' }).waitFor()
    expect(await inspect(admin)).toEqual([])
  })

  test('texts are previewed as they are typed, and a blank that stands for nothing is said at once', async () => {
    await admin.goto(`/integrations/${integrationId}`)
    const preview = admin.getByRole('status', { name: 'What it would read like' })
    await preview.getByText('Critical:').waitFor()
    await field(admin, 'Title').fill('{{what}} at {{customer}}')
    await admin.getByText('{{customer}} stands for nothing.').waitFor()
    await field(admin, 'Title').fill('At the client: ')
    await button(admin, /^what: /).click()
    await preview.getByRole('heading', { name: /^At the client: \S/ }).waitFor()
    expect(await field(admin, 'Title').inputValue()).toBe('At the client: {{what}}')
    expect(await inspect(admin)).toEqual([])
  })

  test('only what was touched is saved; what is refused is said at its field', async () => {
    await field(admin, 'Minutes between two notes, at least').fill('a while')
    await button(admin, 'Save').click()
    await admin.getByText('Nothing was saved').waitFor()
    await field(admin, 'Minutes between two notes, at least').fill('90')
    await ok('PATCH', `/api/v1/integrations/${integrationId}`, { descriptionTemplate: 'Changed meanwhile: {{advice}}' })
    await button(admin, 'Save').click()
    await said(admin, /^Saved$/)
    expect(await integration()).toMatchObject({
      titleTemplate: 'At the client: {{what}}',
      descriptionTemplate: 'Changed meanwhile: {{advice}}',
      repeatNoteMinutes: 90,
    })
    await field(admin, 'Name').fill('Something else')
    await said(admin, 'Not saved yet')
    await button(admin, 'Undo my changes').click()
    expect(await field(admin, 'Name').inputValue()).toBe('Endpoint security')
  })

  test('what is not saved is asked about before its page is left', async () => {
    await field(admin, 'Name').fill('Not yet saved')
    await field(admin, 'Title').fill('{{what}}')
    await admin.getByRole('link', { name: 'All integrations' }).click()
    await stayOrLeave(admin, '2 changes are not saved.', 'Stay')
    expect(await field(admin, 'Name').inputValue()).toBe('Not yet saved')
    await admin.getByRole('button', { name: 'Ada', exact: true }).click()
    await admin.getByRole('menuitem', { name: 'Sign out' }).click()
    await admin.locator('[role=menu]').waitFor({ state: 'detached' })
    await stayOrLeave(admin, '2 changes are not saved.', 'Stay')
    // Whoever stays is still signed in.
    expect(await field(admin, 'Name').inputValue()).toBe('Not yet saved')
    expect((await admin.request.get('/api/v1/status')).status()).toBe(200)
    await admin.getByRole('link', { name: 'All integrations' }).click()
    await stayOrLeave(admin, '2 changes are not saved.', 'Leave without saving')
    await title(admin, 'Integrations')
    expect((await integration()).name).toBe('Endpoint security')
    await admin.getByRole('link', { name: 'New integration' }).click()
    await admin.getByRole('combobox', { name: 'Status of closed tickets' }).waitFor()
    await field(admin, 'Name').fill('Never made')
    await admin.getByRole('link', { name: 'All integrations' }).click()
    await stayOrLeave(admin, '1 change is not saved.', 'Leave without saving')
    await title(admin, 'Integrations')
    // What was only looked at is left without a word.
    await admin.getByRole('link', { name: 'New integration' }).click()
    await admin.getByRole('combobox', { name: 'Status of closed tickets' }).waitFor()
    await admin.getByRole('link', { name: 'All integrations' }).click()
    await title(admin, 'Integrations')
  })

  test('an operator pauses one with an end; it is shown everywhere, and its end is not missed', async () => {
    await operator.goto('/integrations')
    expect(await main(operator).getByRole('link', { name: 'New integration' }).count()).toBe(0)
    expect(await button(operator, 'Delete Endpoint security').count()).toBe(0)
    await button(operator, 'Pause Endpoint security').click()
    expect(await inspect(operator)).toEqual([])
    await operator.getByRole('dialog').getByLabel('Why (if you like)').fill('moving the desk')
    await inDialog(operator, 'Pause').click()
    await dialogIsGone(operator)
    await said(operator, /Endpoint security is paused until/)
    await said(operator, 'By otto: moving the desk')
    await reader.goto('/')
    await said(reader, /Endpoint security is paused until/)
    expect(await button(reader, 'Go on now').count()).toBe(0)
    expect(await inspect(reader)).toEqual([])

    // What goes wrong meanwhile gets no ticket by itself.
    await fallIll('PAUSED-01')
    expect((await ok('GET', '/api/v1/tickets?computer=PAUSED-01')).items).toEqual([])
    clock.advance(2 * 3_600_000)
    await operator.goto('/')
    await said(operator, 'The pause of Endpoint security is over')
    await said(operator, /things? (is|are) wrong and ha(s|ve) no ticket/)
    expect(await inspect(operator)).toEqual([])
    await button(operator, 'Look, and open tickets …').click()
    await inDialog(operator, /^Open \d+ tickets?$/).click()
    await dialogIsGone(operator)
    await said(operator, 'Nothing is left without a ticket.')
    expect((await ok('GET', '/api/v1/tickets?computer=PAUSED-01')).items).toHaveLength(1)
    await button(operator, 'Noted').click()
    await operator.getByText('The pause of Endpoint security is over').waitFor({ state: 'detached' })
    expect((await integration()).pausedUntil).toBeNull()
  })

  test('a pause can be ended before its time, or be given another end', async () => {
    await operator.goto(`/integrations/${integrationId}`)
    await button(operator, 'Pause …').click()
    const dialog = operator.getByRole('dialog')
    await dialog.getByRole('radio', { name: 'Until another time' }).check()
    await dialog.getByLabel('Day and time').fill('2020-01-01T08:00')
    await inDialog(operator, 'Pause').click()
    await dialog.getByRole('alert').filter({ hasText: 'This moment is past' }).waitFor()
    await dialog.getByRole('radio', { name: /^For a week/ }).check()
    await inDialog(operator, 'Pause').click()
    await dialogIsGone(operator)
    await button(operator, 'Change its end …').click()
    await operator
      .getByRole('dialog')
      .getByRole('radio', { name: /^Until tomorrow/ })
      .check()
    await inDialog(operator, 'Pause').click()
    await dialogIsGone(operator)
    await button(operator, 'Go on now').click()
    await button(operator, 'Pause …').waitFor()
    expect((await integration()).pausedUntil).toBeNull()
  })

  test('deleting one says what it implies; with tickets that are not done it cannot be', async () => {
    await admin.goto('/integrations')
    await button(admin, 'Delete Endpoint security').click()
    const dialog = admin.getByRole('dialog', { name: 'Delete Endpoint security?' })
    await dialog.getByText(/tickets of it are not done/).waitFor()
    expect(await dialog.getByRole('button', { name: 'Delete', exact: true }).count()).toBe(0)
    await admin.keyboard.press('Escape')
    await dialogIsGone(admin)
    await button(admin, 'Delete Night shift').click()
    await admin.getByRole('dialog').getByText('the mappings of 0 clients').waitFor()
    expect(await inspect(admin)).toEqual([])
    await inDialog(admin, 'Cancel').click()
    await dialogIsGone(admin)
    await button(admin, 'Delete Night shift').click()
    await inDialog(admin, 'Delete').click()
    await admin.getByRole('region', { name: 'Night shift' }).waitFor({ state: 'detached' })
    expect(await ok('GET', '/api/v1/integrations')).toHaveLength(1)
  })
})

/** Another computer of the mapped client has outdated databases. */
async function fallIll(name: string): Promise<void> {
  const [{ key }] = (await ok('GET', '/api/v1/tenants?mapped=true')).items
  const now = clock.now().getTime()
  const day = 86_400_000
  const order = { act: 'addHost', name, createdAt: new Date(now - 30 * day).toISOString(), vserver: key }
  const { id } = (await world.ksc.control.act(order)) as { id: string }
  await pass(5)
  const changes = { databasesAt: new Date(now - 4 * day).toISOString() }
  await world.ksc.control.act({ act: 'setHost', host: id, changes })
  await pass(5)
}

async function pass(minutes: number): Promise<void> {
  clock.advance(minutes * 60_000)
  await world.work()
}

describe('connections', () => {
  test('are listed with their state, and read when somebody asks', async () => {
    await operator.goto('/connections')
    await title(operator, 'Connections')
    const row = operator.getByRole('row').filter({ hasText: 'KSC' })
    await row.getByText('Works').waitFor()
    await row.getByText('Endpoint security').waitFor()
    expect(await inspect(operator)).toEqual([])
    await button(operator, 'Read now: KSC').click()
    await said(operator, 'Asked for')
    const { sources } = await ok('GET', '/api/v1/status')
    expect(sources[0].duties.every(({ dueAt }: { dueAt: string }) => Date.parse(dueAt) <= clock.now().getTime())).toBe(
      true,
    )
    expect(await main(operator).getByRole('link', { name: 'Connect a security product' }).count()).toBe(0)
  })

  test('a secret is written and never read; it is kept unless it is entered anew', async () => {
    await admin.goto(`/connections/psa/${psaId}`)
    await title(admin, 'Autotask')
    const entry = field(admin, 'Secret')
    expect(await entry.inputValue()).toBe('')
    await said(admin, 'It is set; leave this empty to keep it.')
    await admin.locator('summary', { hasText: 'Connection' }).click()
    await field(admin, 'Proxy password').fill(secret)
    await button(admin, 'Check and save').click()
    await said(admin, 'It works: everything that is needed can be read and written.')
    expect((await ok('GET', `/api/v1/psas/${psaId}`)).secretsSet).toContain('proxyPassword')
    expect(await field(admin, 'Proxy password').inputValue()).toBe('')
    await button(admin, 'Remove it: Proxy password').click()
    await said(admin, 'It is removed when you save.')
    await button(admin, 'Check and save').click()
    await button(admin, 'Keep it after all: Proxy password').waitFor({ state: 'detached' })
    await said(admin, 'It works: everything that is needed can be read and written.')
    expect((await ok('GET', `/api/v1/psas/${psaId}`)).secretsSet).toEqual(['integrationCode', 'secret'])
    expect(world.said()).not.toContain(secret)
    expect(await admin.content()).not.toContain(secret)
    // All lists are read anew after a change; until then the buttons rest.
    await expect.poll(() => button(admin, 'Only check').isEnabled()).toBe(true)
    expect(await inspect(admin)).toEqual([])
  })

  test('another address asks for every secret again', async () => {
    await admin.goto(`/connections/source/${sourceId}`)
    await field(admin, 'Port').fill('1')
    await said(admin, 'You changed where secrets are sent to (Port)')
    await said(admin, 'Enter it again: it was for another address.')
    await button(admin, 'Check and save').click()
    await admin.getByText('Enter the secret again, because the address changed (Port).').waitFor()
    await field(admin, 'Password').fill(String(world.ksc.ready.password))
    await button(admin, 'Check and save').click()
    await admin.getByRole('alert').filter({ hasText: 'The check failed, so nothing was saved' }).waitFor()
    expect((await ok('GET', `/api/v1/sources/${sourceId}`)).settings.port).toBe(world.ksc.port)
    await field(admin, 'Port').fill(String(world.ksc.port))
    await button(admin, 'Check and save').click()
    await said(admin, 'It works: everything that is needed can be read and written.')
  })

  test('what is not saved is asked about before its page is left', async () => {
    await field(admin, 'Name').fill('Another KSC')
    await field(admin, 'Password').fill('another secret')
    await admin.getByRole('link', { name: 'All connections' }).click()
    await stayOrLeave(admin, '2 changes are not saved.', 'Stay')
    expect(await field(admin, 'Password').inputValue()).toBe('another secret')
    // Neither is it lost by a reload that nobody meant.
    const asked = new Promise<string>((resolve) => {
      admin.once('dialog', (question) => {
        resolve(question.type())
        void question.dismiss()
      })
    })
    admin.reload({ timeout: 2_000 }).catch(() => undefined)
    expect(await asked).toBe('beforeunload')
    await field(admin, 'Password').fill('')
    await field(admin, 'Name').fill('KSC')
    await admin.getByRole('link', { name: 'All connections' }).click()
    await title(admin, 'Connections')
    await main(admin).getByRole('link', { name: 'Connect a security product' }).click()
    await field(admin, 'User name').fill('ada')
    await admin.getByRole('link', { name: 'All connections' }).click()
    await stayOrLeave(admin, '1 change is not saved.', 'Leave without saving')
    await title(admin, 'Connections')
    await admin.goto(`/connections/source/${sourceId}`)
    await title(admin, 'KSC')
  })

  test('the fields are titled and explained in German too, as is a desk’s', async () => {
    const page = await pageOf(ada)
    await page.goto(`/connections/source/${sourceId}`)
    await field(page, 'Administration Server').waitFor()
    await page.getByRole('button', { name: 'Ada', exact: true }).click()
    await page.getByRole('menuitemradio', { name: 'Deutsch' }).click()
    await page.keyboard.press('Escape')
    await field(page, 'Administrationsserver').waitFor()
    await said(page, 'Kennwort dieses Kontos.')
    await page.locator('summary', { hasText: 'Abfrage' }).waitFor()
    expect(await page.getByRole('combobox', { name: 'Dem Server vertrauen anhand von' }).inputValue()).toBe(
      'Fingerabdruck seines Zertifikats',
    )
    await field(page, 'Port').fill('1')
    await said(page, 'Sie haben geändert, wohin Geheimnisse gesendet werden (Port)')
    await field(page, 'Port').fill(String(world.ksc.port))
    await page.goto(`/connections/psa/${psaId}`)
    await field(page, 'Name des API-Benutzers').waitFor()
    await page.goto(`/integrations/${integrationId}`)
    await page.getByRole('combobox', { name: 'Status geschlossener Tickets' }).waitFor()
    await page.goto('/ticketing')
    await page.getByRole('columnheader', { name: 'Priorität' }).waitFor()
    expect(await inspect(page)).toEqual([])
  })

  test('trouble is told in the words of the other side', async () => {
    await button(admin, 'Check now').click()
    await said(admin, 'Version')
    world.autotask.control.setFaults({ dead: true })
    await pass(60)
    await admin.goto('/connections')
    const row = admin.getByRole('row').filter({ hasText: 'Autotask' })
    await row.getByText(/Trouble|Held back/).waitFor()
    world.autotask.control.setFaults({})
    await pass(60)
  })

  test('one that is used cannot be deleted and says by what; another one asks', async () => {
    await admin.goto('/connections')
    await button(admin, 'Delete KSC').click()
    const dialog = admin.getByRole('dialog', { name: 'Delete KSC?' })
    await dialog.getByText('It cannot be deleted while an integration uses it.').waitFor()
    await dialog.getByRole('link', { name: 'Endpoint security' }).waitFor()
    expect(await dialog.getByRole('button', { name: 'Delete', exact: true }).count()).toBe(0)
    expect(await inspect(admin)).toEqual([])
    await admin.keyboard.press('Escape')
    await dialogIsGone(admin)
    await main(admin).getByRole('link', { name: 'Connect a security product' }).click()
    await admin.getByRole('combobox', { name: 'Which security product?' }).click()
    await admin.getByRole('option', { name: 'Tocsin', exact: true }).click()
    await button(admin, 'Save').click()
    await main(admin).getByRole('link', { name: 'To Tocsin' }).click()
    await title(admin, 'Tocsin')
    // What is deleted is not asked about as unsaved.
    await field(admin, 'Name').fill('Soon gone')
    await button(admin, 'Delete').click()
    await inDialog(admin, 'Delete').click()
    await title(admin, 'Connections')
    await admin.getByRole('row').filter({ hasText: 'Tocsin' }).waitFor({ state: 'detached' })
    expect(await ok('GET', '/api/v1/sources')).toHaveLength(1)
  })

  test('who may only read sees the settings without secrets, and nothing to change', async () => {
    await reader.goto(`/connections/psa/${psaId}`)
    await title(reader, 'Autotask')
    await reader.getByRole('row', { name: 'Secret is set' }).waitFor()
    expect(await main(reader).getByRole('textbox').count()).toBe(0)
    expect(await main(reader).getByRole('button').count()).toBe(0)
    await reader.goto('/connections/new/psa')
    await said(reader, 'This is for administrators')
    await reader.goto(`/integrations/${integrationId}`)
    await title(reader, 'Endpoint security')
    await said(reader, 'General')
    expect(await main(reader).getByRole('textbox', { name: 'Title' }).isDisabled()).toBe(true)
    expect(await button(reader, 'Save').count()).toBe(0)
  })
})

describe('accessibility', () => {
  test.each(['light', 'dark'] as const)(
    'axe finds nothing on these screens, and none scrolls sideways, %s',
    async (scheme) => {
      for (const width of [1280, 390]) {
        const page = await pageOf(ada, { scheme, width })
        const paths = [
          '/setup',
          '/integrations',
          '/integrations/new',
          `/integrations/${integrationId}`,
          '/connections',
          '/connections/new/source',
          '/connections/new/psa',
          `/connections/source/${sourceId}`,
          `/connections/psa/${psaId}`,
        ]
        const found: string[] = []
        for (const path of paths) {
          await page.goto(path)
          await page.getByRole('heading', { level: 1 }).waitFor()
          const loading = page.getByRole('status').filter({ hasText: 'Loading' })
          await expect.poll(() => loading.count(), { timeout: 10_000 }).toBe(0)
          found.push(...(await inspect(page)))
          const wide = await page.evaluate('document.documentElement.scrollWidth')
          expect(wide, `${path} scrolls sideways at ${width}`).toBeLessThanOrEqual(width)
        }
        expect(found).toEqual([])
      }
    },
    180_000,
  )
})

test('no page broke the content security policy or its own code', () => {
  expect(complaints).toEqual([])
})
