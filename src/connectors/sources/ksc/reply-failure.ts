import type { FailureKind, FailureReason } from '../../../core/failure.ts'
import { ConnectorError } from '../../failure.ts'
import type { HttpReply } from '../../http.ts'
import type { PxgErrorBody } from './wire.ts'

/** Error codes of `PxgError` that we tell apart (ksc-open-api.md 1.2). */
const pxgCodes = {
  notExist: 1125,
  noAccess: 1184,
  notFound: 1186,
  badFormat: 1192,
  notPermitted: 1193,
  noSuchCall: 1194,
  unavailable: 1195,
  limitViolation: 1229,
  logonFailed: 1453,
  tokenFailed: 1454,
  accountBlocked: 2013,
} as const

/** What a person must do to let the account read. */
const readRightAdvice =
  'Give the account a role with the right “Basic functionality: Read” on the Administration Server, in force on its virtual servers too.'

/** A method's own error: the server answered, with HTTP 200, that it did not do the call. */
export class PxgError extends ConnectorError {
  readonly pxgCode: number
  /** What the server said, a sentence without advice. */
  readonly said: string

  constructor(pxgCode: number, kind: FailureKind, reason: FailureReason, advice: string, said: string) {
    super(kind, reason, `${advice} (${said})`)
    this.name = 'PxgError'
    this.pxgCode = pxgCode
    this.said = said
  }
}

/** A result set ended before it was read to its end; the query must be made again. */
export class ListLostError extends ConnectorError {
  constructor(message: string) {
    super('later', 'server-error', message)
    this.name = 'ListLostError'
  }
}

/** Turns the server's error into a failure that says what to do. */
export function pxgFailure(method: string, body: PxgErrorBody): PxgError {
  const { code, subcode } = body
  const said = `${method} failed with error ${code}${subcode === 0 ? '' : `.${subcode}`}${quoted(pxgText(body))}.`
  const fail = (kind: FailureKind, reason: FailureReason, advice: string) =>
    new PxgError(code, kind, reason, advice, said)
  switch (code) {
    case pxgCodes.noAccess:
    case pxgCodes.notPermitted:
      return fail('denied', 'missing-right', `The account may not do this. ${readRightAdvice}`)
    case pxgCodes.unavailable:
      return fail('later', 'busy', unavailableText(subcode))
    case pxgCodes.limitViolation:
      return fail('later', 'busy', 'The server has reached a limit of its own; look at its license and its limits.')
    case pxgCodes.noSuchCall:
      return fail(
        'refused',
        'unknown-value',
        'The server does not know this call. Kaspersky Security Center 13 or newer is needed.',
      )
    case pxgCodes.accountBlocked:
      return fail(
        'denied',
        'bad-credentials',
        'The account is blocked after too many wrong passwords. Unblock it in Kaspersky Security Center.',
      )
    case pxgCodes.logonFailed:
    case pxgCodes.tokenFailed:
      return fail(
        'denied',
        'bad-credentials',
        'The server refuses the log-on. Check user name, password, domain and the kind of account.',
      )
    case pxgCodes.notExist:
    case pxgCodes.badFormat:
      return fail(
        'refused',
        'invalid-value',
        'The server does not accept what was asked. Check that its version is supported.',
      )
    default:
      return fail(
        'later',
        'server-error',
        'The server could not do the call. If this stays, look at the Kaspersky event log on the server.',
      )
  }
}

function unavailableText(subcode: number): string {
  if (subcode === 1) return 'The Administration Server is starting or stopping; wait until it runs.'
  if (subcode === 2)
    return 'The Administration Server is in maintenance (back-up or database work); wait until it ends.'
  return 'The Administration Server says that it is not available now; if this stays, look at its service and its database.'
}

/** The localised text with its `%1`, `%2` ... filled in, or the plain message. */
function pxgText(body: PxgErrorBody): string {
  const { format, args } = body
  if (format === '') return body.message
  return format.replace(/%(\d)/g, (mark, index: string) => args[Number(index) - 1] ?? mark)
}

function quoted(text: string): string {
  const short = text
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300)
    .replace(/[.\s]+$/, '')
  return short === '' ? '' : `: “${short}”`
}

/** A failure for an HTTP status other than 200, 401 and 403, which only a session can judge (ksc-open-api.md 1.3). */
export function statusFailure(
  method: string,
  reply: HttpReply,
  now: Date,
  redact: (text: string) => string,
): ConnectorError {
  const { status } = reply
  const said = `(${method} answered with HTTP ${status}${quoted(redact(errorText(reply)))}.)`
  const unknown = { outcome: 'unknown' } as const
  if (status === 429) {
    const text = `Something on the way to the server asks us to slow down. ${said}`
    return new ConnectorError('limited', 'rate-limited', text, { until: retryAfter(reply, now) })
  }
  if (status === 503) {
    return new ConnectorError('later', 'busy', `The server is busy; it will be asked again. ${said}`, unknown)
  }
  if (status >= 500) {
    const text = `The server failed inside. If this stays, look at the Kaspersky event log on the server. ${said}`
    return new ConnectorError('later', 'server-error', text, unknown)
  }
  if (status === 400 || status === 413) {
    return new ConnectorError('refused', 'invalid-value', `The server does not accept the request. ${said}`)
  }
  const text = `Something answers at this address, but not the Open API of Kaspersky Security Center. Check the address and the port (13299 unless it was changed). ${said}`
  return new ConnectorError('denied', 'wrong-address', text)
}

/** Why a status was given: the header that the server uses for log-ons, or the body unless it is a web page. */
export function errorText(reply: HttpReply): string {
  const header = reply.headers['x-ksc-errormsg'] ?? ''
  if (header !== '') return header
  return /html/i.test(reply.headers['content-type'] ?? '') || reply.text.trimStart().startsWith('<')
    ? 'a web page'
    : reply.text
}

function retryAfter(reply: HttpReply, now: Date): Date {
  const header = reply.headers['retry-after'] ?? ''
  const seconds = /^\d{1,6}$/.test(header) ? Number(header) : 60
  const moment = /^\d+$/.test(header) ? Number.NaN : Date.parse(header)
  return Number.isNaN(moment) ? new Date(now.getTime() + seconds * 1000) : new Date(moment)
}
