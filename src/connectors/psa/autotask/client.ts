import { z } from 'zod'
import type { Asked } from '../../answers.ts'
import { harmless } from '../../answers.ts'
import type { HttpReply, HttpRequest } from '../../http.ts'
import type { PsaContext } from '../../psa.ts'
import { replyToJson, unexpectedShape } from './errors.ts'
import type { AutotaskSettings } from './settings.ts'
import { knownZone, lookUpZone, type Zone } from './zone.ts'

/** What every function of this connector gets. */
export type Context = PsaContext<AutotaskSettings>

/** One call inside the zone. */
export type Call = {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** After `V1.0/`; its first segment is what Autotask counts threads by (autotask-api.md 9). */
  readonly path: string
  readonly body?: object
  /** True when the call changes something. A query by POST does not. */
  readonly write: boolean
}

/**
 * Sends one call and reads its answer. A 401 of a database that used to answer makes it look its zone up once more,
 * because databases move (autotask-api.md 1.1); only when it did move the call is sent again, to the new zone.
 */
export async function call<T>(context: Context, call: Call, schema: z.ZodType<T>): Promise<T> {
  const { settings } = context
  const first = knownZone(settings) ?? (await lookUpZone(context))
  let used = first
  let reply = await send(context, first.zone, call)
  if (reply.status === 401 && first.worked) {
    used = await lookUpZone(context)
    if (used.zone.url !== first.zone.url) reply = await send(context, used.zone, call)
  }
  const asked: Asked = {
    write: call.write,
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

function send(context: Context, zone: Zone, { method, path, body, write }: Call): Promise<HttpReply> {
  const { user, secret, integrationCode, impersonationResourceId } = context.settings
  const headers: Record<string, string> = { UserName: user, Secret: secret, ApiIntegrationCode: integrationCode }
  // On a query it fails for want of permission (autotask-api.md 1.4).
  if (write && impersonationResourceId !== '') headers.ImpersonationResourceId = impersonationResourceId
  const request: HttpRequest = {
    method,
    url: `${zone.url}V1.0/${path}`,
    headers,
    endpoint: path.split('/')[0] ?? '',
    ...(body === undefined ? {} : { body }),
  }
  const reply = context.http.request(request)
  return write ? reply : harmless(reply)
}
