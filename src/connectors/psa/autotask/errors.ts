import { type Asked, doubt, jsonOf, waitUntil } from '../../answers.ts'
import { ConnectorError } from '../../failure.ts'
import type { HttpReply } from '../../http.ts'

/**
 * What an answer of Autotask means. Business, validation and most permission failures are HTTP 500 with an `errors`
 * array; everything else is told by the status (autotask-api.md 8).
 */

/** Back-off after "thread threshold": calls take seconds, so a slot is soon free (autotask-api.md 9). */
const threadWaitMs = 5_000
/** The hourly count is rolling: capacity comes back little by little. */
const hourWaitMs = 120_000
const longestQuote = 600

type Verdict = 'limited-threads' | 'limited-hour' | 'credentials' | 'right' | 'missing-record' | 'passing' | 'refused'

/**
 * Order matters: a missing record is answered with words about permissions too (autotask-api.md 8), and that must not
 * stop the whole connection.
 */
const verdicts: readonly (readonly [RegExp, Verdict])[] = [
  [/thread threshold|threads? has been exceeded|itgenatr005/i, 'limited-threads'],
  [
    /request threshold|threshold[^.]*exceeded|exceeded[^.]*(threshold|per hour|request limit)|too many requests/i,
    'limited-hour',
  ],
  [/integrationcode is invalid|zone information could not be determined|invalid credentials/i, 'credentials'],
  [/no matching records? found/i, 'missing-record'],
  [/adequate permissions|required permissions|do(es)? not have (the )?permission|not authori[sz]ed/i, 'right'],
  [
    /deadlock|timeout expired|execution timeout|timed out|temporar|try again|currently unavailable|maintenance|object reference not set|an error has occurred|unexpected error|internal server error/i,
    'passing',
  ],
]

const unknownValue =
  /does not exist|is not currently defined|not associated|cannot be associated|is not an active|unable to find|not found|no matching records?/i
const missingValue = /is required|cannot all be empty|missing required field|must assign both|cannot be null/i

/** The JSON of a good answer; throws `ConnectorError` for every other one. */
export function replyToJson(reply: HttpReply, asked: Asked): unknown {
  const json = jsonOf(reply)
  const errors = errorsIn(json)
  const good = reply.status >= 200 && reply.status < 300
  if (errors.length > 0) throw errorsToFailure(errors, reply, asked)
  if (!good) throw statusToFailure(reply, json, asked)
  if (json === undefined) throw notJson(reply, asked)
  return json
}

/** For an answer that is JSON but not of the expected shape. */
export function unexpectedShape(asked: Asked, details: string): ConnectorError {
  const message = `Autotask answered ${asked.what} with something unexpected: ${asked.redact(details)}. If it stays so, report it.`
  return new ConnectorError('later', 'bad-reply', message, { outcome: doubt(asked) })
}

function errorsToFailure(errors: readonly string[], reply: HttpReply, asked: Asked): ConnectorError {
  const words = quote(errors.join(' | '), asked)
  const text = errors.join('\n')
  switch (verdicts.find(([pattern]) => pattern.test(text))?.[1] ?? 'refused') {
    case 'limited-threads':
      return limited(reply, asked, threadWaitMs, `Autotask allows no more calls at once just now: ${words}`)
    case 'limited-hour':
      return limited(
        reply,
        asked,
        hourWaitMs,
        `Autotask's hourly number of calls is used up (all programs of the database together): ${words}`,
      )
    case 'credentials':
      return new ConnectorError(
        'denied',
        'bad-credentials',
        `Autotask does not accept the API user or its tracking identifier: ${words}. Check the user name, the secret and the tracking identifier in Autotask under Admin, Resources/Users.`,
      )
    case 'right':
      return new ConnectorError(
        'denied',
        'missing-right',
        `The security level of the API user does not allow ${asked.what}: ${words}. Give it that right in Autotask under Admin, Security Levels.`,
      )
    case 'passing':
      return new ConnectorError('later', 'server-error', `Autotask failed at ${asked.what}: ${words}.`, {
        outcome: doubt(asked),
      })
    case 'missing-record':
    case 'refused':
      return refusal(text, words, asked)
  }
}

function refusal(text: string, words: string, asked: Asked): ConnectorError {
  const reason = missingValue.test(text) ? 'missing-value' : unknownValue.test(text) ? 'unknown-value' : 'invalid-value'
  return new ConnectorError(
    'refused',
    reason,
    `Autotask refused ${asked.what}: ${words}. Change the rule or the ticket category accordingly, then let it be tried again.`,
  )
}

function statusToFailure(reply: HttpReply, json: unknown, asked: Asked): ConnectorError {
  const { status } = reply
  const words = json === undefined ? pageTitle(reply, asked) : quote(messageIn(json), asked)
  if (status === 401) {
    return new ConnectorError(
      'denied',
      'bad-credentials',
      'Autotask rejects the credentials (401): check user name, secret and tracking identifier, and that the API user is active and not locked.',
    )
  }
  if (status === 429) {
    return limited(reply, asked, threadWaitMs, `Autotask asks us to wait (429)${words}`)
  }
  if (status === 403 && json !== undefined) {
    return new ConnectorError(
      'denied',
      'missing-right',
      `Autotask forbids ${asked.what} (403)${words}. Give the right to the security level of the API user.`,
    )
  }
  if (status === 404 || (status === 405 && json === undefined)) {
    return new ConnectorError(
      'later',
      'wrong-address',
      `There is no ${asked.what} at this address (${status})${words}. Either Autotask is being maintained, or the zone look-up address is wrong.`,
    )
  }
  if (status === 408 || status === 425 || status >= 500 || json === undefined) {
    const message = `Autotask or something on the way to it failed at ${asked.what} (${status})${words}.`
    return new ConnectorError('later', 'server-error', message, { outcome: doubt(asked) })
  }
  return new ConnectorError('refused', 'invalid-value', `Autotask refused ${asked.what} (${status})${words}.`)
}

function notJson(reply: HttpReply, asked: Asked): ConnectorError {
  const type = reply.headers['content-type'] ?? 'no content type'
  const message = `The answer to ${asked.what} is not whole JSON (${reply.status}, ${type})${pageTitle(reply, asked)}. A proxy or another server may answer in Autotask's place.`
  return new ConnectorError('later', 'bad-reply', message, { outcome: doubt(asked) })
}

function limited(reply: HttpReply, asked: Asked, waitMs: number, message: string): ConnectorError {
  const until = waitUntil(reply, asked.now, waitMs)
  return new ConnectorError('limited', 'rate-limited', `${message}.`, { until })
}

function errorsIn(json: unknown): readonly string[] {
  if (typeof json !== 'object' || json === null || !('errors' in json) || !Array.isArray(json.errors)) return []
  return json.errors.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).filter((one) => one !== '')
}

function messageIn(json: unknown): string {
  if (typeof json !== 'object' || json === null) return ''
  const entry = Object.entries(json).find(([key]) => key.toLowerCase() === 'message')
  return typeof entry?.[1] === 'string' ? entry[1] : ''
}

/** Web pages are not quoted whole: their title says enough. */
function pageTitle(reply: HttpReply, asked: Asked): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(reply.text)?.[1] ?? ''
  return quote(title, asked)
}

function quote(text: string, asked: Asked): string {
  const line = asked.redact(text).replace(/\s+/g, ' ').trim()
  if (line === '') return ''
  return ` "${line.length > longestQuote ? `${line.slice(0, longestQuote).toWellFormed()}…` : line}"`
}
