import type { DeskTicket, OpenSpan } from './desks/ticket-life.ts'
import { advance } from './spans.ts'
import type { Finding } from './violation.ts'
import { type DeskWorld, isCondition, type World } from './world.ts'

/**
 * I1: at most one open ticket per identity, at any moment. Judged twice: by the reference in the ticket, and by what the
 * ticket says it is about, so that a changed reference cannot hide a double. Two that are open because a person opened
 * one of them again are that person's.
 */
export function findDoubles(world: World): Finding[] {
  return world.desks.flatMap((desk) => {
    const byReference = Map.groupBy(
      desk.ours.filter(({ reference }) => reference !== ''),
      ({ reference }) => reference,
    )
    const byMeaning = Map.groupBy(
      desk.ours.filter((ticket) => isOncePerMeaning(world, desk, ticket)),
      ({ what, computer }) => `${what}/${computer}`,
    )
    const same = pairsOf(world, desk, byReference.values(), 'same-reference', () => true)
    const known = new Set(same.map(({ ticketId }) => ticketId))
    const alike = pairsOf(world, desk, byMeaning.values(), 'same-meaning', (a, b) => isSameClient(world, a, b))
    return [...same, ...alike.filter(({ ticketId }) => !known.has(ticketId))]
  })
}

function pairsOf(
  world: World,
  desk: DeskWorld,
  groups: Iterable<readonly DeskTicket[]>,
  kind: 'same-reference' | 'same-meaning',
  isSame: (one: DeskTicket, other: DeskTicket) => boolean,
): Finding[] {
  return [...groups].flatMap((group) =>
    group.flatMap((ticket, n): Finding[] => {
      for (const earlier of group.slice(0, n)) {
        const at = isSame(earlier, ticket) ? doubleFrom(world, desk, earlier, ticket) : undefined
        if (at === undefined) continue
        const { id: ticketId, computer, what } = ticket
        const by = kind === 'same-reference' ? `the reference ${ticket.reference}` : 'the same computer and reason'
        const words = `it is open while ticket ${earlier.id} is open with ${by}`
        return [{ kind, at, desk: desk.id, ticketId, computer, what, words, others: [earlier.id] }]
      }
      return []
    }),
  )
}

/** From when on two tickets were both open by our doing. */
function doubleFrom(world: World, desk: DeskWorld, a: DeskTicket, b: DeskTicket): number | undefined {
  for (const one of a.open) {
    for (const other of b.open) {
      const from = Math.max(one.from, other.from)
      if (from >= Math.min(one.to, other.to)) continue
      const [first, second] = one.from <= other.from ? [one, other] : [other, one]
      if (second.begunBy === 'api' && !isUnnoticed(world, desk, first, second)) return from
    }
  }
  return undefined
}

/** Opened again by a person so short a time before that we need not know it. */
function isUnnoticed({ evidence, quiet }: World, desk: DeskWorld, first: OpenSpan, second: OpenSpan): boolean {
  if (first.begunBy === 'api') return false
  return second.from <= advance(first.from, evidence.grace.noticeMs, quiet.calling(desk.id))
}

/** Where each event has a ticket of its own, many are about the same. */
function isOncePerMeaning(world: World, desk: DeskWorld, ticket: DeskTicket): boolean {
  if (ticket.what === '') return false
  return (
    isCondition(ticket) || world.integrations.every(({ desk: id, repeats }) => id !== desk.id || repeats === 'note')
  )
}

/** A computer that moved to another client has its tickets at both for a while. */
function isSameClient(world: World, earlier: DeskTicket, later: DeskTicket): boolean {
  if (earlier.companyId === later.companyId) return true
  if (!isCondition(later)) return false
  // What is about no computer is called after its source, for each of its clients.
  if (world.sources.has(later.computer)) return false
  // The first may have been opened just after the move, which was not seen yet.
  const { seeMs, callMs } = world.evidence.grace
  const since = earlier.createdAt - seeMs - callMs
  const hasMoved = [...world.sources.values()].some(({ truth }) =>
    (truth.places.get(later.computer) ?? []).some(
      ({ from }) => Number.isFinite(from) && from >= since && from <= later.createdAt,
    ),
  )
  return !hasMoved
}
