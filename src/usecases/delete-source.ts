import { type ConnectionTable, deleteConnection, lockConnection, usesOfConnection } from '../db/connections.ts'
import { removeDuties } from '../db/duties.ts'
import type { Sql } from '../db/sql.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { sourceDuties } from './ensure-duties.ts'
import { notFound, RequestError } from './request-error.ts'

/** Deletes a source that no integration uses, with all that was observed through it. Throws `RequestError`. */
export async function deleteSource(deps: Deps, input: { id: number }): Promise<void> {
  await withTransaction(deps.pool, (client) => removeSource(client, input.id))
  deps.log.info({ id: input.id }, 'source deleted')
}

/** The same within a transaction that is under way. */
export async function removeSource(sql: Sql, id: number): Promise<void> {
  await refuseUsed(sql, 'sources', id)
  await removeDuties(sql, sourceDuties, id)
  await deleteConnection(sql, 'sources', id)
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
