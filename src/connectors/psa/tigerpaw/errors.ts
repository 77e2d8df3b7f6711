import { type Asked as AnyAsked, doubt, jsonOf, waitUntil } from '../../answers.ts'
import { ConnectorError } from '../../failure.ts'
import type { HttpReply } from '../../http.ts'

/**
 * What an answer of Tigerpaw means. The contract declares no errors: business rules answer HTTP 200 with `Success: false`
 * or an HTTP error with a message, a bad signature is 401, all else is generic (tigerpaw-api.md 2.3). Which words go with
 * what is not documented, so the patterns here are broad.
 */

/** What is known of the call that was answered. */
export type Asked = AnyAsked & {
  /** A call about one existing order, which a person may hold open. */
  readonly onOrder: boolean
}

const waitMs = 30_000
const longestQuote = 600
/** Differences below this say nothing about a rejected signature. */
const clocksDifferMs = 120_000

const lockWords = /\b(is|are|was|been|currently) locked\b|\blocked by\b|\b(open|in use|being edited) by\b/i
const rightWords =
  /\b(have|has) (no|not) (the )?(rights?|permissions?)\b|\bnot have (the |any |sufficient )?(rights?|permissions?)\b|\b(insufficient|missing) (rights?|permissions?)\b|\bnot (authori[sz]ed|allowed) to\b|\baccess denied\b/i
const passingWords =
  /deadlock|time-?out|timed out|temporar|try again|currently unavailable|maintenance|object reference not set|an error has occurred|unexpected error|internal server error/i
const unknownWords =
  /does ?n[o']t exist|not found|could not find|no such|is (invalid|inactive|not (valid|active))|has been voided|^invalid /i
const missingWords = /is required|are required|is missing|(must not|cannot|can't) be (empty|blank|null)/i
/** The web framework, not the desk, says that there is nothing at an address. */
const noRouteWords =
  /no http resource|no action was found|resource (cannot|could not) be found|does not support http method/i

/** The JSON of a good answer; throws `ConnectorError` for every other one, also for `Success: false`. */
export function replyToJson(reply: HttpReply, asked: Asked): unknown {
  const json = jsonOf(reply)
  const { status } = reply
  if (status === 401) throw denied401(reply, json, asked)
  if (status === 429) throw limited(reply, asked)
  if (status < 200 || status >= 300) throw statusToFailure(status, reply, json, asked)
  if (json === undefined) throw notJson(reply, asked)
  if (isRefusal(json)) throw wordsToFailure(messageIn(json), status, asked)
  return json
}

/** For an answer that is JSON but not of the expected shape. */
export function unexpectedShape(asked: Asked, details: string): ConnectorError {
  const message = `Tigerpaw answered ${asked.what} with something unexpected: ${asked.redact(details)}. If it stays so, report it.`
  return new ConnectorError('later', 'bad-reply', message, { outcome: doubt(asked) })
}

function denied401(reply: HttpReply, json: unknown, asked: Asked): ConnectorError {
  const text = messageIn(json)
  if (rightWords.test(text)) return missingRight(quote(text, asked), asked)
  return new ConnectorError(
    'denied',
    'bad-credentials',
    `Tigerpaw rejects the signature of ${asked.what} (401)${quote(text, asked)}. Check the public and the private key (Edit, Master Tables, Rep, Account Reps, the rep, tab Admin, REST API Security), that the rep is active, and that this machine's clock is right: a request whose date is too far off is rejected too.${clockHint(reply, asked)}`,
  )
}

function clockHint(reply: HttpReply, asked: Asked): string {
  const theirs = Date.parse(reply.headers.date ?? '')
  const difference = Math.abs(theirs - asked.now.getTime())
  if (Number.isNaN(theirs) || difference < clocksDifferMs) return ''
  return ` Now the two clocks differ by ${Math.round(difference / 60_000)} minutes: here it is ${asked.now.toUTCString()}, there ${new Date(theirs).toUTCString()}.`
}

function missingRight(words: string, asked: Asked): ConnectorError {
  return new ConnectorError(
    'denied',
    'missing-right',
    `The security role of the rep does not allow ${asked.what}${words}. Give the right to the role in Tigerpaw (readme: which are needed).`,
  )
}

function statusToFailure(status: number, reply: HttpReply, json: unknown, asked: Asked): ConnectorError {
  const text = messageIn(json)
  const words = json === undefined ? pageTitle(reply, asked) : quote(text, asked)
  const isDesk = isObject(json) && !noRouteWords.test(text)
  if (asked.onOrder && lockWords.test(text)) return lockedByWords(words)
  if (status === 403 && isDesk) return missingRight(words, asked)
  if (status === 404 || status === 405) {
    if (isDesk && text !== '') return wordsToFailure(text, status, asked)
    return new ConnectorError(
      'later',
      'wrong-address',
      `There is no ${asked.what} at this address (${status})${words}. Check the API address and the API path of the connection, or whether the API is being updated.`,
    )
  }
  if (status >= 400 && status < 500 && ![408, 425].includes(status) && isDesk)
    return wordsToFailure(text, status, asked)
  if (status === 408 || status === 425 || status >= 500) {
    const message = `Tigerpaw failed at ${asked.what} (${status})${words}.`
    return new ConnectorError('later', 'server-error', message, { outcome: doubt(asked) })
  }
  return notJson(reply, asked)
}

/** A business rule said no, in words. */
function wordsToFailure(text: string, status: number, asked: Asked): ConnectorError {
  const words = text === '' ? ' without saying why' : quote(text, asked)
  if (asked.onOrder && lockWords.test(text)) return lockedByWords(words)
  if (rightWords.test(text)) return missingRight(words, asked)
  if (passingWords.test(text)) {
    return new ConnectorError('later', 'server-error', `Tigerpaw failed at ${asked.what} (${status})${words}.`, {
      outcome: doubt(asked),
    })
  }
  const reason = missingWords.test(text) ? 'missing-value' : unknownWords.test(text) ? 'unknown-value' : 'invalid-value'
  return new ConnectorError(
    'refused',
    reason,
    `Tigerpaw refused ${asked.what}${words}. Change the rule, the general settings or the account accordingly, then let it be tried again.`,
  )
}

/** A person has the order open, as the order itself says (tigerpaw-api.md 2.6). */
export function lockedBy(name: string, outcome: 'not-done' | 'unknown' = 'not-done'): ConnectorError {
  const message = `waiting for the lock: ${name} has the order open in Tigerpaw; it is tried again until they leave it.`
  return new ConnectorError('later', 'locked', message, { outcome })
}

function lockedByWords(words: string): ConnectorError {
  const message = `waiting for the lock: somebody has the order open in Tigerpaw, which says${words}; it is tried again until they leave it.`
  return new ConnectorError('later', 'locked', message)
}

function notJson(reply: HttpReply, asked: Asked): ConnectorError {
  const type = reply.headers['content-type'] ?? 'none'
  const message = `${asked.what} was answered with status ${reply.status} and no JSON (content type ${type})${pageTitle(reply, asked)}. A proxy or gateway between here and Tigerpaw may have answered; check the API address.`
  return new ConnectorError('later', 'bad-reply', message, { outcome: doubt(asked) })
}

function limited(reply: HttpReply, asked: Asked): ConnectorError {
  const until = waitUntil(reply, asked.now, waitMs)
  return new ConnectorError('limited', 'rate-limited', 'Tigerpaw asks us to wait (429).', { until })
}

function isObject(json: unknown): json is object {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function isRefusal(json: unknown): boolean {
  return isObject(json) && 'Success' in json && json.Success === false
}

/** `Message`, and what ASP.NET says about single properties. */
function messageIn(json: unknown): string {
  if (!isObject(json)) return ''
  const value = (name: string): unknown => Object.entries(json).find(([key]) => key.toLowerCase() === name)?.[1]
  const [message, details] = [value('message'), value('modelstate')]
  const more = isObject(details) ? Object.values(details).flat().map(String) : []
  return [typeof message === 'string' ? message : '', ...more].filter((text) => text !== '').join(' ')
}

/** Web pages are not quoted whole: their title says enough. */
function pageTitle(reply: HttpReply, asked: Asked): string {
  return quote(/<title[^>]*>([^<]*)<\/title>/i.exec(reply.text)?.[1] ?? '', asked)
}

/** A token that was echoed is good for one more request, so it is taken out too. */
function quote(text: string, asked: Asked): string {
  const line = asked
    .redact(text)
    .replace(/TSI [\w+/*=-]{8,}/gi, 'TSI ***')
    .replace(/\s+/g, ' ')
    .trim()
  if (line === '') return ''
  return ` "${line.length > longestQuote ? `${line.slice(0, longestQuote).toWellFormed()}…` : line}"`
}
