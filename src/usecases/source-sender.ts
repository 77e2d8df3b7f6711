import { createHmac, timingSafeEqual } from 'node:crypto'
import { noteRefusal, type SourceToken, signatureKey, tokenByDigest, touchSourceToken } from '../db/source-tokens.ts'
import type { Deps } from './deps.ts'
import { tokenDigest } from './ensure-first-token.ts'
import { type OpenPushed, openPushed } from './pushed-source.ts'
import { RequestError } from './request-error.ts'

/** Who sends something to a source. */
export type Sender = { readonly source: OpenPushed; readonly token: SourceToken }

/** A request may be so old when it comes, or so far ahead, in ms: what was signed once cannot be sent again for ever. */
const replayWindowMs = 5 * 60_000
/** Written at most this often. */
const touchEveryMs = 3_600_000

/** Every token begins with it, so that it is recognised wherever it turns up. */
export const sourceTokenPrefix = 'tocsin_send_'

/** Where the secret of a key that signs belongs, bound into its sealed form. */
export function signaturePlace(id: number): string {
  return `source_tokens/${id}/secret`
}

/** The sender that a token tells; null for one that is not good here. */
export async function senderByToken(deps: Deps, sourceId: number, text: string): Promise<Sender | null> {
  if (!text.startsWith(sourceTokenPrefix)) return null
  const token = await tokenByDigest(deps.pool, sourceId, tokenDigest(text))
  return token === null ? null : toSender(deps, token)
}

export type Signed = {
  readonly keyId: number
  /** Seconds since 1970, as they were sent. */
  readonly timestamp: string
  /** `sha256=` and hexadecimal digits. */
  readonly signature: string
}

/**
 * The sender whose key signed this body and its time; null when the key, the signature or the time is not good. The time is
 * judged by the real clock, as the sender's is.
 */
export async function senderBySignature(
  deps: Deps,
  sourceId: number,
  { keyId, timestamp, signature }: Signed,
  body: Uint8Array,
): Promise<Sender | null> {
  const given = /^sha256=([0-9a-f]{64})$/i.exec(signature)?.[1]
  const sentAt = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) * 1_000 : Number.NaN
  if (given === undefined || !(Math.abs(deps.clock.now().getTime() - sentAt) <= replayWindowMs)) return null
  const key = await signatureKey(deps.pool, sourceId, keyId)
  if (key === null) return null
  const secret = deps.box.open(key.sealed, signaturePlace(key.id))
  const wanted = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest()
  if (!timingSafeEqual(wanted, Buffer.from(given, 'hex'))) return null
  return toSender(deps, key)
}

/**
 * Judged last, after the secret itself: whoever does not have it learns nothing of an end, and who has it is told in the log and
 * in the console, not in the answer.
 */
async function toSender(deps: Deps, token: SourceToken): Promise<Sender | null> {
  const now = deps.clock.now()
  if (token.endsAt !== null && token.endsAt <= now) {
    await tellRefusal(deps, token, now)
    return null
  }
  if (now.getTime() - (token.lastUsedAt?.getTime() ?? 0) >= touchEveryMs) {
    await touchSourceToken(deps.pool, token.id, now)
  }
  const source = await openPushed(deps, token.sourceId)
  if (!source.rules.httpOn) {
    throw new RequestError('not-allowed', `Web requests are switched off in the settings of “${source.name}”.`)
  }
  return { source, token }
}

async function tellRefusal(
  deps: Deps,
  { id, sourceId, name, kind, endsAt, refusedAt }: SourceToken,
  now: Date,
): Promise<void> {
  if (now.getTime() - (refusedAt?.getTime() ?? 0) < touchEveryMs) return
  await noteRefusal(deps.pool, id, now)
  const facts = { sourceId, token: id, name, kind, endedAt: endsAt?.toISOString() }
  deps.log.warn(facts, 'refused: this source token has ended; make another in the console and give it to its sender')
}

/** The company that a sender speaks of, if it may. Throws `RequestError` for another company's token. */
export function senderCompany<C extends { readonly key: string }>({ token }: Sender, company: C): C {
  if (token.company === null || token.company === company.key) return company
  const message = `The token “${token.name}” is for the company “${token.company}” alone, not for “${company.key}”.`
  throw new RequestError('not-allowed', message)
}
