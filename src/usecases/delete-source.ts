import {
  type ConnectionTable,
  connectionById,
  deleteConnection,
  lockConnection,
  usesOfConnection,
} from '../db/connections.ts'
import { removeDuties } from '../db/duties.ts'
import type { Sql } from '../db/sql.ts'
import { withTransaction } from '../db/transaction.ts'
import { connectionSubject } from './audit-words.ts'
import type { Deps } from './deps.ts'
import { sourceDuties } from './ensure-duties.ts'
import { notFound, RequestError } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

/** Deletes a source that no integration uses, with all that was observed through it. Throws `RequestError`. */
export async function deleteSource(deps: Deps, input: { id: number }): Promise<void> {
  await withTransaction(deps.pool, async (client) => {
    const before = await connectionToAudit(client, 'sources', input.id)
    await removeSource(client, input.id)
    const subject = connectionSubject('sources', input.id, before.name)
    await writeAudit(deps, client, { action: 'delete-source', subject, before, after: null })
  })
  deps.log.info({ id: input.id }, 'source deleted')
}

/** The same within a transaction that is under way. */
export async function removeSource(sql: Sql, id: number): Promise<void> {
  await refuseUsed(sql, 'sources', id)
  await removeDuties(sql, [...sourceDuties, 'poll-mailbox'], id)
  await deleteConnection(sql, 'sources', id)
}

/** What the audit log tells of a connection that is about to go. Throws `RequestError` when it is gone already. */
export async function connectionToAudit(
  sql: Sql,
  table: ConnectionTable,
  id: number,
): Promise<{ readonly name: string; readonly connector: string }> {
  const connection = await connectionById(sql, table, id)
  if (connection === null) throw notFound(table === 'sources' ? 'source' : 'PSA', id)
  const { name, connector, settings } = connection
  return { ...settings, name, connector }
}

/** Locks the connection. Throws `RequestError` when it is gone or still used. */
export async function refuseUsed(sql: Sql, table: ConnectionTable, id: number): Promise<void> {
  const what = table === 'sources' ? 'source' : 'PSA'
  if (!(await lockConnection(sql, table, id))) throw notFound(what, id)
  const uses = await usesOfConnection(sql, table, id)
  if (uses.integrations.length === 0) return
  const names = uses.integrations.map((name) => `“${name}”`).join(', ')
  const tickets = uses.openTickets === 1 ? '1 ticket is' : `${uses.openTickets} tickets are`
  const message = `This ${what} is used by ${names}, and ${tickets} not done. Delete what uses it first.`
  throw new RequestError('in-use', message, uses)
}
