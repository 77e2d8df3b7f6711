import { timingSafeEqual } from 'node:crypto'
import type { Role } from '../core/role.ts'
import { livingTokens, touchToken } from '../db/tokens.ts'
import type { Deps } from './deps.ts'
import { tokenDigest } from './ensure-first-token.ts'

export type LiveToken = { readonly id: number; readonly name: string; readonly scope: Role }

/** Written at most this often. */
const touchEveryMs = 3_600_000

/** A token that is good now, or null. Takes the same time whatever is wrong with it. */
export async function checkToken(deps: Deps, token: string): Promise<LiveToken | null> {
  const now = deps.clock.now()
  const given = Buffer.from(tokenDigest(token), 'hex')
  let found: Awaited<ReturnType<typeof livingTokens>>[number] | null = null
  for (const row of await livingTokens(deps.pool, now)) {
    const stored = Buffer.from(row.digest, 'hex')
    if (stored.length === given.length && timingSafeEqual(stored, given)) found = row
  }
  if (found === null) return null
  const { id, name, scope, lastUsedAt } = found
  if (now.getTime() - (lastUsedAt?.getTime() ?? 0) >= touchEveryMs) await touchToken(deps.pool, id, now)
  return { id, name, scope }
}
