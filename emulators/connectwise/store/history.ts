// Everything that ever happened to a ticket, in order and for ever, for checkers. The names of an entry are those that
// every emulated desk uses, so that one checker reads them all.

import type { Row, Scalar } from '../model/field.ts'
import { ticketEntity } from '../model/ticket-fields.ts'
import { formatTime } from '../wire/time.ts'

/** What happened to a ticket. */
export type HistoryKind = 'created' | 'updated' | 'closed' | 'reopened' | 'deleted' | 'merged' | 'note'

/** Who does something: the API member, or somebody at the desk (a technician, a workflow rule). */
export type Actor = {
  by: 'api' | 'person'
  memberId: number
  /** As `updatedBy` shows it. */
  identifier: string
  /** The rule that acts instead of a person. */
  via?: 'workflow'
}

/** One entry. `changes` is flat (name, old, new, name, ...), since there are many. */
export type HistoryEntry = {
  time: number
  ticketId: number
  kind: HistoryKind
  by: Actor['by']
  via?: 'workflow'
  /** Member who did it. */
  resourceID: number
  companyID: number
  /** The ticket's `externalXRef`. */
  externalID: string
  changes: readonly Scalar[]
  noteId?: number
}

/** One entry as `GET /_emulator/state?part=history` shows it; references in `changes` are ids. */
export type ShownHistoryEntry = Omit<HistoryEntry, 'time' | 'changes'> & {
  time: string
  changes: Record<string, { old: Scalar; new: Scalar }>
}

/** An entry about a ticket as it is now. */
export function historyEntry(
  time: number,
  ticket: Row,
  kind: HistoryKind,
  actor: Actor,
  changes: readonly Scalar[],
  noteId?: number,
): HistoryEntry {
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

/** Turns an entry into what is shown. */
export function showEntry(entry: HistoryEntry): ShownHistoryEntry {
  const changes: ShownHistoryEntry['changes'] = {}
  for (let n = 0; n + 2 < entry.changes.length; n += 3) {
    const name = String(entry.changes[n])
    const [before = null, after = null] = entry.changes.slice(n + 1, n + 3)
    changes[name] = { old: showValue(name, before), new: showValue(name, after) }
  }
  return { ...entry, time: new Date(entry.time).toISOString(), changes }
}

/** Turns a shown entry back, for restoring a state. */
export function readEntry(shown: ShownHistoryEntry): HistoryEntry {
  const changes = Object.entries(shown.changes).flatMap(([name, change]) => [
    name,
    readValue(name, change.old),
    readValue(name, change.new),
  ])
  return { ...shown, time: Date.parse(shown.time), changes }
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
