import type { FailureReason } from '../../../core/failure.ts'
import { type Asked as AnyAsked, doubt, jsonOf, waitUntil } from '../../answers.ts'
import { ConnectorError } from '../../failure.ts'
import type { HttpReply } from '../../http.ts'

/** What an answer of ConnectWise means: the status first, then `code` and `errors` of the body (connectwise-api.md 3). */

/** What is known of the call that was answered. */
export type Asked = AnyAsked & {
  /** The path names a record, which may be missing. */
  readonly onRecord: boolean
}

/** ConnectWise asks to back off from 30 s when it names no time itself (connectwise-api.md 4). */
const usualWaitMs = 30_000
const longestQuote = 600

/** One entry of `errors`. */
type Fault = { readonly code: string; readonly message: string; readonly field: string }

/** The JSON of a good answer; throws `ConnectorError` for every other one. */
export function replyToJson(reply: HttpReply, asked: Asked): unknown {
  const json = jsonOf(reply)
  if (reply.status < 200 || reply.status >= 300) throw statusToFailure(reply, json, asked)
  if (json === undefined) throw notJson(reply, asked)
  return json
}

/** For an answer that is JSON but not of the expected shape. */
export function unexpectedShape(asked: Asked, details: string): ConnectorError {
  const message = `ConnectWise answered ${asked.what} with something unexpected: ${asked.redact(details)}. If it stays so, report it.`
  return new ConnectorError('later', 'bad-reply', message, { outcome: doubt(asked) })
}

/** Whether a body is JSON, so that the interface itself wrote it and not a web server before it. */
export function isJson(reply: HttpReply): boolean {
  const json = jsonOf(reply)
  return typeof json === 'object' && json !== null
}

function statusToFailure(reply: HttpReply, json: unknown, asked: Asked): ConnectorError {
  const { status } = reply
  const isAnswer = typeof json === 'object' && json !== null
  const words = isAnswer ? quote(wordsIn(json), asked) : pageTitle(reply, asked)
  const later = (reason: FailureReason, message: string): ConnectorError =>
    new ConnectorError('later', reason, message, { outcome: doubt(asked) })
  if (isAnswer && /ssl is required/i.test(textIn(json, 'message'))) return sslRequired(words)
  if (status === 401) return badCredentials(`(401)${words}`)
  if (status === 403 && isAnswer) return forbidden(json, words, asked)
  if (status === 404 && isAnswer && !asked.onRecord) {
    return badCredentials(`(404)${words}, which is how cloud sites answer a wrong company or wrong keys`)
  }
  if (status === 404 || (status === 405 && !isAnswer)) {
    return new ConnectorError(
      'later',
      'wrong-address',
      `There is no ${asked.what} at this address (${status})${words}. Either ConnectWise is being upgraded, or the site is wrong.`,
    )
  }
  if (status === 409) {
    return new ConnectorError('later', 'locked', `ConnectWise says that the record is in use (409)${words}.`)
  }
  if (status === 429) return limited(reply, asked, words)
  if (status >= 300 && status < 400) {
    return later('wrong-address', `${asked.what} was sent elsewhere (${status}). Check the site.`)
  }
  if (status === 408 || status === 425 || status >= 500 || !isAnswer) {
    return later(
      'server-error',
      `ConnectWise or something on the way to it failed at ${asked.what} (${status})${words}.`,
    )
  }
  return refusal(json, status, words, asked)
}

function sslRequired(words: string): ConnectorError {
  return new ConnectorError(
    'denied',
    'wrong-address',
    `ConnectWise wants the call at another address:${words}. In the cloud the interface is at https://api-na.myconnectwise.net and the like; enter the site as you sign in to it.`,
  )
}

function badCredentials(how: string): ConnectorError {
  return new ConnectorError(
    'denied',
    'bad-credentials',
    `ConnectWise does not accept the company or its keys ${how}. Check company ID, public key, private key and client ID, and that the API member is active.`,
  )
}

function forbidden(json: object, words: string, asked: Asked): ConnectorError {
  if (/client ?id/i.test(textIn(json, 'message'))) {
    return new ConnectorError(
      'denied',
      'bad-credentials',
      `ConnectWise does not accept the client ID (403)${words}. Check it at developer.connectwise.com under ClientID.`,
    )
  }
  return new ConnectorError(
    'denied',
    'missing-right',
    `The security role of the API member does not allow ${asked.what} (403)${words}. Give it that right in ConnectWise under System, Security Roles.`,
  )
}

/** Nothing was done, and the same call would be refused again (connectwise-api.md 3: 400 is never to be retried). */
function refusal(json: object, status: number, words: string, asked: Asked): ConnectorError {
  const message = `ConnectWise refused ${asked.what} (${status})${words}.`
  if (textIn(json, 'code') === 'ApiFindCondition') {
    const advice = 'Its version may know a field by another name: try another interface version, or report it.'
    return new ConnectorError('refused', 'invalid-value', `${message} ${advice}`)
  }
  const advice = 'Change the rule or the settings of the board accordingly, then let it be tried again.'
  return new ConnectorError('refused', reasonOf(faultsIn(json)), `${message} ${advice}`)
}

/** What is missing is told first: other faults may follow from it. */
function reasonOf(faults: readonly Fault[]): FailureReason {
  if (faults.some(({ code }) => code === 'MissingRequiredField')) return 'missing-value'
  const isUnknown = ({ code, message }: Fault): boolean =>
    code === 'NotFound' || /not found|is inactive|not associated|does not exist/i.test(message)
  return faults.some(isUnknown) ? 'unknown-value' : 'invalid-value'
}

function notJson(reply: HttpReply, asked: Asked): ConnectorError {
  const type = reply.headers['content-type'] ?? 'no content type'
  const message = `The answer to ${asked.what} is not whole JSON (${reply.status}, ${type})${pageTitle(reply, asked)}. A proxy or another server may answer in ConnectWise's place.`
  return new ConnectorError('later', 'bad-reply', message, { outcome: doubt(asked) })
}

function limited(reply: HttpReply, asked: Asked, words: string): ConnectorError {
  const until = waitUntil(reply, asked.now, usualWaitMs)
  return new ConnectorError('limited', 'rate-limited', `ConnectWise asks us to wait (429)${words}.`, { until })
}

function wordsIn(json: object): string {
  const faults = faultsIn(json).map(({ message, field }) => (field === '' ? message : `${message} (${field})`))
  return [textIn(json, 'message'), ...faults].filter((one) => one !== '').join(' | ')
}

function faultsIn(json: object): readonly Fault[] {
  if (!('errors' in json) || !Array.isArray(json.errors)) return []
  return json.errors.map((one: unknown) => {
    if (typeof one !== 'object' || one === null) return { code: '', message: String(one ?? ''), field: '' }
    return { code: textIn(one, 'code'), message: textIn(one, 'message'), field: textIn(one, 'field') }
  })
}

function textIn(json: object, name: string): string {
  const value = (json as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value : ''
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
