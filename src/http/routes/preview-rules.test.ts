import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firstAdministrator, newcomer, type SignedIn } from '../../../test/support/api-people.ts'
import { companies, createApiWorld } from '../../../test/support/api-world.ts'
import { testDatabase } from '../../../test/support/database.ts'
import type { Database } from '../../db/tables.ts'

const database = await testDatabase<Database>()
const world = await createApiWorld(database)
afterAll(() => world.stop())
const { call, ok, psaId, sourceId, integrationId } = world

const path = `/api/v1/integrations/${integrationId}`
type Place = { section: string; key: string }
type Row = Place & { enabled: boolean; fields: Record<string, string> }
type Counted = { count: number; before: number }

const sum = (all: readonly Counted[], of: keyof Counted) => all.reduce((total, one) => total + one[of], 0)
const version = async (): Promise<number> => (await ok('GET', `${path}/rules`)).version
const preview = async (rows: object[], remove: Place[] = []) =>
  call('POST', `${path}/rules/preview`, { version: await version(), rows, remove })
const good = async (rows: object[], remove: Place[] = []) => {
  const { status, body, text } = await preview(rows, remove)
  if (status !== 200) throw new Error(text)
  return body
}
const save = async (rows: object[], remove: Place[] = []) =>
  ok('PUT', `${path}/rules`, { version: await version(), rows, remove })

let fields: Record<string, string> = {}
let statuses: Row[] = []
let tenant: { id: number; name: string }

beforeAll(async () => {
  const { choices } = await ok('GET', `/api/v1/psas/${psaId}/options`)
  const { sections, defaults } = await ok('GET', `${path}/rules`)
  const priority = choices.priority.find(({ label }: { label: string }) => label === 'High').value
  fields = { ...defaults.fields, priority }
  statuses = ['warning', 'critical'].flatMap((section) =>
    sections[section].map(({ key }: { key: string }) => ({ section, key, enabled: true, fields })),
  )
  const { items } = await ok('GET', `/api/v1/tenants?sourceId=${sourceId}`)
  tenant = items.find(({ conditions }: { conditions: number }) => conditions > 2)
  const accounts = await ok('GET', `/api/v1/psas/${psaId}/accounts`)
  const accountId = accounts.find(({ name }: { name: string }) => name === companies[0]).id
  await ok('PUT', `/api/v1/tenants/${tenant.id}/mapping`, { integrationId, accountId })
})

describe('what is wrong already', () => {
  test('is counted by client and by rule, and nothing is written', async () => {
    const before = await ok('GET', `${path}/rules`)
    const shown = await good(statuses)
    expect(shown.total).toBeGreaterThan(2)
    expect(shown).toMatchObject({
      before: 0,
      pausedUntil: null,
      clients: [{ tenantId: tenant.id, name: tenant.name, count: shown.total, before: 0 }],
    })
    expect([sum(shown.rules, 'count'), sum(shown.rules, 'before')]).toEqual([shown.total, 0])
    expect(shown.rules[0].title).not.toBe(shown.rules[0].key)
    expect(await ok('GET', `${path}/rules`)).toEqual(before)
    expect((await ok('GET', `${path}/held`)).total).toBe(0)
  })

  test('comes to what can be opened once it is saved', async () => {
    const shown = await good(statuses)
    await save(statuses)
    const held = await ok('GET', `${path}/held`)
    const counts = (rules: (Counted & Place)[]) =>
      rules.map(({ section, key, count }) => `${section}/${key} ${count}`).toSorted()
    expect(held.total).toBe(shown.total)
    expect(counts(held.rules)).toEqual(counts(shown.rules))
  })

  test('no longer counts where a rule is switched off or taken away', async () => {
    const all = await good([])
    expect([all.total, all.before]).toEqual([all.before, all.total])
    const [first, second] = all.rules
    const off = await good([
      { ...first, count: undefined, before: undefined, title: undefined, enabled: false, fields },
    ])
    expect(off).toMatchObject({ total: all.total - first.count, before: all.total })
    expect(off.rules).toContainEqual({ ...first, count: 0, before: first.count })
    const gone = await good([], [{ section: second.section, key: second.key }])
    expect(gone).toMatchObject({ total: all.total - second.count, before: all.total })
    const none = await good(statuses.map((row) => ({ ...row, enabled: false })))
    expect(none).toMatchObject({ total: 0, before: all.total, clients: [{ count: 0, before: all.total }] })
  })

  test('tells of a pause', async () => {
    const pausedUntil = new Date(world.clock.now().getTime() + 3_600_000).toISOString()
    await ok('PATCH', path, { pausedUntil })
    expect((await good([])).pausedUntil).toBe(pausedUntil)
    await ok('PATCH', path, { pausedUntil: null })
    expect((await good([])).pausedUntil).toBe(null)
  })
})

describe('events of the last days', () => {
  const off = (section: string, key: string) => ({ section, key, enabled: false, fields })
  const on = (section: string, key: string) => ({ ...off(section, key), enabled: true })

  async function addEvents(count: number, type: string, severity: string, computer: string, hoursAgo: number) {
    const at = new Date(world.clock.now().getTime() - hoursAgo * 3_600_000)
    await database.pool.query(
      `insert into events (source_id, tenant_id, key, type, type_name, severity, computer_key, computer_name, text,
         happened_at, stored_at, received_at)
       select $1, $2, $3 || $5 || $6 || n, $3, $3, $4, $5, $5, '', $7, $7, $7 from generate_series(1, $8) n`,
      [sourceId, tenant.id, type, severity, computer, String(hoursAgo), at, count],
    )
  }

  beforeAll(async () => {
    await database.pool.query('delete from events')
    await addEvents(3, 'GNRL_EV_VIRUS_FOUND', 'critical', 'PC-1', 5)
    await addEvents(2, 'GNRL_EV_VIRUS_FOUND', 'critical', 'PC-2', 100)
    await addEvents(4, 'GNRL_EV_OBJECT_CURED', 'warning', 'PC-1', 30)
    await addEvents(9, 'GNRL_EV_VIRUS_FOUND', 'critical', 'PC-3', 24 * 8)
  })

  test('are counted without repeats, and each by itself where repeats are tickets', async () => {
    const { events } = await good([on('severity', 'critical')])
    expect(events).toEqual({
      days: 7,
      total: 2,
      before: 0,
      clients: [{ tenantId: tenant.id, name: tenant.name, count: 2, before: 0 }],
      rules: [{ section: 'severity', key: 'critical', title: 'Critical', count: 2, before: 0 }],
    })
    await ok('PATCH', path, { repeats: 'ticket' })
    expect((await good([on('severity', 'critical')])).events.total).toBe(5)
    await ok('PATCH', path, { repeats: 'note' })
  })

  test('a row for the type decides before its severity, also one that is off', async () => {
    await save([on('severity', 'critical'), on('severity', 'warning')])
    const quiet = await good([off('event-type', 'GNRL_EV_VIRUS_FOUND')])
    expect(quiet.events).toMatchObject({ total: 1, before: 3 })
    expect(quiet.events.rules).toContainEqual(
      expect.objectContaining({ section: 'severity', key: 'critical', count: 0, before: 2 }),
    )
    const own = await good([on('event-type', 'GNRL_EV_VIRUS_FOUND'), off('severity', 'critical')])
    expect(own.events).toMatchObject({ total: 3, before: 3 })
    expect(own.events.rules).toContainEqual({
      section: 'event-type',
      key: 'GNRL_EV_VIRUS_FOUND',
      title: 'Malicious object detected',
      count: 2,
      before: 0,
    })
    await save([], [{ section: 'severity', key: 'critical' }])
    expect((await good([])).events).toMatchObject({ total: 1, before: 1 })
  })
})

describe('what saving would refuse is refused', () => {
  test('by row and field', async () => {
    const { priority: _, ...without } = fields
    const { status, body } = await preview([
      { section: 'warning', key: 'scan-overdue', enabled: true, fields: without },
    ])
    expect([status, body.code]).toEqual([422, 'rule-problems'])
    expect(body.errors).toEqual([
      { section: 'warning', key: 'scan-overdue', field: 'fields.priority', message: 'Choose "Priority".' },
    ])
    const unknown = await preview([{ section: 'warning', key: 'no-such-status', enabled: false, fields: {} }])
    expect([unknown.status, unknown.body.code]).toEqual([400, 'invalid-input'])
    const nowhere = await call('POST', '/api/v1/integrations/4711/rules/preview', { version: 1, rows: [] })
    expect(nowhere.status).toBe(404)
  })

  test('when somebody saved meanwhile, who is named', async () => {
    const ada = await firstAdministrator(world)
    const olga: SignedIn = await newcomer(world, ada, 'operator', 'olga@example.com')
    const seen = await version()
    const row = { section: 'warning', key: 'scan-overdue', enabled: false, fields, delayMinutes: 5 }
    world.clock.advance(60_000)
    const saved = await olga.ask('PUT', `${path}/rules`, { version: seen, rows: [row] })
    expect(saved.status).toBe(200)
    for (const [method, url] of [
      ['POST', `${path}/rules/preview`],
      ['PUT', `${path}/rules`],
    ] as const) {
      const { status, body } = await ada.ask(method, url, { version: seen, rows: [{ ...row, delayMinutes: 6 }] })
      expect([status, body.code]).toEqual([409, 'changed-meanwhile'])
      expect(body).toMatchObject({
        version: seen + 1,
        changed: [{ section: 'warning', key: 'scan-overdue' }],
        changedBy: ['olga'],
        detail: expect.stringContaining('olga saved the rules meanwhile'),
      })
    }
  })
})

describe('general settings that two people edit', () => {
  test('are not overwritten unseen', async () => {
    const { general } = await ok('GET', path)
    const { choices } = await ok('GET', `/api/v1/psas/${psaId}/options`)
    const [first, second] = choices.source.filter(({ value }: { value: string }) => value !== general.source)
    await ok('PATCH', path, { general: { source: first.value } })
    const late = await call('PATCH', path, { general: { source: second.value }, generalSeen: general })
    expect(late).toMatchObject({
      status: 409,
      body: { code: 'changed-meanwhile', changed: [{ section: 'general', key: 'source' }] },
    })
    expect((await ok('GET', path)).general.source).toBe(first.value)
    // What the other one did not touch, or touched alike, is saved.
    const alike = { source: first.value, noteType: general.noteType }
    expect(await call('PATCH', path, { general: alike, generalSeen: general })).toMatchObject({ status: 200 })
    const seen = (await ok('GET', path)).general
    await ok('PATCH', path, { general: { source: second.value }, generalSeen: seen })
    expect((await ok('GET', path)).general.source).toBe(second.value)
  })
})
