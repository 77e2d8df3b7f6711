import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { createApiBench } from '../../test/support/api-bench.ts'
import { companies, createApiWorld } from '../../test/support/api-world.ts'
import { testDatabase } from '../../test/support/database.ts'
import type { Database } from '../db/tables.ts'
import { changeLine } from './config-diff.ts'
import { exportConfig, type WholeConfig } from './export-config.ts'
import { importConfig } from './import-config.ts'
import { RequestError } from './request-error.ts'

const database = await testDatabase<Database>()
const world = await createApiWorld(database)
const emptyDatabase = await testDatabase<Database>()
const empty = await createApiBench(emptyDatabase, { clock: world.clock })
afterAll(async () => {
  await empty.stop()
  await world.stop()
})

const { ok, deps, integrationId, psaId } = world
const name = 'Endpoint security'

/** Through YAML and back, as a file goes. */
const throughFile = (config: unknown): unknown => parse(stringify(config))
const imported = (config: unknown, dryRun = false) => importConfig(deps, { config: throughFile(config), dryRun })
const linesOf = async (config: unknown, dryRun = false) => (await imported(config, dryRun)).changes.map(changeLine)

/** A copy of the settings with one part changed. */
async function changed(change: (config: WholeConfig & { integrations: Mutable[] }) => void): Promise<WholeConfig> {
  const config = structuredClone(await exportConfig(deps)) as WholeConfig & { integrations: Mutable[] }
  change(config)
  return config
}
// biome-ignore lint/suspicious/noExplicitAny: the test writes good and bad values alike
type Mutable = any

async function errorsOf(config: unknown): Promise<{ field: string; message: string }[]> {
  const before = await exportConfig(deps)
  const error = await imported(config).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(RequestError)
  expect(await exportConfig(deps)).toEqual(before)
  const { facts, message } = error as RequestError
  return (facts.errors ?? [{ field: '', message }]).map((issue) => ({ field: issue.field, message: issue.message }))
}

beforeAll(async () => {
  const { items } = await ok('GET', '/api/v1/tenants')
  const accounts = await ok('GET', `/api/v1/psas/${psaId}/accounts`)
  for (const [n, tenant] of items.slice(0, 2).entries()) {
    const account = accounts.find((one: { name: string }) => one.name === companies[n])
    await ok('PUT', `/api/v1/tenants/${tenant.id}/mapping`, { integrationId, accountId: account.id })
  }
  const { choices } = await ok('GET', `/api/v1/psas/${psaId}/options`)
  const { version, sections } = await ok('GET', `/api/v1/integrations/${integrationId}/rules`)
  const fields = { ...sections.warning[0].fields, priority: choices.priority[0].value }
  await ok('PUT', `/api/v1/integrations/${integrationId}/rules`, {
    version,
    rows: [
      { section: 'warning', key: 'databases-outdated', enabled: true, fields, delayMinutes: 15 },
      { section: 'severity', key: 'critical', enabled: true, fields, lifetimeHours: 48 },
      { section: 'event-type', key: 'GNRL_EV_OBJECT_CURED', enabled: false, fields: {} },
    ],
  })
})

describe('export', () => {
  test('holds everything but secrets, and the API token', async () => {
    const config = await exportConfig(deps)
    expect(config.sources).toMatchObject([{ name: 'KSC', connector: 'ksc', secrets: ['password'] }])
    expect(config.psas).toMatchObject([{ name: 'Autotask', secrets: ['integrationCode', 'secret'] }])
    expect(config.integrations).toMatchObject([
      {
        name,
        source: 'KSC',
        psa: 'Autotask',
        mappings: [{ accountName: expect.any(String) }, { accountName: expect.any(String) }],
        rules: { warning: { 'databases-outdated': { enabled: true, delayMinutes: 15 } } },
      },
    ])
    const text = stringify(config)
    const { ready } = world.autotask
    for (const secret of [world.ksc.ready.password, ready.secret, ready.integrationCode, world.token, 'v1.']) {
      expect(text).not.toContain(secret)
    }
  })
})

describe('import', () => {
  test('of what was exported changes nothing', async () => {
    const { rows } = await database.pool.query('select max(updated_at) as at from psas')
    expect(await imported(await exportConfig(deps))).toEqual({ changes: [], secretsToEnter: [] })
    expect((await database.pool.query('select max(updated_at) as at from psas')).rows).toEqual(rows)
  })

  test('says line by line what it changes, and only says it on a dry run', async () => {
    const config = await changed(({ sources, integrations: [one] }) => {
      Object.assign(sources[0]?.settings ?? {}, { computersEverySeconds: 120 })
      one.titleTemplate = '{{what}}'
      one.rules.warning['databases-outdated'].delayMinutes = 30
      one.rules.critical['databases-outdated'] = { enabled: false, fields: {}, delayMinutes: 0 }
      delete one.rules['event-type'].GNRL_EV_OBJECT_CURED
      one.mappings.pop()
    })
    const before = await exportConfig(deps)
    const tenant = before.integrations[0]?.mappings[1]
    const at = `integrations / ${name}`
    const lines = [
      `- ${at} / mappings / ${tenant?.tenant} / account: "${tenant?.account}"`,
      `- ${at} / mappings / ${tenant?.tenant} / accountName: ${JSON.stringify(tenant?.accountName)}`,
      `- ${at} / mappings / ${tenant?.tenant} / tenantName: ${JSON.stringify(tenant?.tenantName)}`,
      `+ ${at} / rules / critical / databases-outdated / delayMinutes: 0`,
      `+ ${at} / rules / critical / databases-outdated / enabled: false`,
      `- ${at} / rules / event-type / GNRL_EV_OBJECT_CURED / enabled: false`,
      `- ${at} / rules / event-type / GNRL_EV_OBJECT_CURED / lifetimeHours: 24`,
      `~ ${at} / rules / warning / databases-outdated / delayMinutes: 15 -> 30`,
      `~ ${at} / titleTemplate: "{{level}}: {{what}} on {{computer}}" -> "{{what}}"`,
      `~ sources / KSC / settings / computersEverySeconds: 300 -> 120`,
    ]
    expect(await linesOf(config, true)).toEqual(lines)
    expect(await exportConfig(deps)).toEqual(before)
    expect(await linesOf(config)).toEqual(lines)
    expect(await linesOf(config)).toEqual([])
    // The secrets are where they were.
    expect((await ok('POST', '/api/v1/sources/check', { id: world.sourceId })).problems).toEqual([])
    await imported(before)
    expect(await exportConfig(deps)).toEqual(before)
  })

  test('swaps the accounts of two tenants', async () => {
    const config = await changed(({ integrations: [one] }) => {
      const [a, b] = one.mappings
      ;[a.account, b.account] = [b.account, a.account]
      ;[a.accountName, b.accountName] = [b.accountName, a.accountName]
    })
    expect((await linesOf(config)).length).toBe(4)
    expect(await linesOf(config)).toEqual([])
  })

  test('leaves a list alone that is absent, and empties one that is empty', async () => {
    expect(await linesOf({ tocsin: 1 })).toEqual([])
    const [integration] = (await exportConfig(deps)).integrations
    const lines = await linesOf({ tocsin: 1, integrations: [] }, true)
    expect(lines.length).toBeGreaterThan(10)
    expect(lines.every((line) => line.startsWith(`- integrations / ${integration?.name}`))).toBe(true)
    expect((await errorsOf({ tocsin: 1, sources: [] }))[0]?.message).toContain('used by “Endpoint security”')
    expect((await linesOf({ tocsin: 1, integrations: [], psas: [], sources: [] }, true)).length).toBeGreaterThan(30)
  })

  test('sets up an empty installation, and names the secrets to enter', async () => {
    const config = throughFile(await exportConfig(deps))
    const first = await importConfig(empty.deps, { config, dryRun: false })
    expect(first.secretsToEnter).toEqual([
      { table: 'sources', connection: 'KSC', field: 'password', title: 'Password' },
      { table: 'psas', connection: 'Autotask', field: 'secret', title: 'Secret' },
      { table: 'psas', connection: 'Autotask', field: 'integrationCode', title: 'API tracking identifier' },
    ])
    const again = await importConfig(empty.deps, { config, dryRun: false })
    expect([again.changes, again.secretsToEnter.length]).toEqual([[], 3])
    const copy = await exportConfig(empty.deps)
    const withoutSecrets = (whole: WholeConfig) => ({
      ...whole,
      sources: whole.sources.map((one) => ({ ...one, secrets: [] })),
      psas: whole.psas.map((one) => ({ ...one, secrets: [] })),
    })
    expect(copy).toEqual(withoutSecrets(await exportConfig(deps)))
    const status = await empty.ok('GET', '/api/v1/status')
    expect(status.sources[0]).toMatchObject({ problem: expect.stringContaining('password'), tenants: { mapped: 2 } })
    const { id } = status.sources[0]
    await empty.ok('PATCH', `/api/v1/sources/${id}`, { settings: { password: world.ksc.ready.password } })
    const after = await importConfig(empty.deps, { config, dryRun: true })
    expect(after.secretsToEnter.map(({ connection }) => connection)).toEqual(['Autotask', 'Autotask'])
  })

  test.each<[string, (config: Mutable) => void, string, RegExp]>([
    [
      'a secret in the file',
      ({ sources }) => Object.assign(sources[0].settings, { password: 'x' }),
      'sources.KSC.settings.password',
      /Secrets do not belong/,
    ],
    [
      'a setting that is wrong',
      ({ sources }) => Object.assign(sources[0].settings, { port: 0 }),
      'sources.KSC.settings.port',
      /at least 1/,
    ],
    [
      'another address for a secret that is kept',
      ({ sources }) => Object.assign(sources[0].settings, { address: 'elsewhere.example' }),
      'sources.KSC.settings.password',
      /Enter the secret again, because the address changed \(Administration Server\)/,
    ],
    [
      'an address left out, so its default, for secrets that are kept',
      ({ psas }) => Reflect.deleteProperty(psas[0].settings, 'baseUrl'),
      'psas.Autotask.settings.secret',
      /Enter the secret again, because the address changed \(Zone look-up address\)/,
    ],
    [
      'another connector',
      ({ psas }) => Object.assign(psas[0], { connector: 'ksc' }),
      'psas.Autotask.connector',
      /cannot change/,
    ],
    [
      'an unknown connector',
      ({ sources }) => sources.push({ name: 'New', connector: 'x' }),
      'sources.New.connector',
      /There are: ksc/,
    ],
    ['a name twice', ({ sources }) => sources.push(sources[0]), 'sources.KSC', /stands twice/],
    [
      'a source that is nowhere',
      ({ integrations: [one] }) => integrationsPush(one, 'source'),
      `integrations.Copy.source`,
      /There is no “Nowhere”/,
    ],
    [
      'another source',
      ({ integrations: [one] }) => Object.assign(one, { source: 'Other' }),
      `integrations.${name}.source`,
      /cannot change/,
    ],
    [
      'a bad template',
      ({ integrations: [one] }) => Object.assign(one, { titleTemplate: '{{x}}' }),
      `integrations.${name}.titleTemplate`,
      /stands for nothing/,
    ],
    [
      'an unknown status',
      ({ integrations: [one] }) => Object.assign(one.rules.warning, { nope: { enabled: false } }),
      `integrations.${name}.rules.warning.nope.key`,
      /knows no status/,
    ],
    [
      'a rule that does not fit',
      ({ integrations: [one] }) => Object.assign(one.rules.warning['databases-outdated'].fields, { queue: '424242' }),
      `integrations.${name}.rules.warning.databases-outdated.fields.queue`,
      /no longer exists/,
    ],
    [
      'an account twice',
      ({ integrations: [one] }) => Object.assign(one.mappings[0], { account: one.mappings[1].account }),
      `integrations.${name}.mappings.`,
      /has one tenant/,
    ],
    ['an unknown field', (config) => Object.assign(config, { users: [] }), '', /no field named “users”/],
    ['another form', (config) => Object.assign(config, { tocsin: 2 }), 'tocsin', /must be 1/],
  ])('refuses %s and changes nothing', async (_, change, field, message) => {
    const errors = await errorsOf(await changed(change))
    const found = errors.find((error) => message.test(error.message))
    expect(errors).toContainEqual(expect.objectContaining({ message: expect.stringMatching(message) }))
    expect(found?.field.startsWith(field)).toBe(true)
  })

  test('refuses what is no document at all', async () => {
    for (const nothing of [null, [], 'text', {}]) expect((await errorsOf(nothing)).length).toBeGreaterThan(0)
  })

  test('takes event types that were not seen here, and numbers without quotes', async () => {
    const config = await changed(({ integrations: [one] }) => {
      one.rules['event-type'].CUSTOM_EV = { enabled: false, fields: { dueHours: 12 } }
      one.mappings[0].account = Number(one.mappings[0].account)
    })
    const at = `integrations / ${name} / rules / event-type / CUSTOM_EV`
    expect(await linesOf(config, true)).toEqual([
      `+ ${at} / enabled: false`,
      `+ ${at} / fields / dueHours: "12"`,
      `+ ${at} / lifetimeHours: 24`,
    ])
  })

  test('of two at once leaves one of both', async () => {
    const a = await changed(({ integrations: [one] }) => Object.assign(one, { repeatNoteMinutes: 7 }))
    const b = await changed(({ integrations: [one] }) => Object.assign(one, { repeatNoteMinutes: 8 }))
    await Promise.all([imported(a), imported(b)])
    const [one] = (await exportConfig(deps)).integrations
    expect([7, 8]).toContain(one?.repeatNoteMinutes)
  })
})

function integrationsPush(one: Mutable, field: string): void {
  Object.assign(one, { name: 'Copy', [field]: 'Nowhere' })
}
