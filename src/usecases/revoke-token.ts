import { deleteToken } from '../db/tokens.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { notFound } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

/** Takes a token back at once. */
export async function revokeToken(deps: Deps, input: { id: number }): Promise<void> {
  await withTransaction(deps.pool, async (client) => {
    const gone = await deleteToken(client, input.id)
    if (gone === null) throw notFound('token', input.id)
    const { name, scope } = gone
    const subject = { kind: 'token', id: gone.id, name }
    await writeAudit(deps, client, { action: 'revoke-token', subject, before: { name, scope }, after: null })
  })
}
