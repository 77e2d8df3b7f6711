import { Readable } from 'node:stream'
import { Agent, request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { goodOrder, startDesk, type TestDesk } from '../test-desk.ts'
import { readToken, sign, signedText } from './signature.ts'

const validate = '/api/diagnostics/validate/user'
const publicKey = 'AAAAAAAA-0000-4000-8000-000000000001'
const privateKey = 'BBBBBBBB-0000-4000-8000-000000000002'

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.stop())

describe('the TSI signature', () => {
  it.each([
    [
      'GET',
      '/api/diagnostics/validate/user',
      'Thu, 18 Jun 2015 08:33:51 GMT',
      'get|/api/diagnostics/validate/user|thu, 18 jun 2015 08:33:51 gmt',
      'lwqw2XNZh33QHm7z7VaPFSkzWdIj8OByea329gnjeg8=',
    ],
    [
      'POST',
      '/api/ServiceOrders',
      'Mon, 02 Sep 2019 04:09:46 GMT',
      'post|/api/serviceorders|mon, 02 sep 2019 04:09:46 gmt',
      'GQ5/tqeJ/jmr1UidwnOKwBxTKVtHOcPDCl5a7z7ze6k=',
    ],
  ])('%s %s is the published vector', (method, path, date, text, mac) => {
    expect(signedText(method, path, date)).toBe(text)
    expect(sign(privateKey, text)).toBe(mac)
  })

  it("takes the vendor's own sample token apart", () => {
    const token =
      'MzM4MzI1OUItOUZCQS00ODZFLTk3QTgtRTgxODkzNzQxRjgzOlJWZzNZQ3R5YkxJbUY2OHJFdW11UExDQ0FwTG5QSXlOdmIwaGZ4SCtlazQ9'
    expect(readToken(`TSI ${token}`)).toEqual({
      publicKey: '3383259B-9FBA-486E-97A8-E81893741F83',
      mac: 'RVg3YCtybLImF68rEumuPLCCApLnPIyNvb0hfxH+ek4=',
    })
  })

  it('opens the door on the wire for the second vector, at its time', async () => {
    const own = await startDesk({ clock: { now: () => new Date('2019-09-02T04:10:00Z') } })
    const token = Buffer.from(`${publicKey}:GQ5/tqeJ/jmr1UidwnOKwBxTKVtHOcPDCl5a7z7ze6k=`).toString('base64')
    const answer = await request(`${own.ready.url}/api/serviceorders`, {
      method: 'POST',
      headers: { Authorization: `TSI ${token}`, 'X-TSI-Date': 'Mon, 02 Sep 2019 04:09:46 GMT' },
      body: JSON.stringify(goodOrder),
    })
    expect(await answer.body.json()).toMatchObject({ Success: true })
    await own.stop()
  })
})

describe('who comes in', () => {
  it.each(['X-TSI-Date', 'Date'] as const)('with %s', async (dateHeader) => {
    const answer = await desk.send('GET', validate, undefined, { dateHeader })
    expect([answer.status, answer.json]).toEqual([200, { Success: true, Message: '' }])
  })

  it('whatever the case of the path, since all of it is signed in lower case', async () => {
    expect((await desk.send('GET', '/API/Diagnostics/Validate/User')).status).toBe(200)
    expect(
      (await desk.send('GET', '/api/diagnostics/validate/user', undefined, { signedPath: validate.toUpperCase() }))
        .status,
    ).toBe(200)
  })

  it('X-TSI-Date goes before Date', async () => {
    const headers = { Date: 'Thu, 18 Jun 2015 08:33:51 GMT' }
    expect((await desk.send('GET', validate, undefined, { headers })).status).toBe(200)
  })
})

describe('who does not: 401', () => {
  const path = '/api/serviceorders/account/407555'

  it.each([
    ['a wrong private key', { privateKey: 'nothing' }],
    ['an unknown public key', { publicKey: 'nobody' }],
    ['no date and no token', { date: null }],
    ['a date of another form', { date: '2026-01-05T10:15:02Z' }],
    ['a signature of another path', { signedPath: '/api/serviceorders' }],
    ['a signature with the host', { signedPath: `http://127.0.0.1${path}` }],
    ['a signature with the query', { signedPath: `${path}?pageSize=5` }],
    ['another scheme', { headers: { Authorization: 'Basic YTpi' } }],
    ['a token that is none', { headers: { Authorization: 'TSI !!' } }],
    ['a date that was not signed', { headers: { 'X-TSI-Date': new Date(Date.now() + 5000).toUTCString() } }],
  ])('%s', async (_, given) => {
    const answer = await desk.send('GET', `${path}?pageSize=5`, undefined, given)
    expect([answer.status, answer.json]).toEqual([401, { Message: 'Authorization has been denied for this request.' }])
    expect((await desk.send('GET', `${path}?pageSize=5`)).status).toBe(200)
  })

  it.each([
    [-16, 401],
    [-14, 200],
    [14, 200],
    [16, 401],
  ])('a date %i minutes off is answered %i', async (minutes, status) => {
    const date = new Date(desk.emulator.clock.now().getTime() + minutes * 60_000).toUTCString()
    expect((await desk.send('GET', validate, undefined, { date })).status).toBe(status)
  })

  it('the window is a switch, and can be left open', async () => {
    const date = new Date(desk.emulator.clock.now().getTime() - 3 * 60_000).toUTCString()
    const status = async (): Promise<number> => (await desk.send('GET', validate, undefined, { date })).status
    await desk.setSwitch('clockSkewMinutes', 2)
    expect(await status()).toBe(401)
    await desk.setSwitch('clockSkewMinutes', null)
    expect((await desk.send('GET', validate, undefined, { date: 'Thu, 18 Jun 2015 08:33:51 GMT' })).status).toBe(200)
    await desk.setSwitch('clockSkewMinutes', 15)
    expect(await status()).toBe(200)
  })

  it('keys that were changed, or switched off, no longer work', async () => {
    await desk.act('setKeys', { privateKey: 'another' })
    expect((await desk.send('GET', validate)).status).toBe(401)
    expect((await desk.send('GET', validate, undefined, { privateKey: 'another' })).status).toBe(200)
    await desk.act('setKeys', { active: false })
    expect((await desk.send('GET', validate, undefined, { privateKey: 'another' })).status).toBe(401)
    await desk.act('setKeys', { active: true, privateKey })
    expect((await desk.send('GET', validate)).status).toBe(200)
  })

  it('keys are in neither journal nor state', async () => {
    await desk.send('GET', `${path}?key=${privateKey}`)
    const { control } = desk.emulator
    const kept = JSON.stringify([control.journalEntries(), control.getState()])
    for (const secret of [publicKey, privateKey, desk.ready.password]) expect(kept).not.toContain(secret)
  })
})

describe('a right the role does not have', () => {
  afterEach(async () => {
    await desk.act('setRights', { serviceOrders: ['get', 'create', 'update'] })
    await desk.setSwitch('rightsStatus', 403)
  })

  it.each([
    [403, { Message: 'You do not have rights to create service orders.' }],
    [401, { Message: 'You do not have rights to create service orders.' }],
    [200, { Success: false, Message: 'You do not have rights to create service orders.', ServiceOrderSummary: null }],
  ])('is answered %i, as a switch has it', async (status, body) => {
    await desk.act('setRights', { serviceOrders: ['get'] })
    await desk.setSwitch('rightsStatus', status)
    const answer = await desk.post('serviceorders', goodOrder)
    expect([answer.status, answer.json]).toEqual([status, body])
    expect((await desk.get('serviceorders/account/407555')).status).toBe(200)
  })

  it.each([
    ['masterTables', 'mastertables/priorities'],
    ['accounts', 'accounts/407555'],
    ['agreements', 'agreements/901'],
    ['priceBook', 'pricebook/items/2001'],
    ['customFields', 'accounts/407555/customfields'],
  ])('%s guards %s', async (area, path) => {
    expect((await desk.get(path)).status).toBe(200)
    await desk.act('setRights', { [area]: [] })
    expect((await desk.get(path)).status).toBe(403)
    await desk.act('setRights', { [area]: ['get', 'create', 'update'] })
  })
})

describe('the form of a request', () => {
  it('POST needs a Content-Length', async () => {
    const date = desk.emulator.clock.now().toUTCString()
    const mac = sign(privateKey, signedText('POST', '/api/serviceorders', date))
    const answer = await request(`${desk.ready.url}/api/serviceorders`, {
      method: 'POST',
      headers: {
        Authorization: `TSI ${Buffer.from(`${publicKey}:${mac}`).toString('base64')}`,
        'X-TSI-Date': date,
        'Content-Type': 'application/json',
      },
      body: Readable.from([JSON.stringify(goodOrder)]),
    })
    expect([answer.statusCode, await answer.body.json()]).toEqual([411, { Message: 'Length Required' }])
  })

  it('over TLS, with its own certificate', async () => {
    const own = await startDesk({ tls: true })
    const dispatcher = new Agent({ connect: { ca: own.ready.certificate ?? '' } })
    const answer = await request(`${own.ready.url}/docs/18.2.1/swagger`, { dispatcher })
    expect([answer.statusCode, own.ready.url.slice(0, 6)]).toEqual([200, 'https:'])
    await answer.body.dump()
    await dispatcher.close()
    await own.stop()
  })
})
