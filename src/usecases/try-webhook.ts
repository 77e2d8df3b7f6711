import { loadWatch } from '../db/watch.ts'
import type { Deps } from './deps.ts'
import { connectionRefusal, invalidInput, RequestError } from './request-error.ts'
import { openReceiver } from './send-webhook.ts'
import { readWebhook } from './watch-settings.ts'
import { liveSignal } from './with-desk.ts'

export type TriedWebhook = { readonly id: string; readonly durationMs: number }

/** Sends one message of the type `test` with the stored settings, now. Throws `RequestError` when it does not arrive. */
export async function tryWebhook(deps: Deps): Promise<TriedWebhook> {
  const row = await loadWatch(deps.pool)
  if (row.webhookSecret === null || readWebhook(deps.box, row).url === '') {
    throw invalidInput([{ field: 'webhook', message: 'Save an address and a secret for the webhook first.' }])
  }
  const id = deps.ids.uuid()
  const data = { words: 'This is a test message of Tocsin. Nothing is wrong.' }
  const body = { type: 'test', timestamp: deps.clock.now(), installation: deps.installation, data }
  const begun = performance.now()
  let failure: string | null
  try {
    const receiver = openReceiver(deps, row, liveSignal())
    failure = await receiver.deliver({ id, body: JSON.stringify(body) }).finally(() => receiver.close())
  } catch (error) {
    throw connectionRefusal(error, 'connection-failed')
  }
  if (failure !== null) throw new RequestError('connection-failed', failure)
  return { id, durationMs: Math.round(performance.now() - begun) }
}
