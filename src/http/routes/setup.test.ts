import { afterAll, describe, expect, test } from 'vitest'
import { firstAdministrator, newcomer } from '../../../test/support/api-people.ts'
import { companies, createApiWorld } from '../../../test/support/api-world.ts'
import { testDatabase } from '../../../test/support/database.ts'
import type { Database } from '../../db/tables.ts'

const database = await testDatabase<Database>()
const world = await createApiWorld(database)
afterAll(() => world.stop())
const { call, ok, sourceId, psaId, integrationId, clock } = world

const path = `/api/v1/integrations/${integrationId}`
type Row = { section: string; key: string; level: string; stored: boolean; delayMinutes: number }
type Level = { level: string; fields: Record<string, string>; problems: unknown[] }
const setup = () => ok('GET', '/api/v1/setup')
/** Critical to low, as the emulated desk has them. */
const priorities = [4, 1, 2, 3]

async function accountId(name: string): Promise<string> {
  const accounts = await ok('GET', `/api/v1/psas/${psaId}/accounts?search=${encodeURIComponent(name)}`)
  return accounts[0].id
}

/** What is recommended, as the console would save it. */
async function recommendedRows(): Promise<{ version: number; rows: (Row & { fields: object })[]; levels: Level[] }> {
  const { version, rows, levels } = await ok('GET', `${path}/rules/recommended`)
  const fields = new Map((levels as Level[]).map((one) => [one.level, one.fields]))
  return { version, levels, rows: (rows as Row[]).map((row) => ({ ...row, fields: fields.get(row.level) ?? {} })) }
}

const toInput = ({ section, key, fields, delayMinutes }: Row & { fields: object }) => ({
  section,
  key,
  enabled: true,
  fields,
  delayMinutes,
})

describe('how far the set-up has come', () => {
  test('follows from what there is, step by step', async () => {
    expect(await setup()).toMatchObject({
      sourceId,
      psaId,
      integrationId,
      tenants: 4,
      mapped: 0,
      rulesOn: 0,
      proven: false,
      next: 'map',
    })
    const { items } = await ok('GET', '/api/v1/tenants')
    const body = { integrationId, accountId: await accountId(companies[0] ?? '') }
    await ok('PUT', `/api/v1/tenants/${items[0].id}/mapping`, body)
    expect(await setup()).toMatchObject({ mapped: 1, next: 'rules' })
    const { version, rows } = await recommendedRows()
    await ok('PUT', `${path}/rules`, { version, rows: rows.map(toInput) })
    expect(await setup()).toMatchObject({ rulesOn: rows.length, next: 'try', drillPlanned: false })
  })

  test('the pairing of drills is none that counts, a drill that went well is the proof', async () => {
    const { levels } = await recommendedRows()
    const fields = levels.find(({ level }) => level === 'warning')?.fields
    await ok('PUT', `/api/v1/psas/${psaId}/drill`, {
      accountId: await accountId(companies[1] ?? ''),
      fields,
      schedule: null,
    })
    expect(await setup()).toMatchObject({ sourceId, integrationId, next: 'try', drillPlanned: true, proven: false })
    const { id } = await ok('POST', `/api/v1/psas/${psaId}/drill/run`)
    for (let n = 0; n < 40 && (await ok('GET', `/api/v1/drills/${id}`)).state === 'running'; n += 1) {
      clock.advance(1_000)
      await world.work()
    }
    expect((await ok('GET', `/api/v1/drills/${id}`)).state).toBe('good')
    expect(await setup()).toMatchObject({ proven: true, next: null })
  })

  test('a pairing that is deleted takes its steps with it', async () => {
    const second = await ok('POST', '/api/v1/integrations', { name: 'Second', sourceId, psaId })
    expect((await setup()).integrationId).toBe(integrationId)
    await ok('DELETE', `/api/v1/integrations/${second.id}`)
    expect((await setup()).next).toBeNull()
  })
})

describe('the recommended rules', () => {
  test('are statuses that end by themselves, with values that the desk has', async () => {
    const { levels, rows } = await recommendedRows()
    const { choices } = await ok('GET', `/api/v1/psas/${psaId}/options`)
    const label = (level: string, key: string) => {
      const value = levels.find((one) => one.level === level)?.fields[key]
      return choices[key].find((option: { value: string }) => option.value === value)?.label
    }
    expect([label('critical', 'priority'), label('warning', 'priority')]).toEqual(['High', 'Medium'])
    expect(label('critical', 'queue')).toBe('Monitoring Alert')
    expect(levels.map(({ problems }) => problems)).toEqual([[], []])
    expect(rows[0]?.level).toBe('critical')
    expect(rows.length).toBeGreaterThan(8)
    expect(rows.every(({ section }) => section === 'critical' || section === 'warning')).toBe(true)
    expect(rows).toContainEqual(
      expect.objectContaining({ section: 'critical', key: 'active-threats', delayMinutes: 0 }),
    )
    expect(rows.every(({ stored }) => stored)).toBe(true)
  })

  test('name what a person has to choose where the desk has nothing like it', async () => {
    for (const value of priorities) {
      await world.autotask.control.act({ act: 'setPicklistValue', field: 'priority', value, isActive: false })
    }
    await ok('GET', `/api/v1/psas/${psaId}/options?refresh=true`)
    const { levels } = await recommendedRows()
    expect(levels[0]?.fields).not.toHaveProperty('priority')
    expect(levels[0]?.problems).toContainEqual({ field: 'priority', message: 'Choose "Priority".' })
  })

  test('of an integration that is gone there are none', async () => {
    expect(await call('GET', '/api/v1/integrations/4711/rules/recommended')).toMatchObject({ status: 404 })
  })
})

describe('a pause', () => {
  const until = () => new Date(clock.now().getTime() + 3_600_000).toISOString()
  const integration = () => ok('GET', path)

  test('has an end in the future, is an operator’s act, and tells who and why', async () => {
    const ada = await firstAdministrator(world)
    const operator = await newcomer(world, ada, 'operator', 'otto@example.com')
    const reader = await newcomer(world, ada, 'read-only', 'rita@example.com')
    const body = { until: until(), note: ' moving the desk ' }
    expect((await reader.ask('PUT', `${path}/pause`, body)).status).toBe(403)
    const past = await operator.ask('PUT', `${path}/pause`, { until: '2026-03-01T00:00:00Z' })
    expect(past.body.errors).toEqual([{ field: 'until', message: expect.stringContaining('past') }])
    expect((await operator.ask('PUT', `${path}/pause`, body)).body).toMatchObject({
      pausedUntil: body.until,
      pausedBy: 'otto',
      pauseNote: 'moving the desk',
    })
    const { items } = await ok('GET', '/api/v1/audit?action=pause-integration')
    expect(items[0]).toMatchObject({
      actor: { name: 'otto' },
      before: { pausedUntil: null },
      after: { pausedUntil: body.until, pauseNote: 'moving the desk' },
    })
    expect(await call('PUT', '/api/v1/integrations/4711/pause', { until: null })).toMatchObject({ status: 404 })
  })

  test('that has ended stays to be seen, whatever else is saved, until somebody takes note', async () => {
    const { pausedUntil } = await integration()
    clock.advance(2 * 3_600_000)
    expect(await ok('PATCH', path, { repeatNoteMinutes: 30 })).toMatchObject({ pausedUntil, pausedBy: 'otto' })
    expect((await ok('GET', `${path}/held`)).pausedUntil).toBeNull()
    expect(await ok('PUT', `${path}/pause`, { until: null })).toMatchObject({
      pausedUntil: null,
      pausedBy: null,
      pauseNote: '',
    })
  })

  test('that is set in another way names nobody', async () => {
    await ok('PUT', `${path}/pause`, { until: until(), note: 'mine' })
    const changed = await ok('PATCH', path, { pausedUntil: new Date(clock.now().getTime() + 60_000).toISOString() })
    expect(changed).toMatchObject({ pausedBy: null, pauseNote: '' })
    await ok('PUT', `${path}/pause`, { until: null })
  })
})
