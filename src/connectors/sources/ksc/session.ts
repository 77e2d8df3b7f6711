import { ConnectorError } from '../../failure.ts'
import type { HttpReply } from '../../http.ts'
import type { SourceContext } from '../../source.ts'
import { fieldsOf, type PlainParams, parseExactly, untag } from './parameters.ts'
import { errorText, ListLostError, PxgError, pxgFailure, statusFailure } from './reply-failure.ts'
import { baseUrl, type Settings } from './settings.ts'
import { readPxgError, readReply, readText, unexpected } from './wire.ts'

export type KscContext = SourceContext<Settings>

/** A log-on to the Administration Server; one call at a time. */
export type Session = {
  /**
   * Calls a method; when the session has expired, logs on once more and repeats the call. Throws `PxgError` for the method's
   * own errors, another `ConnectorError` for everything else.
   */
  call(method: string, args: object): Promise<PlainParams>
  /** Calls a method on a result set. Throws `ListLostError` when the set is gone, be it with an expired session. */
  callOnList(method: string, args: object): Promise<PlainParams>
  /** The same for a page of a result set, which comes as it was parsed, with the marks of its types. */
  pageOfList(method: string, args: object): Promise<object>
  /** Logs off; a session that cannot be ended dies by itself, so a failure is only logged. */
  end(): Promise<void>
}

/** A session dies when it is not used for about 3 minutes, so one that rested this long is proved first (ksc-open-api.md 2.3). */
const pingAfterMs = 60_000

/**
 * Opens a session by `Session.StartSession`, which needs no connection of its own (2.2). Throws `denied/bad-credentials` when the
 * server refuses the account.
 */
export async function startSession(context: KscContext): Promise<Session> {
  let id = await logOn(context)
  let usedAt = context.now().getTime()
  let reachable = true

  async function send(method: string, args: object): Promise<HttpReply> {
    try {
      const reply = await post(context, method, args, { 'x-ksc-session': id })
      usedAt = context.now().getTime()
      return reply
    } catch (error) {
      reachable = false
      throw error
    }
  }

  async function renew(): Promise<void> {
    context.log.info({}, 'session of the Administration Server has expired, logging on again')
    reachable = false
    id = await logOn(context)
    reachable = true
    usedAt = context.now().getTime()
  }

  /** True when the session had to be renewed. */
  async function prove(): Promise<boolean> {
    if (context.now().getTime() - usedAt <= pingAfterMs) return false
    if (!isRefused(await send('Session.Ping', {}))) return false
    await renew()
    return true
  }

  const redact = (text: string) => context.http.redact(text).replaceAll(id, '***')
  const read = (method: string, reply: HttpReply) => readReply(method, readAnswer(context, method, reply, redact))

  async function pageOfList(method: string, args: object): Promise<object> {
    const expired = 'The session expired while a list was read.'
    if (await prove()) throw new ListLostError(expired)
    const reply = await send(method, args)
    // The query that begins the list again renews the session.
    if (isRefused(reply)) throw new ListLostError(expired)
    try {
      return readAnswer(context, method, reply, redact)
    } catch (error) {
      if (error instanceof PxgError) throw new ListLostError(error.message)
      throw error
    }
  }

  return {
    async call(method, args) {
      await prove()
      const reply = await send(method, args)
      if (!isRefused(reply)) return read(method, reply)
      await renew()
      const second = await send(method, args)
      if (!isRefused(second)) return read(method, second)
      throw new ConnectorError(
        'later',
        'server-error',
        `The server refuses the session that it has just given (${method} answered with HTTP ${second.status}).`,
      )
    },
    async callOnList(method, args) {
      return readReply(method, await pageOfList(method, args))
    },
    pageOfList,
    async end() {
      if (!reachable) return
      try {
        await send('Session.EndSession', {})
      } catch (error) {
        context.log.debug({ error: String(error) }, 'session could not be ended')
      }
    },
  }
}

async function logOn(context: KscContext): Promise<string> {
  const method = 'Session.StartSession'
  const headers = { authorization: authorization(context.settings) }
  let reply = await post(context, method, {}, headers)
  // A server that has just started may refuse its first log-on (ksc-open-api.md 1.3).
  if (reply.status === 401 && !asksSecondFactor(reply)) reply = await post(context, method, {}, headers)
  if (isRefused(reply)) throw refusedLogOn(context, reply)
  const answer = readReply(method, readAnswer(context, method, reply, context.http.redact))
  return readText(method, answer, 'PxgRetVal')
}

function refusedLogOn(context: KscContext, reply: HttpReply): ConnectorError {
  const said = context.http.redact(errorText(reply)).replace(/\s+/g, ' ').trim().slice(0, 200)
  if (asksSecondFactor(reply)) {
    const text =
      'The account is protected by two-step verification. Use an account that is exempt from it in the properties of the server.'
    return new ConnectorError('denied', 'bad-credentials', text)
  }
  if (/block/i.test(said)) {
    const text = `The account is blocked after too many wrong passwords. Unblock it in Kaspersky Security Center. (The server says: “${said}”.)`
    return new ConnectorError('denied', 'bad-credentials', text)
  }
  const kind = context.settings.internalUser ? 'internal user' : 'account of Windows or of a domain'
  const text = `The server refuses the user name or the password. Check both, and that “${context.settings.user}” is an ${kind}. (HTTP ${reply.status}${said === '' ? '' : `: “${said}”`}.)`
  return new ConnectorError('denied', 'bad-credentials', text)
}

/** `KSCBasic` as the vendor's own client writes it (2.1). */
function authorization({ user, password, domain, internalUser }: Settings): string {
  const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64')
  return `KSCBasic user="${base64(user)}", pass="${base64(password)}", domain="${domain}", internal="${internalUser ? 1 : 0}"`
}

function asksSecondFactor(reply: HttpReply): boolean {
  return (reply.headers['www-authenticate'] ?? '').includes('KSCMFA')
}

function isRefused(reply: HttpReply): boolean {
  return reply.status === 401 || reply.status === 403
}

function post(context: KscContext, method: string, body: object, headers: Record<string, string>): Promise<HttpReply> {
  const url = `${baseUrl(context.settings)}/api/v1.0/${method}`
  return context.http.request({ method: 'POST', url, headers, body, endpoint: 'open-api' })
}

/** A reply as it was parsed. Throws `PxgError` for the method's own errors, `later/bad-reply` for what is no JSON object. */
function readAnswer(context: KscContext, method: string, reply: HttpReply, redact: (text: string) => string): object {
  if (reply.status !== 200) throw statusFailure(method, reply, context.now(), redact)
  const answer = parse(reply)
  const fields = fieldsOf(answer)
  if (fields === null) throw unexpected(method, 'no JSON object')
  const error = readPxgError({ PxgError: untag(fields.PxgError) })
  if (error === null) return fields
  throw pxgFailure(method, {
    ...error,
    message: redact(error.message),
    format: redact(error.format),
    args: error.args.map(redact),
  })
}

function parse(reply: HttpReply): unknown {
  try {
    return parseExactly(reply.text)
  } catch {
    // The client's own parser says in words what came instead.
    return reply.json()
  }
}
