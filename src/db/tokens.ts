import type { Role } from '../core/role.ts'
import type { Sql } from './sql.ts'

export type Token = {
  readonly id: number
  readonly name: string
  readonly scope: Role
  readonly createdAt: Date
  /** Null: no end. */
  readonly endsAt: Date | null
  readonly lastUsedAt: Date | null
}

const columns = 'id, name, scope, created_at as "createdAt", ends_at as "endsAt", last_used_at as "lastUsedAt"'

export async function allTokens(sql: Sql): Promise<readonly Token[]> {
  const { rows } = await sql.query<Token>(`select ${columns} from api_tokens order by lower(name), id`)
  return rows
}

/** Digests of those that are not over. */
export async function livingTokens(sql: Sql, now: Date): Promise<readonly (Token & { readonly digest: string })[]> {
  const { rows } = await sql.query<Token & { digest: string }>(
    `select ${columns}, digest from api_tokens where ends_at is null or ends_at > $1`,
    [now],
  )
  return rows
}

export type NewToken = Pick<Token, 'name' | 'scope' | 'endsAt'> & { digest: string; createdBy: number | null }

export async function insertToken(sql: Sql, token: NewToken, now: Date): Promise<Token> {
  const { name, digest, scope, endsAt, createdBy } = token
  const { rows } = await sql.query<Token>(
    `insert into api_tokens (name, digest, scope, ends_at, created_by, created_at) values ($1, $2, $3, $4, $5, $6)
     returning ${columns}`,
    [name, digest, scope, endsAt, createdBy, now],
  )
  if (rows[0] === undefined) throw new Error('No token was inserted.')
  return rows[0]
}

export async function deleteToken(sql: Sql, id: number): Promise<Token | null> {
  const { rows } = await sql.query<Token>(`delete from api_tokens where id = $1 returning ${columns}`, [id])
  return rows[0] ?? null
}

export async function touchToken(sql: Sql, id: number, now: Date): Promise<void> {
  await sql.query('update api_tokens set last_used_at = $2 where id = $1', [id, now])
}
