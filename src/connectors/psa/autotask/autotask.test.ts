import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startAutotaskWorld } from '../../../../test/contracts/autotask-world.ts'
import { type Bench, createBench } from '../../../../test/contracts/psa-bench.ts'
import type { Sent } from '../../../../test/support/interceptor.ts'
import { autotask } from './index.ts'
import { AutotaskSettings } from './settings.ts'

/** What is Autotask's own, beyond the contract of all PSAs; against the emulator over real HTTP. */

type World = Awaited<ReturnType<typeof startAutotaskWorld>>

const json = { 'content-type': 'application/json' }
const zoneLookUp = { method: 'GET', path: /zoneInformation/ }
let bench: Bench<AutotaskSettings>
let world: World

beforeAll(async () => {
  bench = await createBench({
    name: 'Autotask',
    connector: autotask,
    startWorld: async () => {
      world = await startAutotaskWorld()
      return world
    },
  })
})
beforeEach(() => {
  bench.interceptor.reset()
  world.setFaults({})
})
afterAll(() => bench.stop())

describe('zone', () => {
  it('is looked up once, without credentials, and kept', async () => {
    const context = freshUser('once')
    bench.interceptor.answer(zoneLookUp, zoneAt(`${bench.interceptor.origin}/ATServicesRest/`))
    await bench.failureOf(() => autotask.listAccounts(context))
    await bench.failureOf(() => autotask.listAccounts(context))
    const [lookUp, ...others] = bench.interceptor.sent
    expect(lookUp?.path).toBe('/ATServicesRest/V1.0/zoneInformation?user=once%40provider.example')
    expect(lookUp?.headers).not.toHaveProperty('secret')
    expect(lookUp?.headers).not.toHaveProperty('apiintegrationcode')
    expect(others.map((one) => one.path)).toEqual(Array(2).fill('/ATServicesRest/V1.0/Companies/query'))
  })

  it.each([
    'https://evil.example/ATServicesRest/',
    'http://webservices2.autotask.net/ATServicesRest/',
    'https://autotask.net.evil.example/ATServicesRest/',
    'file:///etc/passwd',
    '',
  ])('sends nothing to "%s"', async (url) => {
    const context = freshUser('forged')
    bench.interceptor.answer(zoneLookUp, zoneAt(url))
    const failure = await bench.failureOf(() => autotask.check(context))
    expect(failure).toMatchObject({ kind: 'denied', reason: 'wrong-address' })
    expect(bench.interceptor.sent).toHaveLength(1)
  })

  it.each([
    ['with the version in it', 'ATServicesRest/V1.0/'],
    ['without the slash', 'ATServicesRest'],
  ])('may be answered %s', async (_, path) => {
    const context = freshUser(`odd${path.length}`)
    bench.interceptor.answer(zoneLookUp, zoneAt(`${bench.interceptor.origin}/${path}`))
    await bench.failureOf(() => autotask.listAccounts(context))
    expect(bench.interceptor.sent[1]?.path).toBe('/ATServicesRest/V1.0/Companies/query')
  })

  it('is looked up once more on a 401 of a database that used to work, and the call goes to the new one', async () => {
    const { interceptor, context } = bench
    await autotask.listAccounts(context)
    interceptor.reset()
    const moved = /\/moved\/ATServicesRest\/V1\.0\/Tickets$/
    interceptor.answer(world.calls.create, { status: 401, body: '' })
    interceptor.answer(zoneLookUp, zoneAt(`${interceptor.origin}/moved/ATServicesRest/`))
    interceptor.answer({ method: 'POST', path: moved }, { status: 200, headers: json, body: '{"itemId":77}' })
    expect(await autotask.create(context, bench.draft())).toEqual({ ticketId: '77', number: '' })
    expect(interceptor.sent.map((one) => one.path.replace(/\?.*/, ''))).toEqual([
      '/ATServicesRest/V1.0/Tickets',
      '/ATServicesRest/V1.0/zoneInformation',
      '/moved/ATServicesRest/V1.0/Tickets',
    ])
    // It moves back, for the tests that follow.
    interceptor.answer({ method: 'POST', path: moved }, { status: 401, body: '' })
    await autotask.create(context, bench.draft())
  })

  it('is looked up once only when the secret was changed, and the call is not repeated', async () => {
    const { interceptor, context } = bench
    await autotask.listAccounts(context)
    await world.act({ act: 'setSecret', secret: 'another' })
    interceptor.reset()
    for (let n = 0; n < 3; n += 1) {
      const failure = await bench.failureOf(() => autotask.listAccounts(context))
      expect(failure).toMatchObject({ kind: 'denied', reason: 'bad-credentials' })
    }
    await world.act({ act: 'setSecret', secret: context.settings.secret })
    expect(interceptor.sent.filter((one) => one.path.includes('zoneInformation'))).toHaveLength(1)
    expect(interceptor.sent.filter((one) => one.path.includes('Companies'))).toHaveLength(3)
  })

  it('tells where tickets are to be seen', () => {
    const { settings } = bench.context
    const link = 'Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenTicketDetail&TicketID=43181'
    expect(autotask.facts(settings).ticketLink('43181')).toBe(`${bench.interceptor.origin}/${link}`)
    const own = AutotaskSettings.parse({ ...settings, webUrl: 'https://ww18.autotask.net' })
    expect(autotask.facts(own).ticketLink('43181')).toBe(`https://ww18.autotask.net/${link}`)
    const unknown = AutotaskSettings.parse({ ...settings, user: 'never-seen@provider.example' })
    expect(autotask.facts(unknown).ticketLink('43181')).toBe('')
  })
})

describe('calls', () => {
  it('impersonates on writes only', async () => {
    const { interceptor } = bench
    const settings = AutotaskSettings.parse({ ...bench.context.settings, impersonationResourceId: '29682886' })
    const context = { ...bench.contextFor(settings), options: bench.context.options }
    const { ticketId } = await autotask.create(context, bench.draft())
    await autotask.read(context, ticketId)
    await autotask.find(context, 'tocsin-x', world.accounts[0])
    await autotask.note(context, ticketId, { title: 't', text: 't', marker: '[m]', general: world.general })
    await autotask.close(context, ticketId, { resolution: 'Over.', general: world.general })
    const impersonated = interceptor.sent.filter((one) => 'impersonationresourceid' in one.headers)
    expect(impersonated.map(callOf)).toEqual(['POST Tickets', `POST Tickets/${ticketId}/Notes`, 'PATCH Tickets'])
  })

  it('creates with one call, and only with properties that the metadata has', async () => {
    const { interceptor } = bench
    const fields = {
      ...world.rule,
      ticketCategory: '3',
      assignedResource: '29682886',
      assignedRole: '29682833',
    }
    await autotask.create(bench.context, bench.draft({ fields }))
    expect(interceptor.sent.map(callOf)).toEqual(['POST Tickets'])
    const sent = Object.keys(JSON.parse(interceptor.sent[0]?.body ?? '{}'))
    const { origin } = bench.interceptor
    const { user, secret, integrationCode } = bench.context.settings
    const answer = await fetch(`${origin}/ATServicesRest/V1.0/Tickets/entityInformation/fields`, {
      headers: { UserName: user, Secret: secret, ApiIntegrationCode: integrationCode },
    })
    const metadata = (await answer.json()) as { fields: { name: string; isReadOnly: boolean }[] }
    const writable = new Set(metadata.fields.filter((field) => !field.isReadOnly).map((field) => field.name))
    expect(sent.filter((name) => !writable.has(name))).toEqual([])
    expect(sent).toEqual(
      expect.arrayContaining([
        'companyID',
        'title',
        'status',
        'priority',
        'queueID',
        'dueDateTime',
        'externalID',
        'issueType',
        'subIssueType',
        'ticketCategory',
        'assignedResourceID',
        'assignedResourceRoleID',
      ]),
    )
  })

  it('takes the id of an existing ticket when duplicate handling is on', async () => {
    const draft = bench.draft()
    const first = await autotask.create(bench.context, draft)
    await world.act({ act: 'setSwitch', name: 'duplicateHandling', value: 'externalID' })
    const again = await autotask.create(bench.context, draft)
    await world.act({ act: 'setSwitch', name: 'duplicateHandling', value: 'off' })
    expect(again).toEqual(first)
  })

  it('finds a ticket that was moved to another company', async () => {
    const draft = bench.draft()
    const { ticketId } = await autotask.create(bench.context, draft)
    const companyID = Number(world.accounts[1])
    await world.act({
      act: 'setTicketFields',
      ticketId: Number(ticketId),
      fields: { companyID, companyLocationID: null },
    })
    expect(await autotask.find(bench.context, draft.reference, draft.accountId)).toMatchObject([
      { ticketId, accountId: world.accounts[1] },
    ])
  })

  it('does not take an Autotask under maintenance for a deleted ticket', async () => {
    const { interceptor } = bench
    const { ticketId } = await autotask.create(bench.context, bench.draft())
    const page = { status: 404, headers: { 'content-type': 'text/html' }, body: '<title>404</title>' }
    interceptor.answer(world.calls.read, page)
    expect(await autotask.read(bench.context, ticketId)).toMatchObject({ ticketId, state: 'open' })
    interceptor.answer(world.calls.read, page)
    interceptor.answer(world.calls.find, page)
    const failure = await bench.failureOf(() => autotask.read(bench.context, ticketId))
    expect(failure).toMatchObject({ kind: 'later', reason: 'wrong-address' })
    interceptor.answer(world.calls.read, page)
    await world.technician.remove(ticketId)
    expect(await bench.failureOf(() => autotask.read(bench.context, ticketId))).toMatchObject({ kind: 'gone' })
  })

  it('fails when rows come out of order, instead of skipping some', async () => {
    const company = (id: number) => ({ id, companyName: `C${id}`, companyNumber: '', isActive: true })
    const body = JSON.stringify({ items: [company(3), company(2)], pageDetails: { nextPageUrl: null } })
    bench.interceptor.answer(world.calls.accounts, { status: 200, headers: json, body })
    const failure = await bench.failureOf(() => autotask.listAccounts(bench.context))
    expect(failure).toMatchObject({ kind: 'later', reason: 'bad-reply' })
  })

  it('never follows the address of a next page', async () => {
    const { interceptor } = bench
    const page = (id: number, nextPageUrl: string | null) => ({
      status: 200,
      headers: json,
      body: JSON.stringify({
        items: [{ id, companyName: `C${id}`, companyNumber: '', isActive: true }],
        pageDetails: { nextPageUrl },
      }),
    })
    interceptor.answer(world.calls.accounts, page(0, 'https://evil.example/next'))
    interceptor.answer(world.calls.accounts, page(9, null))
    const accounts = await autotask.listAccounts(bench.context)
    expect(accounts.map((account) => account.id)).toEqual(['0', '9'])
    expect(interceptor.sent.map((one) => filterOf(one).at(-1))).toEqual([
      { op: 'gt', field: 'id', value: -1 },
      { op: 'gt', field: 'id', value: 0 },
    ])
  })

  it('ends at an empty page, whatever it says of a next one', async () => {
    const body = JSON.stringify({ items: [], pageDetails: { nextPageUrl: `${bench.interceptor.origin}/next` } })
    bench.interceptor.answer(world.calls.accounts, { status: 200, headers: json, body })
    expect(await autotask.listAccounts(bench.context)).toEqual([])
    expect(bench.interceptor.sent).toHaveLength(1)
  })

  it('compares references exactly, even if the search does not', async () => {
    const draft = bench.draft()
    await autotask.create(bench.context, draft)
    const [seen] = await autotask.find(bench.context, draft.reference, draft.accountId)
    const item = { id: Number(seen?.ticketId), companyID: 175, externalID: draft.reference.toUpperCase(), status: 1 }
    const body = JSON.stringify({ items: [item], pageDetails: { nextPageUrl: null } })
    bench.interceptor.answer(world.calls.find, { status: 200, headers: json, body })
    expect(await autotask.find(bench.context, draft.reference, draft.accountId)).toEqual([])
  })

  it('asks only for changes of our own tickets', async () => {
    const since = new Date('2026-11-22T08:00:00.120Z')
    for await (const page of autotask.changedSince?.(bench.context, since) ?? []) expect(page.length).toBeGreaterThan(0)
    expect(bench.interceptor.sent.flatMap(filterOf).slice(0, 2)).toEqual([
      { op: 'gte', field: 'lastTrackedModificationDateTime', value: '2026-11-22T08:00:00.120Z' },
      { op: 'beginsWith', field: 'externalID', value: 'tocsin-' },
    ])
  })

  it('is in doubt about a close that could not be read back', async () => {
    const { ticketId } = await autotask.create(bench.context, bench.draft())
    bench.interceptor.answer(world.calls.read, { status: 503, body: '' }, { after: 1 })
    const closing = { resolution: 'Over.', general: world.general }
    const failure = await bench.failureOf(() => autotask.close(bench.context, ticketId, closing))
    expect(failure).toMatchObject({ kind: 'later', reason: 'server-error', outcome: 'unknown' })
    expect(await autotask.read(bench.context, ticketId)).toMatchObject({ state: 'closed' })
  })

  it('lists the own company too', async () => {
    const accounts = await autotask.listAccounts(bench.context)
    expect(accounts).toContainEqual({ id: '0', name: 'Nordlicht IT-Service', number: 'OWN', active: true })
  })

  it('keeps the configured closed status when it reads', async () => {
    const general = { ...world.general, closedStatus: '16' }
    const context = { ...bench.context, generals: [general] }
    const { ticketId } = await autotask.create(context, bench.draft())
    const closed = await autotask.close(context, ticketId, { resolution: 'Over.', general })
    expect(closed).toMatchObject({ wasOpen: true, seen: { state: 'closed' } })
    expect(await autotask.read(context, ticketId)).toMatchObject({ state: 'closed' })
  })
})

describe('check', () => {
  it('tells zone, web address, user, version, use, own company and queues', async () => {
    const { facts } = await autotask.check(bench.context)
    const { origin } = bench.interceptor
    expect(Object.fromEntries(facts.map((fact) => [fact.title, fact.value]))).toMatchObject({
      Zone: `DE1 (${origin}/ATServicesRest/)`,
      'Web address': `${origin}/`,
      'API user': 'api@provider.example',
      'Autotask version': '2026.3.0.117',
      'Calls used': expect.stringMatching(/^\d+ of 10000 in the last 60 minutes$/),
      'Own company': 'Nordlicht IT-Service',
      Queues: expect.stringContaining('Monitoring Alert, Level I Support'),
    })
  })

  it('warns of a busy database and of a budget beyond what it grants', async () => {
    await world.act({ act: 'setSwitch', name: 'latencyScale', value: 0 })
    await world.act({ act: 'setThreshold', requests: 5_000, used: 2_600 })
    const { problems } = await autotask.check(bench.context)
    await world.act({ act: 'setThreshold', requests: 10_000, used: 0 })
    expect(problems.map((problem) => problem.title)).toEqual([
      expect.stringMatching(/^Other programs use much/),
      expect.stringMatching(/6000, but this database grants 5000/),
    ])
  })

  it('waits a minute or more when the hour is used up', async () => {
    await world.act({ act: 'setThreshold', requests: 5_000, used: 5_000 })
    const failure = await bench.failureOf(() => autotask.listAccounts(bench.context))
    await world.act({ act: 'setThreshold', requests: 10_000, used: 0 })
    expect(failure).toMatchObject({ kind: 'limited', reason: 'rate-limited' })
    expect((failure.until?.getTime() ?? 0) - world.now().getTime()).toBeGreaterThanOrEqual(60_000)
  })

  it('misses the queue "Monitoring Alert"', async () => {
    await world.act({ act: 'setPicklistValue', field: 'queueID', value: 8, isActive: false })
    const { problems } = await autotask.check(bench.context)
    await world.act({ act: 'setPicklistValue', field: 'queueID', value: 8, isActive: true })
    expect(problems).toEqual([{ title: 'There is no active queue "Monitoring Alert"', advice: expect.any(String) }])
  })

  it('names rights that are missing, and options leave out what cannot be read', async () => {
    const { interceptor } = bench
    const info = {
      canCreate: true,
      canQuery: true,
      canUpdate: true,
      userAccessForCreate: 'None',
      userAccessForQuery: 'All',
      userAccessForUpdate: 'All',
    }
    const denied = {
      status: 500,
      headers: json,
      body: '{"errors":["The logged in Resource does not have the adequate permissions to query this entity type."]}',
    }
    const ticketInfo = { method: 'GET', path: /Tickets\/entityInformation$/ }
    interceptor.answer(ticketInfo, { status: 200, headers: json, body: JSON.stringify({ info }) })
    interceptor.answer({ method: 'GET', path: /Companies\/0$/ }, { status: 200, headers: json, body: '{"item":null}' })
    interceptor.answer({ method: 'POST', path: /Resources\/query$/ }, denied, { times: 2 })
    const { problems } = await autotask.check(bench.context)
    expect(problems.map((problem) => problem.title)).toEqual([
      'The own company is not visible to the API user',
      'The API user may not create Tickets',
      'Resources cannot be read, so rules cannot assign tickets to a person',
    ])
    const options = await autotask.readOptions(bench.context)
    expect(options.choices).not.toHaveProperty('assignedResource')
    expect(autotask.ruleProblems(options, world.general, world.rule)).toEqual([])
  })

  it('fails when Autotask fails in the middle of it', async () => {
    bench.interceptor.answer({ method: 'GET', path: /Companies\/0$/ }, { status: 503, body: '' })
    expect(await bench.failureOf(() => autotask.check(bench.context))).toMatchObject({ kind: 'later' })
  })
})

/** A context for a user that nothing is known of, so that the zone is looked up. */
function freshUser(name: string) {
  return bench.contextFor(AutotaskSettings.parse({ ...bench.context.settings, user: `${name}@provider.example` }))
}

function zoneAt(url: string) {
  return { status: 200, headers: json, body: JSON.stringify({ zoneName: 'DE1', url, webUrl: '', ci: 9988 }) }
}

function callOf(sent: Sent): string {
  return `${sent.method} ${sent.path.replace('/ATServicesRest/V1.0/', '')}`
}

function filterOf(sent: Sent): unknown[] {
  return JSON.parse(sent.body).Filter[0].items
}
