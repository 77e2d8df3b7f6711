import { timingSafeEqual } from 'node:crypto'
import type { Deps } from './deps.ts'
import { tokenDigest } from './ensure-first-token.ts'

/** The name of a token, or null when there is no such token. Takes the same time whatever is wrong with it. */
export async function checkToken(deps: Deps, token: string): Promise<string | null> {
  const given = Buffer.from(tokenDigest(token), 'hex')
  const rows = await deps.db.selectFrom('api_tokens').select(['name', 'digest']).execute()
  let name: string | null = null
  for (const row of rows) {
    const stored = Buffer.from(row.digest, 'hex')
    if (stored.length === given.length && timingSafeEqual(stored, given)) name = row.name
  }
  return name
}
