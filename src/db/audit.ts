import type { Actor } from '../core/actor.ts'
import { toJson } from './json.ts'
import type { Client, Sql } from './sql.ts'

/** A number of our own among PostgreSQL's advisory locks. */
const auditLock = 0x746f6373

export type StoredAudit = {
  readonly id: number
  readonly at: Date
  readonly actor: Actor
  readonly action: string
  readonly subject: { readonly kind: string; readonly id: string; readonly name: string }
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
}

/** Takes the end of the chain until the transaction ends; the last row's id and hash, null before the first. */
export async function lockAudit(client: Client): Promise<{ id: number; hash: string } | null> {
  await client.query('select pg_advisory_xact_lock($1)', [auditLock])
  const { rows } = await client.query<{ id: number; hash: string }>(
    'select id, hash from audit order by id desc limit 1',
  )
  return rows[0] ?? null
}

export async function appendAudit(client: Client, row: StoredAudit, hash: string): Promise<void> {
  const { actor, subject } = row
  await client.query(
    `insert into audit (id, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, before, after, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      row.id,
      row.at,
      actor.kind,
      actor.id,
      actor.name,
      row.action,
      subject.kind,
      subject.id,
      subject.name,
      row.before === null ? null : toJson(row.before),
      row.after === null ? null : toJson(row.after),
      hash,
    ],
  )
}

type Row = {
  id: number
  at: Date
  actor_kind: Actor['kind']
  actor_id: number | null
  actor_name: string
  action: string
  subject_kind: string
  subject_id: string
  subject_name: string
  before: Readonly<Record<string, unknown>> | null
  after: Readonly<Record<string, unknown>> | null
  hash: string
}

/** Before every row there can be, also one that somebody slipped in before the first. */
export const beforeAllRows = Number.MIN_SAFE_INTEGER

/** Rows after `after` in the order of the chain, at most `count`, each with its hash. */
export async function auditAfter(
  sql: Sql,
  after: number,
  count: number,
): Promise<readonly { readonly row: StoredAudit; readonly hash: string }[]> {
  const { rows } = await sql.query<Row>('select * from audit where id > $1 order by id limit $2', [after, count])
  return rows.map((row) => ({ row: rowToAudit(row), hash: row.hash }))
}

function rowToAudit(row: Row): StoredAudit {
  return {
    id: row.id,
    at: row.at,
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    action: row.action,
    subject: { kind: row.subject_kind, id: row.subject_id, name: row.subject_name },
    before: row.before,
    after: row.after,
  }
}

export type AuditFilter = {
  /** Rows before this one. */
  readonly cursor?: number | undefined
  /** Part of the name of the actor or the subject, or of what changed. */
  readonly search?: string | undefined
  readonly action?: string | undefined
  readonly subjectKind?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

/** Newest first. */
export async function findAudit(sql: Sql, filter: AuditFilter, count: number): Promise<readonly StoredAudit[]> {
  const { cursor, search, action, subjectKind, from, to } = filter
  const pattern = search === undefined ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`
  const { rows } = await sql.query<Row>(
    `select * from audit
     where ($1::bigint is null or id < $1) and ($2::text is null or action = $2) and ($3::text is null or subject_kind = $3)
       and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at <= $5)
       and ($6::text is null or actor_name ilike $6 or subject_name ilike $6 or before::text ilike $6 or after::text ilike $6)
     order by id desc limit $7`,
    [cursor ?? null, action ?? null, subjectKind ?? null, from ?? null, to ?? null, pattern, count],
  )
  return rows.map(rowToAudit)
}
