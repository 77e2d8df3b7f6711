import { autotask } from '../checker/desks/autotask.ts'
import { type DeskTicket as CheckedTicket, readTickets } from '../checker/desks/ticket-life.ts'
import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'

/** The life of every ticket, read from the Autotask emulator's own history, with what the story speaks of. */
export type DeskTicket = CheckedTicket & {
  /** As it was created. */
  readonly queueId: number | null
  /** As it is now. */
  readonly priority: number | null
}

/** Reads a whole history, oldest entry first; tickets in the order of their creation. */
export function readDesk(history: readonly TicketHistoryEntry[]): DeskTicket[] {
  return readTickets(history, autotask).map(withFields)
}

/** A ticket with its queue and its priority. */
export function withFields(ticket: CheckedTicket): DeskTicket {
  const { entries } = ticket
  const priority = entries.findLast((entry) => numberOf(entry, 'priority') !== null)
  return {
    ...ticket,
    queueId: entries[0] === undefined ? null : numberOf(entries[0], 'queueID'),
    priority: priority === undefined ? null : numberOf(priority, 'priority'),
  }
}

function numberOf({ changes }: TicketHistoryEntry, field: string): number | null {
  const value = changes[field]?.new
  return typeof value === 'number' ? value : null
}
