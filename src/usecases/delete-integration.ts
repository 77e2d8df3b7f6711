import { countOpenTickets, deleteIntegrationRows, lockIntegration } from '../db/integrations.ts'
import type { Sql } from '../db/sql.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { notFound, RequestError } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

/** Deletes an integration whose tickets are all done, with its mappings, rules and history. Throws `RequestError`. */
export async function deleteIntegration(deps: Deps, input: { id: number }): Promise<void> {
  await withTransaction(deps.pool, async (client) => {
    const { rows } = await client.query<{ name: string; source: string; psa: string }>(
      `select i.name, s.name as source, p.name as psa
       from integrations i join sources s on s.id = i.source_id join psas p on p.id = i.psa_id where i.id = $1`,
      [input.id],
    )
    const before = rows[0]
    if (before === undefined) throw notFound('integration', input.id)
    await removeIntegration(client, input.id)
    const subject = { kind: 'integration', id: input.id, name: before.name }
    await writeAudit(deps, client, { action: 'delete-integration', subject, before, after: null })
  })
  deps.log.info({ id: input.id }, 'integration deleted')
}

/** The same within a transaction that is under way. */
export async function removeIntegration(sql: Sql, id: number): Promise<void> {
  if (!(await lockIntegration(sql, id))) throw notFound('integration', id)
  const openTickets = await countOpenTickets(sql, { integrationId: id })
  if (openTickets > 0) {
    const tickets = openTickets === 1 ? '1 ticket that is' : `${openTickets} tickets that are`
    const message = `This integration has ${tickets} not done. Close them at the desk or give them up first; pause it so that no new ones are opened.`
    throw new RequestError('in-use', message, { openTickets })
  }
  await deleteIntegrationRows(sql, id)
}
