import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import { type Actor, actorOf, type DeskTicket } from './desks/ticket-life.ts'
import { sightsAtAccount } from './grounds.ts'
import { type Finding, isoOf, type ViolationKind } from './violation.ts'
import { type DeskWorld, isCondition, type World } from './world.ts'

/**
 * I4: what people did at the desk stays. No write of ours to a field that a person (or a rule of the desk) changed last, no
 * write into a ticket that a person closed, no opening again by us, and no close of what a person opened again until it began
 * again. A write that was under way when a person acted cannot be taken back.
 */
export function findOverwrites(world: World): Finding[] {
  return world.desks.flatMap((desk) => desk.ours.flatMap((ticket) => judge(world, desk, ticket)))
}

type Hand = { readonly by: Actor; readonly at: number }
type Memory = {
  /** Who changed a field last. */
  readonly changed: Map<string, Hand>
  closed: Hand | null
  /** A person opened it again after a close of ours. */
  released: number | null
}

function judge(world: World, desk: DeskWorld, ticket: DeskTicket): Finding[] {
  const memory: Memory = { changed: new Map(), closed: null, released: null }
  return ticket.entries.flatMap((entry) => {
    const at = Date.parse(entry.time)
    const by = actorOf(entry)
    const found = by === 'api' && entry.kind !== 'created' ? judgeOurs(world, desk, ticket, entry, at, memory) : []
    remember(memory, desk, entry, by, at)
    return found
  })
}

function judgeOurs(
  world: World,
  desk: DeskWorld,
  ticket: DeskTicket,
  entry: TicketHistoryEntry,
  at: number,
  memory: Memory,
): Finding[] {
  const { id: ticketId, computer, what } = ticket
  const { callMs } = world.evidence.grace
  const find = (kind: ViolationKind, words: string, accepted?: string): Finding => ({
    kind,
    at,
    desk: desk.id,
    ticketId,
    computer,
    what,
    words,
    ...(accepted !== undefined && { accepted }),
  })
  if (entry.kind === 'note') return []
  const found: Finding[] = []
  for (const field of Object.keys(entry.changes)) {
    const last = memory.changed.get(field)
    if (last === undefined || last.by === 'api' || desk.reading.shared.has(field) || at - last.at <= callMs) continue
    const who = last.by === 'person' ? 'a person' : 'a rule of the desk'
    found.push(find('overwritten', `we changed ${field} although ${who} had chosen it at ${isoOf(last.at)}`))
  }
  if (entry.kind === 'reopened') found.push(find('reopened', 'we opened it again'))
  if (memory.closed?.by === 'person' && at - memory.closed.at > callMs) {
    found.push(
      find('touched-after-person', `we wrote into it although a person had closed it at ${isoOf(memory.closed.at)}`),
    )
  }
  if (entry.kind === 'closed' && memory.released !== null && !beganAgain(world, desk, ticket, memory.released, at)) {
    const since = memory.released
    const forgot = world.evidence.restores.some(
      ({ at: restoredAt, copiedAt }) => copiedAt < since && restoredAt > since,
    )
    const words = `we closed it although a person had opened it again at ${isoOf(since)} and it had not begun again`
    found.push(find('closed-reopened', words, forgot ? 'forgotten-by-restore' : undefined))
  }
  return found
}

function remember(memory: Memory, { reading }: DeskWorld, entry: TicketHistoryEntry, by: Actor, at: number): void {
  if (entry.kind === 'created' || entry.kind === 'note') return
  for (const field of Object.keys(entry.changes)) {
    if (!reading.shared.has(field)) memory.changed.set(field, { by, at })
  }
  if (entry.kind === 'closed') {
    memory.closed = { by, at }
    memory.released = null
  }
  if (entry.kind === 'reopened') {
    // What a person closed while it held, and opened again, is ours as before.
    memory.released = by === 'person' && memory.closed?.by === 'api' ? at : null
    memory.closed = null
  }
}

/** Whether what it is about began again between the two, or was seen to. */
function beganAgain(world: World, desk: DeskWorld, ticket: DeskTicket, since: number, until: number): boolean {
  if (!isCondition(ticket)) return false
  return sightsAtAccount(world, desk, ticket).some(({ from }) => {
    // It may have begun again shortly before, and have been seen after.
    return from > since - world.evidence.grace.seeMs && from < until
  })
}
