import { countMessages, dueMessages, markDelivered, markUndelivered } from '../db/alarm-messages.ts'
import { loadWatch } from '../db/watch.ts'
import type { Deps } from './deps.ts'
import { openReceiver } from './send-webhook.ts'
import { readWatchSettings } from './watch-settings.ts'

/** Pauses after the first, second ... attempt, in seconds; the last one from then on. */
const pauses = [5, 15, 60, 300, 900, 1_800, 3_600]
/** What could not be told for so long is of no use any more, in ms. */
const givenUpMs = 3 * 86_400_000
const batch = 100
const idleSeconds = 60

/**
 * Sends what the webhook is to be told, in order for each alarm. A message is marked after the receiver took it: a crash
 * in between sends it again under the same id. Throws `ConnectorError` when settings or secret cannot be used.
 */
export async function tellWebhook(
  deps: Deps,
  signal: AbortSignal,
): Promise<{ detail: { delivered: number; failed: number }; everySeconds: number }> {
  const watch = await loadWatch(deps.pool)
  const { webhook } = readWatchSettings(watch)
  const detail = { delivered: 0, failed: 0 }
  const messages = webhook.enabled ? await dueMessages(deps.pool, deps.clock.now(), batch) : []
  if (messages.length === 0) return { detail, everySeconds: await untilNext(deps, webhook.enabled) }
  const receiver = openReceiver(deps, watch, signal)
  try {
    for (const message of messages) {
      signal.throwIfAborted()
      const failure = await receiver.deliver(message)
      // An attempt that we cut short ourselves says nothing about the receiver.
      signal.throwIfAborted()
      const now = deps.clock.now()
      if (failure === null) {
        detail.delivered += 1
        await markDelivered(deps.pool, message.id, now)
        deps.log.info({ message: message.id, attempts: message.attempts + 1 }, 'webhook told')
        continue
      }
      detail.failed += 1
      const seconds = pauses[Math.min(message.attempts, pauses.length - 1)] ?? idleSeconds
      const tooOld = now.getTime() - message.createdAt.getTime() > givenUpMs
      const dueAt = tooOld ? null : new Date(now.getTime() + seconds * 1_000)
      await markUndelivered(deps.pool, message.id, failure, dueAt, now)
      const fields = { message: message.id, attempts: message.attempts + 1, reason: failure, again: dueAt }
      if (dueAt === null) deps.log.error(fields, 'webhook message given up')
      else deps.log.warn(fields, 'webhook not told')
      // It would most likely fail for the others too, each after its own time-out.
      break
    }
  } finally {
    await receiver.close()
  }
  return { detail, everySeconds: await untilNext(deps, true) }
}

async function untilNext(deps: Deps, enabled: boolean): Promise<number> {
  if (!enabled) return idleSeconds
  const now = deps.clock.now()
  const { nextDueAt } = await countMessages(deps.pool, now)
  if (nextDueAt === null) return idleSeconds
  return Math.min(idleSeconds, Math.max(1, (nextDueAt.getTime() - now.getTime()) / 1_000))
}
