import type { ShownHistoryEntry } from '../emulators/autotask/store/history.ts'
import type { Span } from './spans.ts'

/** The life of every ticket, read from the Autotask emulator's own history. */

export type EndedBy = 'api' | 'person' | 'deleted' | 'merged'

/** A stretch in which a ticket was open. */
export type OpenSpan = Span & {
  readonly begunBy: 'api' | 'person'
  /** Null while it is open. */
  readonly endedBy: EndedBy | null
}

export type DeskTicket = {
  readonly id: number
  readonly companyId: number
  /** As it was created. */
  readonly queueId: number | null
  /** As it is now. */
  readonly priority: number | null
  readonly title: string
  readonly level: string
  /** The status description or the name of the event; empty when the title does not tell. */
  readonly what: string
  readonly computer: string
  readonly createdAt: number
  readonly createdBy: 'api' | 'person'
  readonly open: readonly OpenSpan[]
  /** Fields that the API user changed although a person had changed them last. */
  readonly overwritten: readonly { readonly field: string; readonly at: number }[]
}

type Draft = {
  id: number
  companyId: number
  queueId: number | null
  priority: number | null
  title: string
  createdAt: number
  createdBy: 'api' | 'person'
  open: { from: number; to: number; begunBy: 'api' | 'person'; endedBy: EndedBy | null }[]
  changedBy: Map<string, 'api' | 'person'>
  overwritten: { field: string; at: number }[]
}

/** Opening and closing are what both sides may do. */
const sharedFields = new Set(['status', 'resolution'])

/** Reads a whole history, oldest entry first; tickets in the order of their creation. */
export function readDesk(history: readonly ShownHistoryEntry[]): DeskTicket[] {
  const tickets = new Map<number, Draft>()
  for (const entry of history) {
    const at = Date.parse(entry.time)
    if (entry.kind === 'created') tickets.set(entry.ticketId, toDraft(entry, at))
    const ticket = tickets.get(entry.ticketId)
    if (ticket !== undefined) follow(ticket, entry, at)
  }
  return [...tickets.values()].map((draft) => {
    const { changedBy: _, ...ticket } = draft
    return { ...ticket, ...readTitle(draft.title) }
  })
}

/**
 * Takes a title of the default template `{{level}}: {{what}} on {{computer}}` apart; all parts are empty when it is
 * another.
 */
export function readTitle(title: string): { level: string; what: string; computer: string } {
  const [, level = '', what = '', computer = ''] = /^(.+?): (.+) on (.+)$/s.exec(title) ?? []
  return { level, what, computer }
}

function toDraft(entry: ShownHistoryEntry, at: number): Draft {
  return {
    id: entry.ticketId,
    companyId: entry.companyID,
    queueId: numberOf(entry, 'queueID'),
    priority: null,
    title: String(entry.changes.title?.new ?? ''),
    createdAt: at,
    createdBy: entry.by,
    open: [{ from: at, to: Number.POSITIVE_INFINITY, begunBy: entry.by, endedBy: null }],
    changedBy: new Map(),
    overwritten: [],
  }
}

function follow(ticket: Draft, entry: ShownHistoryEntry, at: number): void {
  const last = ticket.open.at(-1)
  if (entry.kind === 'reopened') {
    ticket.open.push({ from: at, to: Number.POSITIVE_INFINITY, begunBy: entry.by, endedBy: null })
  } else if (last !== undefined && last.endedBy === null) {
    const endedBy = endOf(entry)
    if (endedBy !== null) Object.assign(last, { to: at, endedBy })
  }
  ticket.priority = numberOf(entry, 'priority') ?? ticket.priority
  if (entry.kind === 'created' || entry.kind === 'note') return
  for (const field of Object.keys(entry.changes)) {
    if (sharedFields.has(field)) continue
    if (entry.by === 'api' && ticket.changedBy.get(field) === 'person') ticket.overwritten.push({ field, at })
    ticket.changedBy.set(field, entry.by)
  }
}

function numberOf({ changes }: ShownHistoryEntry, field: string): number | null {
  const value = changes[field]?.new
  return typeof value === 'number' ? value : null
}

function endOf({ kind, by }: ShownHistoryEntry): EndedBy | null {
  if (kind === 'closed') return by
  return kind === 'deleted' || kind === 'merged' ? kind : null
}
