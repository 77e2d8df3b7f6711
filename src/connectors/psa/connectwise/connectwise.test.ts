import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ConnectwiseWorld, startConnectwiseWorld } from '../../../../test/contracts/connectwise-world.ts'
import { type Bench, createBench } from '../../../../test/contracts/psa-bench.ts'
import type { Sent, StandIn } from '../../../../test/support/interceptor.ts'
import { connectwise } from './index.ts'
import { ConnectwiseSettings } from './settings.ts'
import { changedSince } from './tickets.ts'
import { ticketFields } from './wire.ts'

/** What is ConnectWise's own, beyond the contract of all PSAs; against the emulator over TLS. */

const json = { 'content-type': 'application/json' }
const companyInfo = { method: 'GET', path: /companyinfo/ }
const page404: StandIn = { status: 404, headers: { 'content-type': 'text/html' }, body: '<title>404</title>' }
let bench: Bench<ConnectwiseSettings>
let world: ConnectwiseWorld

beforeAll(async () => {
  bench = await createBench({
    name: 'ConnectWise',
    connector: connectwise,
    startWorld: async () => {
      world = await startConnectwiseWorld()
      return world
    },
  })
})
beforeEach(() => {
  bench.interceptor.reset()
  world.setFaults({})
})
afterAll(() => bench.stop())

describe('company', () => {
  it('is looked up once, without keys, and kept', async () => {
    const context = otherSettings({ companyId: 'kept' })
    bench.interceptor.answer(companyInfo, companyAt('v2025_1/'))
    for (let n = 0; n < 2; n += 1) await bench.failureOf(() => connectwise.listAccounts(context))
    const [lookUp, ...others] = bench.interceptor.sent
    expect(lookUp?.path).toBe('/login/companyinfo/kept')
    expect(lookUp?.headers).not.toHaveProperty('authorization')
    expect(lookUp?.headers).not.toHaveProperty('clientid')
    expect(others.map((one) => one.path.replace(/\?.*/, ''))).toEqual(
      Array(2).fill('/v2025_1/apis/3.0/company/companies'),
    )
  })

  it.each([
    ['without its slash', 'v2025_1', '/v2025_1/apis/3.0/'],
    ['of a server of one’s own', 'v4_6_release/', '/v4_6_release/apis/3.0/'],
  ])('may be at a codebase %s', async (_, codebase, root) => {
    const context = otherSettings({ companyId: `odd${codebase.length}` })
    bench.interceptor.answer(companyInfo, companyAt(codebase))
    await bench.failureOf(() => connectwise.listAccounts(context))
    expect(bench.interceptor.sent[1]?.path).toMatch(new RegExp(`^${root}company/companies`))
  })

  it.each(['//evil.example/', '@evil.example/', '../', 'v1/../..', 'v1?x=', ''])(
    'sends no keys to a codebase "%s"',
    async (codebase) => {
      const context = otherSettings({ companyId: 'forged' })
      bench.interceptor.answer(companyInfo, companyAt(codebase))
      const failure = await bench.failureOf(() => connectwise.check(context))
      expect(failure).toMatchObject({ kind: 'later', reason: 'bad-reply' })
      expect(bench.interceptor.sent).toHaveLength(1)
    },
  )

  it.each(['null', '404'])('that is unknown (%s) is denied in words', async (value) => {
    await world.act({ act: 'setSwitch', name: 'unknownCompany', value })
    const failure = await bench.failureOf(() => connectwise.check(otherSettings({ companyId: 'nowhere' })))
    await world.act({ act: 'setSwitch', name: 'unknownCompany', value: 'null' })
    expect(failure).toMatchObject({ kind: 'denied', reason: 'bad-credentials' })
    expect(failure.message).toMatch(/knows no company "nowhere"/)
  })

  it('that cannot be asked for is no unknown company', async () => {
    bench.interceptor.answer(companyInfo, page404)
    expect(await bench.failureOf(() => connectwise.check(bench.context))).toMatchObject({
      kind: 'later',
      reason: 'wrong-address',
    })
    bench.interceptor.answer(companyInfo, { status: 503, body: '' })
    expect(await bench.failureOf(() => connectwise.check(bench.context))).toMatchObject({ kind: 'later' })
  })

  it('is looked up once more after an upgrade, and the call goes to the new codebase', async () => {
    await connectwise.listAccounts(bench.context)
    await world.act({ act: 'changeCodebase', codebase: 'v2025_2' })
    bench.interceptor.reset()
    const draft = bench.draft()
    const { ticketId } = await connectwise.create(bench.context, draft)
    expect(bench.interceptor.sent.map((one) => `${one.method} ${one.path}`)).toEqual([
      'POST /v2025_1/apis/3.0/service/tickets',
      'GET /login/companyinfo/nordlicht',
      'POST /v2025_2/apis/3.0/service/tickets',
    ])
    expect(await connectwise.find(bench.context, draft.reference, draft.accountId)).toMatchObject([{ ticketId }])
  })

  it('is found by a read too, without taking the ticket for deleted', async () => {
    const { ticketId } = await connectwise.create(bench.context, bench.draft())
    await world.act({ act: 'changeCodebase', codebase: 'v2025_3' })
    expect(await connectwise.read(bench.context, ticketId)).toMatchObject({ ticketId, state: 'open' })
  })

  it('is looked up once only when a 404 stays', async () => {
    await connectwise.listAccounts(bench.context)
    bench.interceptor.reset()
    bench.interceptor.answer(world.calls.accounts, page404, { times: 3 })
    for (let n = 0; n < 3; n += 1) {
      const failure = await bench.failureOf(() => connectwise.listAccounts(bench.context))
      expect(failure).toMatchObject({ kind: 'later', reason: 'wrong-address' })
    }
    expect(bench.interceptor.sent.filter((one) => one.path.includes('companyinfo'))).toHaveLength(1)
    world.advance(61_000)
    await connectwise.listAccounts(bench.context)
  })
})

describe('wrong keys that look like 404', () => {
  it('are denied, and no ticket is taken for deleted', async () => {
    const { ticketId } = await connectwise.create(bench.context, bench.draft())
    await world.act({ act: 'setSwitch', name: 'badCredentials', value: 404 })
    const wrong = { ...otherSettings({ privateKey: 'wrong' }), options: bench.context.options }
    const denied = { kind: 'denied', reason: 'bad-credentials' }
    const closing = { resolution: 'Over.', general: world.general }
    const note = { title: 't', text: 't', marker: '[m]', general: world.general }
    const failures = [
      await bench.failureOf(() => connectwise.check(wrong)),
      await bench.failureOf(() => connectwise.create(wrong, bench.draft())),
      await bench.failureOf(() => connectwise.find(wrong, 'tocsin-x', world.accounts[0])),
      await bench.failureOf(() => connectwise.read(wrong, ticketId)),
      await bench.failureOf(() => connectwise.close(wrong, ticketId, closing)),
      await bench.failureOf(() => connectwise.note(wrong, ticketId, note)),
      await bench.failureOf(() => connectwise.update(wrong, ticketId, { priority: '6' })),
    ]
    await world.act({ act: 'setSwitch', name: 'badCredentials', value: 401 })
    expect(failures).toEqual(failures.map(() => expect.objectContaining(denied)))
  })
})

describe('calls', () => {
  it('carry keys, client id and version', async () => {
    await connectwise.create(bench.context, bench.draft())
    const { companyId, publicKey, privateKey, clientId } = bench.context.settings
    const keys = Buffer.from(`${companyId}+${publicKey}:${privateKey}`).toString('base64')
    expect(bench.interceptor.sent[0]?.headers).toMatchObject({
      authorization: `Basic ${keys}`,
      clientid: clientId,
      accept: 'application/vnd.connectwise.com+json; version=2022.1',
      'content-type': 'application/json',
    })
    const newest = otherSettings({ apiVersion: '' })
    await connectwise.listAccounts(newest)
    expect(bench.interceptor.sent[1]?.headers.accept).toBe('application/vnd.connectwise.com+json')
  })

  it('create with one call and keep quiet; notifications are a setting', async () => {
    await connectwise.create(bench.context, bench.draft())
    const loud = { ...otherSettings({ processNotifications: true }), options: bench.context.options }
    const { ticketId } = await connectwise.create(loud, bench.draft())
    await connectwise.note(loud, ticketId, { title: '', text: 't', marker: '[m]', general: {} })
    await connectwise.update(loud, ticketId, { priority: '6' })
    await connectwise.update(bench.context, ticketId, { priority: '8' })
    expect(bench.interceptor.sent.map((one) => [callOf(one), JSON.parse(one.body)])).toMatchObject([
      ['POST service/tickets', { processNotifications: false }],
      ['POST service/tickets', { processNotifications: true }],
      [`POST service/tickets/${ticketId}/notes`, { processNotifications: true, internalAnalysisFlag: true }],
      [`PATCH service/tickets/${ticketId}`, [{ op: 'replace', path: 'priority', value: { id: 6 } }]],
      [
        `PATCH service/tickets/${ticketId}`,
        [
          { op: 'replace', path: 'priority', value: { id: 8 } },
          { op: 'replace', path: 'processNotifications', value: false },
        ],
      ],
    ])
    expect(JSON.parse(bench.interceptor.sent[3]?.body ?? '')).toHaveLength(1)
  })

  it('ask for what is read, page by id, and never follow a link', async () => {
    await connectwise.find(bench.context, 'tocsin-x', world.accounts[0])
    const [sent] = bench.interceptor.sent
    const query = new URLSearchParams(sent?.path.split('?')[1])
    expect(Object.fromEntries(query)).toEqual({
      pageSize: '1000',
      fields: ticketFields.join(','),
      conditions: 'externalXRef = "tocsin-x"',
    })
    expect(sent?.headers['pagination-type']).toBe('forward-only')
    bench.interceptor.reset()
    const company = (id: number) => ({ id, name: `C${id}`, identifier: `${id}` })
    const link = { link: '<https://evil.example/next>; rel="next"', ...json }
    const full = JSON.stringify(Array.from({ length: 1_000 }, (_, n) => company(n * 2 + 1)))
    bench.interceptor.answer(world.calls.accounts, { status: 200, headers: link, body: full })
    bench.interceptor.answer(world.calls.accounts, { status: 200, headers: link, body: '[]' })
    expect(await connectwise.listAccounts(bench.context)).toHaveLength(1_000)
    expect(bench.interceptor.sent.map((one) => new URLSearchParams(one.path).get('pageId'))).toEqual([null, '1999'])
  })

  it('fail when rows come out of order or twice, instead of skipping some', async () => {
    const rows = (...ids: number[]) => JSON.stringify(ids.map((id) => ({ id, name: `C${id}` })))
    for (const body of [rows(3, 2), rows(3, 3)]) {
      bench.interceptor.answer(world.calls.accounts, { status: 200, headers: json, body })
      const failure = await bench.failureOf(() => connectwise.listAccounts(bench.context))
      expect(failure).toMatchObject({ kind: 'later', reason: 'bad-reply' })
    }
  })

  it.each([
    'tocsin-plain',
    'tocsin-"quoted"',
    "tocsin-it's",
    'tocsin-back\\slash',
    'tocsin-100% & more + * ? #',
    'tocsin-a" or id > 0 or summary = "',
    'tocsin-שלום 🏥',
  ])('find exactly the reference %s', async (reference) => {
    const { ticketId } = await connectwise.create(bench.context, bench.draft({ reference }))
    await connectwise.create(bench.context, bench.draft({ reference: reference.toUpperCase() }))
    await connectwise.create(bench.context, bench.draft({ reference: `${reference.replace(/["\\]/g, 'x')}x` }))
    const found = await connectwise.find(bench.context, reference, world.accounts[0])
    expect(found.map((one) => one.ticketId)).toEqual([ticketId])
  })

  it('find a ticket that was moved to another company', async () => {
    const draft = bench.draft()
    const { ticketId } = await connectwise.create(bench.context, draft)
    const company = { id: Number(world.accounts[1]) }
    await world.act({ act: 'setTicketFields', ticketId: Number(ticketId), fields: { company } })
    expect(await connectwise.find(bench.context, draft.reference, draft.accountId)).toMatchObject([
      { ticketId, accountId: world.accounts[1] },
    ])
  })

  it('miss no change of the second in which the last reading began', async () => {
    const { ticketId } = await connectwise.create(bench.context, bench.draft())
    const seen = await connectwise.read(bench.context, ticketId)
    const late = new Date((seen.changedAt?.getTime() ?? 0) + 999)
    const found: string[] = []
    for await (const page of changedSince(bench.context, late)) found.push(...page.map((one) => one.ticketId))
    expect(found).toContain(ticketId)
    const conditions = new URLSearchParams(bench.interceptor.sent.at(-1)?.path.split('?')[1]).get('conditions')
    expect(conditions).toMatch(/^lastUpdated >= \[[\dT:-]+Z\] and externalXRef like "tocsin-\*"$/)
  })

  it('hold back for as long as the throttle says', async () => {
    await world.act({ act: 'setThrottle', used: 1_000 })
    const failure = await bench.failureOf(() => connectwise.create(bench.context, bench.draft()))
    await world.act({ act: 'setThrottle', used: 0 })
    expect(failure).toMatchObject({ kind: 'limited', reason: 'rate-limited', outcome: 'not-done' })
    const ahead = (failure.until?.getTime() ?? 0) - world.now().getTime()
    expect(ahead).toBeGreaterThan(0)
    expect(ahead).toBeLessThanOrEqual(60_000)
    await connectwise.create(bench.context, bench.draft())
  })

  it('do not take a ConnectWise under maintenance for a deleted ticket', async () => {
    const { ticketId } = await connectwise.create(bench.context, bench.draft())
    bench.interceptor.answer(world.calls.read, page404)
    expect(await connectwise.read(bench.context, ticketId)).toMatchObject({ ticketId, state: 'open' })
    bench.interceptor.answer(world.calls.read, page404)
    bench.interceptor.answer(world.calls.find, page404)
    expect(await bench.failureOf(() => connectwise.read(bench.context, ticketId))).toMatchObject({
      kind: 'later',
      reason: 'wrong-address',
    })
    await world.technician.remove(ticketId)
    expect(await bench.failureOf(() => connectwise.read(bench.context, ticketId))).toMatchObject({ kind: 'gone' })
  })

  it('work with what other versions show', async () => {
    for (const [name, value] of [
      ['showNulls', true],
      ['isCloudAsText', true],
      ['boardsHideInactiveFlag', true],
      ['largePage', 'rejected'],
      ['leadingSlash', false],
      ['innerPath', 'rejected'],
    ]) {
      await world.act({ act: 'setSwitch', name, value })
    }
    const { facts, problems } = await connectwise.check(bench.context)
    const options = await connectwise.readOptions(bench.context)
    const { ticketId } = await connectwise.create(bench.context, bench.draft({ fields: { board: '3', priority: '8' } }))
    await connectwise.update(bench.context, ticketId, { board: '5', priority: '6' })
    const closing = { resolution: 'Over.', general: {} }
    const closed = await connectwise.close(bench.context, ticketId, closing)
    for (const name of ['showNulls', 'isCloudAsText', 'boardsHideInactiveFlag']) {
      await world.act({ act: 'setSwitch', name, value: false })
    }
    expect(problems).toEqual([])
    expect(facts.find((fact) => fact.title === 'ConnectWise version')?.value).toMatch(/\(cloud\)$/)
    expect(options).toEqual(bench.context.options)
    expect(closed).toMatchObject({ wasOpen: true, seen: { state: 'closed', fields: { board: '5', priority: '6' } } })
  })
})

describe('options', () => {
  it('ask boards in use only, and only for what they can have', async () => {
    await connectwise.readOptions(bench.context)
    const asked = bench.interceptor.sent.map((one) => callOf(one).replace(/\?.*/, ''))
    expect(asked).toEqual([
      'GET service/boards',
      'GET service/priorities',
      'GET service/sources',
      ...['3', '5', '1'].flatMap((board) =>
        ['statuses', 'types', 'subtypes', 'typeSubTypeItemAssociations', 'items'].map(
          (list) => `GET service/boards/${board}/${list}`,
        ),
      ),
    ])
    bench.interceptor.reset()
    await world.act({ act: 'restoreBoard', board: 7 })
    await connectwise.readOptions(bench.context)
    await world.act({ act: 'archiveBoard', board: 7 })
    const ofOld = bench.interceptor.sent
      .map((one) => callOf(one).replace(/\?.*/, ''))
      .filter((one) => /boards\/7/.test(one))
    expect(ofOld).toEqual(['statuses', 'types', 'subtypes'].map((list) => `GET service/boards/7/${list}`))
  })

  it('offer each name of a closing status once, and statuses under their boards', async () => {
    const { choices } = bench.context.options
    expect(choices.closedStatus?.map((option) => option.value)).toEqual(['Closed', 'Completed'])
    expect(choices.status).toContainEqual({ value: '52', label: 'In Progress', active: true, parent: '5' })
    expect(choices.board).toEqual([
      { value: '3', label: 'Monitoring Alert', active: true },
      { value: '7', label: 'Old Projects', active: false },
      { value: '5', label: 'Security', active: true },
      { value: '1', label: 'Service Desk', active: true },
    ])
  })
})

describe('check', () => {
  it('tells company, version, address, boards and numbers', async () => {
    const { facts } = await connectwise.check(bench.context)
    const byTitle = Object.fromEntries(facts.map((fact) => [fact.title, fact.value]))
    expect(byTitle).toMatchObject({
      Company: 'Nordlicht IT-Service',
      'ConnectWise version': 'v2025.3.102345 (cloud)',
      Interface: `${bench.interceptor.origin}/v2025_3/apis/3.0/`,
      'Service boards': 'Service Desk, Monitoring Alert, Security',
      Priorities: '5',
      Companies: '3',
    })
    expect(Number(byTitle['Tickets of Tocsin'])).toBeGreaterThan(0)
  })

  it('names what may not be read, and fails when ConnectWise fails in the middle of it', async () => {
    const denied = { status: 403, headers: json, body: '{"code":"Security","message":"No permission."}' }
    bench.interceptor.answer({ method: 'GET', path: /company\/companies\/count/ }, denied)
    bench.interceptor.answer({ method: 'GET', path: /service\/boards\?/ }, denied)
    const { problems } = await connectwise.check(bench.context)
    expect(problems).toEqual([
      { title: 'Service boards cannot be read', advice: expect.stringContaining('"No permission."') },
      { title: 'Companies cannot be read', advice: expect.stringContaining('Security Roles') },
    ])
    bench.interceptor.answer({ method: 'GET', path: /service\/boards\?/ }, { status: 200, headers: json, body: '[]' })
    expect((await connectwise.check(bench.context)).problems).toMatchObject([{ title: /no active service board/ }])
    bench.interceptor.answer({ method: 'GET', path: /service\/priorities/ }, { status: 503, body: '' })
    expect(await bench.failureOf(() => connectwise.check(bench.context))).toMatchObject({ kind: 'later' })
  })

  it('tells where tickets are to be seen', () => {
    const { ticketLink } = connectwise.facts(
      ConnectwiseSettings.parse({ ...bench.context.settings, site: 'api-eu.myconnectwise.net' }),
    )
    expect(ticketLink('41207')).toBe(
      'https://eu.myconnectwise.net/v4_6_release/services/system_io/Service/fv_sr100_request.rails?service_recid=41207&companyName=nordlicht',
    )
  })
})

function otherSettings(change: object) {
  return bench.contextFor(ConnectwiseSettings.parse({ ...bench.context.settings, ...change }))
}

function companyAt(codebase: string): StandIn {
  const body = { CompanyName: 'X', Codebase: codebase, VersionNumber: 'v2025.1', CompanyID: 'x', IsCloud: 'True' }
  return { status: 200, headers: json, body: JSON.stringify(body) }
}

function callOf(sent: Sent): string {
  return `${sent.method} ${sent.path.replace(/^.*\/apis\/3\.0\//, '')}`
}
