import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startDesk, type TestDesk } from '../test-desk.ts'

type Received = { path: string; body: string; signature: string }
type Message = {
  Action: string
  Id: number
  Guid: string
  Fields: Record<string, string>
  SequenceNumber: number
  PersonID: number
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
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ path: request.url ?? '', body, signature: String(request.headers['x-hook-signature']) })
      response.writeHead(answers.shift() ?? 200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  desk = await startDesk({ switches: { webhookTimeScale: 0 } })
})
afterEach(async () => {
  await desk.stop()
  await new Promise((resolve) => server.close(resolve))
})

const secretKey = 'webhook-secret'
const newWebhook = () => ({
  name: 'Tocsin',
  webhookUrl: `${address}/hook`,
  deactivationUrl: `${address}/stopped`,
  secretKey,
  isActive: false,
  sendThresholdExceededNotification: false,
  isSubscribedToCreateEvents: true,
  isSubscribedToUpdateEvents: true,
  isSubscribedToDeleteEvents: true,
})

async function register(): Promise<number> {
  const id = (await desk.post('TicketWebhooks', newWebhook())).json.itemId
  const row = { isSubscribedField: false, isDisplayAlwaysField: true }
  await desk.post(`TicketWebhooks/${id}/Fields`, { ...row, fieldID: 5, isSubscribedField: true })
  await desk.post(`TicketWebhooks/${id}/Fields`, { ...row, fieldID: 31 })
  await desk.post(`TicketWebhooks/${id}/Fields`, { ...row, fieldID: 41 })
  await desk.post(`TicketWebhooks/${id}/ExcludedResources`, { resourceID: 29682885 })
  expect((await desk.patch('TicketWebhooks', { id, isActive: true })).status).toBe(200)
  return id
}

const messages = (): Message[] => received.filter((one) => one.path === '/hook').map((one) => JSON.parse(one.body))
const untilReceived = (count: number) => expect.poll(() => received.length, { timeout: 5_000 }).toBe(count)

describe('registering', () => {
  it('needs a field before the webhook can be active', async () => {
    const id = (await desk.post('TicketWebhooks', newWebhook())).json.itemId
    expect((await desk.get(`TicketWebhooks/${id}`)).json.item).toMatchObject({
      isReady: false,
      ownerResourceID: 29682885,
    })
    expect((await desk.patch('TicketWebhooks', { id, isActive: true })).status).toBe(500)
    await desk.post(`TicketWebhooks/${id}/Fields`, { fieldID: 5, isSubscribedField: true, isDisplayAlwaysField: true })
    expect((await desk.patch('TicketWebhooks', { id, isActive: true })).status).toBe(200)
    const item = (await desk.get(`TicketWebhooks/${id}`)).json.item
    expect(item).toMatchObject({ isReady: true, isActive: true, webhookGuid: expect.stringMatching(/^[0-9a-f-]{36}$/) })
  })

  it('refuses plain HTTP to another machine, an unknown field id and the same address twice', async () => {
    const plain = await desk.post('TicketWebhooks', { ...newWebhook(), webhookUrl: 'http://example.org/x' })
    expect(plain.json.errors).toEqual(['webhookUrl must be an HTTPS address.'])
    const id = (await desk.post('TicketWebhooks', newWebhook())).json.itemId
    const row = { fieldID: 999, isSubscribedField: true, isDisplayAlwaysField: true }
    expect((await desk.post(`TicketWebhooks/${id}/Fields`, row)).json.errors[0]).toContain('Picklist value [999]')
    expect((await desk.post('TicketWebhooks', newWebhook())).status).toBe(500)
  })

  it('finds field ids in the metadata', async () => {
    const { fields } = (await desk.get('TicketWebhookFields/entityInformation/fields')).json
    const ids = fields.find((field) => field.name === 'fieldID')?.picklistValues
    expect(ids).toContainEqual(expect.objectContaining({ value: '5', label: 'status' }))
  })
})

describe('delivery', () => {
  it('tells of what people do to tickets, signed, in order, and not of our own writes', async () => {
    await register()
    const id = await desk.ticket({ externalID: 'ksc:w1' })
    await desk.act({ act: 'setPriority', ticketId: id, priority: 4 })
    await desk.act({ act: 'takeTicket', ticketId: id })
    await desk.act({ act: 'closeTicket', ticketId: id })
    await desk.act({ act: 'deleteTicket', ticketId: id })
    await untilReceived(3)
    expect(messages().map((one) => [one.Action, one.SequenceNumber, one.Fields.Status])).toEqual([
      ['Update', 1, '8'],
      ['Update', 2, '5'],
      ['Delete', 3, undefined],
    ])
    const [, closed] = messages()
    expect(closed).toMatchObject({ EntityType: 'Ticket', Id: id, PersonID: 29682886 })
    expect(closed?.Fields).toMatchObject({ ExternalID: 'ksc:w1', CompletedDate: expect.stringMatching(/^\d{4}-.*Z$/) })
    for (const one of received) {
      const digest = createHmac('sha1', secretKey).update(one.body).digest('base64')
      expect(one.signature).toBe(`sha1=${digest}`)
    }
  })

  it('may sign the escaped form of the body', async () => {
    await register()
    await desk.act({ act: 'setSwitch', name: 'escapedWebhookSignature', value: true })
    const id = await desk.ticket({ externalID: `a&b<ü>'"+` })
    await desk.act({ act: 'closeTicket', ticketId: id })
    await untilReceived(1)
    const [one] = received
    const escaped = one?.body.replace(`a&b<ü>'\\"+`, 'a\\u0026b\\u003C\\u00FC\\u003E\\u0027\\u0022\\u002B') ?? ''
    expect(escaped).not.toBe(one?.body)
    expect(one?.signature).toBe(`sha1=${createHmac('sha1', secretKey).update(escaped).digest('base64')}`)
  })

  it('tries five times, then drops the event into the log', async () => {
    await register()
    answers = [500, 503, 500]
    const id = await desk.ticket()
    await desk.act({ act: 'closeTicket', ticketId: id })
    await untilReceived(4)
    expect(new Set(received.map((one) => one.body)).size).toBe(1)
    answers = [500, 500, 500, 500, 500]
    await desk.act({ act: 'reopenTicket', ticketId: id })
    await untilReceived(9)
    const logged = async () => await desk.find('WebhookEventErrorLogs', { op: 'gte', field: 'id', value: 0 })
    await expect.poll(async () => (await logged()).length).toBe(1)
    expect((await logged())[0]).toMatchObject({ sequenceNumber: 2, errorMessage: 'the address answered 500' })
  })

  it('is switched off after 25 events in a row that failed, and says so', async () => {
    const webhook = await register()
    const id = await desk.ticket()
    answers = Array.from({ length: 125 }, () => 500)
    for (let n = 0; n < 13; n += 1) {
      await desk.act({ act: 'closeTicket', ticketId: id })
      await desk.act({ act: 'reopenTicket', ticketId: id })
    }
    await untilReceived(126)
    const last = received.at(-1)
    expect([last?.path, last?.signature]).toEqual(['/stopped', 'undefined'])
    expect(JSON.parse(last?.body ?? '')).toMatchObject({ Action: 'Deactivated', EntityType: 'Ticket' })
    expect((await desk.get(`TicketWebhooks/${webhook}`)).json.item.isActive).toBe(false)
  })

  it('ends when the webhook is deleted', async () => {
    const webhook = await register()
    expect((await desk.remove(`TicketWebhooks/${webhook}`)).json).toEqual({ itemId: webhook })
    await untilReceived(1)
    expect(received[0]?.path).toBe('/stopped')
    const id = await desk.ticket()
    await desk.act({ act: 'closeTicket', ticketId: id })
    expect((await desk.get('TicketWebhooks/1/Fields')).json.items).toEqual([])
    expect(received).toHaveLength(1)
  })
})
