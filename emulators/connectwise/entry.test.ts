import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDesk, type TestDesk } from './test-desk.ts'

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.stop())

const none = {}
const boards = '/v4_6_release/apis/3.0/service/boards'

describe('finding the API', () => {
  it('names the codebase, with a slash at its end, without credentials', async () => {
    const answer = await desk.send('GET', '/login/companyinfo/NORDLICHT', undefined, {}, none)
    expect(answer.json).toEqual({
      CompanyName: 'Nordlicht IT-Service',
      Codebase: 'v2025_1/',
      VersionCode: 'v2025.1',
      VersionNumber: 'v2025.1.102345',
      CompanyID: 'nordlicht',
      IsCloud: true,
    })
    await desk.setSwitch('isCloudAsText', true)
    expect((await desk.send('GET', '/login/companyinfo/nordlicht')).json.IsCloud).toBe('True')
    await desk.setSwitch('isCloudAsText', false)
  })

  it('answers null, or 404, for an unknown company', async () => {
    const asNull = await desk.send('GET', '/login/companyinfo/nobody')
    expect([asNull.status, asNull.text]).toEqual([200, 'null'])
    await desk.setSwitch('unknownCompany', '404')
    expect((await desk.send('GET', '/login/companyinfo/nobody')).status).toBe(404)
    await desk.setSwitch('unknownCompany', 'null')
  })

  it('serves the router prefix always and the version of the day; an upgrade takes the old one away', async () => {
    const statusOf = async (prefix: string) => (await desk.send('GET', `/${prefix}/apis/3.0/service/boards`)).status
    expect([await statusOf('v2025_1'), await statusOf('v4_6_release'), await statusOf('v2025_2')]).toEqual([
      200, 200, 404,
    ])
    await desk.act({ act: 'changeCodebase', codebase: 'v2025_2' })
    expect([await statusOf('v2025_1'), await statusOf('v4_6_release'), await statusOf('v2025_2')]).toEqual([
      404, 200, 200,
    ])
    expect((await desk.send('GET', '/login/companyinfo/nordlicht')).json.Codebase).toBe('v2025_2/')
    await desk.act({ act: 'changeCodebase', codebase: 'v2025_1/' })
    await expect(desk.act({ act: 'changeCodebase', codebase: 'latest' })).rejects.toThrow('For example v2025_2')
  })

  it('tells about itself without credentials', async () => {
    const answer = await desk.send('GET', '/v2025_1/apis/3.0/system/info', undefined, {}, none)
    expect(answer.json).toMatchObject({ version: 'v2025.1.102345', isCloud: true, cloudRegion: 'EU' })
  })
})

describe('credentials', () => {
  const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` })
  const wrong: [string, Record<string, string>][] = [
    ['none', {}],
    ['another scheme', { Authorization: 'Bearer x' }],
    ['a wrong private key', basic('nordlicht+EmulatorPublicKey:wrong')],
    ['a wrong public key', basic('nordlicht+wrong:EmulatorPrivateKey')],
    ['another company', basic('other+EmulatorPublicKey:EmulatorPrivateKey')],
    ['no company', basic('EmulatorPublicKey:EmulatorPrivateKey')],
  ]

  it.each(wrong)('%s: 401, or 404 as on clouds', async (_, headers) => {
    const own = { clientId: desk.emulator.ready.clientId, ...headers }
    const answer = await desk.send('GET', boards, undefined, {}, own)
    expect([answer.status, answer.json.code, answer.json.errors]).toEqual([401, 'Unauthorized', null])
    await desk.setSwitch('badCredentials', 404)
    expect((await desk.send('GET', boards, undefined, {}, own)).status).toBe(404)
    await desk.setSwitch('badCredentials', 401)
  })

  it('the client id is required', async () => {
    const { Authorization = '', clientId = '' } = desk.credentials
    const answer = await desk.send('GET', boards, undefined, {}, { Authorization })
    expect([answer.status, answer.json.code]).toEqual([403, 'Security'])
    expect((await desk.send('GET', boards, undefined, {}, { Authorization, clientId: 'wrong' })).status).toBe(403)
    expect(
      (await desk.send('GET', boards, undefined, {}, { Authorization, clientid: clientId.toUpperCase() })).status,
    ).toBe(200)
    await desk.setSwitch('missingClientId', 401)
    expect((await desk.send('GET', boards, undefined, {}, { Authorization })).status).toBe(401)
    await desk.setSwitch('missingClientId', 403)
  })

  it('keys can be changed', async () => {
    await desk.act({ act: 'setKeys', privateKey: 'a&b "c"+ü' })
    expect((await desk.send('GET', boards)).status).toBe(401)
    const own = { ...desk.credentials, ...basic('nordlicht+EmulatorPublicKey:a&b "c"+ü') }
    expect((await desk.send('GET', boards, undefined, {}, own)).status).toBe(200)
    await desk.act({ act: 'setKeys', privateKey: desk.emulator.ready.privateKey })
  })
})

describe('versions', () => {
  it.each([
    [undefined, 'application/json; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['application/vnd.connectwise.com+json', 'application/vnd.connectwise.com+json; version=2025.1; charset=utf-8'],
    [
      'application/vnd.connectwise.com+json; version=2021.1, application/json',
      'application/vnd.connectwise.com+json; version=2021.1; charset=utf-8',
    ],
    [
      'application/vnd.connectwise.com+json; version=3.0.0',
      'application/vnd.connectwise.com+json; version=3.0.0; charset=utf-8',
    ],
  ])('Accept %s', async (accept, type) => {
    const answer = await desk.send('GET', boards, undefined, accept === undefined ? {} : { Accept: accept })
    expect([answer.status, answer.headers['content-type']]).toEqual([200, type])
    expect(answer.headers['api-current-version']).toBe('2025.1')
    expect(answer.headers['x-cw-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('paths and methods', () => {
  it.each([
    ['GET', '/v4_6_release/apis/3.0/service/ticket', 404],
    ['GET', '/v4_6_release/apis/3.0/service/tickets/abc', 404],
    ['GET', '/v4_6_release/apis/3.0/service/tickets/1', 404],
    ['GET', '/v4_6_release/apis/3.0/service/tickets/1/notes', 404],
    ['GET', '/v4_6_release/apis/3.0/Service/Boards/', 200],
    ['GET', '/v4_6_release/services/apis', 404],
    ['GET', '/', 404],
    ['PATCH', boards, 405],
    ['POST', `${boards}/count`, 405],
    ['POST', `${boards}/3/typeSubTypeItemAssociations`, 405],
    ['POST', '/login/companyinfo/nordlicht', 405],
    ['POST', boards, 403],
    ['DELETE', `${boards}/3`, 403],
  ])('%s %s is answered %i', async (method, path, status) => {
    expect((await desk.send(method, path, method === 'GET' ? undefined : '{}')).status).toBe(status)
  })
})

describe('limits', () => {
  it('allows 1,000 requests a minute, then answers 429 in a shape of its own', async () => {
    await desk.setSwitch('requestsPerMinute', 1000)
    await desk.act({ act: 'setThrottle', used: 998 })
    const statuses = [await desk.send('GET', boards), await desk.send('GET', boards)].map((answer) => answer.status)
    expect(statuses).toEqual([200, 200])
    const refused = await desk.send('GET', boards)
    expect([refused.status, refused.json.error]).toEqual([429, 'ConnectWiseAPI'])
    expect(refused.json.message).toMatch(/^Too many requests/)
    expect(refused.json).not.toHaveProperty('code')
    const wait = Number(refused.headers['retry-after'])
    expect(wait).toBeGreaterThan(50)
    expect(wait).toBeLessThanOrEqual(60)
    await desk.act({ act: 'clock', advanceSeconds: wait + 1 })
    expect((await desk.send('GET', boards)).status).toBe(200)
    await desk.act({ act: 'setThrottle', used: 1000 })
    await desk.act({ act: 'clock', advanceSeconds: -7200 })
    expect((await desk.send('GET', boards)).status).toBe(429)
    await desk.act({ act: 'clock', advanceSeconds: 60 })
    expect((await desk.send('GET', boards)).status).toBe(200)
    await desk.act({ act: 'setThrottle', requests: 0 })
  })

  it('the kit’s faults use the vendor’s shapes', async () => {
    desk.emulator.control.setFaults({ rateLimited: { retryAfterSeconds: 7, times: 1 } })
    const limited = await desk.send('GET', boards)
    expect([limited.status, limited.json.error, limited.headers['retry-after']]).toEqual([429, 'ConnectWiseAPI', '7'])
    desk.emulator.control.setFaults({ errorRate: 1 })
    const failed = await desk.send('GET', boards)
    expect([failed.status, failed.json.code]).toEqual([500, 'ConnectWiseApi'])
    desk.emulator.control.setFaults({})
  })
})

describe('TLS', () => {
  it('can be demanded', async () => {
    await desk.setSwitch('requireSsl', true)
    const answer = await desk.send('GET', boards)
    expect(answer.status).toBe(403)
    expect(answer.json).toEqual({ code: 'Security', message: 'SSL is required.', errors: null })
    await desk.setSwitch('requireSsl', false)
  })

  it('is served with a certificate that a client may trust', async () => {
    const secure = await startDesk({ tls: true, switches: { requireSsl: true } })
    expect(secure.emulator.ready.url).toMatch(/^https:/)
    const answer = await secure.get('service/boards/3')
    const { _info: links } = (await secure.get('service/boards/3/statuses/31')).json.board as {
      _info: Record<string, string>
    }
    expect([answer.status, links.board_href]).toEqual([
      200,
      `${secure.emulator.ready.url}/v4_6_release/apis/3.0/service/boards/3`,
    ])
    await secure.stop()
  })
})
