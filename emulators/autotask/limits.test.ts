import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulatorClock } from '../kit/clock.ts'
import { createLimits } from './limits.ts'
import { createStore } from './store/store.ts'
import { startDesk, type TestDesk } from './test-desk.ts'

const threadText = 'The Autotask API thread threshold of 3 threads has been exceeded.'

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.stop())

describe('without credentials', () => {
  it.each(['v1.0/zoneInformation', 'V1.0/ZoneInformation'])('%s names the zone', async (path) => {
    const answer = await desk.send(
      'GET',
      `${path}?user=${encodeURIComponent('API@provider.example')}`,
      undefined,
      {},
      {},
    )
    const { url } = desk.emulator.ready
    expect(answer.json).toEqual({ zoneName: 'DE1', url, webUrl: new URL('/', url).href, ci: 9988 })
    expect(answer.json.url.endsWith('/ATServicesRest/')).toBe(true)
  })

  it.each(['?user=nobody@example.org', '?user=', ''])('zoneInformation%s knows no such user', async (query) => {
    const answer = await desk.send('GET', `V1.0/zoneInformation${query}`, undefined, {}, {})
    expect([answer.status, answer.json.errors]).toEqual([500, ['Zone information could not be determined']])
  })

  it('versionInformation lists the versions', async () => {
    expect((await desk.send('GET', 'versionInformation', undefined, {}, {})).json).toEqual({ apiVersions: ['V1.0'] })
  })

  it.each(['Secret', 'UserName', 'ApiIntegrationCode'] as const)(
    'a wrong or missing %s is 401 with an empty body',
    async (name) => {
      for (const value of ['wrong', '']) {
        const own = { ...desk.credentials, [name]: value }
        const answer = await desk.send('GET', 'V1.0/Companies/0', undefined, {}, own)
        expect([answer.status, answer.text]).toEqual([401, ''])
      }
    },
  )

  it('a wrong integration code can be a 500, as some saw it', async () => {
    await desk.act({ act: 'setSwitch', name: 'badIntegrationCode', value: 500 })
    const answer = await desk.send('GET', 'V1.0/Companies/0', undefined, { ApiIntegrationCode: 'x' })
    expect([answer.status, answer.json.errors]).toEqual([500, ['IntegrationCode is invalid.']])
  })

  it('a secret that was changed no longer works', async () => {
    const { Secret } = desk.credentials
    await desk.act({ act: 'setSecret', secret: 'another' })
    expect((await desk.get('Companies/0')).status).toBe(401)
    expect((await desk.send('GET', 'V1.0/Companies/0', undefined, { Secret: 'another' })).status).toBe(200)
    await desk.act({ act: 'setSecret', secret: Secret })
  })
})

describe('impersonation', () => {
  const impersonate = (resource: number): Record<string, string> => ({ ImpersonationResourceId: String(resource) })
  const ticket = { companyID: 175, title: 'x', status: 1, priority: 1, queueID: 8, dueDateTime: '2026-12-01' }

  it('puts the resource before the API user', async () => {
    const { itemId } = (await desk.send('POST', 'V1.0/Tickets', ticket, impersonate(29682886))).json
    const row = await desk.readTicket(itemId)
    expect(row).toMatchObject({ creatorResourceID: 29682886, impersonatorCreatorResourceID: 29682885 })
  })

  it('fails on reading, and for whoever may not', async () => {
    const search = encodeURIComponent('{"filter":[{"op":"gte","field":"id","value":0}]}')
    const query = await desk.send('GET', `V1.0/Tickets/query?search=${search}`, undefined, impersonate(29682886))
    const text = 'The logged in Resource does not have the adequate permissions to'
    expect(query.json.errors).toEqual([`${text} query this entity type.`])
    const asApi = await desk.send('POST', 'V1.0/Tickets', ticket, impersonate(29682885))
    expect(asApi.json.errors).toEqual([`${text} create this entity type.`])
  })
})

describe('threads', () => {
  it('lets three at a time through per endpoint and turns away the rest', async () => {
    desk.emulator.control.setFaults({ latencyMs: 400 })
    const calls = await Promise.all(Array.from({ length: 6 }, () => desk.get('Companies/0')))
    expect(calls.map((call) => call.status).sort()).toEqual([200, 200, 200, 429, 429, 429])
    expect(calls.find((call) => call.status === 429)?.json.errors).toEqual([threadText])
    const spread = await Promise.all(
      ['Companies/0', 'Resources/1', 'Roles/1'].flatMap((path) => [1, 2, 3].map(() => desk.get(path))),
    )
    expect(new Set(spread.map((call) => call.status))).toEqual(new Set([200]))
    expect(desk.emulator.control.stats().maxInFlightByEndpoint.Companies).toBe(6)
    desk.emulator.control.setFaults({})
  })

  it('never turns away a caller that keeps to three', async () => {
    desk.emulator.control.setFaults({ latencyMs: 10 })
    const statuses: number[] = []
    const lane = async (): Promise<void> => {
      for (let n = 0; n < 20; n += 1) statuses.push((await desk.get('Companies/0')).status)
    }
    await Promise.all([lane(), lane(), lane()])
    expect(new Set(statuses)).toEqual(new Set([200]))
    desk.emulator.control.setFaults({})
  })

  it('counts requests that Autotask itself slows down, and may answer 500', async () => {
    await desk.act({ act: 'setSwitch', name: 'threadLimitStatus', value: 500 })
    await desk.act({ act: 'setSwitch', name: 'latencyScale', value: 0.4 })
    await desk.act({ act: 'setThreshold', used: 8_000 })
    const calls = await Promise.all(Array.from({ length: 4 }, () => desk.get('Companies/0')))
    expect(calls.map((call) => call.status).sort()).toEqual([200, 200, 200, 500])
    await desk.act({ act: 'setSwitch', name: 'threadLimitStatus', value: 429 })
    await desk.act({ act: 'setSwitch', name: 'latencyScale', value: 0 })
    await desk.act({ act: 'setThreshold', used: 0 })
  })

  it('can be switched off', async () => {
    await desk.act({ act: 'setSwitch', name: 'threadLimit', value: 0 })
    desk.emulator.control.setFaults({ latencyMs: 50 })
    const calls = await Promise.all(Array.from({ length: 6 }, () => desk.get('Companies/0')))
    expect(new Set(calls.map((call) => call.status))).toEqual(new Set([200]))
    desk.emulator.control.setFaults({})
    await desk.act({ act: 'setSwitch', name: 'threadLimit', value: 3 })
  })
})

describe('the hour', () => {
  const used = async (): Promise<number> => (await desk.get('ThresholdInformation')).json.currentTimeframeRequestCount

  it('counts every call, that of ThresholdInformation included', async () => {
    await desk.act({ act: 'setThreshold', used: 0 })
    await desk.get('Companies/0')
    const answer = await desk.get('ThresholdInformation')
    expect(answer.json).toEqual({
      externalRequestThreshold: 10_000,
      requestThresholdTimeframe: 60,
      currentTimeframeRequestCount: 2,
    })
  })

  it('rolls', async () => {
    await desk.act({ act: 'setThreshold', used: 100 })
    await desk.act({ act: 'clock', advanceSeconds: 1800 })
    expect(await used()).toBe(101)
    await desk.act({ act: 'clock', advanceSeconds: 1801 })
    expect(await used()).toBe(2)
    await desk.act({ act: 'clock', advanceSeconds: 3601 })
    expect(await used()).toBe(1)
  })

  it.each([
    [0, 0],
    [4_998, 0],
    [4_999, 500],
    [7_498, 500],
    [7_499, 1000],
    [9_999, 1000],
  ])('after %i of 10,000 calls the next one waits %i ms', (count, delayMs) => {
    const clock = createEmulatorClock()
    const store = createStore(clock, { user: 'u', secret: 's', integrationCode: 'c', resourceID: 1 })
    const limits = createLimits(store)
    limits.setUsed(count)
    expect(limits.admit('c Tickets', clock.now().getTime()).delayMs).toBe(delayMs)
    store.switches.latencyScale = 0.5
    limits.setUsed(count)
    expect(limits.admit('c Tickets', clock.now().getTime()).delayMs).toBe(delayMs / 2)
  })

  it('really waits', async () => {
    await desk.act({ act: 'setSwitch', name: 'latencyScale', value: 0.2 })
    await desk.act({ act: 'setThreshold', used: 7_500 })
    const began = performance.now()
    await desk.get('Companies/0')
    expect(performance.now() - began).toBeGreaterThanOrEqual(198)
    await desk.act({ act: 'setSwitch', name: 'latencyScale', value: 0 })
  })

  it.each([429, 500])('when it is full, calls fail with %i until time has passed', async (status) => {
    await desk.act({ act: 'setSwitch', name: 'thresholdStatus', value: status })
    await desk.act({ act: 'setThreshold', requests: 50, minutes: 10, used: 50 })
    const refused = await desk.get('Companies/0')
    expect([refused.status, refused.json.errors[0]]).toEqual([
      status,
      expect.stringContaining('threshold of 50 requests'),
    ])
    expect((await desk.send('GET', 'V1.0/zoneInformation?user=api@provider.example')).status).toBe(200)
    await desk.act({ act: 'clock', advanceSeconds: 601 })
    expect((await desk.get('Companies/0')).status).toBe(200)
    await desk.act({ act: 'setThreshold', requests: 10_000, minutes: 60, used: 0 })
  })
})

describe("the kit's faults", () => {
  it('wear the clothes of Autotask', async () => {
    desk.emulator.control.setFaults({ rateLimited: { times: 1 } })
    const limited = await desk.get('Companies/0')
    expect([limited.status, limited.json.errors]).toEqual([429, [threadText]])
    desk.emulator.control.setFaults({ errorRate: { value: 1, times: 1 } })
    const failed = await desk.get('Companies/0')
    expect([failed.status, failed.json]).toEqual([500, { Message: 'An error has occurred.' }])
    desk.emulator.control.setFaults({ errorRate: { value: 1, kind: 'html-503', times: 1 } })
    expect((await desk.get('Companies/0')).text).toContain('<h1>Service Unavailable</h1>')
  })

  it('can lose the answer of a create that was done', async () => {
    desk.emulator.control.setFaults({ cutAfterCommit: { match: { method: 'POST', path: '/Tickets$' }, times: 1 } })
    await expect(desk.ticket({ externalID: 'lost:1' })).rejects.toThrow()
    const found = await desk.find('Tickets', { op: 'eq', field: 'externalID', value: 'lost:1' })
    expect(found).toHaveLength(1)
    expect(desk.emulator.control.stats().handlerErrors).toBe(0)
  })
})
