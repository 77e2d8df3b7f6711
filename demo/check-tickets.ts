import { bitOf, type Finding, finding, type Ground, stepsToClose, stepsToOpen } from './check-ground.ts'
import type { DeskTicket } from './desk-record.ts'
import type { Held } from './ksc-truth.ts'
import { intersect, join, lengthOf, type Span, subtract } from './spans.ts'

/** Judges the tickets that are there. */

/** Tickets that were open while another one for the same was. */
export function findDuplicates({ plan }: Ground, tickets: readonly DeskTicket[]): Finding[] {
  const byReason = Map.groupBy(tickets, ({ companyId, computer, what }) => `${companyId}/${computer}/${what}`)
  return [...byReason.values()].flatMap((same) => {
    if (plan.ticketPerEvent && bitOf(same[0]?.what ?? '') === undefined) return []
    return same.flatMap((ticket, n) => {
      const earlier = same.slice(0, n).find((other) => intersect(other.open, ticket.open).length > 0)
      if (earlier === undefined) return []
      return [finding('duplicates', ticket, ticket.createdAt, `open while ticket ${earlier.id} is open for the same`)]
    })
  })
}

/** All that is wrong with one ticket of ours. */
export function judgeTicket(ground: Ground, ticket: DeskTicket): Finding[] {
  const overwritten = ticket.overwritten.map(({ field, at }) =>
    finding('overwritten', ticket, at, `${field} was changed although a person had chosen it`),
  )
  const bit = bitOf(ticket.what)
  const findings = bit === undefined ? judgeEventTicket(ground, ticket) : judgeStatusTicket(ground, ticket, bit)
  return [...overwritten, ...findings]
}

function judgeEventTicket(ground: Ground, ticket: DeskTicket): Finding[] {
  const { plan, truth } = ground
  const closed = ticket.open
    .filter(({ endedBy }) => endedBy === 'api')
    .map(({ to }) => finding('wronglyClosed', ticket, to, 'an event ticket is a person’s to close'))
  const about = truth.events.filter(
    ({ at, computer, type }) =>
      at <= ticket.createdAt &&
      (computer === ticket.computer || (computer === '' && !truth.places.has(ticket.computer))) &&
      plan.eventNames.get(type) === ticket.what,
  )
  if (about.length === 0) return [...closed, finding('unfounded', ticket, ticket.createdAt, 'there was no such event')]
  if (about.some(({ vserver }) => plan.clients.get(vserver) === ticket.companyId)) return closed
  return [...closed, finding('wrongClient', ticket, ticket.createdAt, 'the event was not at this company')]
}

function judgeStatusTicket(ground: Ground, ticket: DeskTicket, bit: number): Finding[] {
  const { plan, truth } = ground
  const ofCompany = (vserver: string): boolean => plan.clients.get(vserver) === ticket.companyId
  const recently = (span: Span & { vserver: string }, steps: number): boolean => {
    if (span.from > ticket.createdAt) return false
    const since = [{ from: span.to, to: ticket.createdAt }].filter(({ from, to }) => from < to)
    return lengthOf(subtract(since, ground.sourceQuiet(span.vserver))) <= steps * ground.step
  }
  const places = truth.places.get(ticket.computer) ?? []
  if (!places.some((place) => ofCompany(place.vserver) && recently(place, 1))) {
    return [finding('wrongClient', ticket, ticket.createdAt, 'the computer is not at this company')]
  }
  const parts = truth.held.filter(
    (held) => held.computer === ticket.computer && held.bit === bit && ofCompany(held.vserver),
  )
  if (!parts.some((held) => recently(held, stepsToOpen))) {
    return [finding('unfounded', ticket, ticket.createdAt, 'it did not hold when the ticket was opened')]
  }
  const closed = ticket.open
    .filter(({ endedBy, to }) => endedBy === 'api' && parts.some((held) => held.from < to && to < held.to))
    .map(({ to }) => finding('wronglyClosed', ticket, to, 'it still held when the ticket was closed'))
  return [...closed, ...findLingering(ground, ticket, parts)]
}

function findLingering(ground: Ground, ticket: DeskTicket, parts: readonly Held[]): Finding[] {
  const { plan, truth, now, step } = ground
  if (parts.some(({ vserver }) => truth.removed.has(vserver))) return []
  // A ticket that a person opened again is theirs.
  const open = ticket.open.filter(({ begunBy }) => begunBy === 'api')
  const gaps = subtract(intersect(open, [{ from: Number.NEGATIVE_INFINITY, to: now }]), parts)
  for (const gap of gaps) {
    const before = parts.findLast(({ to }) => to <= gap.from)
    const hidden = before !== undefined && !plan.namesAllReasons && before.levels.at(-1)?.level === 'warning'
    const excused = join([
      ...(before === undefined ? [] : ground.sourceQuiet(before.vserver)),
      ...ground.deskQuiet,
      ...(hidden ? (truth.critical.get(ticket.computer) ?? []) : []),
    ])
    if (lengthOf(subtract([gap], excused)) > stepsToClose * step) {
      return [finding('lingering', ticket, gap.from, 'it is over and the ticket stayed open')]
    }
  }
  return []
}
