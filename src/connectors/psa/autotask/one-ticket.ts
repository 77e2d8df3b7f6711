import { ConnectorError } from '../../failure.ts'
import { type Context, call } from './client.ts'
import { toNumber } from './map.ts'
import { queryAll } from './query.ts'
import { itemOf, Ticket, ticketFields } from './wire.ts'

/** Whether a ticket is still there. To call one gone is final, so nothing but Autotask's own word counts. */

/** Reads one ticket. Throws `gone` only when Autotask answers that there is none. */
export async function getTicket(context: Context, ticketId: string): Promise<Ticket> {
  const id = toNumber('ticket', ticketId)
  const ticket = await getItem(context, id)
  if (ticket === null) throw gone('deleted', ticketId)
  return ticket
}

async function getItem(context: Context, id: number): Promise<Ticket | null> {
  try {
    const answer = await call(context, { method: 'GET', path: `Tickets/${id}`, write: false }, itemOf(Ticket))
    return answer.item
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.reason !== 'wrong-address') throw error
    // A 404 may mean a missing ticket or an Autotask under maintenance (autotask-api.md 12, 5): a query tells them apart.
    const where = [{ op: 'eq', field: 'id', value: id } as const]
    const rows = await queryAll(context, { entity: 'Tickets', where, fields: ticketFields, row: Ticket })
    return rows.find((row) => row.id === id) ?? null
  }
}

/**
 * Waits for a write to a ticket. What Autotask says to a write to a deleted ticket is not documented, so after every
 * refusal the ticket is looked for: `gone` when it is not there, else the refusal itself.
 */
export async function confirmExists<T>(context: Context, ticketId: string, writing: Promise<T>): Promise<T> {
  try {
    return await writing
  } catch (error) {
    if (error instanceof ConnectorError && (error.kind === 'refused' || error.reason === 'wrong-address')) {
      await getTicket(context, ticketId)
    }
    throw error
  }
}

export function gone(reason: 'deleted' | 'merged', ticketId: string): ConnectorError {
  const what = reason === 'deleted' ? 'is no longer in Autotask: someone deleted it' : 'was merged into another ticket'
  return new ConnectorError('gone', reason, `Ticket ${ticketId} ${what}.`)
}
