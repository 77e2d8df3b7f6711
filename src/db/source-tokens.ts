import type { Sql } from './sql.ts'

/** Who may send to a source. */
export type SourceToken = {
  readonly id: number
  readonly sourceId: number
  readonly name: string
  /** Null: for every company of the source. */
  readonly company: string | null
  readonly kind: 'token' | 'signature'
  readonly createdAt: Date
  /** Null: no end. */
  readonly endsAt: Date | null
  readonly lastUsedAt: Date | null
  /** When something sent with it was last refused, because its end had come. */
  readonly refusedAt: Date | null
}

const columns = `id, source_id as "sourceId", name, company, kind, created_at as "createdAt", ends_at as "endsAt",
  last_used_at as "lastUsedAt", refused_at as "refusedAt"`

export async function tokensOfSource(sql: Sql, sourceId: number): Promise<readonly SourceToken[]> {
  const { rows } = await sql.query<SourceToken>(
    `select ${columns} from source_tokens where source_id = $1 order by lower(name), id`,
    [sourceId],
  )
  return rows
}

/** The token of a digest; null when there is none, or it is another source's. */
export async function tokenByDigest(sql: Sql, sourceId: number, digest: string): Promise<SourceToken | null> {
  const { rows } = await sql.query<SourceToken>(
    `select ${columns} from source_tokens where digest = $1 and source_id = $2`,
    [digest, sourceId],
  )
  return rows[0] ?? null
}

/** A key that signs, with its sealed secret; null when there is none, or it is another source's. */
export async function signatureKey(
  sql: Sql,
  sourceId: number,
  id: number,
): Promise<(SourceToken & { readonly sealed: string }) | null> {
  const { rows } = await sql.query<SourceToken & { sealed: string }>(
    `select ${columns}, sealed from source_tokens where id = $1 and source_id = $2 and kind = 'signature'`,
    [id, sourceId],
  )
  return rows[0] ?? null
}

export type NewSourceToken = Pick<SourceToken, 'sourceId' | 'name' | 'company' | 'kind' | 'endsAt'> & {
  digest: string | null
}

export async function insertSourceToken(sql: Sql, token: NewSourceToken, now: Date): Promise<SourceToken> {
  const { sourceId, name, company, kind, endsAt, digest } = token
  const { rows } = await sql.query<SourceToken>(
    `insert into source_tokens (source_id, name, company, kind, ends_at, digest, created_at)
     values ($1, $2, $3, $4, $5, $6, $7) returning ${columns}`,
    [sourceId, name, company, kind, endsAt, digest, now],
  )
  if (rows[0] === undefined) throw new Error('No token was inserted.')
  return rows[0]
}

/** The secret of a key that signs is sealed for its id, so it is stored once that is known. */
export async function sealSourceToken(sql: Sql, id: number, sealed: string): Promise<void> {
  await sql.query('update source_tokens set sealed = $2 where id = $1', [id, sealed])
}

export async function deleteSourceToken(sql: Sql, sourceId: number, id: number): Promise<SourceToken | null> {
  const { rows } = await sql.query<SourceToken>(
    `delete from source_tokens where id = $1 and source_id = $2 returning ${columns}`,
    [id, sourceId],
  )
  return rows[0] ?? null
}

export async function touchSourceToken(sql: Sql, id: number, now: Date): Promise<void> {
  await sql.query('update source_tokens set last_used_at = $2 where id = $1', [id, now])
}

/** Notes that something was refused, because the token has ended. */
export async function noteRefusal(sql: Sql, id: number, now: Date): Promise<void> {
  await sql.query('update source_tokens set refused_at = $2 where id = $1', [id, now])
}
