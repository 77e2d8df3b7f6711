import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChannelMessage, StatusRead } from '../../src/channels/message.ts'
import type { Database } from '../../src/db/tables.ts'
import { takeMessages } from '../../src/usecases/take-messages.ts'
import { testDatabase } from '../support/database.ts'
import { createHubWorld } from '../support/hub-world.ts'

/** What a hub sends and what becomes of it at the desk: both products, their statuses and events, on one clock. */

const database = await testDatabase<Database>()
const world = await createHubWorld(database, { tenants: 3, devices: 6, settings: { statusEnds: 'said-or-held' } })
afterAll(() => world.stop())
const { act, ok, settle } = world
const [amber, basalt] = world.hub.ready.companies.map(({ key }) => key) as [string, string, string]

const mailboxes = 'm365-mailboxes-not-protected'
const licence = 'm365-license-issue'
const open = () => world.atDesk().filter(({ state }) => state === 'open')
const titles = () =>
  open()
    .map(({ title }) => title)
    .sort()
const all = () => world.atDesk().length
type FedComputer = { key: string; name: string }
const computersOf = (company: string): FedComputer[] => {
  const companies = world.hub.control.getState({ part: 'companies' }) as {
    key: string
    computers: Record<string, FedComputer>
  }[]
  return Object.values(companies.find(({ key }) => key === company)?.computers ?? {})
}

beforeAll(async () => {
  await act('list')
  await settle()
  await world.map(amber)
  await world.map(basalt)
  await world.ruleOn([
    ['critical', 'databases-outdated'],
    ['warning', 'databases-outdated'],
    ['critical', 'not-connected'],
    ['event-type', mailboxes],
    ['event-type', licence],
    ['event-type', 'm365-malware-detected'],
  ])
})

describe('events of Security for Microsoft 365', () => {
  test.each([
    [mailboxes, 'Mailboxes protection is not provided'],
    [licence, 'License-related issue occurred'],
  ])('%s closes its ticket when it is resolved', async (type, words) => {
    await act('raise', { company: amber, type, text: 'Exchange Online refuses the connection' })
    await settle()
    expect(titles()).toEqual([expect.stringContaining(words)])
    await world.pass(600)
    expect(open()).toHaveLength(1)
    await act('resolve', { company: amber, type })
    await settle()
    expect(open()).toEqual([])
    expect(world.atDesk().at(-1)?.resolution).toContain('the security product reported that it is resolved')
  })

  test('no other event ever closes one', async () => {
    const before = all()
    await act('event', {
      company: amber,
      product: 'microsoft-365',
      type: 'm365-malware-detected',
      severity: 'critical',
      text: 'to: ann@amber.example',
    })
    await settle()
    for (const type of [mailboxes, licence]) {
      await act('resolve', { company: amber, type })
      await act('resolve', { company: basalt, type })
    }
    await act('list')
    await settle()
    await world.pass(3 * 24 * 60)
    expect(all()).toBe(before + 1)
    expect(titles()).toEqual([expect.stringContaining('Malware detected')])
    const state = {
      product: 'microsoft-365',
      type: 'm365-malware-detected',
      happenedAt: world.clock.now().toISOString(),
    }
    const refused = await world.post('events', {
      company: { key: amber },
      events: [{ id: 'end', ...state, state: 'resolved' }],
    })
    expect(refused).toMatchObject({ status: 400 })
    expect(open()).toHaveLength(1)
  })

  test('one is raised again and again: one ticket; resolved at another client: it stays', async () => {
    const before = all()
    for (let n = 0; n < 3; n += 1) {
      await act('raise', { company: amber, type: mailboxes })
      await settle()
    }
    await act('resolve', { company: basalt, type: mailboxes })
    await settle()
    expect(all()).toBe(before + 1)
    expect(titles()).toContainEqual(expect.stringContaining('Mailboxes protection'))
    await act('resolve', { company: amber, type: mailboxes })
    await settle()
    expect(titles()).not.toContainEqual(expect.stringContaining('Mailboxes protection'))
  })

  test('told out of order, what happened last counts', async () => {
    const at = (minutes: number) => new Date(world.clock.now().getTime() + minutes * 60_000).toISOString()
    const say = (id: string, state: string, minutes: number) =>
      world.post('events', {
        company: { key: amber },
        events: [{ id, product: 'microsoft-365', type: mailboxes, state, happenedAt: at(minutes) }],
      })
    const before = all()
    await say('end-first', 'resolved', -1)
    await settle()
    await say('begin-late', 'raised', -5)
    await settle()
    expect(all()).toBe(before)
    const { items } = await ok('GET', '/api/v1/events?limit=1')
    const { answer } = await ok('GET', `/api/v1/events/${items[0].id}/explanation`)
    expect(answer).toContain('Something later was heard')
    // All in one request: raised, resolved, raised again.
    const order: [string, string, number][] = [
      ['one', 'raised', 1],
      ['two', 'resolved', 2],
      ['three', 'raised', 3],
    ]
    const events = order.map(([id, state, minutes]) => {
      return { id, product: 'microsoft-365', type: mailboxes, state, happenedAt: at(minutes) }
    })
    expect(await world.post('events', { company: { key: amber }, events })).toMatchObject({ status: 200 })
    await settle()
    expect(titles()).toContainEqual(expect.stringContaining('Mailboxes protection'))
    await say('end', 'resolved', 4)
    await settle()
    expect(titles()).not.toContainEqual(expect.stringContaining('Mailboxes protection'))
  })

  test('a rule of a severity is the other product’s', async () => {
    await world.ruleOn([['severity', 'critical']])
    const before = all()
    const at = { company: amber, severity: 'critical' }
    await act('event', { ...at, product: 'microsoft-365', type: 'm365-phishing-detected' })
    await act('event', { ...at, product: 'microsoft-365', type: 'SomethingNew' })
    await settle()
    expect(all()).toBe(before)
    const [computer] = computersOf(amber)
    await act('event', { ...at, product: 'endpoint-security-cloud', type: 'SomethingNew', computer: computer?.key })
    await settle()
    expect(all()).toBe(before + 1)
    expect(world.atDesk().at(-1)?.title).toContain('SomethingNew')
    await world.ruleOn([['severity', 'critical']], false)
  })
})

describe('the two products', () => {
  test('have rows of their own, all off until a person chooses', async () => {
    const { sections } = await ok('GET', `/api/v1/integrations/${world.integrationId}/rules`)
    type Row = { key: string; product: string; stored: boolean; enabled: boolean }
    const productsOf = (section: string) => [...new Set(sections[section].map(({ product }: Row) => product))].sort()
    const cloud = 'endpoint-security-cloud'
    expect(productsOf('severity')).toEqual([cloud])
    expect(productsOf('warning')).toEqual([cloud])
    expect(sections.critical).toHaveLength(8)
    expect(productsOf('event-type')).toEqual([cloud, 'microsoft-365'])
    const unsaved = Object.values<Row[]>(sections).flatMap((rows) => rows.filter(({ stored }) => !stored))
    expect(unsaved.filter(({ enabled }) => enabled)).toEqual([])
    const { sources } = await ok('GET', '/api/v1/connectors')
    const { catalogue } = sources.find(({ id }: { id: string }) => id === 'kaspersky-hub')
    expect(catalogue.products.map(({ key }: { key: string }) => key)).toEqual([cloud, 'microsoft-365'])
  })

  test('an event that holds and had no ticket is opened when a person asks for it', async () => {
    await world.ruleOn([['event-type', licence]], false)
    const before = all()
    await act('raise', { company: basalt, type: licence })
    await settle()
    expect(all()).toBe(before)
    await world.ruleOn([['event-type', licence]])
    const path = `/api/v1/integrations/${world.integrationId}/held`
    const preview = await ok('GET', path)
    expect(preview).toMatchObject({ total: 1, rules: [{ section: 'event-type', key: licence }] })
    await ok('POST', path, { expected: 1 })
    await world.work()
    expect(titles()).toContainEqual(expect.stringContaining('License-related issue occurred'))
    await act('resolve', { company: basalt, type: licence })
    await settle()
    expect(titles()).not.toContainEqual(expect.stringContaining('License-related issue occurred'))
  })
})

describe('statuses of Endpoint Security Cloud', () => {
  const databases = (company: string, computer: FedComputer | undefined, level: string) =>
    act('setStatus', { company, computer: computer?.key, status: 'databases-outdated', level })

  test('each description has its own ticket, which closes when it no longer applies', async () => {
    const [computer, other] = computersOf(basalt)
    const status = { company: basalt, computer: computer?.key, level: 'critical' }
    await databases(basalt, computer, 'warning')
    await databases(basalt, other, 'critical')
    await act('setStatus', { ...status, status: 'not-connected' })
    await settle()
    const about = (what: string, one: FedComputer | undefined) => expect.stringContaining(`${what} on ${one?.name}`)
    expect(titles()).toContainEqual(about('Databases have not been updated in a long time', computer))
    expect(titles()).toContainEqual(about('Databases have not been updated in a long time', other))
    expect(titles()).toContainEqual(about('Not connected in a long time', computer))
    await databases(basalt, computer, 'ok')
    await act('list', { company: basalt })
    await settle()
    expect(titles()).not.toContainEqual(about('Databases have not been updated in a long time', computer))
    expect(titles()).toContainEqual(about('Not connected in a long time', computer))
    await act('removeComputer', { company: basalt, computer: computer?.key })
    await databases(basalt, other, 'ok')
    await settle()
    expect(
      titles().filter((title) => title.includes(computer?.name ?? '?') || title.includes(other?.name ?? '?')),
    ).toEqual([])
  })

  test('what a sender that was off did not tell, its next list tells', async () => {
    const [computer] = computersOf(amber)
    await databases(amber, computer, 'critical')
    await act('forget')
    await settle()
    const told = expect.stringContaining(`long time on ${computer?.name}`)
    expect(titles()).not.toContainEqual(told)
    await act('list', { company: amber })
    await settle()
    expect(titles()).toContainEqual(told)
    await databases(amber, computer, 'ok')
    await act('forget')
    await act('list', { company: basalt })
    await settle()
    expect(titles()).toContainEqual(told)
    await act('list', { company: amber })
    await settle()
    expect(titles()).not.toContainEqual(told)
  })

  test('a company that falls silent is shown, and nothing of it is taken to be over', async () => {
    const [computer] = computersOf(amber)
    await databases(amber, computer, 'critical')
    await settle()
    const before = titles()
    await world.pass(27 * 60)
    const { items } = await ok('GET', `/api/v1/tenants?sourceId=${world.sourceId}`)
    const tenant = items.find(({ key }: { key: string }) => key === amber)
    expect(tenant.failingMessage).toContain('No list of its computers has come since')
    expect(titles()).toEqual(before)
    await databases(amber, computer, 'ok')
    await act('list')
    await settle()
    const after = await ok('GET', `/api/v1/tenants?sourceId=${world.sourceId}`)
    expect(after.items.map(({ failingSince }: { failingSince: unknown }) => failingSince)).toEqual([null, null, null])
  })

  test('a new client appears unmapped with what was heard of it, and nothing is opened for it', async () => {
    const before = all()
    await act('addCompany', { key: 'new', name: 'Newcomer Ltd' })
    await act('addComputer', { company: 'new', key: 'n1', name: 'NEW-1' })
    await act('setStatus', { company: 'new', computer: 'n1', status: 'databases-outdated', level: 'critical' })
    await act('raise', { company: 'new', type: mailboxes })
    await settle()
    expect(all()).toBe(before)
    const { companies } = await ok('GET', `/api/v1/sources/${world.sourceId}/inbox`)
    expect(companies.at(-1)).toMatchObject({ name: 'Newcomer Ltd', mapped: false, computers: 1, events: 1 })
    const { items } = await ok('GET', '/api/v1/conditions?limit=100')
    const mine = items.filter(({ tenantName }: { tenantName: string }) => tenantName === 'Newcomer Ltd')
    expect(mine.map(({ title }: { title: string }) => title).sort()).toEqual([
      'Databases have not been updated in a long time',
      'Mailboxes protection is not provided',
    ])
  })
})

describe('messages of a channel', () => {
  let keys = 0
  const message = (reading: ChannelMessage['reading'], more: Partial<ChannelMessage> = {}): ChannelMessage => {
    keys += 1
    return {
      channel: 'syslog',
      sourceId: world.sourceId,
      key: `message-${keys}`,
      receivedAt: world.clock.now(),
      origin: { peer: '192.0.2.7', certificate: '', host: 'ksc-cloud', tag: 'KES', sender: '', recipient: '' },
      company: { key: basalt, name: '', rule: 'by host' },
      fields: [],
      raw: 'as it came',
      whole: Buffer.from('as it came'),
      version: 1,
      clues: [
        { on: 'host', field: '', value: 'ksc-cloud' },
        { on: 'tag', field: '', value: 'KES' },
      ],
      rawBytes: 10,
      reading,
      ...more,
    }
  }
  const status = (level: StatusRead['level'], state: StatusRead['state'], keysOf: string[]): StatusRead => ({
    kind: 'status',
    product: 'endpoint-security-cloud',
    computer: { key: 'nb-7', name: 'NB-7' },
    level,
    state,
    reasons: keysOf.map((statusKey) => ({ statusKey, text: '' })),
    namesAll: false,
    text: '',
    happenedAt: null,
  })
  const take = async (...messages: ChannelMessage[]) => {
    await takeMessages(world.deps, messages)
    world.clock.advance(6_000)
    await world.work()
  }
  const ofSeven = () => titles().filter((title) => title.includes('NB-7'))

  test('a status holds until a message ends it', async () => {
    await take(message(status('critical', 'raised', ['databases-outdated'])))
    await take(message(status('critical', 'raised', ['not-connected'])))
    expect(ofSeven()).toHaveLength(2)
    await take(message(status('critical', 'ended', ['not-connected'])))
    expect(ofSeven()).toEqual([expect.stringContaining('Databases')])
    await take(message(status('ok', 'raised', [])))
    expect(ofSeven()).toEqual([])
  })

  test('without a known company they are kept with a count, and given to one by a person', async () => {
    const before = all()
    const lost = (n: number) =>
      message(
        {
          kind: 'event',
          product: 'microsoft-365',
          type: 'm365-malware-detected',
          typeName: '',
          severity: 'critical',
          state: 'happened',
          computer: null,
          text: `lost ${n}`,
          happenedAt: world.clock.now(),
        },
        { company: null },
      )
    const first = lost(1)
    await take(first, lost(2))
    await take(first)
    expect(all()).toBe(before)
    const inbox = await ok('GET', `/api/v1/sources/${world.sourceId}/inbox`)
    expect(inbox.unread).toMatchObject([{ reason: 'no-company', origin: 'ksc-cloud · KES', messages: 2 }])
    const page = await ok('GET', `/api/v1/sources/${world.sourceId}/unread?reason=no-company`)
    expect(page.items.map(({ message: said }: { message: ChannelMessage }) => said.raw)).toEqual([
      'as it came',
      'as it came',
    ])
    const assign = { groupId: inbox.unread[0].id, company: { key: basalt } }
    expect(await ok('POST', `/api/v1/sources/${world.sourceId}/unread/assign`, assign)).toEqual({ assigned: 2 })
    await settle()
    expect(all()).toBe(before + 1)
    const again = await world.call('POST', `/api/v1/sources/${world.sourceId}/unread/assign`, assign)
    expect(again).toMatchObject({ status: 404 })
    expect((await ok('GET', `/api/v1/sources/${world.sourceId}/inbox`)).unread).toEqual([])
  })

  test('of a time that no clock has told are of now, and keep nothing waiting', async () => {
    const timeless = message({
      kind: 'event',
      product: 'microsoft-365',
      type: 'm365-malware-detected',
      typeName: '',
      severity: 'critical',
      state: 'happened',
      computer: null,
      text: 'timeless',
      happenedAt: new Date('0000-01-01T00:00:00Z'),
    })
    const receivedAt = world.clock.now()
    await take({ ...timeless, receivedAt })
    const { rows } = await database.pool.query(`select happened_at from events where text = 'timeless'`)
    expect(rows).toEqual([{ happened_at: receivedAt }])
    expect((await ok('GET', `/api/v1/sources/${world.sourceId}/inbox`)).waiting).toBe(0)
  })

  test('of syslog that nobody can read are all counted, each once, and the latest are kept', async () => {
    const before = all()
    const reading = { kind: 'unread', reason: 'no-form', detail: 'Not syslog.' } as const
    for (let batch = 0; batch < 8; batch += 1) {
      const garbage = Array.from({ length: 400 }, () => message(reading))
      await takeMessages(world.deps, garbage)
      // Its sender did not hear that it was taken.
      await takeMessages(world.deps, [...garbage.slice(100), ...garbage.slice(300)])
    }
    const inbox = await ok('GET', `/api/v1/sources/${world.sourceId}/inbox`)
    expect(inbox.unread).toMatchObject([
      { reason: 'no-form', origin: '192.0.2.7', messages: 3_200, kept: 1_000, stays: false },
    ])
    const { rows } = await database.pool.query('select count(*) as count, max(key) as last from unread_messages')
    expect(rows[0].count).toBe(1_000)
    expect(all()).toBe(before)
  })
})
