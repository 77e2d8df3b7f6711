import { afterAll, describe, expect, test } from 'vitest'
import { createApiWorld } from '../../../test/support/api-world.ts'
import { testDatabase } from '../../../test/support/database.ts'
import type { Database } from '../../db/tables.ts'

const database = await testDatabase<Database>()
const world = await createApiWorld(database)
afterAll(() => world.stop())
const { call, ok, sourceId, psaId, integrationId } = world

type Named = { id: number; name: string }
const path = `/api/v1/integrations/${integrationId}`

describe('integrations', () => {
  test('begin with the defaults of the connector, looked up in the live lists', async () => {
    const made = await ok('GET', path)
    expect(made).toMatchObject({
      name: 'Endpoint security',
      sourceName: 'KSC',
      psaName: 'Autotask',
      repeats: 'note',
      pausedUntil: null,
      rulesVersion: 1,
      mappedTenants: 0,
      openTickets: 0,
      problems: [],
      general: { newStatus: '1', closedStatus: '5' },
    })
    const { choices } = await ok('GET', `/api/v1/psas/${psaId}/options`)
    const source = choices.source.find(({ label }: { label: string }) => label === 'Monitoring Alert')
    expect(made.general.source).toBe(source.value)
  })

  test('change field by field', async () => {
    const pausedUntil = '2026-03-02T09:00:00+02:00'
    const changed = await ok('PATCH', path, {
      repeats: 'ticket',
      repeatNoteMinutes: 5,
      pausedUntil,
      general: { source: '' },
    })
    expect(changed).toMatchObject({ repeats: 'ticket', repeatNoteMinutes: 5, pausedUntil: '2026-03-02T07:00:00.000Z' })
    expect(changed.general).not.toHaveProperty('source')
    expect(changed.general).toMatchObject({ newStatus: '1', closedStatus: '5' })
    const back = await ok('PATCH', path, { repeats: 'note', pausedUntil: null })
    expect(back).toMatchObject({ repeats: 'note', pausedUntil: null, repeatNoteMinutes: 5 })
    expect(await ok('PATCH', path, {})).toMatchObject({ repeats: 'note', repeatNoteMinutes: 5 })
  })

  test.each([
    [{ general: { newStatus: '' } }, 'general.newStatus', /Choose/],
    [{ general: { newStatus: '424242' } }, 'general.newStatus', /no longer exists/],
    [{ general: { colour: '1' } }, 'general.colour', /There is no such field/],
    [{ titleTemplate: ' ' }, 'titleTemplate', /empty/],
    [{ titleTemplate: '{{what}} {{who}}' }, 'titleTemplate', /\{\{who\}\} stands for nothing.*\{\{computer\}\}/],
    [{ descriptionTemplate: '{{}}' }, 'descriptionTemplate', /stands for nothing/],
    [{ pausedUntil: '2026-03-01T00:00:00Z' }, 'pausedUntil', /past/],
    [{ pausedUntil: 'tomorrow' }, 'pausedUntil', /2026-11-22T08:10:00Z/],
    [{ repeatNoteMinutes: 10_081 }, 'repeatNoteMinutes', /at most 10080/],
  ])('%j is refused by field', async (wrong, field, message) => {
    const before = await ok('GET', path)
    const { status, body } = await call('PATCH', path, wrong)
    expect(status).toBe(400)
    expect(body.errors).toContainEqual({ field, message: expect.stringMatching(message) })
    expect(await ok('GET', path)).toEqual(before)
  })

  test('a pair needs both sides and a name of its own', async () => {
    const made = (change: object) =>
      call('POST', '/api/v1/integrations', { name: 'Second', sourceId, psaId, ...change })
    expect((await made({ sourceId: 4711 })).body.errors).toEqual([
      { field: 'sourceId', message: 'There is no source 4711: connect it first.' },
    ])
    expect((await made({ psaId: 4711 })).body.errors[0].field).toBe('psaId')
    expect(await made({ name: 'Endpoint security' })).toMatchObject({ status: 409, body: { code: 'name-taken' } })
    expect((await made({ name: '' })).body.errors[0].field).toBe('name')
    const second = await made({})
    expect(second.status).toBe(200)
    expect((await ok('GET', '/api/v1/integrations')).map(({ name }: Named) => name)).toEqual([
      'Endpoint security',
      'Second',
    ])
    expect(await call('PATCH', path, { name: 'Second' })).toMatchObject({ status: 409 })
    expect((await call('DELETE', `/api/v1/integrations/${second.body.id}`)).status).toBe(204)
    expect(await call('DELETE', `/api/v1/integrations/${second.body.id}`)).toMatchObject({ status: 404 })
  })
})

describe('the preview of texts', () => {
  const preview = (input: object) => ok('POST', '/api/v1/integrations/preview-text', { integrationId, ...input })

  test('shows the stored templates filled', async () => {
    const shown = await preview({ statusKey: 'databases-outdated' })
    expect(shown).toMatchObject({
      title: 'Critical: Databases are outdated on PC-EXAMPLE-01',
      titleIsCut: false,
      longestTitle: 255,
    })
    expect(shown.description).toContain('This ticket closes by itself when “Databases are outdated” no longer applies')
    expect(shown.description).toContain('Reported by KSC through Tocsin.')
  })

  test('shows events in the words of their severity', async () => {
    const shown = await preview({ eventType: 'KLPRCI_TaskState' })
    expect(shown.title).toBe('Functional failure: Task failed on PC-EXAMPLE-01')
    expect(shown.description).toContain('close it when it has been dealt with')
  })

  test('cuts a title as the desk would get it', async () => {
    const shown = await preview({ titleTemplate: `${'x'.repeat(300)} {{what}}` })
    expect([shown.titleIsCut, shown.title.length]).toEqual([true, 255])
  })

  test('tells of unknown fields and unknown integrations', async () => {
    const wrong = { integrationId, titleTemplate: '{{nothing}}' }
    expect((await call('POST', '/api/v1/integrations/preview-text', wrong)).body.errors[0].field).toBe('titleTemplate')
    expect(await call('POST', '/api/v1/integrations/preview-text', { integrationId: 4711 })).toMatchObject({
      status: 404,
    })
  })
})

describe('tenants and their mappings', () => {
  const tenants = async (query = ''): Promise<Named[]> => (await ok('GET', `/api/v1/tenants${query}`)).items
  const accountId = async (name: string): Promise<string> => {
    const accounts = await ok('GET', `/api/v1/psas/${psaId}/accounts?search=${encodeURIComponent(name)}`)
    return accounts[0].id
  }

  test('are what the source lists, page by page', async () => {
    const all = await tenants()
    expect(all.length).toBe(4)
    const seen: Named[] = []
    let cursor = ''
    for (;;) {
      const page = await ok('GET', `/api/v1/tenants?limit=3${cursor}`)
      seen.push(...page.items)
      if (page.next === null) break
      cursor = `&cursor=${page.next}`
    }
    expect(seen).toEqual(all)
    const [first] = all
    expect(first).toMatchObject({ sourceId, mapping: null, openTickets: 0, vanishedAt: null, failingSince: null })
    const part = first?.name.slice(1, 5).toUpperCase() ?? ''
    expect(await tenants(`?search=${encodeURIComponent(part)}`)).toContainEqual(first)
    expect(await tenants('?search=%25')).toEqual([])
    expect(await tenants(`?sourceId=${sourceId + 1}`)).toEqual([])
  })

  test('are mapped one to one, to accounts that are active now', async () => {
    const [one, two] = await tenants()
    const alder = await accountId('Alder')
    const put = (tenant: Named | undefined, body: object) => call('PUT', `/api/v1/tenants/${tenant?.id}/mapping`, body)
    expect((await put(one, { integrationId, accountId: alder })).body).toEqual({
      tenantId: one?.id,
      integrationId,
      accountId: alder,
      accountName: 'Alder & Sons',
      openTickets: 0,
    })
    const taken = await put(two, { integrationId, accountId: alder })
    expect(taken).toMatchObject({ status: 409, body: { code: 'account-taken' } })
    expect(taken.body.detail).toContain(one?.name)
    expect((await put(two, { integrationId, accountId: '999999' })).body.errors[0].field).toBe('accountId')
    expect((await put(two, { integrationId: 4711, accountId: alder })).body.errors[0].field).toBe('integrationId')
    expect(await call('PUT', '/api/v1/tenants/4711/mapping', { integrationId, accountId: alder })).toMatchObject({
      status: 404,
    })
    const cedar = await accountId('Cedar')
    await world.autotask.control.act({ act: 'deactivateCompany', companyId: Number(cedar) })
    expect((await put(two, { integrationId, accountId: cedar })).body.errors[0].message).toContain('no active account')
    expect(await tenants('?mapped=true')).toMatchObject([{ id: one?.id, mapping: { accountName: 'Alder & Sons' } }])
    expect((await tenants('?mapped=false')).length).toBe(3)
    expect((await tenants(`?integrationId=${integrationId}&search=alder`)).length).toBe(1)
    expect((await ok('GET', path)).mappedTenants).toBe(1)
    const accounts = await ok('GET', `/api/v1/psas/${psaId}/accounts?search=Alder`)
    expect(accounts[0].tenants).toEqual([{ id: one?.id, name: one?.name, integrationId }])
    const birch = await accountId('Birch')
    expect((await put(one, { integrationId, accountId: birch })).body).toMatchObject({ accountName: 'Birch "Bros"' })
    expect((await put(two, { integrationId, accountId: alder })).status).toBe(200)
    expect(await ok('DELETE', `/api/v1/tenants/${one?.id}/mapping`)).toEqual({ openTickets: 0 })
    expect(await call('DELETE', `/api/v1/tenants/${one?.id}/mapping`)).toMatchObject({ status: 404 })
    await ok('DELETE', `/api/v1/tenants/${two?.id}/mapping`)
  })

  test('belong to an integration of their own source', async () => {
    const other = await ok('POST', '/api/v1/sources', {
      connector: 'ksc',
      name: 'Other KSC',
      settings: world.kscSettings(),
      check: false,
    })
    const pair = { name: 'Other pair', sourceId: other.connection.id, psaId }
    const made = await ok('POST', '/api/v1/integrations', pair)
    const [one] = await tenants(`?sourceId=${sourceId}`)
    const body = { integrationId: made.id, accountId: await accountId('Alder') }
    const refused = await call('PUT', `/api/v1/tenants/${one?.id}/mapping`, body)
    expect(refused.body.errors[0]).toMatchObject({
      field: 'integrationId',
      message: expect.stringContaining('another source'),
    })
    await ok('DELETE', `/api/v1/integrations/${made.id}`)
    await ok('DELETE', `/api/v1/sources/${other.connection.id}`)
  })
})
