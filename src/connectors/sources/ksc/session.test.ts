import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSourceBench, failureOf, type SourceBench } from '../../../../test/contracts/source-bench.ts'
import type { StandIn } from '../../../../test/support/interceptor.ts'
import { type KscWorld, startKscWorld } from '../../../../test/support/ksc-world.ts'
import { startProxy } from '../../../../test/support/servers.ts'
import { ksc } from './index.ts'
import type { Settings } from './settings.ts'

let world: KscWorld
let bench: SourceBench<Settings>

beforeAll(async () => {
  world = await startKscWorld()
  bench = await createSourceBench({ name: 'ksc', connector: ksc, startWorld: () => Promise.resolve(world) })
})
beforeEach(() => {
  world.interceptor.reset()
  world.mend()
  bench.forget()
})
afterAll(() => bench.stop())

const json = { 'content-type': 'application/json' }

/** Calls made so far, in order, by method name. */
function calls(): string[] {
  return world.interceptor.sent.map(({ path }) => path.replace('/api/v1.0/', ''))
}

function answer(method: string, standIn: Partial<StandIn> & { body: StandIn['body'] }, times = 1, after = 0): void {
  const path = new RegExp(`/${method.replace('.', '\\.')}$`)
  world.interceptor.answer({ method: 'POST', path }, { status: 200, headers: json, ...standIn }, { times, after })
}

const pxgError = (code: number, subcode = 0, message = 'said the server') =>
  JSON.stringify({ PxgError: { code, subcode, module: 'KLSTD', file: 'a.cpp', line: 1, message } })

const list = (settings = world.settings) => ksc.listTenants(bench.context(settings))

describe('log-on', () => {
  test('as the vendor’s own client writes it, on the main server, and off again at the end', async () => {
    await list()
    expect(calls()).toEqual([
      'Session.StartSession',
      'HostGroup.GetStaticInfo',
      'VServers.GetVServers',
      'Session.EndSession',
    ])
    const [start, call] = world.interceptor.sent
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    expect(start?.headers.authorization).toBe(
      `KSCBasic user="${base64(world.ready.user)}", pass="${base64(world.ready.password)}", domain="", internal="1"`,
    )
    expect(start?.headers).not.toHaveProperty('x-ksc-vserver')
    expect(call?.headers).toHaveProperty('x-ksc-session')
    expect(call?.headers).not.toHaveProperty('authorization')
  })

  test('of an account of a domain', async () => {
    await world.emulator.control.act({ act: 'setAccount', user: 'änn', password: 'pä"ss, 🚨', domain: 'ACME' })
    const settings = { ...world.settings, user: 'änn', password: 'pä"ss, 🚨', internalUser: false, domain: 'ACME' }
    expect((await list(settings)).length).toBeGreaterThan(1)
    expect(world.interceptor.sent[0]?.headers.authorization).toContain('domain="ACME", internal="0"')
    const failure = await failureOf(list({ ...settings, domain: 'OTHER' }))
    expect(failure).toMatchObject({ kind: 'denied', reason: 'bad-credentials' })
    expect(failure.message).toContain('account of Windows or of a domain')
  })

  test('refused once by a server that has just started is tried a second time', async () => {
    world.emulator.control.setFaults({ unauthorized: { times: 1 } })
    expect((await list()).length).toBeGreaterThan(1)
    expect(calls().slice(0, 3)).toEqual(['Session.StartSession', 'Session.StartSession', 'HostGroup.GetStaticInfo'])
  })

  test('with a wrong password is tried no more than twice', async () => {
    await failureOf(list({ ...world.settings, password: 'wrong' }))
    expect(calls()).toEqual(['Session.StartSession', 'Session.StartSession'])
  })

  test.each([
    ['as an error', { body: pxgError(2013) }],
    ['as a refusal', { status: 401, body: 'Account is blocked' }],
  ])('of a blocked account, told %s, says to unblock it', async (_name, standIn) => {
    answer('Session.StartSession', standIn, 2)
    const failure = await failureOf(list())
    expect(failure).toMatchObject({ kind: 'denied', reason: 'bad-credentials' })
    expect(failure.message).toContain('Unblock it')
  })

  test('the emulator’s own block too', async () => {
    const { control } = world.emulator
    await control.act({ act: 'setAccount', user: 'blocked', password: 'right' })
    await control.act({ act: 'setServer', blockAfterFailures: 1, blockedAnswer: 2013 })
    const failure = await failureOf(list({ ...world.settings, user: 'blocked', password: 'wrong' }))
    await control.act({ act: 'setServer', blockAfterFailures: null })
    expect(failure.message).toContain('Unblock it')
  })

  test('that asks for a second factor says which account to use, and is not tried again', async () => {
    const headers = { 'www-authenticate': 'KSCMFA' }
    answer('Session.StartSession', { status: 401, headers, body: 'Authentication not finished' }, 2)
    const failure = await failureOf(list())
    expect(failure).toMatchObject({ kind: 'denied', reason: 'bad-credentials' })
    expect(failure.message).toContain('two-step verification')
    expect(calls()).toEqual(['Session.StartSession'])
  })

  test('while the server starts is a passing fault', async () => {
    answer('Session.StartSession', { body: pxgError(1195, 1) })
    const failure = await failureOf(list())
    expect(failure).toMatchObject({ kind: 'later', reason: 'busy' })
    expect(failure.message).toContain('starting or stopping')
  })

  test('without a session in the answer is a bad reply', async () => {
    answer('Session.StartSession', { body: '{}' })
    expect(await failureOf(list())).toMatchObject({ kind: 'later', reason: 'bad-reply' })
  })
})

describe('an expired session', () => {
  test.each([401, 403])('told by %d, is renewed once and the call repeated', async (status) => {
    answer('VServers.GetVServers', { status, body: 'Forbidden' })
    expect((await list()).length).toBeGreaterThan(1)
    expect(calls()).toEqual([
      'Session.StartSession',
      'HostGroup.GetStaticInfo',
      'VServers.GetVServers',
      'Session.StartSession',
      'VServers.GetVServers',
      'Session.EndSession',
    ])
  })

  test('refused again at once is a fault of the server', async () => {
    answer('VServers.GetVServers', { status: 403, body: 'Forbidden' }, 2)
    expect(await failureOf(list())).toMatchObject({ kind: 'later', reason: 'server-error' })
    expect(calls().filter((name) => name === 'Session.StartSession')).toHaveLength(2)
  })

  test('and a password that was changed meanwhile: the account is refused', async () => {
    answer('VServers.GetVServers', { status: 401, body: '' })
    answer('Session.StartSession', { status: 401, body: 'Authentication failure' }, 2, 1)
    expect(await failureOf(list())).toMatchObject({ kind: 'denied', reason: 'bad-credentials' })
  })

  test('a session that rested for more than a minute is proved before it is used', async () => {
    const rests = async (seconds: number) => {
      world.interceptor.reset()
      let rested = false
      for await (const page of ksc.pollComputers(bench.context(), await list())) {
        if (page.kind === 'end') expect(page.failed).toEqual([])
        if (!rested) world.advance(seconds * 1000)
        rested = true
      }
      return calls().filter((name) => name === 'Session.Ping').length
    }
    expect(await rests(59)).toBe(0)
    expect(await rests(61)).toBe(1)
  })

  test('one that rested too long is renewed, and the list it read begun again', async () => {
    const seen: string[] = []
    let complete: readonly string[] = []
    for await (const page of ksc.pollComputers(bench.context(), await list())) {
      if (page.kind === 'end') complete = page.complete
      else {
        if (seen.length === 0) world.advance(600_000)
        seen.push(...page.computers.map(({ computerKey }) => computerKey))
      }
    }
    const truth = (await world.computers()).map(({ computerKey }) => computerKey)
    expect(seen.toSorted()).toEqual(truth.toSorted())
    expect(complete.length).toBe((await list()).length)
    expect(bench.warnings()).toContain('list of computers was lost half-way, beginning it again')
  })

  test('after a cut connection nobody waits for a log-off', async () => {
    world.break('cut-before', { method: 'POST', path: /GetVServers$/ }, 1)
    await failureOf(list())
    expect(calls()).not.toContain('Session.EndSession')
  })

  test('a log-off that fails fails nothing', async () => {
    answer('Session.EndSession', { status: 500, body: 'no' })
    expect((await list()).length).toBeGreaterThan(1)
  })
})

describe('errors of a method', () => {
  test.each([
    [1184, 0, 'denied', 'missing-right', /Basic functionality: Read/],
    [1193, 0, 'denied', 'missing-right', /Basic functionality: Read/],
    [1195, 0, 'later', 'busy', /not available now/],
    [1195, 2, 'later', 'busy', /maintenance/],
    [1229, 7, 'later', 'busy', /limit/],
    [1194, 0, 'refused', 'unknown-value', /13 or newer/],
    [1453, 0, 'denied', 'bad-credentials', /refuses the log-on/],
    [1192, 0, 'refused', 'invalid-value', /does not accept/],
    [1125, 0, 'refused', 'invalid-value', /does not accept/],
    [1186, 0, 'later', 'server-error', /event log/],
    [9999, 0, 'later', 'server-error', /9999: “said the server”/],
  ])('%d.%d', async (code, subcode, kind, reason, advice) => {
    answer('VServers.GetVServers', { body: pxgError(code, subcode) })
    const failure = await failureOf(list())
    expect(failure).toMatchObject({ kind, reason, outcome: 'not-done' })
    expect(failure.message).toMatch(advice)
    expect(failure.message).toContain('VServers.GetVServers')
  })

  test('the text of the server is filled in, and what is not an error body is survived', async () => {
    const locdata = { type: 'params', value: { format: 'Object %1 of %2', args: ['abc', 'def'] } }
    answer('VServers.GetVServers', { body: JSON.stringify({ PxgError: { code: 1186, message: 'plain', locdata } }) })
    expect((await failureOf(list())).message).toContain('“Object abc of def”')
    answer('VServers.GetVServers', { body: '{"PxgError":"broken"}' })
    expect((await failureOf(list())).message).toContain('error 0')
  })

  test('a server that repeats the session and the password in its answer tells them nobody', async () => {
    for (const status of [500, 404, 200]) {
      answer('VServers.GetVServers', {
        status,
        body: ({ headers }) => {
          const text = `session ${headers['x-ksc-session']} password ${world.settings.password}`
          return status === 200 ? pxgError(1, 0, text) : text
        },
      })
      const failure = await failureOf(list())
      const session = world.interceptor.sent.at(-2)?.headers['x-ksc-session']
      expect(session).toMatch(/./)
      for (const secret of [session ?? '', world.settings.password]) {
        expect(`${failure.message} ${failure.stack} ${bench.said()}`).not.toContain(secret)
      }
      expect(failure.message).toContain('session *** password ***')
    }
  })
})

describe('check', () => {
  test('says version, account, virtual servers and computers', async () => {
    const { facts } = await ksc.check(bench.context())
    const managed = (await world.computers()).length
    expect(Object.fromEntries(facts.map(({ title, value }) => [title, value]))).toMatchObject({
      Server: 'KSC-MAIN',
      Version: expect.stringMatching(/^\d+\.\d+/),
      Account: `${world.settings.user} (internal user)`,
      'Virtual servers': '5',
      'Managed computers': String(managed),
    })
  })

  test.each([
    ['VServers.', 'Virtual servers cannot be read', /“Virtual Administration Servers: Read”/],
    ['HostGroup.FindHosts', 'Computers cannot be read', /“Basic functionality: Read” on the group “Managed devices”/],
    ['SrvView.', 'Events cannot be read', /“Basic functionality: Read”.*events/],
    ['HostGroup.GetStaticInfo', 'Facts of the server cannot be read', /“Basic functionality: Read” on the Admin/],
  ])('names what is missing without the right for %s', async (deny, title, right) => {
    const { control } = world.emulator
    await control.act({ act: 'setAccount', user: world.settings.user, deny: [deny] })
    const { problems } = await ksc.check(bench.context())
    await control.act({ act: 'setAccount', user: world.settings.user, deny: [] })
    expect(problems).toEqual([{ title, advice: expect.stringMatching(right) }])
    expect(problems[0]?.advice).toMatch(/error 1184/)
    expect(problems[0]?.advice.match(/Give the account/g)).toHaveLength(1)
  })

  test('names the virtual server that does not answer, and counts the others', async () => {
    const [silent = ''] = world.tenants
    const others = (await world.computers()).filter(({ tenantKey }) => tenantKey !== silent).length
    const name = (await world.tenantNames())[silent]
    await world.letAnswer(silent, false)
    const { facts, problems } = await ksc.check(bench.context())
    await world.letAnswer(silent, true)
    expect(problems).toEqual([
      {
        title: `Computers of the virtual server “${name}” cannot be read`,
        advice: expect.stringMatching(/error 1195/),
      },
    ])
    expect(facts).toContainEqual({ title: 'Managed computers', value: `${others} without 1 of 6 servers` })
  })

  test('counts server by server only when the whole count fails', async () => {
    await ksc.check(bench.context())
    expect(calls().filter((call) => call === 'HostGroup.FindHosts')).toHaveLength(1)
    answer('HostGroup.FindHosts', { body: pxgError(1195, 2) }, 100)
    const { problems } = await ksc.check(bench.context())
    expect(problems).toEqual([{ title: 'Computers cannot be read', advice: expect.stringContaining('maintenance') }])
  })

  test('tells that an account sees one virtual server only', async () => {
    const body = JSON.stringify({ PxgRetVal: { KLADMSRV_IS_VIRTUAL: true, KLADMSRV_SERVER_HOSTNAME: 'VS' } })
    answer('HostGroup.GetStaticInfo', { body })
    expect((await ksc.check(bench.context())).problems).toMatchObject([
      { title: expect.stringContaining('virtual server') },
    ])
  })
})

describe('reach', () => {
  test('by the certificate file of the server', async () => {
    const settings = { ...world.settings, trust: 'ca' as const, caPem: world.certificate, fingerprint: '' }
    expect((await list(settings)).length).toBeGreaterThan(1)
    const other = { ...settings, caPem: world.ready.certificate }
    expect(await failureOf(list(other))).toMatchObject({ kind: 'denied', reason: 'untrusted-certificate' })
  })

  test('through a proxy with credentials', async () => {
    const proxy = await startProxy(`Basic ${Buffer.from('ann:proxy-pass').toString('base64')}`)
    const settings = {
      ...world.settings,
      proxyAddress: `http://127.0.0.1:${proxy.port}`,
      proxyUser: 'ann',
      proxyPassword: 'proxy-pass',
    }
    expect((await list(settings)).length).toBeGreaterThan(1)
    expect(new Set(proxy.seen)).toEqual(new Set([`CONNECT 127.0.0.1:${world.port}`]))
    const failure = await failureOf(list({ ...settings, proxyPassword: 'not-it' }))
    expect(failure).toMatchObject({ kind: 'denied', reason: 'bad-credentials' })
    expect(failure.message).not.toContain('not-it')
  })
})
