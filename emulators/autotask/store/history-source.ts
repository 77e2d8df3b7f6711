// TicketHistory rows, made from the ticket history when a query asks for them.
import type { StoredHistoryEntry } from '../../kit/ticket-history.ts'
import { ticketHistoryEntity } from '../model/entities.ts'
import type { Row } from '../model/field.ts'
import type { RowSource } from './table.ts'

const actions = {
  created: 'Created',
  updated: 'Edited',
  closed: 'Completed',
  reopened: 'Reopened',
  deleted: 'Deleted',
  merged: 'Merged',
  note: 'Note Added',
} as const

/** Shows the ticket history as rows of the API; a row's id is its place in the history. */
export function createHistorySource(history: readonly StoredHistoryEntry[]): RowSource {
  return {
    entity: ticketHistoryEntity,
    ids: () => history.map((_, index) => index + 1),
    get(id) {
      const entry = history[id - 1]
      return entry && toRow(entry, id)
    },
    find(field, value) {
      if (field !== 'ticketID') return undefined
      const ids: number[] = []
      for (const [index, entry] of history.entries()) if (entry.ticketId === value) ids.push(index + 1)
      return ids
    },
    since: () => undefined,
    past: () => new Map(),
  }
}

function toRow(entry: StoredHistoryEntry, id: number): Row {
  const changed: string[] = []
  for (let n = 0; n + 2 < entry.changes.length; n += 3) {
    changed.push(`${entry.changes[n]}: ${entry.changes[n + 1] ?? ''} -> ${entry.changes[n + 2] ?? ''}`)
  }
  return {
    ...ticketHistoryEntity.blank,
    id,
    ticketID: entry.ticketId,
    action: actions[entry.kind],
    date: entry.time,
    detail: changed.join('; '),
    resourceID: entry.resourceID,
  }
}
