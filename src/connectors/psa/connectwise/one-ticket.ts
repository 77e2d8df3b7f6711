import { ConnectorError } from '../../failure.ts'
import { type Context, call } from './client.ts'
import { numberIs } from './conditions.ts'
import { type Operation, toId } from './map.ts'
import { readAll } from './pages.ts'
import { Changed, Ticket, ticketFields } from './wire.ts'

/** One ticket: whether it is still there, and changes to it. To call one gone is final, so a 404 alone does not count. */

/** Reads one ticket. Throws `gone` when ConnectWise says that there is none, or that it is a part of another. */
export async function getTicket(context: Context, ticketId: string): Promise<Ticket> {
  const id = toId('ticket', ticketId)
  const ticket = await getRecord(context, id)
  if (ticket === null) throw gone('deleted', ticketId)
  if (ticket.mergedParentTicket !== null) throw gone('merged', ticketId)
  return ticket
}

async function getRecord(context: Context, id: number): Promise<Ticket | null> {
  try {
    const query = `fields=${ticketFields.join(',')}`
    return await call(context, { method: 'GET', path: `service/tickets/${id}`, query, onRecord: true }, Ticket)
  } catch (error) {
    if (!isMissing(error)) throw error
    // Wrong keys and an upgrade are answered 404 too (connectwise-api.md 1, 3): a search tells them from a missing ticket.
    const list = { path: 'service/tickets', where: numberIs('id', id), fields: ticketFields, row: Ticket }
    return (await readAll(context, list)).find((one) => one.id === id) ?? null
  }
}

/**
 * Only ever PATCH: a PUT would empty whatever it does not name (connectwise-api.md 7). Gives what the ticket then is in
 * ConnectWise's own answer. Throws `gone` for a ticket that is not there.
 */
export function patchTicket(context: Context, ticketId: string, operations: readonly Operation[]): Promise<Changed> {
  const silence = { op: 'replace', path: 'processNotifications', value: false } as const
  const body = context.settings.processNotifications ? operations : [...operations, silence]
  const request = {
    method: 'PATCH',
    path: `service/tickets/${toId('ticket', ticketId)}`,
    body,
    onRecord: true,
  } as const
  return confirmExists(context, ticketId, call(context, request, Changed))
}

/** Waits for a write to a ticket; after a 404 the ticket is looked for: `gone` when it is not there. */
export async function confirmExists<T>(context: Context, ticketId: string, writing: Promise<T>): Promise<T> {
  try {
    return await writing
  } catch (error) {
    if (isMissing(error)) await getTicket(context, ticketId)
    throw error
  }
}

/** What a 404 became. */
function isMissing(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'later' && error.reason === 'wrong-address'
}

function gone(reason: 'deleted' | 'merged', ticketId: string): ConnectorError {
  const what =
    reason === 'deleted' ? 'is no longer in ConnectWise: someone deleted it' : 'was merged into another ticket'
  return new ConnectorError('gone', reason, `Ticket ${ticketId} ${what}.`)
}
