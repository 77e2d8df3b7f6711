import { createHash } from 'node:crypto'
import type { Actor } from '../core/actor.ts'
import { appendAudit, lockAudit } from '../db/audit.ts'
import { toJson } from '../db/json.ts'
import type { Client } from '../db/sql.ts'
import type { Deps } from './deps.ts'

/** A thing that can be changed, by its kind, id and present name. */
export type AuditSubject = { readonly kind: string; readonly id: number | string; readonly name: string }

export type AuditEntry = {
  /** The use case: its `operationId`. */
  readonly action: string
  readonly subject: AuditSubject
  /** What changed, as a person knows it; without secrets. Null: it was not there before, or is not any more. */
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
}

export type AuditRow = {
  readonly id: number
  readonly at: Date
  readonly actor: Actor
  readonly action: string
  readonly subject: { readonly kind: string; readonly id: string; readonly name: string }
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
}

/** The hash before the first row. */
export const firstHash = '0'.repeat(64)

/**
 * Writes one line of the audit log inside the transaction of the change itself: either both are there or neither. Holds the
 * end of the chain until that transaction ends, so write it last.
 */
export async function writeAudit(
  deps: Pick<Deps, 'clock' | 'actor'>,
  client: Client,
  entry: AuditEntry,
): Promise<void> {
  const last = await lockAudit(client)
  const { action } = entry
  const [before, after] = [asStored(entry.before), asStored(entry.after)]
  const subject = { ...entry.subject, id: String(entry.subject.id) }
  const row = { id: (last?.id ?? 0) + 1, at: deps.clock.now(), actor: deps.actor, action, subject, before, after }
  await appendAudit(client, row, auditHash(last?.hash ?? firstHash, row))
}

/** As it comes back from the database: what is hashed now must be what is hashed when the chain is verified. */
function asStored(part: AuditRow['before']): AuditRow['before'] {
  return part === null ? null : (JSON.parse(toJson(part)) as AuditRow['before'])
}

/** What stands behind a row: SHA-256 over the hash before it and everything in it. */
export function auditHash(previous: string, row: AuditRow): string {
  const { id, at, actor, action, subject, before, after } = row
  const told = [
    id,
    at.toISOString(),
    actor.kind,
    actor.id,
    actor.name,
    action,
    subject.kind,
    subject.id,
    subject.name,
    before,
    after,
  ]
  return createHash('sha256').update(previous).update('\n').update(canonicalJson(told)).digest('hex')
}

/** JSON with the keys of every object in one order, as they come back from the database in another. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
