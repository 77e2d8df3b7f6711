import { createHmac } from 'node:crypto'
import type { AlarmChange } from '../core/alarm.ts'
import { alarmWords } from '../core/alarm-words.ts'
import type { NewMessage } from '../db/alarm-messages.ts'
import type { Deps } from './deps.ts'

/** What the webhook sends: the message, and its signature after the Standard Webhooks specification (docs/WATCH.md). */
export function alarmMessage(deps: Pick<Deps, 'ids' | 'installation'>, change: AlarmChange, now: Date): NewMessage {
  const { key, kind, subject, name, severity, words, since, beganAt, endedAt } = change.alarm
  const { title, advice } = alarmWords[kind]
  const data = { key, kind, subject, name, severity, title, words, advice, since, beganAt, endedAt }
  const body = { type: `alarm.${change.what}`, timestamp: now, installation: deps.installation, data }
  return { id: deps.ids.uuid(), alarmKey: key, body }
}

const secretForm = /^whsec_([A-Za-z0-9+/]+={0,2})$/

/** The key in a secret; null when it has not the form `whsec_` and 24 to 64 bytes in base64. */
export function webhookKey(secret: string): Buffer | null {
  const encoded = secretForm.exec(secret)?.[1]
  const key = encoded === undefined ? null : Buffer.from(encoded, 'base64')
  return key !== null && key.length >= 24 && key.length <= 64 ? key : null
}

/** The headers of one attempt; `at` is the time of sending, in seconds in the header. */
export function signedHeaders(key: Buffer, id: string, body: string, at: Date): Record<string, string> {
  const seconds = String(Math.floor(at.getTime() / 1_000))
  const digest = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${digest}`,
  }
}
