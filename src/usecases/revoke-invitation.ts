import { deleteInvitation } from '../db/invitations.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { notFound } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

/** Takes an invitation back: its link is worth nothing from now on. */
export async function revokeInvitation(deps: Deps, input: { id: number }): Promise<void> {
  await withTransaction(deps.pool, async (client) => {
    const gone = await deleteInvitation(client, input.id)
    if (gone === null) throw notFound('invitation', input.id)
    const { email, name, role } = gone
    const subject = { kind: 'invitation', id: gone.id, name: email }
    await writeAudit(deps, client, { action: 'revoke-invitation', subject, before: { email, name, role }, after: null })
  })
}
