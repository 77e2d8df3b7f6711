import { createHash } from 'node:crypto'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { writeAudit } from './write-audit.ts'

/** Random bytes of a token. */
const tokenBytes = 32

/** What of a token is stored. A token is random, so one round of SHA-256 is enough. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/**
 * Makes the first API token when there is none. `keep` gets it in the clear before it is stored, so that it cannot be lost in
 * between; it may be called for a token that another process was quicker to make. Returns the token, or null.
 */
export async function ensureFirstToken(deps: Deps, keep: (token: string) => Promise<void>): Promise<string | null> {
  const present = await deps.pool.query('select from api_tokens limit 1')
  if (present.rowCount !== 0) return null
  const token = `tocsin_${deps.ids.secret(tokenBytes)}`
  await keep(token)
  return withTransaction(deps.pool, async (client) => {
    const { rows } = await client.query<{ id: number }>(
      `insert into api_tokens (name, digest, created_at)
       select 'first', $1, $2 where not exists (select from api_tokens) on conflict do nothing returning id`,
      [tokenDigest(token), deps.clock.now()],
    )
    if (rows[0] === undefined) return null
    const subject = { kind: 'token', id: rows[0].id, name: 'first' }
    const after = { name: 'first', scope: 'administrator', endsAt: null }
    await writeAudit(deps, client, { action: 'create-token', subject, before: null, after })
    return token
  })
}
