import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { companies, createApiWorld } from '../../../test/support/api-world.ts'
import { testDatabase } from '../../../test/support/database.ts'
import type { Database } from '../../db/tables.ts'

const database = await testDatabase<Database>()
const world = await createApiWorld(database)
afterAll(() => world.stop())
const { call, ok, psaId, sourceId, integrationId } = world

const path = `/api/v1/integrations/${integrationId}`
const minute = 60_000
type Tenant = { id: number; key: string; name: string }
type Ticket = { id: number; state: string; stuck: boolean; computerName: string; deskTicketId: string }

let tenants: Tenant[] = []
let host = ''
let good: Record<string, string> = {}

const act = (order: object) => world.ksc.control.act(order)
const deskAct = (order: object) => world.autotask.control.act(order)
const ticketsOf = async (query: string): Promise<Ticket[]> => (await ok('GET', `/api/v1/tickets?${query}`)).items

/** Lets time pass and does what became due. */
async function later(minutes: number): Promise<void> {
  world.clock.advance(minutes * minute)
  await world.work()
}

async function setRules(rows: object[]): Promise<void> {
  const { version } = await ok('GET', `${path}/rules`)
  await ok('PUT', `${path}/rules`, { version, rows })
}

const statusRow = (change: object = {}) => ({
  section: 'warning',
  key: 'databases-outdated',
  enabled: true,
  fields: good,
  ...change,
})

/** A computer at the first mapped tenant that nothing is wrong with. */
async function addComputer(name: string): Promise<string> {
  const createdAt = new Date(world.clock.now().getTime() - 30 * 86_400_000).toISOString()
  const { id } = (await act({ act: 'addHost', name, createdAt, vserver: tenants[0]?.key })) as { id: string }
  return id
}

const sicken = (id: string) =>
  act({
    act: 'setHost',
    host: id,
    changes: { databasesAt: new Date(world.clock.now().getTime() - 4 * 86_400_000).toISOString() },
  })
const heal = (id: string) => act({ act: 'setHost', host: id, changes: { databasesAt: 'fresh' } })

async function conditionOf(computer: string): Promise<{ id: number; ticket: { id: number; state: string } | null }> {
  const { items } = await ok('GET', `/api/v1/conditions?state=any&statusKey=databases-outdated&computer=${computer}`)
  return items[0]
}

const explained = async (computer: string) =>
  ok('GET', `/api/v1/conditions/${(await conditionOf(computer)).id}/explanation`)

beforeAll(async () => {
  const { items } = await ok('GET', '/api/v1/tenants')
  tenants = items.filter(({ key }: Tenant) => key !== 'main')
  const { choices } = await ok('GET', `/api/v1/psas/${psaId}/options`)
  const priority = choices.priority.find(({ label }: { label: string }) => label === 'High').value
  const { sections } = await ok('GET', `${path}/rules`)
  good = { ...sections.warning[0].fields, priority }
  host = await addComputer('LIFE-01')
  await later(5)
})

describe('why is there no ticket?', () => {
  test('because the client is not mapped', async () => {
    await sicken(host)
    await later(5)
    expect(await explained('LIFE-01')).toMatchObject({
      decision: { outcome: 'none', reason: 'tenant-not-mapped' },
      now: { mapped: false, ruleOn: false, integrationId: null },
      ticket: null,
      answer: expect.stringMatching(/not mapped to an account.*map it to an account.*open what held before/),
    })
  })

  test('because the rule is off, or the integration paused', async () => {
    const accounts = await ok('GET', `/api/v1/psas/${psaId}/accounts`)
    const account = accounts.find(({ name }: { name: string }) => name === companies[0])
    await ok('PUT', `/api/v1/tenants/${tenants[0]?.id}/mapping`, { integrationId, accountId: account.id })
    await heal(host)
    await later(5)
    await sicken(host)
    await later(5)
    expect(await explained('LIFE-01')).toMatchObject({
      decision: { reason: 'rule-off' },
      now: { mapped: true, ruleOn: false, integrationId },
      answer: expect.stringContaining('Its rule is off now: switch it on.'),
    })
    await setRules([
      statusRow(),
      statusRow({ section: 'critical' }),
      statusRow({ section: 'severity', key: 'critical' }),
    ])
    const pausedUntil = new Date(world.clock.now().getTime() + 30 * minute).toISOString()
    await ok('PATCH', path, { pausedUntil })
    await heal(host)
    await later(5)
    await sicken(host)
    await later(5)
    expect(await explained('LIFE-01')).toMatchObject({
      decision: { reason: 'integration-paused' },
      now: { ruleOn: true, pausedUntil },
      answer: expect.stringContaining(`The integration is paused until ${pausedUntil}.`),
    })
    await ok('PATCH', path, { pausedUntil: null })
    expect((await explained('LIFE-01')).answer).toContain('Nothing stands against a ticket now')
    await heal(host)
    await later(5)
    expect((await explained('LIFE-01')).answer).toContain('It has ended, so no ticket is needed any more.')
  })

  test('because it was wrong before', async () => {
    const { items } = await ok('GET', `/api/v1/conditions?tenantId=${tenants[0]?.id}&limit=500`)
    const before = items.find(({ heldBefore }: { heldBefore: boolean }) => heldBefore)
    const { decision } = await ok('GET', `/api/v1/conditions/${before.id}/explanation`)
    expect(['held-before', 'tenant-not-mapped']).toContain(decision.reason)
  })

  test('nothing can be explained that is not there', async () => {
    expect(await call('GET', '/api/v1/conditions/4711/explanation')).toMatchObject({ status: 404 })
    expect(await call('GET', '/api/v1/events/4711/explanation')).toMatchObject({ status: 404 })
  })
})

describe('the life of a ticket', () => {
  test('opens, is found by every filter, and closes', async () => {
    await sicken(host)
    await later(5)
    expect((await explained('LIFE-01')).answer).toMatch(/Ticket \d+ of Tocsin is open at the desk\./)
    // Autotask tells the number of a new ticket only when it is read.
    await later(2)
    const [ticket] = await ticketsOf('state=open&computer=life')
    expect(ticket).toMatchObject({
      state: 'open',
      stuck: false,
      failure: null,
      title: 'Warning: Databases are outdated on LIFE-01',
      tenantName: tenants[0]?.name,
      statusKey: 'databases-outdated',
      eventType: null,
      link: expect.stringContaining('OpenTicketDetail'),
      deskNumber: expect.stringMatching(/^T2026/),
    })
    const id = ticket?.id
    for (const query of [
      '',
      `tenantId=${tenants[0]?.id}`,
      `integrationId=${integrationId}`,
      'statusKey=databases-outdated',
      'level=warning',
      'stuck=false',
      'state=any',
    ]) {
      expect((await ticketsOf(query)).map((one) => one.id)).toEqual([id])
    }
    for (const query of [
      'state=waiting',
      'state=closing',
      'state=done',
      'stuck=true',
      'level=critical',
      `tenantId=${tenants[1]?.id}`,
      'integrationId=4711',
      'statusKey=scan-overdue',
      'eventType=GNRL_EV_VIRUS_FOUND',
      'computer=%25',
      'computer=_IFE',
    ]) {
      expect([query, await ticketsOf(query)]).toEqual([query, []])
    }
    expect(await explained('LIFE-01')).toMatchObject({
      decision: { outcome: 'open', reason: 'rule-on' },
      ticket: { id },
      answer: expect.stringMatching(/Ticket T2026\S+ is open at the desk\./),
    })
    await heal(host)
    await later(5)
    const story = await ok('GET', `/api/v1/tickets/${id}`)
    expect(story.ticket).toMatchObject({ state: 'done', outcome: 'closed-by-us', endReason: 'no-longer-applies' })
    expect(story.description).toContain('LIFE-01')
    expect(story.reference).toMatch(/^tocsin-/)
    expect(story.condition).toMatchObject({
      computerName: 'LIFE-01',
      title: 'Databases are outdated',
      endReason: 'no-longer-applies',
    })
    expect(story.event).toBeNull()
    expect(story.decisions.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['open', 'close'])
    expect(story.decisions[1].words).toBe('It no longer applies to the computer, so its ticket is closed.')
    expect(story.steps.map(({ step, result }: { step: string; result: string }) => [step, result])).toEqual([
      ['create', 'done'],
      ['close', 'done'],
    ])
    expect((await ticketsOf('state=done')).map((one) => one.id)).toEqual([id])
    expect((await explained('LIFE-01')).answer).toContain('Its ticket was closed by Tocsin.')
    expect(await call('GET', '/api/v1/tickets/4711')).toMatchObject({ status: 404 })
  })

  test('waits for its delay', async () => {
    await setRules([statusRow({ delayMinutes: 60 })])
    await sicken(host)
    await later(5)
    expect(await ticketsOf('state=waiting')).toMatchObject([{ state: 'waiting', deskNumber: null, link: '' }])
    expect((await explained('LIFE-01')).answer).toMatch(/is to be opened at 2026-03-02T\S+Z, when its delay ends/)
    await heal(host)
    await later(5)
    expect((await explained('LIFE-01')).answer).toContain('It ended before its ticket was opened, so none was needed.')
    await setRules([statusRow()])
  })
})

describe('events', () => {
  test('are listed, and explained', async () => {
    await act({ act: 'raiseEvent', host, type: 'GNRL_EV_VIRUS_FOUND', severity: 4, text: 'EICAR & <friends>' })
    await act({ act: 'raiseEvent', host, type: 'GNRL_EV_OBJECT_CURED', severity: 2 })
    await later(5)
    const { items } = await ok('GET', '/api/v1/events?computer=LIFE')
    const [cured, found] = items
    expect(found).toMatchObject({ type: 'GNRL_EV_VIRUS_FOUND', severity: 'critical', computerName: 'LIFE-01' })
    expect(found.text).toContain('EICAR & <friends>')
    expect(cured.ticketId).toBeNull()
    expect(await ok('GET', `/api/v1/events/${found.id}/explanation`)).toMatchObject({
      decision: { reason: 'rule-on' },
      ticket: { id: found.ticketId, eventType: 'GNRL_EV_VIRUS_FOUND', computerName: 'LIFE-01' },
      answer: expect.stringContaining('is open at the desk'),
    })
    expect(await ok('GET', `/api/v1/events/${cured.id}/explanation`)).toMatchObject({
      decision: { reason: 'rule-off' },
      ticket: null,
      answer: expect.stringContaining('judged once'),
    })
    expect((await ticketsOf('eventType=GNRL_EV_VIRUS_FOUND')).map(({ id }) => id)).toEqual([found.ticketId])
    expect((await ok('GET', '/api/v1/events?severity=warning&type=GNRL_EV_OBJECT_CURED')).items).toEqual([cured])
    expect((await ok('GET', `/api/v1/events?sourceId=${sourceId}&tenantId=${tenants[1]?.id}`)).items).toEqual([])
    const first = await ok('GET', '/api/v1/events?limit=1')
    expect((await ok('GET', `/api/v1/events?limit=1&cursor=${first.next}`)).items).not.toEqual(first.items)
    const story = await ok('GET', `/api/v1/tickets/${found.ticketId}`)
    expect(story).toMatchObject({ condition: null, event: { id: found.id } })
  })

  test('a type that no catalogue names can have a row of its own once it was seen', async () => {
    const place = { section: 'event-type', key: 'CUSTOM_EV_1', enabled: true, fields: good }
    const { version } = await ok('GET', `${path}/rules`)
    expect(await call('PUT', `${path}/rules`, { version, rows: [place] })).toMatchObject({ status: 400 })
    await act({ act: 'raiseEvent', host, type: 'CUSTOM_EV_1', displayName: 'Custom thing', severity: 2 })
    await later(5)
    const { sections } = await ok('GET', `${path}/rules`)
    expect(sections['event-type']).toContainEqual(expect.objectContaining({ key: 'CUSTOM_EV_1', stored: false }))
    await ok('PUT', `${path}/rules`, { version, rows: [place] })
  })
})

describe('a ticket that is stuck', () => {
  let stuck: Ticket | undefined

  beforeAll(async () => {
    host = await addComputer('STUCK-01')
    await later(5)
    await deskAct({ act: 'setPicklistValue', field: 'queueID', value: Number(good.queue), isActive: false })
    await sicken(host)
    await later(5)
    ;[stuck] = await ticketsOf('stuck=true')
  })

  test('is shown with the words of the desk', async () => {
    expect(stuck).toMatchObject({
      stuck: true,
      state: 'waiting',
      failure: { kind: 'refused', message: expect.stringMatching(/queue/i) },
      nextTryAt: null,
    })
    expect((await explained('STUCK-01')).answer).toMatch(/is stuck and waits for a person.*The desk said:/)
    const { psas } = await ok('GET', '/api/v1/status')
    expect(psas[0].tickets).toMatchObject({ stuck: 1 })
    const { text } = await call('GET', '/metrics')
    expect(text).toContain('tocsin_tickets_stuck{psa="Autotask"} 1')
    expect(text).toMatch(/tocsin_conditions\{source="KSC",level="warning"\} [1-9]/)
    expect(text).toMatch(/tocsin_poll_age_seconds\{connection="KSC",kind="poll-computers"\} 0/)
    expect(text).toMatch(/tocsin_calls_total\{peer="autotask",connection="Autotask",status="200"\} [1-9]/)
    expect(text).toMatch(/tocsin_budget_used\{psa="Autotask"\} [1-9]/)
    expect(text).toMatch(/tocsin_steps_total\{step="create",reason="begun",result="refused\/[a-z-]+"\} 1/)
  })

  test('is tried again with the rule of now once its cause is put right', async () => {
    const { choices } = await ok('GET', `/api/v1/psas/${psaId}/options?refresh=true`)
    const other = choices.queue.find(
      ({ value, active }: { value: string; active: boolean }) => active && value !== good.queue,
    )
    await setRules([statusRow({ fields: { ...good, queue: other.value } })])
    const same = await ok('POST', `/api/v1/tickets/${stuck?.id}/retry`, { presentSettings: false })
    expect(same).toMatchObject({ ticket: { stuck: false }, fields: { queue: good.queue } })
    await world.work()
    expect(await ticketsOf('stuck=true')).toHaveLength(1)
    const fresh = await ok('POST', `/api/v1/tickets/${stuck?.id}/retry`, {})
    expect(fresh).toMatchObject({ ticket: { stuck: false, state: 'waiting' }, fields: { queue: other.value } })
    await world.work()
    const { ticket, steps } = await ok('GET', `/api/v1/tickets/${stuck?.id}`)
    expect(ticket).toMatchObject({ state: 'open', stuck: false, failure: null })
    expect(steps.map(({ step }: { step: string }) => step)).toEqual(['create', 'retry', 'create', 'retry', 'create'])
    expect(world.autotask.control.stats().tickets.duplicates).toBe(0)
  })

  test('is given up with a reason, and what is at the desk stays', async () => {
    expect(await call('POST', `/api/v1/tickets/${stuck?.id}/give-up`, { reason: ' ' })).toMatchObject({ status: 400 })
    const open = world.autotask.control.stats().tickets.open
    await ok('POST', `/api/v1/tickets/${stuck?.id}/give-up`, { reason: 'The client left us.' })
    await world.work()
    const { ticket, steps } = await ok('GET', `/api/v1/tickets/${stuck?.id}`)
    expect(ticket).toMatchObject({ state: 'done', outcome: 'given-up' })
    expect(steps.at(-1)).toMatchObject({ step: 'give-up', message: 'The client left us.' })
    expect(world.autotask.control.stats().tickets.open).toBe(open)
    expect((await explained('STUCK-01')).answer).toContain('A person gave its ticket up.')
    for (const act of ['retry', 'give-up']) {
      const body = act === 'retry' ? {} : { reason: 'x' }
      expect(await call('POST', `/api/v1/tickets/${stuck?.id}/${act}`, body)).toMatchObject({
        status: 409,
        body: { code: 'ticket-done' },
      })
      expect(await call('POST', `/api/v1/tickets/4711/${act}`, body)).toMatchObject({ status: 404 })
    }
    await later(10)
    expect(await ticketsOf('computer=STUCK')).toEqual([])
  })

  test('is left alone while a worker has it', async () => {
    const [open] = await ticketsOf('state=open')
    const until = new Date(world.clock.now().getTime() + minute)
    await database.pool.query(
      'update tickets set lease_owner = gen_random_uuid(), lease_at = $2, lease_until = $3 where id = $1',
      [open?.id, world.clock.now(), until],
    )
    expect(await call('POST', `/api/v1/tickets/${open?.id}/retry`, {})).toMatchObject({
      status: 409,
      body: { code: 'ticket-busy' },
    })
    await database.pool.query(
      'update tickets set lease_owner = null, lease_at = null, lease_until = null where id = $1',
      [open?.id],
    )
  })
})

describe('the status', () => {
  test('tells of polls that fail, of tenants that do not answer and of those that vanished', async () => {
    const [one, two] = tenants
    await act({ act: 'setVServer', vserver: one?.key, answering: false })
    await act({ act: 'removeVServer', vserver: two?.key })
    await later(10)
    const status = await ok('GET', '/api/v1/status')
    expect(status.sources[0].tenants).toMatchObject({ mapped: 1, failing: 1, vanished: 1 })
    expect(status.troubledTenants).toMatchObject([
      { id: one?.id, mapped: true, failingMessage: expect.any(String) },
      { id: two?.id, mapped: false, vanishedAt: expect.any(String) },
    ])
    world.ksc.control.setFaults({ dead: { mode: 'refuse' } })
    await later(10)
    world.clock.advance(7_000)
    const { sources } = await ok('GET', '/api/v1/status')
    const poll = sources[0].duties.find(({ kind }: { kind: string }) => kind === 'poll-computers')
    expect(poll).toMatchObject({ failures: 1, running: false, failure: { kind: 'later', message: expect.any(String) } })
    expect(poll.ageSeconds).toBe(607)
    world.ksc.control.setFaults({})
    await act({ act: 'setVServer', vserver: one?.key, answering: true })
  })

  test('counts the tickets of each desk and its calls', async () => {
    const { psas } = await ok('GET', '/api/v1/status')
    const open = (await ticketsOf('state=open&limit=500')).length
    expect(psas[0].tickets).toMatchObject({ open, waiting: 0, closing: 0, due: 0 })
    expect(psas[0].budget.perHour).toBe(6_000)
    expect(psas[0].budget.used).toBeGreaterThan(0)
  })
})
