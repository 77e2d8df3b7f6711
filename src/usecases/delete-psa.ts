import { deleteConnection } from '../db/connections.ts'
import { removeDuties } from '../db/duties.ts'
import type { Sql } from '../db/sql.ts'
import { withTransaction } from '../db/transaction.ts'
import { connectionSubject } from './audit-words.ts'
import { connectionToAudit, refuseUsed } from './delete-source.ts'
import type { Deps } from './deps.ts'
import { psaDuties } from './ensure-duties.ts'
import { writeAudit } from './write-audit.ts'

/** Deletes a PSA that no integration uses. Throws `RequestError`. */
export async function deletePsa(deps: Deps, input: { id: number }): Promise<void> {
  await withTransaction(deps.pool, async (client) => {
    const before = await connectionToAudit(client, 'psas', input.id)
    await removePsa(client, input.id)
    const subject = connectionSubject('psas', input.id, before.name)
    await writeAudit(deps, client, { action: 'delete-psa', subject, before, after: null })
  })
  deps.log.info({ id: input.id }, 'PSA deleted')
}

/** The same within a transaction that is under way. */
export async function removePsa(sql: Sql, id: number): Promise<void> {
  await refuseUsed(sql, 'psas', id)
  await removeDuties(sql, [...psaDuties, 'conduct-drill'], id)
  await deleteConnection(sql, 'psas', id)
}
