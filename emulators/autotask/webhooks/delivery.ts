// Call-outs: in order for each webhook, tried five times, then dropped and logged (autotask-api.md 10.4).
import { Agent, request } from 'undici'
import { textIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import { type Store, type TicketEvent, tableOf, timeNow } from '../store/store.ts'
import { makeMessage, sign } from './message.ts'

/** Sends what webhooks ask for until it is stopped. */
export type Delivery = { stop(): Promise<void> }

type Pending = { sequence: number; body: string }
type Lane = { queue: Pending[]; isRunning: boolean; sequence: number; failedInRow: number }

const attempts = 5
const retryMs = 30_000
const timeoutMs = 10_000
const failuresUntilOff = 25

/** Starts delivering the store's ticket events. */
export function startDelivery(store: Store): Delivery {
  const lanes = new Map<number, Lane>()
  const agent = new Agent({ connect: { rejectUnauthorized: false }, headersTimeout: timeoutMs, bodyTimeout: timeoutMs })
  const ended = new AbortController()

  store.onTicketEvent = (event: TicketEvent): void => {
    const webhooks = tableOf(store, 'TicketWebhook')
    for (const id of webhooks.ids()) {
      const webhook = webhooks.get(id)
      if (webhook?.isActive !== true || webhook.isReady !== true) continue
      const lane = lanes.get(id) ?? { queue: [], isRunning: false, sequence: 0, failedInRow: 0 }
      lanes.set(id, lane)
      const body = makeMessage(store, webhook, event, lane.sequence + 1)
      if (body === undefined) continue
      lane.sequence += 1
      lane.queue.push({ sequence: lane.sequence, body })
      if (!lane.isRunning) void run(id, lane)
    }
  }
  store.onWebhookStopped = (webhook): void => void announceStop(webhook)

  async function run(id: number, lane: Lane): Promise<void> {
    lane.isRunning = true
    for (let next = lane.queue.shift(); next && !ended.signal.aborted; next = lane.queue.shift()) {
      const webhook = tableOf(store, 'TicketWebhook').get(id)
      if (webhook?.isActive !== true) break
      const failure = await deliver(webhook, next)
      lane.failedInRow = failure === undefined ? 0 : lane.failedInRow + 1
      if (failure !== undefined) drop(webhook, next, failure)
      if (lane.failedInRow >= failuresUntilOff) switchOff(webhook)
    }
    lane.queue.length = 0
    lane.isRunning = false
  }

  /** Gives why the last attempt failed, or undefined once one succeeded. */
  async function deliver(webhook: Row, pending: Pending): Promise<string | undefined> {
    let failure: string | undefined
    for (let attempt = 0; attempt < attempts && !ended.signal.aborted; attempt += 1) {
      if (attempt > 0) await wait(retryMs * store.switches.webhookTimeScale)
      const { escapedWebhookSignature } = store.switches
      const signature = sign(pending.body, textIn(webhook, 'secretKey'), escapedWebhookSignature)
      failure = await post(textIn(webhook, 'webhookUrl'), pending.body, { 'X-Hook-Signature': signature })
      if (failure === undefined) return undefined
    }
    return failure
  }

  async function post(url: string, body: string, headers: Record<string, string>): Promise<string | undefined> {
    try {
      const answer = await request(url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
        dispatcher: agent,
        signal: AbortSignal.any([ended.signal, AbortSignal.timeout(timeoutMs)]),
      })
      await answer.body.dump()
      return answer.statusCode < 300 ? undefined : `the address answered ${answer.statusCode}`
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  function wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      ended.signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  function drop(webhook: Row, pending: Pending, failure: string): void {
    if (ended.signal.aborted) return
    const log = tableOf(store, 'WebhookEventErrorLog')
    const now = timeNow(store)
    const entry = { ticketWebhookID: webhook.id, createDateTime: now, errorMessage: failure, payload: pending.body }
    log.put({ ...log.entity.blank, id: log.takeId(), ...entry, sequenceNumber: pending.sequence }, now)
  }

  function switchOff(webhook: Row): void {
    tableOf(store, 'TicketWebhook').put({ ...webhook, isActive: false }, timeNow(store))
    store.onWebhookStopped(webhook)
  }

  /** Tried once, unsigned; nobody waits for the outcome (autotask-api.md 10.5). */
  async function announceStop(webhook: Row): Promise<void> {
    const body = JSON.stringify({ Action: 'Deactivated', Guid: textIn(webhook, 'webhookGuid'), EntityType: 'Ticket' })
    await post(textIn(webhook, 'deactivationUrl'), body, {})
  }

  return {
    async stop() {
      ended.abort()
      await agent.destroy()
    },
  }
}
