import { createHash, createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startDesk, type TestDesk } from '../test-desk.ts'

type Received = { path: string; body: Buffer; signature: string }
type Message = {
  Action: string
  ID: number
  Type: string
  MemberId: string
  CompanyId: string
  Entity: string | null
  Metadata: { key_url: string }
}

let desk: TestDesk
let server: Server
let address = ''
let received: Received[] = []
/** Answers to give, first to last; afterwards 200. */
let answers: number[] = []

beforeEach(async () => {
  received = []
  answers = []
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const signature = String(request.headers['x-content-signature'])
      received.push({ path: request.url ?? '', body: Buffer.concat(chunks), signature })
      response.writeHead(answers.shift() ?? 200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  desk = await startDesk({ switches: { callbackTimeScale: 0.001 } })
})
afterEach(async () => {
  expect(desk.emulator.control.stats().handlerErrors).toBe(0)
  await desk.stop()
  await new Promise((resolve) => server.close(resolve))
})

const untilReceived = (count: number) => expect.poll(() => received.length, { timeout: 5_000 }).toBe(count)
const messages = (): Message[] => received.map((one) => JSON.parse(one.body.toString('utf8')))
const attempts = () => desk.emulator.control.getState({ part: 'attempts' }) as { attempt: number; outcome: unknown }[]

async function register(more: object = {}): Promise<number> {
  const body = { description: 'ours', url: `${address}/hook?recordId=`, objectId: 1, type: 'ticket', level: 'owner' }
  const answer = await desk.post('system/callbacks', { ...body, ...more })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.json.id
}

describe('registering', () => {
  it('keeps what is given and adds the owner', async () => {
    const id = await register({ isSelfSuppressedFlag: true })
    expect((await desk.get(`system/callbacks/${id}`)).json).toMatchObject({
      objectId: 1,
      type: 'ticket',
      level: 'owner',
      memberId: 310,
      inactiveFlag: false,
      isSelfSuppressedFlag: true,
    })
    expect(await desk.find('url contains "127.0.0.1"', 'system/callbacks')).toEqual([id])
    expect((await desk.remove(`system/callbacks/${id}`)).status).toBe(204)
    expect((await desk.get('system/callbacks')).list).toEqual([])
  })

  it.each<[object, string[]]>([
    [{ url: undefined }, ['url']],
    [{ objectId: undefined, level: undefined }, ['objectId', 'level']],
    [{ level: 'planet' }, ['level']],
    [{ url: 'hook' }, ['url']],
    [{ type: 'weather' }, ['type']],
    [{ description: 'x'.repeat(101) }, ['description']],
  ])('refuses %j', async (change, fields) => {
    const body = { url: `${address}/`, objectId: 1, type: 'ticket', level: 'owner', ...change }
    const answer = await desk.post('system/callbacks', body)
    expect([answer.status, answer.json.errors?.map((one) => one.field)]).toEqual([400, fields])
  })
})

describe('delivery', () => {
  it('tells of every change, with id and action in the address and the record as a text', async () => {
    await register()
    const id = await desk.ticket({ externalXRef: 'ref "1" & ü 🌹' })
    await desk.act({ act: 'setPriority', ticketId: id, priority: 8 })
    await desk.post(`service/tickets/${id}/notes`, { text: 'x', internalAnalysisFlag: true })
    await desk.act({ act: 'deleteTicket', ticketId: id })
    await untilReceived(4)
    expect(received.map((one) => one.path)).toEqual(
      ['added', 'updated', 'updated', 'deleted'].map((action) => `/hook?recordId=${id}&action=${action}`),
    )
    const [added, updated, , deleted] = messages()
    expect(added).toMatchObject({
      Action: 'added',
      ID: id,
      Type: 'ticket',
      CompanyId: 'nordlicht',
      MemberId: 'MonitoringAPI',
    })
    expect(JSON.parse(added?.Entity ?? '')).toMatchObject({
      id,
      externalXRef: 'ref "1" & ü 🌹',
      status: { name: 'New' },
    })
    expect(updated).toMatchObject({ Action: 'updated', MemberId: 'tech1' })
    expect(JSON.parse(updated?.Entity ?? '').priority.id).toBe(8)
    expect(deleted).toMatchObject({ Action: 'deleted', Entity: null })
  })

  it('is signed over bytes that writing the parsed body again gives back', async () => {
    await register()
    await desk.ticket({ summary: 'a & b <ü> "🌹" 1.0' })
    await untilReceived(1)
    const [one] = received
    const { Metadata } = messages()[0] ?? { Metadata: { key_url: '' } }
    const key = await desk.send('GET', Metadata.key_url, undefined, {}, {})
    expect(Object.keys(key.json)).toEqual(['signing_key'])
    const hashed = createHash('sha256').update(String(key.json.signing_key), 'utf8').digest()
    const sign = (body: string | Buffer) => createHmac('sha256', hashed).update(body).digest('base64')
    expect(one?.signature).toBe(sign(one?.body ?? ''))
    expect(one?.signature).toBe(sign(JSON.stringify(messages()[0])))
    const other = Metadata.key_url.replace(/.$/, 'x')
    expect((await desk.send('GET', other)).status).toBe(404)
  })

  it.each([
    ['/hook', (id: number) => `/hook?id=${id}&action=added`],
    ['/hook?a=b', (id: number) => `/hook?a=b&id=${id}&action=added`],
    ['/hook?a=b&id=', (id: number) => `/hook?a=b&id=${id}&action=added`],
  ])('appends to %s', async (path, expected) => {
    await register({ url: address + path })
    const id = await desk.ticket()
    await untilReceived(1)
    expect(received[0]?.path).toBe(expected(id))
  })

  it('leaves out own writes when it shall, and writes with skipCallback', async () => {
    await register({ isSelfSuppressedFlag: true, url: `${address}/others?id=` })
    await register({ url: `${address}/all?id=` })
    const id = await desk.ticket()
    await desk.ticket({ skipCallback: true })
    await desk.patch(`service/tickets/${id}`, [
      { op: 'replace', path: 'summary', value: 'x' },
      { op: 'replace', path: 'skipCallback', value: true },
    ])
    await desk.act({ act: 'takeTicket', ticketId: id })
    await untilReceived(3)
    expect(received.map((one) => one.path).sort()).toEqual([
      `/all?id=${id}&action=added`,
      `/all?id=${id}&action=updated`,
      `/others?id=${id}&action=updated`,
    ])
  })

  it('follows a board, a status, a ticket, tagged tickets, or a company', async () => {
    await register({ level: 'board', objectId: 5, url: `${address}/board?id=` })
    await register({ level: 'Status', objectId: 51, url: `${address}/status?id=` })
    await register({ level: 'integratorTag', objectId: 1, url: `${address}/tag?id=` })
    await register({ type: 'company', level: 'company', objectId: 250, url: `${address}/company?id=` })
    await desk.ticket()
    const other = { board: { id: 5 }, type: undefined }
    const [a, b] = [await desk.ticket(other), await desk.ticket({ ...other, status: { id: 52 } })]
    const c = await desk.ticket({ integratorTags: ['tocsin'] })
    await register({ level: 'ticket', objectId: c, url: `${address}/ticket?id=` })
    await desk.act({ act: 'setPriority', ticketId: c, priority: 8 })
    await desk.act({ act: 'renameCompany', companyId: 250, newName: 'Other' })
    await desk.act({ act: 'renameCompany', companyId: 251, newName: 'Another' })
    await untilReceived(7)
    const seen = received.map((one) => one.path.replace('&action=', ' ')).sort()
    expect(seen).toEqual([
      `/board?id=${a} added`,
      `/board?id=${b} added`,
      '/company?id=250 updated',
      `/status?id=${a} added`,
      `/tag?id=${c} added`,
      `/tag?id=${c} updated`,
      `/ticket?id=${c} updated`,
    ])
  })
})

describe('failures', () => {
  it.each([404, 409, 419, 429])('%i is tried twice more', async (status) => {
    await register()
    answers = [status, status, status]
    await desk.ticket()
    await untilReceived(3)
    await expect
      .poll(() => attempts().map((one) => [one.attempt, one.outcome]))
      .toEqual([
        [1, status],
        [2, status],
        [3, status],
      ])
    expect(new Set(received.map((one) => one.body.toString('utf8'))).size).toBe(1)
    await desk.ticket()
    await untilReceived(4)
  })

  it.each([500, 503, 401])('%i is not tried again', async (status) => {
    await register()
    answers = [status]
    await desk.ticket()
    await desk.ticket()
    await untilReceived(2)
    expect(messages()[0]?.ID).not.toBe(messages()[1]?.ID)
  })

  it('waits 2 s, then 4 s, times the scale', async () => {
    await desk.setSwitch('callbackTimeScale', 0.05)
    await register()
    answers = [429, 429]
    const started = performance.now()
    await desk.ticket()
    await untilReceived(3)
    expect(performance.now() - started).toBeGreaterThanOrEqual(295)
  })

  it('after three days of nothing but failures it is switched off', async () => {
    await desk.setSwitch('callbackTimeScale', 1)
    const id = await register()
    const isOff = async () => (await desk.get(`system/callbacks/${id}`)).json.inactiveFlag
    const fail = async (hours: number, status = 500) => {
      answers = [status]
      const before = received.length
      await desk.act({ act: 'clock', advanceSeconds: hours * 3600 })
      await desk.ticket()
      await untilReceived(before + 1)
      await expect.poll(() => attempts().length).toBe(before + 1)
      return isOff()
    }
    expect(await fail(0)).toBe(false)
    expect(await fail(71)).toBe(false)
    expect(await fail(1, 204)).toBe(false)
    expect(await fail(1)).toBe(false)
    expect(await fail(48)).toBe(false)
    await fail(24)
    await expect.poll(isOff).toBe(true)
    const count = received.length
    await desk.ticket()
    const patch = [{ op: 'replace', path: 'inactiveFlag', value: false }]
    expect((await desk.patch(`system/callbacks/${id}`, patch)).json.inactiveFlag).toBe(false)
    expect(await fail(0)).toBe(false)
    expect(received).toHaveLength(count + 1)
  })
})
