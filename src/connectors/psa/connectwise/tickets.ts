import type { FieldValues, TicketDraft, TicketSeen } from '../../../core/ticket.ts'
import { referencePrefix } from '../../../lib/ids.ts'
import type { TicketCreated } from '../../psa.ts'
import { type Context, call } from './client.ts'
import { all, type Condition, notBefore, numberAbove, textBegins, textIs } from './conditions.ts'
import { draftToBody, fieldsToOperations, ticketToSeen, toId } from './map.ts'
import { moveToBoard } from './move.ts'
import { getTicket, patchTicket } from './one-ticket.ts'
import { readAll, readPages } from './pages.ts'
import { Created, Ticket, ticketFields } from './wire.ts'

/** Life of a ticket at ConnectWise, but for its end, which is in `close.ts`. */

/**
 * The company is no part of the search: a ticket that a technician moved to another company is still the ticket of this
 * reference, and overlooking it would open a second one.
 */
export async function find(context: Context, reference: string): Promise<readonly TicketSeen[]> {
  const where = textIs('externalXRef', reference)
  const rows = await readAll(context, { path: 'service/tickets', where, fields: ticketFields, row: Ticket })
  // Texts compare without case there, and the condition may fit more than it says.
  const ours = rows.filter((row) => row.externalXRef === reference)
  return ours.map(ticketToSeen).reverse()
}

export async function create(context: Context, draft: TicketDraft): Promise<TicketCreated> {
  const body = draftToBody(draft, context.settings.processNotifications)
  const { id } = await call(context, { method: 'POST', path: 'service/tickets', body }, Created)
  return { ticketId: String(id), number: String(id) }
}

/** A merged ticket remains at ConnectWise, closed and with its parent's number: it counts as gone. */
export async function read(context: Context, ticketId: string): Promise<TicketSeen> {
  return ticketToSeen(await getTicket(context, ticketId))
}

/** Writes the named fields; empty ones are left as they are. Another board takes a status of its own with it. */
export async function update(context: Context, ticketId: string, fields: FieldValues): Promise<void> {
  const { board = '', ...others } = fields
  const moves = board === '' ? [] : await moveToBoard(context, ticketId, board)
  const changes = fieldsToOperations(others)
  const named = new Set(changes.map((change) => change.path))
  const operations = [...moves.filter((move) => !named.has(move.path)), ...changes]
  if (operations.length > 0) await patchTicket(context, ticketId, operations)
}

/**
 * Tickets of ours by their reference's prefix, in the order of their ids. One that changes while this runs shows its old
 * state or is missed; its new time brings it into the next reading.
 */
export function changedSince(context: Context, since: Date): AsyncGenerator<readonly TicketSeen[]> {
  return ours(context, notBefore('lastUpdated', since))
}

/** Ids only grow, as paging by them needs too (connectwise-api.md 6). */
export function openedAfter(context: Context, ticketId: string | null): AsyncGenerator<readonly TicketSeen[]> {
  return ours(context, numberAbove('id', ticketId === null ? 0 : toId('ticket', ticketId)))
}

async function* ours(context: Context, condition: Condition): AsyncGenerator<readonly TicketSeen[]> {
  const where = all(condition, textBegins('externalXRef', referencePrefix))
  for await (const rows of readPages(context, { path: 'service/tickets', where, fields: ticketFields, row: Ticket })) {
    const found = rows.filter((row) => row.externalXRef.startsWith(referencePrefix))
    if (found.length > 0) yield found.map(ticketToSeen)
  }
}
