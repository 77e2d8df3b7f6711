import type { Role } from '../core/role.ts'
import { insertToken, type Token } from '../db/tokens.ts'
import { withTransaction } from '../db/transaction.ts'
import { orNameTaken } from './connection-settings.ts'
import type { Deps } from './deps.ts'
import { tokenDigest } from './ensure-first-token.ts'
import { invalidInput } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

export type CreateToken = { readonly name: string; readonly scope: Role; readonly endsAt: Date | null }
/** `secret` is shown this once. */
export type TokenCreated = { readonly token: Token; readonly secret: string }

/** Makes a token for a program. */
export async function createToken(deps: Deps, input: CreateToken): Promise<TokenCreated> {
  const now = deps.clock.now()
  const { name, scope, endsAt } = input
  if (endsAt !== null && endsAt <= now) throw invalidInput([{ field: 'endsAt', message: 'Choose a moment to come.' }])
  const secret = `tocsin_${deps.ids.secret(32)}`
  const createdBy = deps.actor.kind === 'person' ? deps.actor.id : null
  const token = await orNameTaken('token', name, () =>
    withTransaction(deps.pool, async (client) => {
      const made = await insertToken(client, { name, scope, endsAt, digest: tokenDigest(secret), createdBy }, now)
      const subject = { kind: 'token', id: made.id, name }
      const after = { name, scope, endsAt: endsAt?.toISOString() ?? null }
      await writeAudit(deps, client, { action: 'create-token', subject, before: null, after })
      return made
    }),
  )
  return { token, secret }
}
