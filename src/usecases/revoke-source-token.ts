import { deleteSourceToken } from '../db/source-tokens.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { notFound } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

/** Takes a token back at once: nothing more is taken with it. What was taken stays. Throws `RequestError`. */
export async function revokeSourceToken(deps: Deps, input: { sourceId: number; tokenId: number }): Promise<void> {
  await withTransaction(deps.pool, async (client) => {
    const gone = await deleteSourceToken(client, input.sourceId, input.tokenId)
    if (gone === null) throw notFound('token', input.tokenId)
    const { name, company, kind, endsAt } = gone
    const subject = { kind: 'source-token', id: gone.id, name }
    const before = { company, kind, endsAt: endsAt?.toISOString() ?? null }
    await writeAudit(deps, client, { action: 'revoke-source-token', subject, before, after: null })
  })
}
