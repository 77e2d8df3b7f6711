import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { firstAdministrator, newcomer, type SignedIn } from '../support/api-people.ts'
import { createConsoleWorld, openTicket } from '../support/console-world.ts'
import { testDatabase } from '../support/database.ts'

const database = await testDatabase<Database>()
const console_ = await createConsoleWorld(database)
const { world, visit, inspect, complaints, address } = console_
afterAll(() => console_.stop())

const path = `/api/v1/integrations/${world.integrationId}`
let administrator: SignedIn
let page: Page

/** A page of somebody who is signed in already. */
async function pageOf(person: SignedIn, options: Parameters<typeof visit>[0] = {}): Promise<Page> {
  const own = await visit(options)
  const [name = '', value = ''] = person.cookie.split('=')
  await own.context().addCookies([{ name, value, url: address }])
  return own
}

type Tenant = { readonly id: number; readonly name: string }
type Row = { tenantId: number; name: string; account: { name: string } | null; leftOut: boolean }
const rows = async (view = 'in'): Promise<Row[]> => (await world.ok('GET', `${path}/tenants?view=${view}`)).items
const rowOf = (name: string, on = page) => on.getByRole('row').filter({ hasText: name })
const accountOf = (name: string) => page.getByRole('button', { name: `(company of ${name})` })
const choice = () => page.getByRole('combobox', { name: /^Company of / })
const loaded = (on = page) => on.getByRole('status').filter({ hasText: 'Loading' }).waitFor({ state: 'detached' })
/** Somebody else maps meanwhile. */
async function mapOver({ id }: Tenant, name: string): Promise<void> {
  const [account] = await world.ok('GET', `/api/v1/psas/${world.psaId}/accounts?search=${encodeURIComponent(name)}`)
  const body = { integrationId: world.integrationId, accountId: account.id }
  await world.ok('PUT', `/api/v1/tenants/${id}/mapping`, body)
}

/** How an account stands in a list of choices. */
async function labelOf(name: string): Promise<string> {
  const accounts = await world.ok('GET', `/api/v1/psas/${world.psaId}/accounts?search=${encodeURIComponent(name)}`)
  const { number } = accounts.find((one: { name: string }) => one.name === name)
  return number === '' ? name : `${name} · ${number}`
}

const [acme, borealis, cascade, main] = ((await rows()) as [Row, Row, Row, Row]).map(({ tenantId, name }) => ({
  id: tenantId,
  name,
})) as [Tenant, Tenant, Tenant, Tenant]

beforeAll(async () => {
  administrator = await firstAdministrator(world)
  for (const name of [
    'ACME Logistics',
    'Borealis Logistics Limited',
    'Cascade & Logistics',
    'Cascade Logistics GmbH',
  ]) {
    await world.autotask.control.act({ act: 'addCompany', name })
  }
  await world.ok('GET', `/api/v1/psas/${world.psaId}/accounts/known?refresh=true`)
  page = await pageOf(administrator)
})

/** Each test begins with nobody mapped. */
async function begin(query = ''): Promise<void> {
  await database.pool.query('delete from mappings; delete from left_out_tenants')
  for (const { id, name } of [acme, borealis, cascade, main]) {
    await database.pool.query('update tenants set name = $2 where id = $1', [id, name])
  }
  await page.goto(`/accounts${query}`)
  await page.getByRole('heading', { level: 1, name: 'Companies' }).waitFor()
  await loaded()
}

describe('the table', () => {
  test('shows every client by name, and how many stand in each view', async () => {
    await begin()
    await rowOf(main.name).waitFor()
    const texts = (await page.getByRole('row').allInnerTexts()).slice(1)
    const all = [acme, borealis, cascade, main]
    expect(texts.map((text) => all.findIndex(({ name }) => text.includes(name)))).toEqual([0, 1, 2, 3])
    await page.getByText('Not mapped (4)').waitFor()
    expect(await inspect(page)).toEqual([])
  })

  test('has a drop-down only in the row that is being edited, and maps by it', async () => {
    await begin()
    await accountOf(acme.name).click()
    expect(await choice().count()).toBe(1)
    await choice().fill('dogw')
    await page.getByRole('option', { name: 'Dogwood GmbH' }).click()
    await rowOf(acme.name).getByText('Mapped', { exact: true }).waitFor()
    expect(await choice().count()).toBe(0)
    expect((await rows('mapped')).map(({ account }) => account?.name)).toEqual(['Dogwood GmbH'])
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toContain('Dogwood GmbH')
    // Nobody else may have it: it is shown with whom it has, and cannot be chosen.
    await accountOf(borealis.name).click()
    const taken = page.getByRole('option', { name: 'Dogwood GmbH' })
    await taken.waitFor()
    expect(await taken.textContent()).toContain(`has ${acme.name}`)
    expect(await taken.getAttribute('data-combobox-disabled')).toBe('true')
  })

  test('is done by keyboard alone, and Escape leaves it as it was', async () => {
    await begin()
    await accountOf(main.name).focus()
    await page.keyboard.press('Enter')
    await choice().fill('cedar')
    await page.getByRole('option', { name: 'Cedar Ltd' }).waitFor()
    await page.keyboard.press('Escape')
    await choice().waitFor({ state: 'detached' })
    expect(await rows('mapped')).toEqual([])
    await page.keyboard.press('Enter')
    await choice().fill('cedar')
    await page.getByRole('option', { name: 'Dogwood' }).waitFor({ state: 'detached' })
    await page.getByRole('option', { name: 'Cedar Ltd' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await rowOf(main.name).getByText('Mapped', { exact: true }).waitFor()
    expect(await accountOf(main.name).textContent()).toContain('Cedar Ltd')
  })

  test('says why a mapping was refused, in the row', async () => {
    await begin()
    await accountOf(acme.name).click()
    await page.getByRole('option', { name: 'Birch "Bros"' }).waitFor()
    const [birch] = await world.ok('GET', `/api/v1/psas/${world.psaId}/accounts?search=Birch`)
    await world.autotask.control.act({ act: 'deactivateCompany', companyId: Number(birch.id) })
    await page.getByRole('option', { name: 'Birch "Bros"' }).click()
    await rowOf(acme.name).getByText('The desk has no active account').waitFor()
    expect(await inspect(page)).toEqual([])
  })

  test('is searched by the names of both sides, and narrowed by views that stand in the address', async () => {
    await begin()
    await mapOver(borealis, 'Cedar Ltd')
    const search = page.getByRole('searchbox', { name: 'Client or company' })
    await search.fill('cedar')
    await rowOf(acme.name).waitFor({ state: 'detached' })
    await rowOf(borealis.name).waitFor()
    await search.fill('acme')
    await rowOf(acme.name).waitFor()
    await search.fill('nobody is called so')
    await page.getByText('Nothing found').waitFor()
    await search.fill('')
    await rowOf(borealis.name).waitFor()
    await page.getByText('Not mapped (3)').click()
    await rowOf(borealis.name).waitFor({ state: 'detached' })
    await page.reload()
    await rowOf(acme.name).waitFor()
    expect(await rowOf(borealis.name).count()).toBe(0)
    await page.getByText('All (4)').click()
    await rowOf(borealis.name).waitFor()
  })

  test('marks clients that vanished or do not answer, as it happens', async () => {
    await begin()
    await rowOf(main.name).waitFor()
    const now = world.clock.now()
    await database.pool.query(`update tenants set failing_since = $2, failing_message = 'No route' where id = $1`, [
      cascade.id,
      now,
    ])
    await database.pool.query('update tenants set vanished_at = $2 where id = $1', [main.id, now])
    await rowOf(cascade.name).getByText('Does not answer').waitFor()
    await rowOf(main.name).getByText('Vanished').waitFor()
    await page.getByText('Vanished (1)').waitFor()
    expect(await inspect(page)).toEqual([])
    await database.pool.query('update tenants set failing_since = null, failing_message = null, vanished_at = null')
    await page.getByText('Vanished (0)').waitFor()
  })
})

describe('suggestions', () => {
  const dialog = () => page.getByRole('dialog', { name: 'Suggestions by name' })
  const line = (name: string) =>
    dialog()
      .getByRole('row')
      .filter({ has: page.getByRole('checkbox', { name: `Accept the suggestion for ${name}`, exact: true }) })

  test('are reviewed, those without a doubt ticked, and accepted together', async () => {
    await begin()
    await page.getByRole('button', { name: 'Suggest for 4 clients' }).click()
    await line(acme.name).waitFor()
    expect(await inspect(page)).toEqual([])
    expect(await line(acme.name).getByRole('checkbox').isChecked()).toBe(true)
    expect(await line(borealis.name).getByRole('checkbox').isChecked()).toBe(true)
    expect(await line(main.name).count()).toBe(0)
    await dialog().getByText('1 client has no suggestion.').waitFor()
    // Two accounts have this name: a person chooses.
    expect(await line(cascade.name).getByRole('checkbox').isChecked()).toBe(false)
    await line(cascade.name).getByText('1 more of this name: choose the right one').waitFor()
    await line(cascade.name)
      .getByRole('combobox')
      .selectOption({ label: await labelOf('Cascade Logistics GmbH') })
    await line(cascade.name).getByRole('checkbox').check()
    await dialog().getByRole('button', { name: 'Map 3' }).click()
    await dialog().getByText('3 clients are mapped.').waitFor()
    expect(await inspect(page)).toEqual([])
    await dialog().getByRole('button', { name: 'Close' }).last().click()
    await rowOf(cascade.name).getByText('Mapped', { exact: true }).waitFor()
    expect((await rows('mapped')).map(({ account }) => account?.name)).toEqual([
      'ACME Logistics',
      'Borealis Logistics Limited',
      'Cascade Logistics GmbH',
    ])
  })

  test('never map two clients to one account unseen', async () => {
    await begin()
    await database.pool.query(`update tenants set name = 'ACME Logistics AG' where id = $1`, [cascade.id])
    await page.getByRole('button', { name: 'Suggest for 4 clients' }).click()
    await line(acme.name).getByText('Also suggested for ACME Logistics AG').waitFor()
    expect(await line(acme.name).getByRole('checkbox').isChecked()).toBe(false)
    await dialog().getByRole('checkbox', { name: /^All / }).check()
    await dialog().getByText('is ticked for more than one client').waitFor()
    expect(await dialog().getByRole('button', { name: /^Map / }).isDisabled()).toBe(true)
    await dialog().getByRole('checkbox', { name: 'Accept the suggestion for ACME Logistics AG' }).uncheck()
    expect(await dialog().getByRole('button', { name: /^Map / }).isDisabled()).toBe(false)
  })

  test('one that somebody else was quicker with is refused with its reason, the others are mapped', async () => {
    await begin()
    await page.getByRole('button', { name: 'Suggest for 4 clients' }).click()
    await line(acme.name).waitFor()
    await mapOver(main, 'ACME Logistics')
    await dialog().getByRole('button', { name: 'Map 2' }).click()
    await dialog().getByText('1 client is mapped. 1 could not be mapped:').waitFor()
    await dialog().getByText(`is mapped to “${main.name}” already`).waitFor()
    expect((await rows('mapped')).map(({ name }) => name)).toEqual([borealis.name, main.name])
  })
})

describe('removing clients', () => {
  test('says what happens to tickets, asks, and can be taken back', async () => {
    await begin()
    const ticket = await openTicket(world, 'OUTDATED-01')
    const [mapped] = await rows('mapped')
    const name = mapped?.name ?? ''
    await page.getByRole('checkbox', { name: `Choose ${name}` }).check()
    await page.getByRole('button', { name: 'Remove 1 from the integration' }).click()
    const dialog = page.getByRole('dialog', { name: `Remove ${name} from the integration?` })
    await dialog.getByText('1 ticket stays open at Autotask and is still closed').waitFor()
    await dialog.getByText('No new tickets are opened.').waitFor()
    expect(await inspect(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect((await rows('mapped')).length).toBe(1)
    await page.getByRole('button', { name: 'Remove 1 from the integration' }).click()
    await dialog.getByRole('button', { name: 'Remove 1 from the integration' }).click()
    await rowOf(name).waitFor({ state: 'detached' })
    await page.getByText('Left out (1)').click()
    await rowOf(name).getByText('Left out').waitFor()
    await page.getByRole('checkbox', { name: `Choose ${name}` }).check()
    await page.getByRole('button', { name: 'Add 1 to the integration' }).click()
    await page.getByText('Nobody is left out').waitFor()
    await page.getByText('All (4)').click()
    await rowOf(name).getByText('Not mapped').waitFor()
    expect((await world.ok('GET', `/api/v1/tickets/${ticket.id}`)).ticket.state).toBe('open')
  })

  test('or only the mapping ends', async () => {
    await begin()
    await mapOver(borealis, 'Cedar Ltd')
    await page.getByRole('button', { name: `End mapping of ${borealis.name}` }).click()
    const dialog = page.getByRole('dialog', { name: `End the mapping of ${borealis.name}?` })
    await dialog.getByText('It stays in the integration as not mapped.').waitFor()
    await dialog.getByRole('button', { name: 'End mapping' }).click()
    await rowOf(borealis.name).getByText('Not mapped').waitFor()
  })
})

test('what was wrong at a client before it was mapped is offered, and opened when somebody says so', async () => {
  await begin()
  // The rule that openTicket switched on.
  const { rows: counts } = await database.pool.query<{ id: number; count: number }>(
    `select t.id, count(*)::int as count from conditions c join tenants t on t.id = c.tenant_id join rules r
       on r.section = c.level and r.key = c.status_key and r.enabled
     where c.ended_at is null and c.hidden_since is null and not exists (select from tickets k where k.condition_id = c.id)
     group by t.id order by count(*) desc limit 1`,
  )
  const { id, count = 0 } = counts[0] ?? {}
  const client = [acme, borealis, cascade, main].find((one) => one.id === id) ?? acme
  expect(count).toBeGreaterThan(0)
  await accountOf(client.name).click()
  await choice().fill('cedar')
  await page.getByRole('option', { name: 'Cedar Ltd' }).click()
  const words = count === 1 ? 'Open 1 ticket' : `Open ${count} tickets`
  await page.getByRole('button', { name: words }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(`${client.name}: ${count}`).waitFor()
  expect(await inspect(page)).toEqual([])
  await dialog.getByRole('button', { name: words }).click()
  await page.getByText('What held before opens nothing by itself.').waitFor({ state: 'detached' })
  await world.work()
  const opened = await world.ok('GET', `/api/v1/tickets?state=open&tenantId=${client.id}`)
  expect(opened.items.length).toBeGreaterThanOrEqual(count)
})

test('accounts without any client are listed apart, read from the desk when asked', async () => {
  await begin()
  await page.getByText('Not protected').click()
  await page.getByText('have no client in a security product.').waitFor()
  await rowOf('Nordlicht IT-Service').waitFor()
  await mapOver(acme, 'Cedar Ltd')
  await rowOf('Cedar Ltd').waitFor({ state: 'detached' })
  await world.autotask.control.act({ act: 'addCompany', name: 'Zelkova Ltd' })
  await page.getByRole('button', { name: 'Read again' }).click()
  await rowOf('Zelkova Ltd').waitFor()
})

describe('mapping many at once', () => {
  const animals = 'Ant Bat Cod Dab Eel Fox Gnu Hen Ibis Jay Kiwi Lynx Mole Newt Owl Pug Quail Rat Seal Toad Urchin Vole'
  const names = `${animals} Wren Yak Zebra Badger Camel Dingo Emu Finch`.split(' ')
  const dialog = () => page.getByRole('dialog', { name: 'Suggestions by name' })
  const bar = () => dialog().getByRole('progressbar', { name: 'Mapping clients' })

  beforeAll(async () => {
    for (const name of names) await world.autotask.control.act({ act: 'addCompany', name: `${name} Metalworks` })
    await database.pool.query(
      `insert into tenants (source_id, key, name, enabled, first_seen_at)
       select $1, 'many-' || name, name || ' Metalworks', true, $2 from unnest($3::text[]) name`,
      [world.sourceId, world.clock.now(), names],
    )
  })
  afterAll(async () => {
    await database.pool.query(`delete from mappings; delete from tenants where key like 'many-%'`)
  })

  test('shows how far it has come; what broke off goes on where it stood', async () => {
    await begin()
    await page.getByRole('button', { name: 'Suggest for 34 clients' }).click()
    const held: (() => void)[] = []
    let asked = 0
    // The second portion waits for us, and never comes to the server.
    await page.route('**/api/v1/integrations/*/mappings', async (route) => {
      asked += 1
      if (asked !== 2) return route.continue()
      await new Promise<void>((resolve) => held.push(resolve))
      await route.abort()
    })
    await dialog().getByRole('button', { name: 'Map 32' }).click()
    await dialog().getByText('25 of 32 clients · 78%').waitFor()
    expect(await bar().getAttribute('aria-valuenow')).toBe('78')
    expect(await bar().getAttribute('aria-valuetext')).toBe('25 of 32 clients · 78%')
    expect(await rows('mapped')).toHaveLength(25)
    expect(await inspect(page)).toEqual([])
    for (const release of held) release()
    await dialog().getByText('25 clients were dealt with before that and stay as they are.').waitFor()
    await bar().waitFor({ state: 'detached' })
    await dialog().getByRole('button', { name: 'Map 7' }).click()
    await dialog().getByText('32 clients are mapped.').waitFor()
    expect(asked).toBe(3)
    expect(await rows('mapped')).toHaveLength(32)
    await page.unroute('**/api/v1/integrations/*/mappings')
    // The browser notes the cut connection, as it should.
    const cut = () => complaints.findIndex((line) => line.includes('net::ERR_FAILED'))
    await expect.poll(cut).toBeGreaterThan(-1)
    complaints.splice(cut(), 1)
  })
})

test('a read-only person sees the table and no way to change it', async () => {
  const reader = await pageOf(await newcomer(world, administrator, 'read-only', 'rita@example.com'))
  await reader.goto('/accounts')
  await rowOf(acme.name, reader).waitFor()
  expect(await reader.getByRole('checkbox').count()).toBe(0)
  expect(await reader.getByRole('button', { name: /company of|Suggest|End mapping/ }).count()).toBe(0)
  expect(await inspect(reader)).toEqual([])
})

test.each(['light', 'dark'] as const)(
  'axe finds nothing and nothing scrolls sideways, %s',
  async (scheme) => {
    for (const width of [1280, 400]) {
      const other = await pageOf(administrator, { scheme, width })
      for (const view of ['', '?view=left-out', '?view=not-protected', '?search=nobody']) {
        await other.goto(`/accounts${view}`)
        await other.getByRole('heading', { level: 1 }).waitFor()
        await loaded(other)
        expect(await inspect(other)).toEqual([])
        expect(await other.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      }
    }
  },
  120_000,
)

test('no page broke the content security policy or its own code', () => {
  expect(complaints).toEqual([])
})
