// The append-only list of everything that ever happened to a ticket, for checkers.
import { ticketEntity } from '../model/entities.ts'
import type { Value } from '../model/field.ts'
import { formatTime } from '../wire.ts'

/** What happened to a ticket. */
export type HistoryKind = 'created' | 'updated' | 'closed' | 'reopened' | 'deleted' | 'merged' | 'note'

/** Who did it: the API user, or somebody at the desk (a technician, a workflow rule). */
export type Actor = {
  by: 'api' | 'person'
  resourceID: number
  /** The API user behind an impersonated resource. */
  impersonatorID: number | null
  /** The rule that acted instead of a person. */
  via?: 'workflow'
}

/** One entry; changes are kept flat (name, old, new, name, ...), since there are many. */
export type HistoryEntry = {
  time: number
  ticketId: number
  kind: HistoryKind
  by: Actor['by']
  via?: 'workflow'
  resourceID: number
  companyID: number
  externalID: string
  changes: readonly (Value | string)[]
  noteId?: number
}

/** One entry as `GET /_emulator/state?part=history` shows it. */
export type ShownHistoryEntry = {
  time: string
  ticketId: number
  kind: HistoryKind
  by: Actor['by']
  via?: 'workflow'
  resourceID: number
  companyID: number
  externalID: string
  changes: Record<string, { old: Value; new: Value }>
  noteId?: number
}

/** Turns an entry into what is shown. */
export function showEntry(entry: HistoryEntry): ShownHistoryEntry {
  const changes: Record<string, { old: Value; new: Value }> = {}
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

function showValue(name: string, value: Value): Value {
  return typeof value === 'number' && isTime(name) ? formatTime(value) : value
}

function readValue(name: string, value: Value): Value {
  return typeof value === 'string' && isTime(name) ? Date.parse(value) : value
}

function isTime(name: string): boolean {
  return ticketEntity.field(name)?.dataType === 'datetime'
}
