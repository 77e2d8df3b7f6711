import type { FieldValues, TicketDraft, TicketSeen } from '../../../core/ticket.ts'
import { referencePrefix } from '../../../lib/ids.ts'
import { cutBody, manyLines } from '../../desk-text.ts'
import { ConnectorError } from '../../failure.ts'
import type { TicketClosed, TicketClosing, TicketCreated } from '../../psa.ts'
import { type Context, call } from './client.ts'
import { completeStatus } from './fields.ts'
import { limitsOf } from './limits.ts'
import { closedStatusesOf, draftToBody, fieldsToBody, ticketToSeen, toDate, toNumber } from './map.ts'
import { confirmExists, getTicket, gone } from './one-ticket.ts'
import { type Condition, queryAll, queryPages } from './query.ts'
import { NoteTime, noteTimeFields, Resolution, resolutionFields, Ticket, ticketFields, Written } from './wire.ts'

/** Life of a ticket at Autotask. */

/** System notes that a merge leaves, "merged" on one ticket and "absorbed" on the other (autotask-api.md 6). */
const mergeNoteTypes = [93, 94]
/** A merge writes its note and completes the ticket at once; this is ample. */
const mergeTakesMs = 60_000

/**
 * The company is no part of the search: a ticket that a technician moved to another company is still the ticket of this
 * reference, and overlooking it would open a second one.
 */
export async function find(context: Context, reference: string): Promise<readonly TicketSeen[]> {
  const where = [{ op: 'eq', field: 'externalID', value: reference } as const]
  const rows = await queryAll(context, { entity: 'Tickets', where, fields: ticketFields, row: Ticket })
  const closed = closedStatusesOf(context.generals)
  // Whether Autotask compares texts exactly is not documented (autotask-api.md 3).
  const ours = rows.filter((row) => row.externalID === reference)
  return ours.map((row) => ticketToSeen(row, closed)).reverse()
}

/**
 * Creates a ticket. Autotask may answer with the id of an existing ticket when its duplicate handling is on
 * (autotask-api.md 5.6). The number stays empty: it would cost a second call.
 */
export async function create(context: Context, draft: TicketDraft): Promise<TicketCreated> {
  const body = draftToBody(draft, limitsOf(context.options))
  const { itemId } = await call(context, { method: 'POST', path: 'Tickets', body, write: true }, Written)
  if (itemId === null || itemId === undefined) {
    const message = 'Autotask took the ticket without telling its id; it is looked for by its reference.'
    throw new ConnectorError('later', 'bad-reply', message, { outcome: 'unknown' })
  }
  return { ticketId: String(itemId), number: '' }
}

/** A merged ticket remains at Autotask, completed and with a system note, which is looked for here. */
export async function read(context: Context, ticketId: string): Promise<TicketSeen> {
  const ticket = await getTicket(context, ticketId)
  if (await wasMerged(context, ticket)) throw gone('merged', ticketId)
  return ticketToSeen(ticket, closedStatusesOf(context.generals))
}

/**
 * Which of the two notes stands on which ticket is not documented, so the time tells: only on the ticket that was merged
 * away is the note as old as the completion.
 */
async function wasMerged(context: Context, ticket: Ticket): Promise<boolean> {
  const completed = toDate(ticket.completedDate ?? '')
  if (completed === null || String(ticket.status) !== completeStatus) return false
  const where = [
    { op: 'eq', field: 'ticketID', value: ticket.id },
    { op: 'in', field: 'noteType', value: mergeNoteTypes },
  ] as const
  const notes = await queryAll(context, { entity: 'TicketNotes', where, fields: noteTimeFields, row: NoteTime })
  return notes.some((note) => {
    const written = toDate(note.createDateTime ?? '')
    return written !== null && Math.abs(written.getTime() - completed.getTime()) <= mergeTakesMs
  })
}

/** Writes the named fields; empty ones are left as they are. */
export async function update(context: Context, ticketId: string, fields: FieldValues): Promise<void> {
  const changes = fieldsToBody(fields)
  if (Object.keys(changes).length > 0) await patch(context, ticketId, changes)
}

/**
 * Autotask has no conditional close, so the ticket is read first; and a 200 does not prove the final state, because
 * workflow rules may revert it, so it is read again afterwards (autotask-api.md 5.5).
 */
export async function close(context: Context, ticketId: string, closing: TicketClosing): Promise<TicketClosed> {
  const closed = closedStatusesOf([closing.general, ...context.generals])
  const before = ticketToSeen(await getTicket(context, ticketId), closed)
  if (before.state === 'closed') return { seen: before, wasOpen: false }
  await patch(context, ticketId, {
    status: toNumber('status of closed tickets', closing.general.closedStatus || completeStatus),
    resolution: cutBody(manyLines(closing.resolution), limitsOf(context.options).resolution),
  })
  return { seen: await readBack(context, ticketId, closed), wasOpen: true }
}

/** The close is done by now: when it cannot be read back its outcome is unknown, whatever a mere read would say. */
async function readBack(context: Context, ticketId: string, closed: ReadonlySet<string>): Promise<TicketSeen> {
  try {
    return ticketToSeen(await getTicket(context, ticketId), closed)
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind === 'gone') throw error
    const { kind, reason, message, until } = error
    throw new ConnectorError(kind, reason, message, { outcome: 'unknown', until, cause: error })
  }
}

/** Only ever PATCH: a PUT would empty whatever it does not name (autotask-api.md 2). */
async function patch(context: Context, ticketId: string, changes: object): Promise<void> {
  const body = { id: toNumber('ticket', ticketId), ...changes }
  const request = { method: 'PATCH', path: 'Tickets', body, write: true } as const
  await confirmExists(context, ticketId, call(context, request, Written))
}

/** The resolution as it stands, whoever wrote it. */
export async function hasResolution(context: Context, ticketId: string, text: string): Promise<boolean> {
  const where = [{ op: 'eq', field: 'id', value: toNumber('ticket', ticketId) } as const]
  const rows = await queryAll(context, { entity: 'Tickets', where, fields: resolutionFields, row: Resolution })
  return rows.some(({ resolution }) => resolution.includes(text))
}

/** Tickets of ours by their reference's prefix, in the order of their ids. */
export function changedSince(context: Context, since: Date): AsyncGenerator<readonly TicketSeen[]> {
  return ours(context, { op: 'gte', field: 'lastTrackedModificationDateTime', value: since.toISOString() })
}

/** Ids only grow (autotask-api.md 3). */
export function openedAfter(context: Context, ticketId: string | null): AsyncGenerator<readonly TicketSeen[]> {
  return ours(context, { op: 'gt', field: 'id', value: ticketId === null ? -1 : toNumber('ticket', ticketId) })
}

async function* ours(context: Context, condition: Condition): AsyncGenerator<readonly TicketSeen[]> {
  const where = [condition, { op: 'beginsWith', field: 'externalID', value: referencePrefix } as const]
  const closed = closedStatusesOf(context.generals)
  for await (const rows of queryPages(context, { entity: 'Tickets', where, fields: ticketFields, row: Ticket })) {
    const found = rows.filter((row) => row.externalID.startsWith(referencePrefix))
    if (found.length > 0) yield found.map((row) => ticketToSeen(row, closed))
  }
}
