import { z } from 'zod'
import { harmless } from '../../answers.ts'
import type { HttpReply } from '../../http.ts'
import type { PsaContext } from '../../psa.ts'
import { type Asked, replyToJson, unexpectedShape } from './errors.ts'
import { apiBaseOf, type TigerpawSettings } from './settings.ts'
import { authorizationOf, signingDate } from './signing.ts'

/** What every function of this connector gets. */
export type Context = PsaContext<TigerpawSettings>

/** One call of the REST interface. */
export type Call = {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** After `/api/`; its first segment is what the governor counts by. */
  readonly path: string
  /** With its question mark; it is no part of the signature (tigerpaw-api.md 2.2). */
  readonly query?: string
  readonly body?: object
  /** True when the call changes something. A search by POST does not. */
  readonly write: boolean
  /** True for a call about one existing order, which a person may hold open. */
  readonly onOrder?: boolean
}

/** Sends one signed call and reads its answer. */
export async function call<T>(context: Context, call: Call, schema: z.ZodType<T>): Promise<T> {
  const asked: Asked = {
    write: call.write,
    onOrder: call.onOrder === true,
    what: `${call.method} ${call.path}`,
    now: context.now(),
    redact: context.http.redact,
  }
  const parsed = schema.safeParse(replyToJson(await send(context, call), asked))
  if (!parsed.success) throw unexpectedShape(asked, z.prettifyError(parsed.error))
  return parsed.data
}

function send(context: Context, { method, path, query = '', body, write }: Call): Promise<HttpReply> {
  const { settings } = context
  const date = signingDate(context.now())
  const url = `${apiBaseOf(settings)}${path}`
  const reply = context.http.request({
    method,
    url: `${url}${query}`,
    headers: {
      Accept: 'application/json',
      Authorization: authorizationOf(settings, method, url, date),
      [settings.dateHeader]: date,
    },
    endpoint: path.split('/')[0] ?? '',
    ...(body === undefined ? {} : { body }),
  })
  return write ? reply : harmless(reply)
}
