import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, createBench } from '../../../../test/contracts/psa-bench.ts'
import { startTigerpawWorld } from '../../../../test/contracts/tigerpaw-world.ts'
import { tigerpaw } from './index.ts'
import { TigerpawSettings } from './settings.ts'

/** What a person is told before saving, which accounts and lists are offered. */

type World = Awaited<ReturnType<typeof startTigerpawWorld>>

const json = { 'content-type': 'application/json' }
let bench: Bench<TigerpawSettings>
let world: World

beforeAll(async () => {
  bench = await createBench({
    name: 'Tigerpaw',
    connector: tigerpaw,
    startWorld: async () => {
      world = await startTigerpawWorld()
      return world
    },
  })
})
beforeEach(() => bench.interceptor.reset())
afterAll(() => bench.stop())

describe('check', () => {
  it('tells address, versions, lists and the number of accounts', async () => {
    const { facts, problems } = await tigerpaw.check(bench.context)
    expect(problems).toEqual([])
    expect(Object.fromEntries(facts.map((fact) => [fact.title, fact.value]))).toEqual({
      'API address': bench.interceptor.origin,
      'Database version': '18.2.1',
      'API version': '18.2.1',
      Boards: 'Dispatch, Help Desk, Security & Monitoring, Projects',
      Priorities: 'Emergency, High, Medium, Low',
      Types: 'Service Call, Security, Remote Support, Maintenance',
      Statuses: 'New, Scheduled, In Progress, Waiting – Parts & Labor, Completed, Closed',
      Accounts: '2',
    })
  })

  it('does without versions where there are none, and asks for none when told not to', async () => {
    const absent = { status: 404, headers: json, body: '{"Message":"No HTTP resource was found."}' }
    bench.interceptor.answer({ method: 'GET', path: /diagnostics\/(productInformation|database)/ }, absent, {
      times: 2,
    })
    bench.interceptor.answer({ method: 'GET', path: /^\/docs\/index$/ }, { status: 404, body: '' })
    const bare = await tigerpaw.check(bench.context)
    expect(bare.problems).toEqual([])
    expect(bare.facts.map((fact) => fact.title).filter((title) => title.includes('version'))).toEqual([])
    bench.interceptor.reset()
    await tigerpaw.check(contextWith({ probeVersion: false }))
    expect(bench.interceptor.sent.some((one) => /docs|productInformation|version/.test(one.path))).toBe(false)
  })

  it('fails when Tigerpaw says no to the keys in an envelope, and when it fails in the middle', async () => {
    const path = /validate\/user$/
    const no = { status: 200, headers: json, body: '{"Success":false,"Message":"User is not valid."}' }
    bench.interceptor.answer({ method: 'GET', path }, no)
    expect(await bench.failureOf(() => tigerpaw.check(bench.context))).toMatchObject({ kind: 'refused' })
    bench.interceptor.answer(world.calls.accounts, { status: 503, body: '' })
    expect(await bench.failureOf(() => tigerpaw.check(bench.context))).toMatchObject({ kind: 'later' })
  })

  it.each([
    ['{"HasValidLicense":false}', 'Tigerpaw has no valid license'],
    ['{"IsArchivedDatabase":true}', 'This is an archived database'],
  ])('warns of %s', async (body, title) => {
    const path = /productInformation$/
    bench.interceptor.answer({ method: 'GET', path }, { status: 200, headers: json, body })
    expect(await titles(bench.context)).toEqual([title])
  })

  it('asks for the time zone, and for a topic and a product that exist', async () => {
    expect(await titles(contextWith({ timeZone: '' }))).toEqual(['The time zone of Tigerpaw is not set'])
    expect(await titles(contextWith({ noteTopic: 'monitoring' }))).toEqual([])
    expect(await titles(contextWith({ noteTopic: 'Wetter' }))).toEqual(['There is no note topic "Wetter"'])
    expect(await titles(contextWith({ externalProduct: 'Security Monitoring' }))).toEqual([])
    expect(await titles(contextWith({ externalProduct: 'Old RMM' }))).toEqual([
      'No account has a cross reference to "Old RMM"',
      'The external product "Old RMM" is not active',
    ])
    expect(await titles(contextWith({ externalProduct: 'Nothing' }))).toEqual([
      'No account has a cross reference to "Nothing"',
      'The external product "Nothing" does not exist',
    ])
  })

  it.each([403, 401, 200])('names missing rights that are answered with %i', async (status) => {
    await world.act({ act: 'setSwitch', name: 'rightsStatus', value: status })
    await world.act({ act: 'setRights', masterTables: [], accounts: ['update'], serviceOrders: ['create'] })
    const { problems } = await tigerpaw.check(contextWith({ noteTopic: 'Monitoring' }))
    const all = ['get', 'create', 'update']
    await world.act({ act: 'setRights', masterTables: all, accounts: all, serviceOrders: all })
    expect(problems.map((problem) => problem.title)).toEqual([
      'The lists for rules cannot be read',
      'Accounts cannot be read',
      'Service orders cannot be searched',
      'Note topics cannot be read',
    ])
    expect(problems[0]?.advice).toMatch(/rights to get master tables.*Service orders get, create and update/)
  })
})

describe('the SOAP user', () => {
  const right = { soapUser: 'monitoring', soapPassword: 'soap&secret/ with "quotes"+ü' }

  it('is tried when it is given, without writing anything', async () => {
    const before = JSON.stringify([world.part('accounts'), world.part('orders')])
    const { facts, problems } = await tigerpaw.check(contextWith(right))
    expect(problems).toEqual([])
    expect(facts).toContainEqual({ title: 'SOAP user', value: 'monitoring was let in' })
    expect(world.part('soap')).toMatchObject([{ operation: 'SubmitAgreementAdditionalCharges', params: '<Params />' }])
    expect(JSON.stringify([world.part('accounts'), world.part('orders')])).toBe(before)
    await tigerpaw.check(bench.context)
    expect(world.part('soap')).toHaveLength(1)
  })

  it.each([
    ['wrong password', { ...right, soapPassword: 'wrong' }, /^The SOAP service does not accept the user "monitoring"/],
    ['wrong path', { ...right, soapPath: '/elsewhere.asmx' }, /^No SOAP service answers at \/elsewhere.asmx/],
  ])('%s is a problem that leaves ticketing alone', async (_, change, title) => {
    const { problems } = await tigerpaw.check(contextWith(change))
    expect(problems).toEqual([
      { title: expect.stringMatching(title), advice: expect.stringContaining('tickets do not') },
    ])
    expect(JSON.stringify(problems)).not.toContain(change.soapPassword)
  })
})

describe('accounts', () => {
  it('are those with the external product, when the settings name one', async () => {
    const [plain] = await world.addAccounts(['No reference'], 'Gone')
    const all = await tigerpaw.listAccounts(bench.context)
    const referenced = await tigerpaw.listAccounts(contextWith({ externalProduct: 'Security Monitoring' }))
    expect(all.map((one) => one.id)).toContain(plain)
    expect(referenced.map((one) => one.id)).toEqual([...world.accounts])
  })

  it('have an inactive status as the settings say', async () => {
    await world.addAccounts(['Voided client'], 'Sleeping client')
    await world.act({ act: 'setAccountStatus', name: 'Voided client', status: 'Void' })
    const offered = async (inactiveAccounts: string) => {
      const accounts = await tigerpaw.listAccounts(contextWith({ inactiveAccounts }))
      return accounts.map((one) => one.name).filter((name) => /Client A|Voided|Sleeping/.test(name))
    }
    expect(await offered('Inactive, Void, Voided')).toEqual(['Client A'])
    expect(await offered('inactive')).toEqual(['Client A', 'Voided client'])
    expect(await offered('')).toEqual(['Client A', 'Voided client', 'Sleeping client'])
  })
})

describe('lists that come as one object', () => {
  it('are taken for incomplete: nothing is said against a status that is not in them', async () => {
    await world.act({ act: 'setSwitch', name: 'statusesAs', value: 'object' })
    const options = await tigerpaw.readOptions(bench.context)
    const more = contextWith({ moreStatuses: 'Completed, Waiting – Parts & Labor' })
    const named = await tigerpaw.readOptions(more)
    const missing = await titles(bench.context)
    const told = await titles(more)
    await world.act({ act: 'setSwitch', name: 'statusesAs', value: 'list' })
    expect(options.choices.newStatus?.map((one) => one.value)).toEqual(['New'])
    expect(options.extra.incomplete).toEqual(['newStatus', 'closedStatus'])
    expect(tigerpaw.ruleProblems(options, world.general, world.rule)).toEqual([])
    expect(named.choices.closedStatus?.map((one) => one.value)).toEqual(['New', 'Completed', 'Waiting – Parts & Labor'])
    expect(missing).toEqual(['Tigerpaw tells only one service order status'])
    expect(told).toEqual([])
  })

  it('may hold the list, and may be empty', async () => {
    const boards = { method: 'GET', path: /mastertables\/dispatchboards$/ }
    const held = '{"Boards":[{"DispatchBoardId":9,"Description":""}]}'
    bench.interceptor.answer(boards, { status: 200, headers: json, body: held })
    const inside = await tigerpaw.readOptions(bench.context)
    expect(inside.choices.board).toEqual([{ value: '9', label: 'Board 9', active: true }])
    expect(inside.extra.incomplete).toEqual([])
    bench.interceptor.answer(boards, { status: 200, headers: json, body: '[]' })
    expect((await tigerpaw.readOptions(bench.context)).choices.board).toEqual([])
    bench.interceptor.answer(boards, { status: 200, headers: json, body: 'null' })
    const failure = await bench.failureOf(() => tigerpaw.readOptions(bench.context))
    expect(failure).toMatchObject({ kind: 'later', reason: 'bad-reply' })
  })
})

describe('ticketLink', () => {
  it('is made from the settings, and empty without one', () => {
    const settings = TigerpawSettings.parse({ ...bench.context.settings, orderUrl: 'https://tp.example/so/{number}' })
    expect(tigerpaw.facts(settings).ticketLink('80281')).toBe('https://tp.example/so/80281')
    expect(tigerpaw.facts(bench.context.settings).ticketLink('80281')).toBe('')
  })
})

async function titles(context: Bench<TigerpawSettings>['context']): Promise<readonly string[]> {
  const { problems } = await tigerpaw.check(context)
  return problems.map((problem) => problem.title)
}

/** A context for other settings of the same connection. */
function contextWith(change: object) {
  const settings = TigerpawSettings.parse({ ...bench.context.settings, ...change })
  return { ...bench.contextFor(settings), options: bench.context.options }
}
