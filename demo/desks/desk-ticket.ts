import { autotask } from '../../checker/desks/autotask.ts'
import { connectwise } from '../../checker/desks/connectwise.ts'
import type { DeskReading } from '../../checker/desks/desk-reading.ts'
import { type DeskTicket as CheckedTicket, readTickets } from '../../checker/desks/ticket-life.ts'
import { tigerpaw } from '../../checker/desks/tigerpaw.ts'
import type { DeskVendor } from '../../checker/evidence.ts'
import type { TicketHistoryEntry } from '../../emulators/kit/ticket-history.ts'
import { isAboutTocsin } from '../own-tickets.ts'
import type { DeskKind, DeskNames } from './desk-kind.ts'

/** The life of a ticket, read from its desk's own history, with what the story speaks of. */
export type DeskTicket = CheckedTicket & {
  readonly desk: DeskVendor
  /** Name of the company where it was created. */
  readonly client: string
  /** Queue or board, and priority, as they are now. */
  readonly place: string
  readonly priority: string
}

const readings: Readonly<Record<DeskVendor, DeskReading>> = { autotask, connectwise, tigerpaw }

/** Reads a whole history, oldest entry first; tickets in the order of their creation, without those about Tocsin itself. */
export function readDesk(
  kind: Pick<DeskKind, 'vendor' | 'fields'>,
  names: DeskNames,
  history: readonly TicketHistoryEntry[],
): DeskTicket[] {
  const { place, priority } = kind.fields
  return readTickets(history, readings[kind.vendor])
    .filter(({ title }) => !isAboutTocsin(title))
    .map((ticket) => ({
      ...ticket,
      desk: kind.vendor,
      client: names.companyName(ticket.companyId),
      place: names.label(place, lastOf(ticket.entries, place)),
      priority: names.label(priority, lastOf(ticket.entries, priority)),
    }))
}

function lastOf(entries: readonly TicketHistoryEntry[], field: string): string | number | null {
  const value = entries.findLast((entry) => entry.changes[field] !== undefined)?.changes[field]?.new
  return typeof value === 'string' || typeof value === 'number' ? value : null
}
