import type { TicketHistoryEntry } from '../../emulators/kit/ticket-history.ts'
import type { Span } from '../spans.ts'
import type { DeskReading } from './desk-reading.ts'

/** The life of every ticket, read from a desk's own history. */

/** A rule of the desk counts as a person where fields are concerned: neither is us. */
export type Actor = 'api' | 'person' | 'workflow'
export type EndedBy = Actor | 'deleted' | 'merged'

/** A stretch in which a ticket was open. */
export type OpenSpan = Span & {
  readonly begunBy: Actor
  /** Null while it is open. */
  readonly endedBy: EndedBy | null
}

export type DeskTicket = {
  readonly id: number
  /** Where it was created. */
  readonly companyId: number
  readonly reference: string
  readonly title: string
  readonly level: string
  /** The status description or the name of the event; empty when the texts do not tell. */
  readonly what: string
  readonly computer: string
  readonly createdAt: number
  readonly createdBy: Actor
  readonly open: readonly OpenSpan[]
  /** Everything that happened to it, oldest first. */
  readonly entries: readonly TicketHistoryEntry[]
}

type Draft = { created: TicketHistoryEntry; entries: TicketHistoryEntry[]; open: OpenSpanDraft[] }
type OpenSpanDraft = { from: number; to: number; begunBy: Actor; endedBy: EndedBy | null }

/** Reads a whole history, oldest entry first; tickets in the order of their creation. */
export function readTickets(history: readonly TicketHistoryEntry[], reading: DeskReading): DeskTicket[] {
  const drafts = new Map<number, Draft>()
  for (const entry of history) {
    const at = Date.parse(entry.time)
    const by = actorOf(entry)
    if (entry.kind === 'created') {
      const first = { from: at, to: Number.POSITIVE_INFINITY, begunBy: by, endedBy: null }
      drafts.set(entry.ticketId, { created: entry, entries: [entry], open: [first] })
      continue
    }
    const draft = drafts.get(entry.ticketId)
    if (draft === undefined) continue
    draft.entries.push(entry)
    const last = draft.open.at(-1)
    if (entry.kind === 'reopened') {
      draft.open.push({ from: at, to: Number.POSITIVE_INFINITY, begunBy: by, endedBy: null })
    } else if (last !== undefined && last.endedBy === null) {
      const endedBy = endOf(entry)
      if (endedBy !== null) Object.assign(last, { to: at, endedBy })
    }
  }
  return [...drafts.values()].map((draft) => toTicket(draft, reading))
}

/** Who did it. */
export function actorOf({ by, via }: Pick<TicketHistoryEntry, 'by' | 'via'>): Actor {
  return via ?? by
}

/**
 * Takes a title of the default template `{{level}}: {{what}} on {{computer}}` apart; all parts are empty when it is
 * another.
 */
function readTitle(title: string): { level: string; what: string; computer: string } {
  const [, level = '', what = '', computer = ''] = /^(.+?): (.+) on (.+)$/s.exec(title) ?? []
  return { level, what, computer }
}

function toTicket({ created, entries, open }: Draft, reading: DeskReading): DeskTicket {
  const { ticketId, companyID, externalID, changes } = created
  const title = String(changes[reading.title]?.new ?? '')
  const description = reading.description === null ? '' : String(changes[reading.description]?.new ?? '')
  return {
    id: ticketId,
    companyId: companyID,
    reference: externalID,
    title,
    // A title that had to be cut stands whole at the head of the description.
    ...readTitle(title.length >= reading.titleLimit - 1 ? (wholeTitle(title, description) ?? title) : title),
    createdAt: Date.parse(created.time),
    createdBy: actorOf(created),
    open,
    entries,
  }
}

function wholeTitle(title: string, description: string): string | undefined {
  const [head = ''] = description.split('\n')
  return title.endsWith('…') && head.startsWith(title.slice(0, -1).trimEnd()) ? head : undefined
}

function endOf(entry: TicketHistoryEntry): EndedBy | null {
  if (entry.kind === 'closed') return actorOf(entry)
  return entry.kind === 'deleted' || entry.kind === 'merged' ? entry.kind : null
}
