import { Buffer } from 'node:buffer'
import { z } from 'zod'
import { harmless } from '../../answers.ts'
import type { HttpReply, HttpRequest } from '../../http.ts'
import type { PsaContext } from '../../psa.ts'
import { endpoint, type KnownCompany, knownCompany, lookUpCompany, mayHaveMoved } from './company-info.ts'
import { type Asked, isJson, replyToJson, unexpectedShape } from './errors.ts'
import { type ConnectwiseSettings, credentialsOf } from './settings.ts'

/** What every function of this connector gets. */
export type Context = PsaContext<ConnectwiseSettings>

/** One call below the root of the interface. */
export type Call = {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** After `apis/3.0/`, without a query. */
  readonly path: string
  /** After the question mark, encoded. */
  readonly query?: string
  readonly body?: object
  /** Pages by id instead of by number. */
  readonly forwardOnly?: boolean
  /** The path names a record, so that a 404 may mean that it is missing. */
  readonly onRecord?: boolean
}

/**
 * Sends one call and reads its answer. A 404 that no missing record explains makes it look once where the interface is
 * now; only when that has changed the call is sent again, to the new address (connectwise-api.md 1).
 */
export async function call<T>(context: Context, call: Call, schema: z.ZodType<T>): Promise<T> {
  const first = knownCompany(context.settings) ?? (await lookUpCompany(context))
  let used = first
  let reply = await send(context, first, call)
  const isUnexplained = reply.status === 404 && !(call.onRecord === true && isJson(reply))
  if (isUnexplained && mayHaveMoved(first, context.now())) {
    used = await lookUpCompany(context)
    if (used.root !== first.root) reply = await send(context, used, call)
  }
  const asked: Asked = {
    write: call.method !== 'GET',
    onRecord: call.onRecord === true,
    what: `${call.method} ${call.path}`,
    now: context.now(),
    redact: context.http.redact,
  }
  const json = replyToJson(reply, asked)
  used.worked = true
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw unexpectedShape(asked, z.prettifyError(parsed.error))
  return parsed.data
}

function send({ settings, http }: Context, company: KnownCompany, call: Call): Promise<HttpReply> {
  const headers: Record<string, string> = {
    Authorization: `Basic ${Buffer.from(credentialsOf(settings), 'utf8').toString('base64')}`,
    clientId: settings.clientId,
    Accept: acceptOf(settings.apiVersion),
  }
  if (call.forwardOnly === true) headers['pagination-type'] = 'forward-only'
  const request: HttpRequest = {
    method: call.method,
    url: `${company.root}${call.path}${call.query === undefined ? '' : `?${call.query}`}`,
    headers,
    endpoint,
    ...(call.body === undefined ? {} : { body: call.body }),
  }
  const reply = http.request(request)
  return call.method === 'GET' ? harmless(reply) : reply
}

/** Without a version it answers in its newest model (connectwise-api.md 2). */
function acceptOf(apiVersion: string): string {
  const type = 'application/vnd.connectwise.com+json'
  return apiVersion === '' ? type : `${type}; version=${apiVersion}`
}
