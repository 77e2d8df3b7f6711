import { readFileSync } from 'node:fs'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDesk, type TestDesk } from '../test-desk.ts'

const published = JSON.parse(
  readFileSync(new URL('../fixtures/published-operations.json', import.meta.url), 'utf8'),
) as string[]

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.stop())

async function plain(path: string): Promise<{ status: number; type: string; text: string }> {
  const answer = await request(`${desk.ready.url}${path}`)
  return { status: answer.statusCode, type: String(answer.headers['content-type']), text: await answer.body.text() }
}

describe('documentation', () => {
  it('tells the version to who asks for the right one, without a signature', async () => {
    const { status, text } = await plain('/docs/18.2.1/swagger')
    const document = JSON.parse(text) as { info: object; paths: Record<string, object> }
    expect([status, document.info]).toEqual([200, { version: '18.2.1', title: 'Tigerpaw API Method Reference' }])
    expect((await plain('/docs/19.1.0/swagger')).status).toBe(404)
    expect(await plain('/docs/index')).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' })
  })

  it('serves nothing that the vendor does not publish', async () => {
    const document = JSON.parse((await plain('/docs/18.2.1/swagger')).text) as { paths: Record<string, object> }
    const bare = (operation: string): string => operation.replace(/\{\w+\}/g, '{}').toLowerCase()
    const known = new Set(published.map(bare))
    const served = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => bare(`${method} ${path}`)),
    )
    expect(served.length).toBeGreaterThan(85)
    expect(served.filter((operation) => !known.has(operation))).toEqual([])
  })

  it('another version', async () => {
    const own = await startDesk({ version: '19.1.0' })
    expect((await own.get('diagnostics/database/version')).json).toEqual({ Success: true, Message: '19.1.0' })
    expect((await own.send('GET', '/docs/19.1.0/swagger')).status).toBe(200)
    await own.stop()
  })
})

describe('paths', () => {
  it.each(['/api/nothing', '/api/serviceorders/abc', '/api/serviceorders/1/2', '/api/mastertables/reps/maybe'])(
    '%s is no resource',
    async (path) => {
      const Message = `No HTTP resource was found that matches the request URI '${path}'.`
      expect(await desk.send('GET', path)).toMatchObject({ status: 404, json: { Message } })
    },
  )

  it('another method', async () => {
    const Message = "The requested resource does not support http method 'DELETE'."
    expect(await desk.remove('serviceorders/1')).toMatchObject({ status: 405, json: { Message } })
  })

  it('outside the API is a page', async () => {
    expect(await plain('/serviceorders')).toMatchObject({ status: 404, type: 'text/html; charset=utf-8' })
  })

  it.each(['/API/MasterTables/PRIORITIES', '/api/mastertables/priorities/'])(
    '%s is read all the same',
    async (path) => {
      expect((await desk.send('GET', path)).status).toBe(200)
    },
  )

  it('are counted without regard to numbers and case', async () => {
    await desk.send('GET', '/API/ServiceOrders/80281')
    expect(desk.emulator.control.stats().maxInFlightByEndpoint).toMatchObject({ 'GET /api/serviceorders/:id': 1 })
  })
})

describe('diagnostics', () => {
  it('tell product and version', async () => {
    expect((await desk.get('diagnostics/productInformation')).json).toEqual({
      HasValidLicense: true,
      IsUsingNamedUserLicense: true,
      IsTigerpawOne: true,
      IsArchivedDatabase: false,
      DatabaseVersion: '18.2.1',
    })
  })
})

describe('master tables', () => {
  const names = async (path: string, key: string): Promise<unknown[]> =>
    ((await desk.get(`mastertables/${path}`)).json as unknown as Record<string, unknown>[]).map((one) => one[key])

  it.each([
    ['dispatchboards', 'Description', ['Dispatch', 'Help Desk', 'Security & Monitoring', 'Projects']],
    ['priorities', 'Priority', ['Emergency', 'High', 'Medium', 'Low']],
    ['severities', 'Severity', ['Critical', 'Major', 'Minor']],
    ['serviceOrders/types', 'Type', ['Service Call', 'Security', 'Remote Support', 'Maintenance']],
    ['serviceorders/types/true', 'Type', ['Security', 'Remote Support', 'Maintenance']],
    ['serviceOrder/noteTopics', 'Value', ['General', 'Monitoring', 'Customer Contact']],
    ['serviceOrder/noteTopics/true', 'Value', ['Monitoring', 'Customer Contact']],
    ['externalproducts/false', 'Product', ['Managed Print', 'Security Monitoring', 'Old RMM']],
    ['externalproducts/true', 'Product', ['Security Monitoring', 'Old RMM']],
    ['accounts/types', 'Value', ['Customer', 'Prospect', 'Vendor']],
    ['account/statuses/true', 'Value', ['Inactive']],
    ['serviceorders/templates', 'TemplateName', ['Security alert']],
    ['reps', 'RepNumber', [12, 13, 14, 15, 16]],
    ['reps/true', 'RepNumber', [12, 13, 14, 15]],
  ])('%s', async (path, key, expected) => {
    expect(await names(path, key)).toEqual(expected)
  })

  it('statuses say which of them close, as a list or as one object', async () => {
    const list = (await desk.get('mastertables/serviceorders/statuses')).json as unknown as Record<string, unknown>[]
    const first = {
      Status: 'New',
      TicketChange: 'Open',
      IVRID: null,
      SystemEntry: true,
      SystemDefault: true,
      Rank: 1,
      Color: 0,
    }
    expect(list[0]).toEqual(first)
    expect(list.filter((one) => one.TicketChange === 'Closed').map((one) => one.Status)).toEqual([
      'Completed',
      'Closed',
    ])
    await desk.setSwitch('statusesAs', 'object')
    expect((await desk.get('mastertables/serviceorders/statuses')).json).toEqual(first)
    expect((await desk.get('mastertables/serviceorders/statuses/true')).json).toMatchObject({ Status: 'Scheduled' })
    await desk.setSwitch('statusesAs', 'list')
  })

  it('a rep', async () => {
    const rep = { RepNumber: 14, FirstName: 'Ciarán', DisplayName: "Ciarán O'Hara", Inactive: false, Status: 'Active' }
    expect((await desk.get('reps/14')).json).toMatchObject(rep)
    expect((await desk.get('reps/14/details')).json).toMatchObject({ ...rep, RepPreferences: null })
    expect((await desk.get('reps/99')).status).toBe(404)
  })
})
