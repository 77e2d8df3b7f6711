// Sending callbacks: in order for each, with the vendor's few retries (connectwise-api.md 11).
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { textIn } from '../model/entity.ts'
import { type RecordEvent, type Store, tableOf, timeNow } from '../store/store.ts'
import { follows, makeBody, makeUrl, sign } from './message.ts'
import { afterAttempt } from './registration.ts'

/** Sends until it is stopped. */
export type Delivery = { stop(): Promise<void> }

type Pending = { event: RecordEvent; body: string }
type Lane = { queue: Pending[]; isRunning: boolean }

const waitsMs = [2000, 4000]
const timeoutMs = 5000
const retried: readonly (number | string)[] = [404, 409, 419, 429]
const threeDaysMs = 3 * 86_400_000
const attemptsKept = 1000

/** Starts sending what happens in the store. Receivers may use certificates of their own. */
export function startDelivery(store: Store): Delivery {
  const lanes = new Map<number, Lane>()
  const agent = new Agent({ connect: { rejectUnauthorized: false }, headersTimeout: timeoutMs, bodyTimeout: timeoutMs })
  const ended = new AbortController()

  store.onEvent = (event) => {
    for (const callback of tableOf(store, 'CallbackEntry').all()) {
      if (!follows(callback, event)) continue
      const lane = lanes.get(callback.id) ?? { queue: [], isRunning: false }
      lanes.set(callback.id, lane)
      lane.queue.push({ event, body: makeBody(store, callback, event) })
      if (!lane.isRunning) void run(callback.id, lane)
    }
  }

  async function run(id: number, lane: Lane): Promise<void> {
    lane.isRunning = true
    for (let next = lane.queue.shift(); next && !ended.signal.aborted; next = lane.queue.shift()) {
      await deliver(id, next)
    }
    lane.isRunning = false
  }

  async function deliver(id: number, pending: Pending): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const callback = tableOf(store, 'CallbackEntry').get(id)
      if (!callback || callback.inactiveFlag === true || ended.signal.aborted) return
      const outcome = await post(makeUrl(textIn(callback, 'url'), pending.event), pending.body)
      if (ended.signal.aborted) return
      log(id, pending.event, attempt, outcome)
      const hasFailed = typeof outcome !== 'number' || outcome < 200 || outcome > 299
      const wait = waitsMs[attempt - 1]
      if (hasFailed && wait !== undefined && retried.includes(outcome)) {
        await sleep(wait * store.switches.callbackTimeScale, undefined, { signal: ended.signal }).catch(ignoreAbort)
        continue
      }
      remember(id, hasFailed)
      return
    }
  }

  /** Gives the status, or why there is none. */
  async function post(url: string, body: string): Promise<number | string> {
    try {
      const answer = await request(url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', 'x-content-signature': sign(body, store.signing.key) },
        dispatcher: agent,
        signal: AbortSignal.any([ended.signal, AbortSignal.timeout(timeoutMs)]),
      })
      await answer.body.dump()
      return answer.statusCode
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  function remember(id: number, hasFailed: boolean): void {
    const table = tableOf(store, 'CallbackEntry')
    const callback = table.get(id)
    if (!callback) return
    const now = timeNow(store)
    table.put(afterAttempt(callback, hasFailed, now, threeDaysMs * store.switches.callbackTimeScale), now)
  }

  function log(callbackId: number, event: RecordEvent, attempt: number, outcome: number | string): void {
    const time = store.clock.now().toISOString()
    store.attempts.push({ time, callbackId, recordId: event.row.id, action: event.action, attempt, outcome })
    if (store.attempts.length > attemptsKept) store.attempts.shift()
  }

  return {
    async stop() {
      ended.abort()
      await agent.destroy()
    },
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error
}
