// Everything that ever happened to a ticket, in order and for ever, for checkers.

import {
  readEntry,
  type StoredHistoryEntry,
  showEntry,
  type TicketHistoryEntry,
  type TicketHistoryKind,
} from '../../kit/ticket-history.ts'
import type { Row, Scalar } from '../model/field.ts'
import { ticketEntity } from '../model/ticket-fields.ts'
import { formatTime } from '../wire/time.ts'

/** Who does something: the API member, or somebody at the desk (a technician, a workflow rule). */
export type Actor = {
  by: 'api' | 'person'
  memberId: number
  /** As `updatedBy` shows it. */
  identifier: string
  /** The rule that acts instead of a person. */
  via?: 'workflow'
}

/** An entry about a ticket as it is now. */
export function historyEntry(
  time: number,
  ticket: Row,
  kind: TicketHistoryKind,
  actor: Actor,
  changes: readonly Scalar[],
  noteId?: number,
): StoredHistoryEntry {
  return {
    time,
    ticketId: ticket.id,
    kind,
    by: actor.by,
    ...(actor.via && { via: actor.via }),
    resourceID: actor.memberId,
    companyID: typeof ticket.company === 'number' ? ticket.company : 0,
    externalID: typeof ticket.externalXRef === 'string' ? ticket.externalXRef : '',
    changes,
    ...(noteId !== undefined && { noteId }),
  }
}

/** Turns an entry into what `GET /_emulator/state?part=history` shows; references in `changes` are ids. */
export function showHistory(entry: StoredHistoryEntry): TicketHistoryEntry {
  return showEntry(entry, showValue)
}

/** Turns a shown entry back, for restoring a state. */
export function readHistory(shown: TicketHistoryEntry): StoredHistoryEntry {
  return readEntry(shown, readValue)
}

function showValue(name: string, value: Scalar): Scalar {
  return typeof value === 'number' && isTime(name) ? formatTime(value) : value
}

function readValue(name: string, value: Scalar): Scalar {
  return typeof value === 'string' && isTime(name) ? Date.parse(value) : value
}

function isTime(name: string): boolean {
  return ticketEntity.field(name)?.kind === 'time'
}
