import type { TicketSeen } from '../../../core/ticket.ts'
import { ConnectorError } from '../../failure.ts'
import type { TicketClosed, TicketClosing } from '../../psa.ts'
import type { Context } from './client.ts'
import { usualPlaces } from './fields.ts'
import { closingStatus, type KeptStatus, keptStatuses } from './kept.ts'
import { ticketToSeen, toReference } from './map.ts'
import { hasNote, writeNote } from './notes.ts'
import { getTicket, patchTicket } from './one-ticket.ts'
import { readStatuses } from './options.ts'
import type { Ticket } from './wire.ts'

/**
 * The end of a ticket. ConnectWise has no conditional close, so the ticket is read first; and a 200 does not prove the
 * final state, because workflow rules may undo it, so it is read again afterwards.
 *
 * The note comes before the status: were it the last step and its answer lost, the next attempt would find a closed
 * ticket, which is not to be touched. It carries a marker, so that an attempt after a lost answer does not write it
 * again.
 */
export async function close(context: Context, ticketId: string, closing: TicketClosing): Promise<TicketClosed> {
  const before = await getTicket(context, ticketId)
  if (before.closedFlag) return { seen: ticketToSeen(before), wasOpen: false }
  await tellWhy(context, ticketId, closing)
  const wasOpen = await setClosed(context, before, closing.general.closedStatus ?? '')
  return { seen: await readBack(context, ticketId), wasOpen }
}

async function tellWhy(context: Context, ticketId: string, { resolution, general }: TicketClosing): Promise<void> {
  const marker = `[Tocsin, closing of ticket ${ticketId}]`
  if (await hasNote(context, ticketId, marker)) return
  const place = general.resolutionPlace || usualPlaces.resolutionPlace
  await writeNote(context, ticketId, { text: resolution, marker, place })
}

/**
 * Sets a closing status of the ticket's board. Our lists may be older than the board, and the ticket may have moved since
 * it was read: then both are read again, and what they say now is written once more. Gives false when somebody closed it
 * in between.
 */
async function setClosed(context: Context, before: Ticket, name: string): Promise<boolean> {
  const first = await statusFor(context, before, name, 'kept')
  const tried = await trySetting(context, before, first)
  if (tried === 'closed') return true
  const now = await getTicket(context, String(before.id))
  if (now.closedFlag) return tried === 'open'
  const second = await statusFor(context, now, name, 'live')
  if (second.id !== first.id) await patchStatus(context, now, second)
  else if (tried instanceof ConnectorError) throw tried
  return true
}

/** `open`: ConnectWise took the status, and it does not close. A failure: it does not know this status on this board. */
async function trySetting(
  context: Context,
  ticket: Ticket,
  status: KeptStatus,
): Promise<'closed' | 'open' | ConnectorError> {
  try {
    const { closedFlag } = await patchStatus(context, ticket, status)
    return closedFlag ? 'closed' : 'open'
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'refused' && error.reason === 'unknown-value') return error
    throw error
  }
}

function patchStatus(context: Context, { id }: Ticket, status: KeptStatus) {
  return patchTicket(context, String(id), [{ op: 'replace', path: 'status', value: toReference('status', status.id) }])
}

async function statusFor(context: Context, ticket: Ticket, name: string, from: 'kept' | 'live'): Promise<KeptStatus> {
  const board = String(ticket.board?.id ?? '')
  const kept = from === 'kept' ? keptStatuses(context.options).filter((status) => status.board === board) : []
  const status = closingStatus(kept, name) ?? closingStatus(await readStatuses(context, board), name)
  if (status !== undefined) return status
  throw new ConnectorError(
    'refused',
    'missing-value',
    `Board "${ticket.board?.name ?? board}" has no active status that closes tickets. Mark one as "Closed?" in ConnectWise under Service Board, Statuses, then let it be tried again.`,
  )
}

/** The close is done by now: when it cannot be read back its outcome is unknown, whatever a mere read would say. */
async function readBack(context: Context, ticketId: string): Promise<TicketSeen> {
  try {
    return ticketToSeen(await getTicket(context, ticketId))
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind === 'gone') throw error
    const { kind, reason, message, until } = error
    throw new ConnectorError(kind, reason, message, { outcome: 'unknown', until, cause: error })
  }
}
