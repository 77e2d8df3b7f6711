import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { companies, createApiWorld } from '../../../test/support/api-world.ts'
import { testDatabase } from '../../../test/support/database.ts'
import type { Database } from '../../db/tables.ts'

const database = await testDatabase<Database>()
const world = await createApiWorld(database)
afterAll(() => world.stop())
const { call, ok, psaId, sourceId, integrationId } = world

const path = `/api/v1/integrations/${integrationId}`
type Row = { key: string; enabled: boolean; stored: boolean; fields: Record<string, string> }
type Rules = { version: number; sections: Record<string, Row[]> }
type Option = { value: string; label: string; active: boolean }

const rules = (): Promise<Rules> => ok('GET', `${path}/rules`)
const rowOf = (list: Rules, section: string, key: string) => list.sections[section]?.find((row) => row.key === key)
const save = (version: number, rows: object[], remove?: object[]) =>
  call('PUT', `${path}/rules`, { version, rows, ...(remove === undefined ? {} : { remove }) })

async function optionValue(field: string, label: string): Promise<string> {
  const { choices } = await ok('GET', `/api/v1/psas/${psaId}/options`)
  return choices[field].find((option: Option) => option.label === label)?.value
}

let good: Record<string, string> = {}
beforeAll(async () => {
  const { fields } = (await rules()).sections.critical?.[0] ?? { fields: {} }
  good = { ...fields, priority: await optionValue('priority', 'High') }
})

describe('the rows of rules', () => {
  test('are those of the catalogue, all off, with the defaults of the connector', async () => {
    const list = await rules()
    expect(Object.keys(list.sections)).toEqual(['warning', 'critical', 'severity', 'event-type'])
    expect(list.sections.warning?.length).toBeGreaterThanOrEqual(20)
    expect(list.sections.severity?.map(({ key }) => key)).toEqual(['critical', 'functional-failure', 'warning'])
    const all = Object.values(list.sections).flat()
    expect(all.filter(({ enabled, stored }) => enabled || stored)).toEqual([])
    expect(rowOf(list, 'warning', 'databases-outdated')).toMatchObject({
      title: 'Databases are outdated',
      delayMinutes: 0,
      lifetimeHours: null,
      problems: [],
      updatedAt: null,
      fields: { queue: await optionValue('queue', 'Monitoring Alert'), dueHours: '24' },
    })
    expect(rowOf(list, 'severity', 'critical')).toMatchObject({ delayMinutes: null, lifetimeHours: 24 })
    expect(rowOf(list, 'event-type', 'GNRL_EV_VIRUS_FOUND')).toMatchObject({ title: 'Malicious object detected' })
    expect(await call('GET', '/api/v1/integrations/4711/rules')).toMatchObject({ status: 404 })
  })

  test('are saved together and read back', async () => {
    const { version } = await rules()
    const { status, body } = await save(version, [
      {
        section: 'warning',
        key: 'databases-outdated',
        enabled: true,
        fields: { ...good, issueType: '' },
        delayMinutes: 10_080,
      },
      { section: 'severity', key: 'critical', enabled: true, fields: good, lifetimeHours: 48 },
      { section: 'event-type', key: 'GNRL_EV_OBJECT_CURED', enabled: false, fields: {} },
    ])
    expect([status, body.version]).toEqual([200, version + 1])
    expect(rowOf(body, 'warning', 'databases-outdated')).toMatchObject({
      stored: true,
      enabled: true,
      delayMinutes: 10_080,
      fields: good,
    })
    expect(rowOf(body, 'warning', 'databases-outdated')?.fields).not.toHaveProperty('issueType')
    expect(rowOf(body, 'critical', 'databases-outdated')).toMatchObject({ stored: false, enabled: false })
    expect(rowOf(body, 'severity', 'critical')).toMatchObject({ enabled: true, lifetimeHours: 48 })
    expect(rowOf(body, 'event-type', 'GNRL_EV_OBJECT_CURED')).toMatchObject({ stored: true, enabled: false })
    expect(await rules()).toEqual(body)
  })

  test('that are removed are as if never saved', async () => {
    const { version } = await rules()
    const place = { section: 'event-type', key: 'GNRL_EV_OBJECT_CURED' }
    const { body } = await save(version, [], [place])
    expect(rowOf(body, 'event-type', 'GNRL_EV_OBJECT_CURED')).toMatchObject({ stored: false, enabled: false })
    const again = await save(body.version, [{ ...place, enabled: false, fields: {} }])
    expect(rowOf(again.body, 'event-type', 'GNRL_EV_OBJECT_CURED')).toMatchObject({ stored: true })
  })

  test('name what changed to the second of two savers', async () => {
    const { version } = await rules()
    const row = { section: 'critical', key: 'databases-outdated', enabled: false, fields: good, delayMinutes: 5 }
    expect((await save(version, [row], [{ section: 'event-type', key: 'GNRL_EV_OBJECT_CURED' }])).status).toBe(200)
    const late = await save(version, [{ ...row, delayMinutes: 7 }])
    expect(late).toMatchObject({
      status: 409,
      body: {
        code: 'changed-meanwhile',
        version: version + 1,
        changed: [{ section: 'critical', key: 'databases-outdated' }],
        removed: [{ section: 'event-type', key: 'GNRL_EV_OBJECT_CURED' }],
      },
    })
    expect(rowOf(await rules(), 'critical', 'databases-outdated')).toMatchObject({ delayMinutes: 5 })
  })

  test('of savers at once, exactly one wins', async () => {
    const { version } = await rules()
    const row = { section: 'critical', key: 'protection-disabled', enabled: false, fields: good }
    const answers = await Promise.all([1, 2, 3, 4, 5].map((delayMinutes) => save(version, [{ ...row, delayMinutes }])))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409])
    const won = answers.findIndex(({ status }) => status === 200)
    expect(rowOf(await rules(), 'critical', 'protection-disabled')).toMatchObject({ delayMinutes: won + 1 })
  })

  test('that are on must fit the desk, each field by name; nothing is saved', async () => {
    const before = await rules()
    const { status, body } = await save(before.version, [
      { section: 'critical', key: 'protection-disabled', enabled: true, fields: good },
      { section: 'critical', key: 'too-many-viruses', enabled: true, fields: { ...good, queue: '424242' } },
      { section: 'warning', key: 'scan-overdue', enabled: true, fields: { queue: good.queue, dueHours: '0' } },
      { section: 'warning', key: 'not-connected', enabled: false, fields: { queue: '424242' } },
    ])
    expect([status, body.code]).toEqual([422, 'rule-problems'])
    expect(body.errors).toEqual([
      {
        section: 'critical',
        key: 'too-many-viruses',
        field: 'fields.queue',
        message: expect.stringContaining('no longer exists'),
      },
      { section: 'warning', key: 'scan-overdue', field: 'fields.priority', message: 'Choose "Priority".' },
      {
        section: 'warning',
        key: 'scan-overdue',
        field: 'fields.dueHours',
        message: expect.stringContaining('from 1 to'),
      },
    ])
    expect(await rules()).toEqual(before)
  })

  const base = { section: 'warning', key: 'scan-overdue', enabled: false, fields: {} }
  test.each([
    [{ ...base, key: 'no-such-status' }, 'key', /no status description “no-such-status”/],
    [{ ...base, section: 'event-type', key: 'NO_SUCH' }, 'key', /no event type “NO_SUCH”/],
    [{ ...base, section: 'severity', key: 'info' }, 'key', /no severity “info”/],
    [{ ...base, fields: { colour: '1' } }, 'fields.colour', /There is no such field/],
    [{ ...base, lifetimeHours: 5 }, 'lifetimeHours', /Only rules for events/],
    [
      { ...base, section: 'severity', key: 'critical', delayMinutes: 5 },
      'delayMinutes',
      /Only rules for computer statuses/,
    ],
    [{ ...base, delayMinutes: 10_081 }, 'rows.0.delayMinutes', /at most 10080/],
    [{ ...base, delayMinutes: -1 }, 'rows.0.delayMinutes', /at least 0/],
    [{ ...base, delayMinutes: 1.5 }, 'rows.0.delayMinutes', /whole number/],
    [{ ...base, section: 'severity', key: 'critical', lifetimeHours: 0 }, 'rows.0.lifetimeHours', /at least 1/],
    [{ ...base, section: 'info' }, 'rows.0.section', /must be one of warning, critical/],
    [{ ...base, extra: 1 }, 'rows.0', /no field named “extra”/],
  ])('%j is refused', async (row, field, message) => {
    const before = await rules()
    const { status, body } = await save(before.version, [row])
    expect([status, body.code]).toEqual([400, 'invalid-input'])
    expect(body.errors).toContainEqual(expect.objectContaining({ field, message: expect.stringMatching(message) }))
    expect(await rules()).toEqual(before)
  })

  test('are named once', async () => {
    const { version } = await rules()
    expect((await save(version, [base, base])).body.errors[0].message).toContain('named twice')
    expect((await save(version, [base], [{ section: 'warning', key: 'scan-overdue' }])).status).toBe(400)
  })

  test('show what vanished at the desk, and name a general setting that no longer fits', async () => {
    const { version } = await rules()
    const row = { section: 'critical', key: 'too-many-viruses', enabled: true, fields: good }
    expect((await save(version, [row])).status).toBe(200)
    await world.autotask.control.act({
      act: 'setPicklistValue',
      field: 'queueID',
      value: Number(good.queue),
      isActive: false,
    })
    try {
      await ok('GET', `/api/v1/psas/${psaId}/options?refresh=true`)
      const found = rowOf(await rules(), 'critical', row.key)
      expect(found).toMatchObject({
        enabled: true,
        problems: [{ field: 'queue', message: expect.stringContaining('inactive') }],
      })
    } finally {
      await world.autotask.control.act({
        act: 'setPicklistValue',
        field: 'queueID',
        value: Number(good.queue),
        isActive: true,
      })
      await ok('GET', `/api/v1/psas/${psaId}/options?refresh=true`)
    }
    expect(rowOf(await rules(), 'critical', row.key)).toMatchObject({ problems: [] })
    await database.pool.query(`update integrations set general = general || '{"newStatus":"424242"}' where id = $1`, [
      integrationId,
    ])
    expect((await ok('GET', path)).problems).toEqual([
      { field: 'newStatus', message: expect.stringContaining('424242') },
    ])
    const now = await rules()
    const { status, body } = await save(now.version, [row])
    expect([status, body.errors]).toEqual([
      422,
      [{ field: 'general.newStatus', message: expect.stringContaining('424242') }],
    ])
    await database.pool.query(`update integrations set general = general || '{"newStatus":"1"}' where id = $1`, [
      integrationId,
    ])
    await save(now.version, [], [{ section: 'critical', key: row.key }])
  })
})

describe('what was wrong before', () => {
  const held = (query = '') => ok('GET', `${path}/held${query}`)
  const openedAtDesk = () => world.autotask.control.stats().tickets.open
  let tenants: { id: number; name: string; conditions: number }[] = []

  beforeAll(async () => {
    const { items } = await ok('GET', `/api/v1/tenants?sourceId=${sourceId}`)
    tenants = items.filter(({ conditions }: { conditions: number }) => conditions > 0)
    const list = await rules()
    const rows = (['warning', 'critical'] as const).flatMap((section) =>
      (list.sections[section] ?? []).map(({ key }) => ({ section, key, enabled: true, fields: good })),
    )
    expect((await save(list.version, rows)).status).toBe(200)
  })

  test('opens nothing by itself, neither by mapping nor by switching rules on', async () => {
    expect(tenants.length).toBeGreaterThanOrEqual(2)
    expect((await held()).total).toBe(0)
    const accounts = await ok('GET', `/api/v1/psas/${psaId}/accounts`)
    for (const [n, { id }] of tenants.slice(0, 2).entries()) {
      const account = accounts.find(({ name }: { name: string }) => name === companies[n])
      await ok('PUT', `/api/v1/tenants/${id}/mapping`, { integrationId, accountId: account.id })
    }
    world.clock.advance(600_000)
    await world.work()
    expect(openedAtDesk()).toBe(0)
  })

  test('is counted by client and by rule', async () => {
    const preview = await held()
    const [one, two] = tenants
    const counted = preview.clients.map(({ tenantId, count }: { tenantId: number; count: number }) => [tenantId, count])
    expect(counted.toSorted()).toEqual(
      [
        [one?.id, one?.conditions],
        [two?.id, two?.conditions],
      ].toSorted(),
    )
    const sum = (list: { count: number }[]) => list.reduce((total, { count }) => total + count, 0)
    expect([sum(preview.clients), sum(preview.rules)]).toEqual([preview.total, preview.total])
    expect(preview.rules[0].title).not.toBe(preview.rules[0].key)
    expect((await held(`?tenantId=${one?.id}`)).total).toBe(one?.conditions)
    expect((await held('?tenantId=4711')).total).toBe(0)
    expect(await call('GET', '/api/v1/integrations/4711/held')).toMatchObject({ status: 404 })
  })

  test('is not opened on another count than was seen', async () => {
    const { total } = await held()
    const answer = await call('POST', `${path}/held`, { expected: total + 1 })
    expect(answer).toMatchObject({ status: 409, body: { code: 'count-changed', total } })
    expect((await held()).total).toBe(total)
    expect(await call('POST', `${path}/held`, {})).toMatchObject({ status: 400 })
  })

  test('is not opened during a pause', async () => {
    await ok('PATCH', path, { pausedUntil: new Date(world.clock.now().getTime() + 60_000).toISOString() })
    const { total, pausedUntil } = await held()
    expect(pausedUntil).not.toBeNull()
    const { opened, notOpened } = await ok('POST', `${path}/held`, { expected: total })
    expect([opened, notOpened]).toEqual([0, [{ reason: 'integration-paused', count: total }]])
    await ok('PATCH', path, { pausedUntil: null })
    expect((await held()).total).toBe(total)
  })

  test('is opened for one client, then for all, once each', async () => {
    const [one] = tenants
    const mine = await held(`?tenantId=${one?.id}`)
    const first = await ok('POST', `${path}/held`, { tenantId: one?.id, expected: mine.total })
    expect(first).toEqual({ opened: mine.total, notOpened: [] })
    await world.work()
    expect(openedAtDesk()).toBe(mine.total)
    const rest = await held()
    expect(rest.clients.map(({ tenantId }: { tenantId: number }) => tenantId)).not.toContain(one?.id)
    expect(await ok('POST', `${path}/held`, { expected: rest.total })).toEqual({ opened: rest.total, notOpened: [] })
    await world.work()
    expect(world.autotask.control.stats().tickets).toMatchObject({ open: mine.total + rest.total, duplicates: 0 })
    expect((await held()).total).toBe(0)
    const { rows } = await database.pool.query(
      `select reason, outcome, count(*)::int as n from decisions where reason = 'opened-by-request' group by 1, 2`,
    )
    expect(rows).toEqual([{ reason: 'opened-by-request', outcome: 'open', n: mine.total + rest.total }])
  })

  test('two who open at once make one ticket each thing', async () => {
    const [, , third] = tenants
    if (third === undefined) throw new Error('the fleet has a third tenant with conditions')
    const accounts = await ok('GET', `/api/v1/psas/${psaId}/accounts`)
    const account = accounts.find(({ name }: { name: string }) => name === companies[2])
    await ok('PUT', `/api/v1/tenants/${third.id}/mapping`, { integrationId, accountId: account.id })
    const { total } = await held()
    expect(total).toBeGreaterThan(0)
    const answers = await Promise.all([1, 2, 3].map(() => call('POST', `${path}/held`, { expected: total })))
    const opened = answers.reduce((sum, { status, body }) => sum + (status === 200 ? body.opened : 0), 0)
    expect(opened).toBe(total)
    await world.work()
    expect(world.autotask.control.stats().tickets.duplicates).toBe(0)
  })

  test('a ticket that a person closed early is not opened again by this', async () => {
    const { items } = await ok('GET', '/api/v1/tickets?state=open&limit=1')
    await world.autotask.control.act({ act: 'closeTicket', ticketId: Number(items[0].deskTicketId) })
    world.clock.advance(120_000)
    await world.work()
    expect((await ok('GET', `/api/v1/tickets/${items[0].id}`)).ticket).toMatchObject({ outcome: 'closed-by-person' })
    expect((await held()).total).toBe(0)
  })
})

test('a thousand and more are opened in several transactions', async () => {
  const { items } = await ok('GET', `/api/v1/tenants?integrationId=${integrationId}&limit=1`)
  await database.pool.query(
    `insert into conditions (source_id, tenant_id, computer_key, computer_name, status_key, text, link, level, began_at, held_before)
     select $1, $2, 'many-' || n, 'MANY-' || n, 'databases-outdated', '', '', 'critical', $3, true from generate_series(1, 1201) n`,
    [sourceId, items[0].id, world.clock.now()],
  )
  expect((await ok('GET', `${path}/held`)).total).toBe(1201)
  expect(await ok('POST', `${path}/held`, { expected: 1201 })).toEqual({ opened: 1201, notOpened: [] })
  const { rows } = await database.pool.query(
    `select count(*)::int as tickets, count(distinct reference)::int as distinct
     from tickets where title like '%MANY-%' and want = 'open'`,
  )
  expect(rows).toEqual([{ tickets: 1201, distinct: 1201 }])
  expect((await ok('GET', `${path}/held`)).total).toBe(0)
})

test('an integration with tickets that are not done cannot be deleted', async () => {
  const { openTickets } = await ok('GET', path)
  expect(openTickets).toBeGreaterThan(0)
  expect(await call('DELETE', path)).toMatchObject({ status: 409, body: { code: 'in-use', openTickets } })
  expect(await call('DELETE', `/api/v1/sources/${sourceId}`)).toMatchObject({ status: 409, body: { openTickets } })
  expect(await call('DELETE', `/api/v1/psas/${psaId}`)).toMatchObject({ status: 409, body: { openTickets } })
})
