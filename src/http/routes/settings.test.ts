import { afterAll, expect, test } from 'vitest'
import { createApiWorld } from '../../../test/support/api-world.ts'
import { testDatabase } from '../../../test/support/database.ts'
import type { Database } from '../../db/tables.ts'
import { exportConfig } from '../../usecases/export-config.ts'
import { importConfig } from '../../usecases/import-config.ts'

const database = await testDatabase<Database>()
const world = await createApiWorld(database)
afterAll(() => world.stop())
const { call, ok, deps, integrationId } = world

const path = '/api/v1/settings'
const usual = { eventsDays: 90, historyDays: 400, tenantsDays: 400 }

/** Messages by field. */
async function refused(retention: object): Promise<Record<string, string>> {
  const { status, body } = await call('PUT', path, { retention })
  expect(status).toBe(400)
  const errors = body.errors as { field: string; message: string }[]
  return Object.fromEntries(errors.map(({ field, message }) => [field, message]))
}

test('ages have defaults, are saved and read back, and applied at once', async () => {
  expect(await ok('GET', path)).toEqual({ retention: usual })
  await world.work()
  const before = await ok('GET', '/api/v1/status')
  const ages = { eventsDays: 30, historyDays: 100, tenantsDays: 200 }
  expect(await ok('PUT', path, { retention: ages })).toEqual({ retention: ages })
  expect(await ok('GET', path)).toEqual({ retention: ages })
  const dueAt = (status: { duties: { kind: string; dueAt: string }[] }) =>
    status.duties.find(({ kind }) => kind === 'forget-old')?.dueAt ?? ''
  const after = await ok('GET', '/api/v1/status')
  expect(new Date(dueAt(before)).getTime()).toBeGreaterThan(world.clock.now().getTime())
  expect(new Date(dueAt(after)).getTime()).toBeLessThanOrEqual(world.clock.now().getTime())
  await ok('PUT', path, { retention: usual })
})

test('ages out of bounds, unknown or left out are refused with words', async () => {
  expect(await refused({ ...usual, eventsDays: 6, historyDays: 3_651 })).toEqual({
    'retention.eventsDays':
      'Keep events for 7 days at least: sources repeat and deliver late, and the clocks of sources differ, so younger ones must be known.',
    'retention.historyDays': 'Keep history for 3650 days (10 years) at most.',
  })
  expect(await refused({ ...usual, tenantsDays: 7.5 })).toMatchObject({ 'retention.tenantsDays': expect.any(String) })
  expect(await refused({ eventsDays: 90, historyDays: 400 })).toMatchObject({
    'retention.tenantsDays': expect.any(String),
  })
  expect(await refused({ ...usual, journalDays: 9 })).toMatchObject({
    retention: expect.stringContaining('journalDays'),
  })
  expect(await ok('GET', path)).toEqual({ retention: usual })
})

test('events may not be forgotten while a rule still opens tickets for them', async () => {
  const { version } = await ok('GET', `/api/v1/integrations/${integrationId}/rules`)
  const { fields } = (await ok('GET', `/api/v1/integrations/${integrationId}/rules`)).sections.severity[0]
  const options = await ok('GET', `/api/v1/psas/${world.psaId}/options`)
  const row = {
    section: 'severity',
    key: 'critical',
    enabled: true,
    fields: { ...fields, priority: options.choices.priority[0].value },
    lifetimeHours: 2_400,
  }
  await ok('PUT', `/api/v1/integrations/${integrationId}/rules`, { version, rows: [row] })
  expect(await refused(usual)).toEqual({
    'retention.eventsDays':
      'Keep events for 100 days at least, or shorten the lifetime of the rule severity/critical of “Endpoint security”: it opens tickets for events up to 2400 hours old, and one that was forgotten by then would be taken for late news.',
  })
  expect((await call('PUT', path, { retention: { ...usual, eventsDays: 100 } })).status).toBe(200)
})

test('ages are part of the exported settings; a document without them leaves them', async () => {
  const config = structuredClone(await exportConfig(deps))
  expect(config.retention).toEqual({ ...usual, eventsDays: 100 })
  const { retention: _, ...others } = config
  expect(await importConfig(deps, { config: others, dryRun: false })).toMatchObject({ changes: [] })
  const longer = { ...config, retention: { ...usual, eventsDays: 120 } }
  expect((await importConfig(deps, { config: longer, dryRun: false })).changes).toEqual([
    { kind: 'changed', place: 'retention / eventsDays', before: '100', after: '120' },
  ])
  await expect(importConfig(deps, { config: { ...config, retention: usual }, dryRun: true })).rejects.toThrow(
    'Keep events for 100 days at least',
  )
})
