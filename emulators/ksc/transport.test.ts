import { request as httpsRequest } from 'node:https'
import { type TLSSocket, connect as tlsConnect } from 'node:tls'
import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { agentFor, basic, createLab, type TestClient } from './test-client.ts'

const lab = createLab()
afterEach(() => lab.stopAll())

/** A clock that stands until an act moves it. */
const clock = { now: () => new Date('2025-06-01T12:00:00.250Z') }
const small = { port: 0, devices: 20, tenants: 2, clock }

/** Speaks HTTP over one socket, byte by byte as given. */
async function openSocket(
  port: number,
  ca: string,
): Promise<{ exchange(text: string): Promise<{ status: number; head: string; body: Buffer }>; socket: TLSSocket }> {
  const socket = tlsConnect({ port, host: '127.0.0.1', servername: 'localhost', ca })
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  return {
    socket,
    async exchange(text) {
      let received = Buffer.alloc(0)
      socket.write(text)
      return new Promise((resolve, reject) => {
        const onData = (chunk: Buffer): void => {
          received = Buffer.concat([received, chunk])
          const end = received.indexOf('\r\n\r\n')
          const head = received.subarray(0, end).toString()
          const length = Number(/content-length: (\d+)/i.exec(head)?.[1])
          if (end < 0 || received.length < end + 4 + length) return
          socket.off('data', onData)
          resolve({ status: Number(head.split(' ')[1]), head, body: received.subarray(end + 4) })
        }
        socket.on('data', onData).once('error', reject)
      })
    },
  }
}

describe('connection-bound login', () => {
  const official = [
    'POST /api/v1.0/login HTTP/1.1',
    'Host: localhost:13299',
    'User-Agent: python-requests/2.34.2',
    'Accept-Encoding: gzip, deflate',
    'Accept: */*',
    'Connection: keep-alive',
    'Authorization: KSCBasic user="dXNlcg==", pass="cMOk", domain="", internal="1"',
    'Content-Type: application/json',
    'X-KSC-VServer: QWNtZQ==',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
  const plainCall = (method: string, body: string): string =>
    [
      `POST /api/v1.0/${method} HTTP/1.1`,
      'Host: localhost:13299',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n')

  test('the official client’s own request logs its connection in, and no other one', async () => {
    const emulator = await lab.start(small)
    await emulator.control.act({ act: 'addVServer', name: 'Acme' })
    await emulator.control.act({ act: 'setAccount', user: 'user', password: 'pä' })
    const ca = emulator.ready.certificate
    const { exchange, socket } = await openSocket(emulator.port, ca)
    const other = await openSocket(emulator.port, ca)

    expect((await exchange(plainCall('HostGroup.GetStaticInfo', '{}'))).status).toBe(401)
    const login = await exchange(official)
    expect(login.status).toBe(200)
    expect(login.head).toMatch(/content-encoding: gzip/i)
    expect(gunzipSync(login.body).toString()).toBe('{}')

    const info = await exchange(plainCall('HostGroup.GetStaticInfo', '{"pValues":["KLADMSRV_IS_VIRTUAL"]}'))
    expect(JSON.parse(info.body.toString())).toEqual({ PxgRetVal: { KLADMSRV_IS_VIRTUAL: true } })
    const refused = await other.exchange(plainCall('HostGroup.GetStaticInfo', '{}'))
    expect([refused.status, refused.body.toString()]).toEqual([401, 'Authentication failure'])

    // A result set lives in the login of this connection.
    const found = await exchange(plainCall('HostGroup.FindHosts', '{"wstrFilter":"","lMaxLifeTime":60}'))
    const { strAccessor } = JSON.parse(found.body.toString())
    await other.exchange(official)
    const body = JSON.stringify({ strAccessor })
    const foreign = await other.exchange(plainCall('ChunkAccessor.GetItemsCount', body))
    expect(JSON.parse(foreign.body.toString())).toMatchObject({ PxgError: { code: 1186, module: 'KLSTD' } })
    const own = await exchange(plainCall('ChunkAccessor.GetItemsCount', body))
    expect(JSON.parse(own.body.toString())).toEqual({ PxgRetVal: 0 })
    socket.destroy()
    other.socket.destroy()
  })

  test('a session can be started over a connection that is logged in', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const { exchange, socket } = await openSocket(emulator.port, emulator.ready.certificate)
    const authorization = basic(emulator.ready.user, emulator.ready.password)
    await exchange(
      `POST /api/v1.0/login HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\nContent-Length: 0\r\n\r\n`,
    )
    const started = await exchange(plainCall('Session.StartSession', '{}'))
    const session = JSON.parse(started.body.toString()).PxgRetVal
    expect(session).toMatch(/^[A-Za-z0-9+/]{22}==$/)
    socket.destroy()
    const ping = await client.raw('Session.Ping', {}, { 'x-ksc-session': session })
    expect([ping.status, ping.text]).toEqual([200, '{}'])
  })
})

describe('credentials', () => {
  const encode = (text: string): string => Buffer.from(text).toString('base64')
  const [u, p] = [encode('tocsin'), encode('emulator-password')]

  test.each<[string, string, number]>([
    ['as the official client', `KSCBasic user="${u}", pass="${p}", domain="", internal="1"`, 200],
    ['internal not quoted', `KSCBasic user="${u}", pass="${p}", internal=false`, 200],
    ['no internal, no domain', `KSCBasic user="${u}", pass="${p}"`, 200],
    ['another order, no spaces', `KSCBasic internal="1",pass="${p}",domain="",user="${u}"`, 200],
    ['domain in base64', `KSCBasic user="${u}", pass="${p}", domain="${encode('CORP')}"`, 200],
    ['wrong password', `KSCBasic user="${u}", pass="${encode('no')}"`, 401],
    ['wrong user', `KSCBasic user="${encode('no')}", pass="${p}"`, 401],
    ['user not in base64', 'KSCBasic user="tocsin!", pass="x"', 401],
    ['no password', `KSCBasic user="${u}"`, 401],
    ['HTTP basic', `Basic ${encode('tocsin:emulator-password')}`, 401],
    ['NTLM', 'NTLM TlRMTVNTUAABAAAA', 401],
    ['unknown token', 'KSCT abcdef', 401],
    ['nothing', '', 401],
  ])('%s', async (_name, authorization, status) => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const answer = await client.raw('Session.StartSession', {}, authorization === '' ? {} : { authorization })
    expect(answer.status).toBe(status)
    if (status === 401) expect(answer.text).toBe('Authentication failure')
  })

  test('a domain user needs his domain, plain or in base64', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    await emulator.control.act({ act: 'setAccount', user: 'ann', password: 'pw', domain: 'CORP' })
    const tryDomain = async (domain: string): Promise<number> => {
      const authorization = `KSCBasic user="${encode('ann')}", pass="${encode('pw')}", domain="${domain}", internal="0"`
      return (await client.raw('Session.StartSession', {}, { authorization })).status
    }
    expect(await Promise.all(['', 'OTHER', 'corp', encode('CORP')].map(tryDomain))).toEqual([401, 401, 200, 200])
  })

  test('each call may carry the credentials itself', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const authorization = basic('tocsin', 'emulator-password')
    expect(
      (await client.raw('VServers.GetVServers', { lParentGroup: -1 }, { authorization })).json.PxgRetVal,
    ).toHaveLength(2)
    expect((await client.raw('VServers.GetVServers', {})).status).toBe(401)
  })

  test('a token logs in once, within 3 minutes', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const makeToken = async () => String((await client.call('Session.CreateToken')).PxgRetVal)
    const use = async (token: string) =>
      (await client.raw('Session.StartSession', {}, { authorization: `KSCT ${token}` })).status
    const token = await makeToken()
    expect(await use(token)).toBe(200)
    expect(await use(token)).toBe(401)
    const late = await makeToken()
    await emulator.control.act({ act: 'clock', advanceSeconds: 181 })
    expect(await use(late)).toBe(401)
  })

  test('an account is blocked after so many failures, when that is on', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const attempt = (password: string) =>
      client.raw('Session.StartSession', {}, { authorization: basic('tocsin', password) })
    await emulator.control.act({ act: 'setServer', blockAfterFailures: 3, blockSeconds: 60 })
    for (let n = 0; n < 3; n += 1) expect((await attempt('wrong')).status).toBe(401)
    expect((await attempt('emulator-password')).status).toBe(401)
    await emulator.control.act({ act: 'setServer', blockedAnswer: 2013 })
    expect((await attempt('emulator-password')).json).toMatchObject({ PxgError: { code: 2013, module: 'KLSPL' } })
    await emulator.control.act({ act: 'clock', advanceSeconds: 61 })
    expect((await attempt('emulator-password')).status).toBe(200)
  })

  test('empty, "x" and no virtual server are the main one; an unknown one fails', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const [first] = (await client.call('VServers.GetVServers')).PxgRetVal as { value: { KLVSRV_DN: string } }[]
    const name = first?.value.KLVSRV_DN ?? ''
    const start = async (vserver: string | undefined) => {
      const headers = { authorization: basic('tocsin', 'emulator-password') }
      return client.raw(
        'Session.StartSession',
        {},
        vserver === undefined ? headers : { ...headers, 'x-ksc-vserver': vserver },
      )
    }
    const isVirtual = async (vserver: string | undefined) => {
      const { json } = await start(vserver)
      const info = await client.raw('HostGroup.GetStaticInfo', {}, { 'x-ksc-session': String(json.PxgRetVal) })
      return (info.json.PxgRetVal as { KLADMSRV_IS_VIRTUAL: boolean }).KLADMSRV_IS_VIRTUAL
    }
    expect([await isVirtual(undefined), await isVirtual(''), await isVirtual('x')]).toEqual([false, false, false])
    expect(await isVirtual(encode(name))).toBe(true)
    expect((await start(encode('Nobody'))).status).toBe(401)
    await emulator.control.act({ act: 'setServer', unknownVServerAnswer: 1186 })
    expect((await start(encode('Nobody'))).json).toMatchObject({ PxgError: { code: 1186 } })
    await emulator.control.act({ act: 'setVServer', vserver: name, enabled: false })
    expect((await start(encode(name))).json).toMatchObject({ PxgError: { code: 1186 } })
  })
})

describe('sessions', () => {
  test('an ended one is forbidden, an unknown one unauthenticated, both for ever', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    expect(client.session).toMatch(/^[A-Za-z0-9+/]{22}==$/)
    expect(await client.call('Session.Ping')).toEqual({})
    expect(await client.call('Session.EndSession')).toEqual({})
    const ping = (session: string) => client.raw('Session.Ping', {}, { 'x-ksc-session': session })
    expect((await ping(client.session)).status).toBe(403)
    expect((await ping('AAAAAAAAAAAAAAAAAAAAAA==')).status).toBe(401)
  })

  test('idle and total lifetimes', async () => {
    const emulator = await lab.start(small)
    await emulator.control.act({ act: 'setServer', sessionIdleSeconds: 100, sessionTotalSeconds: 250 })
    const advance = (advanceSeconds: number) => emulator.control.act({ act: 'clock', advanceSeconds })
    const idle = await lab.connect(emulator)
    const busy = await lab.connect(emulator)
    const status = async (client: TestClient) =>
      (await client.raw('Session.Ping', {}, { 'x-ksc-session': client.session })).status
    await advance(100)
    expect([await status(idle), await status(busy)]).toEqual([200, 200])
    await advance(99)
    expect(await status(busy)).toBe(200)
    await advance(2)
    expect([await status(idle), await status(busy)]).toEqual([401, 200])
    await emulator.control.act({ act: 'setServer', expiredSessionStatus: 403 })
    await advance(60)
    expect([await status(idle), await status(busy)]).toEqual([401, 403])
    expect(await (await lab.connect(emulator)).call('Limits.GetLimits', { param: 71 })).toEqual({ PxgRetVal: 100 })
  })

  test('all can be dropped', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    await emulator.control.act({ act: 'dropSessions', status: 403 })
    expect((await client.raw('Session.Ping', {}, { 'x-ksc-session': client.session })).status).toBe(403)
  })
})

describe('requests', () => {
  test('paths, verbs, bodies and content types', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const session = { 'x-ksc-session': client.session }
    const status = async (method: string, body?: unknown, headers = {}) =>
      (await client.raw(method, body, { ...session, ...headers })).status
    expect(await status('Session.Ping')).toBe(200)
    expect(await status('Session.Ping', '{"broken')).toBe(400)
    expect(await status('Session.Ping', '[]')).toBe(400)
    expect(await status('Session.Ping', {}, { 'content-type': 'text/xml' })).toBe(400)
    expect(await status('Session.Ping', {}, { 'content-type': 'application/json; charset=utf-8' })).toBe(200)
    expect(await status('../v2.0/x', {})).toBe(404)
    const agent = agentFor(emulator)
    const got = await agent.request({
      origin: emulator.url,
      path: '/api/v1.0/Session.Ping',
      method: 'GET',
      headers: session,
    })
    expect(got.statusCode).toBe(405)
    await got.body.dump()
    await agent.close()
    expect(emulator.control.stats().handlerErrors).toBe(0)
  })

  test('unknown methods and wrong spelling are KLCONN 1194', async () => {
    const client = await lab.connect(await lab.start(small))
    for (const name of [
      'HostGroup.FindHosts2',
      'hostgroup.FindHosts',
      'HostGroup.findHosts',
      'X.HostGroup.FindHosts',
      'a',
    ]) {
      expect(await client.fail(name), name).toMatchObject({ code: 1194, module: 'KLCONN' })
    }
    const present = async (strMethod: string) =>
      (await client.call('Limits.IsMethodPresent', { strInstance: '', strClass: 'LicenseKeys', strMethod })).PxgRetVal
    expect([await present('EnumKeys'), await present('AcquireKeyUsageStatistics')]).toEqual([true, false])
  })

  test('the error envelope is whole', async () => {
    const client = await lab.connect(await lab.start(small))
    const { json } = await client.raw(
      'ChunkAccessor.Release',
      { strAccessor: 'abc' },
      { 'x-ksc-session': client.session },
    )
    expect(json).toEqual({
      PxgError: {
        code: 1186,
        subcode: 0,
        module: 'KLSTD',
        file: expect.any(String),
        line: expect.any(Number),
        message: 'Result set "abc" is not found',
        locdata: {
          type: 'params',
          value: { 'format-id': 1, format: '%1 "%2" is not found', locmodule: 'KLSTD', args: ['Result set', 'abc'] },
        },
      },
    })
  })

  test('a chunked body is read, and only who asks gets gzip', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const post = (headers: Record<string, string>) =>
      new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
        const options = {
          method: 'POST',
          ca: emulator.ready.certificate,
          headers: { 'x-ksc-session': client.session, ...headers },
        }
        const outgoing = httpsRequest(`${emulator.url}/api/v1.0/HostGroup.GetStaticInfo`, options, (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('end', () => resolve({ encoding: answer.headers['content-encoding'], body: Buffer.concat(chunks) }))
        })
        outgoing.on('error', reject)
        outgoing.write('{"pValues":')
        outgoing.end('["KLADMSRV_VSID"]}')
      })
    const plain = await post({ 'transfer-encoding': 'chunked' })
    expect([plain.encoding, plain.body.toString()]).toEqual([undefined, '{"PxgRetVal":{"KLADMSRV_VSID":0}}'])
    const zipped = await post({ 'transfer-encoding': 'chunked', 'accept-encoding': 'gzip, deflate' })
    expect([zipped.encoding, gunzipSync(zipped.body).toString()]).toEqual(['gzip', plain.body.toString()])
  })

  test('a missing right is 1184', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    await emulator.control.act({ act: 'setAccount', user: 'tocsin', deny: ['SrvView.', 'HostGroup.FindGroups'] })
    expect(await client.fail('SrvView.ResetIterator')).toMatchObject({ code: 1184, module: 'KLSTD' })
    expect(await client.fail('HostGroup.FindGroups')).toMatchObject({ code: 1184 })
    await client.call('HostGroup.GroupIdGroups')
    const rights = { read: false, modify: false, exportLicense: false }
    await emulator.control.act({ act: 'setAccount', user: 'tocsin', deny: [], rights })
    expect(await client.fail('HostGroup.GroupIdGroups')).toMatchObject({ code: 1184 })
    await client.call('Session.Ping')
  })
})

describe('faults', () => {
  test('401 once, a dropped session, 1195, and JSON that breaks off', async () => {
    const emulator = await lab.start(small)
    const client = await lab.connect(emulator)
    const ping = () => client.raw('Session.Ping', {}, { 'x-ksc-session': client.session })
    emulator.control.setFaults({ unauthorized: { times: 1 } })
    expect([(await ping()).status, (await ping()).status]).toEqual([401, 200])

    emulator.control.setFaults({ unavailable: { times: 1, match: { path: 'GetVServers$' } } })
    await client.call('HostGroup.GroupIdGroups')
    expect(await client.fail('VServers.GetVServers')).toMatchObject({ code: 1195, module: 'KLSTD' })

    emulator.control.setFaults({ truncatedJson: { times: 1 } })
    const broken = await client.raw('VServers.GetVServers', {}, { 'x-ksc-session': client.session })
    expect(broken.status).toBe(200)
    expect(() => JSON.parse(broken.text)).toThrow(SyntaxError)

    emulator.control.setFaults({ dropSession: { times: 1 } })
    expect([(await ping()).status, (await ping()).status]).toEqual([401, 401])
  })
})
