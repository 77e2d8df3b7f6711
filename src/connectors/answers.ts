import type { CallOutcome } from '../core/failure.ts'
import { ConnectorError } from './failure.ts'
import type { HttpReply } from './http.ts'

/** What the answers of all desks have in common; what their words mean is each vendor's own. */

/** What is known of the call that was answered. */
export type Asked = {
  /** A call that changes something: after a doubtful answer its outcome is unknown. */
  readonly write: boolean
  /** Method and path, for example `POST Tickets`. */
  readonly what: string
  readonly now: Date
  /** Takes secrets out of whatever the vendor wrote. */
  redact(text: string): string
}

/** What became of a call whose answer cannot be trusted. */
export function doubt({ write }: Pick<Asked, 'write'>): CallOutcome {
  return write ? 'unknown' : 'not-done'
}

/** A call that only reads has done nothing, whatever became of its answer. */
export async function harmless<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.outcome === 'not-done') throw error
    const { kind, reason, message, until } = error
    throw new ConnectorError(kind, reason, message, { until, cause: error })
  }
}

/** The body as JSON; undefined when it is none. */
export function jsonOf({ text }: Pick<HttpReply, 'text'>): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A longer wait than this is an error of the other side. */
const longestWaitMs = 3_600_000

/** When to ask again after a 429: as `Retry-After` says (seconds or a date), else after `usualWaitMs`; an hour at most. */
export function waitUntil({ headers }: Pick<HttpReply, 'headers'>, now: Date, usualWaitMs: number): Date {
  const wait = Math.min(retryAfterMs(headers['retry-after'], now) ?? usualWaitMs, longestWaitMs)
  return new Date(now.getTime() + wait)
}

function retryAfterMs(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null
  if (/^\d+$/.test(header.trim())) return Math.max(Number(header) * 1_000, 1_000)
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(at - now.getTime(), 1_000)
}
