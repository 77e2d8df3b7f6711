// The append-only list of everything that ever happened to a ticket, for checkers.
import { readEntry, type StoredHistoryEntry, showEntry, type TicketHistoryEntry } from '../../kit/ticket-history.ts'
import { ticketEntity } from '../model/entities.ts'
import type { Value } from '../model/field.ts'
import { formatTime } from '../wire.ts'

/** Who did it: the API user, or somebody at the desk (a technician, a workflow rule). */
export type Actor = {
  by: 'api' | 'person'
  resourceID: number
  /** The API user behind an impersonated resource. */
  impersonatorID: number | null
  /** The rule that acted instead of a person. */
  via?: 'workflow'
}

/** Turns an entry into what `GET /_emulator/state?part=history` shows. */
export function showHistory(entry: StoredHistoryEntry): TicketHistoryEntry {
  return showEntry(entry, showValue)
}

/** Turns a shown entry back, for restoring a state. */
export function readHistory(shown: TicketHistoryEntry): StoredHistoryEntry {
  return readEntry(shown, readValue)
}

function showValue(name: string, value: Value): Value {
  return typeof value === 'number' && isTime(name) ? formatTime(value) : value
}

function readValue(name: string, value: Value): Value {
  return typeof value === 'string' && isTime(name) ? Date.parse(value) : value
}

function isTime(name: string): boolean {
  return ticketEntity.field(name)?.dataType === 'datetime'
}
