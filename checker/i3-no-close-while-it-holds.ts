import type { DeskTicket } from './desks/ticket-life.ts'
import { hasAccount, sightsAtAccount } from './grounds.ts'
import { actedOnUntil } from './late.ts'
import { join, type Span } from './spans.ts'
import { type Finding, isoOf } from './violation.ts'
import { type DeskWorld, isCondition, type World } from './world.ts'

/**
 * I3: no close by us while the condition holds. A close that was under way when it began again is the price of a desk
 * that cannot be locked, so it counts only when it had held for longer than a reading and a call take.
 *
 * Where a Critical level hides that a reason has only eased, nobody can know better (docs/adr/0010): told apart, and counted.
 */
export function findWrongCloses(world: World): Finding[] {
  return world.desks.flatMap((desk) =>
    desk.ours.flatMap((ticket) =>
      closesOf(ticket).flatMap((at): Finding[] => {
        const { id: ticketId, computer, what } = ticket
        const about = { at, desk: desk.id, ticketId, computer, what }
        if (!isCondition(ticket)) {
          return what === ''
            ? []
            : [{ ...about, kind: 'closed-event', words: 'we closed an event ticket, which is a person’s to close' }]
        }
        const held = heldAt(world, desk, ticket, at)
        if (held === undefined) return []
        const words = `we closed it although it had held since ${isoOf(held.from)}`
        const finding = { ...about, kind: 'closed-while-holding' as const, words }
        return isSeenHolding(world, desk, ticket, at) ? [finding] : [{ ...finding, accepted: 'eased-under-critical' }]
      }),
    ),
  )
}

/** When we closed it. */
export function closesOf({ open }: DeskTicket): number[] {
  return open.filter(({ endedBy }) => endedBy === 'api').map(({ to }) => to)
}

type Place = { readonly source: string; readonly tenant: string }
type Stretch = Place & Span

/** Whether it really held when we closed the ticket, for long enough. */
export function isHeld(world: World, desk: DeskWorld, ticket: DeskTicket, at: number): boolean {
  return heldAt(world, desk, ticket, at) !== undefined
}

/** The stretch that makes a close wrong: it held then, and had for longer than anything old may be acted on. */
function heldAt(world: World, desk: DeskWorld, ticket: DeskTicket, at: number): Span | undefined {
  const held = world
    .held(ticket.computer, ticket.what)
    .filter(({ source, tenant }) => hasAccount(world, desk.id, source, tenant, ticket.companyId))
  const byPlace = Map.groupBy(held, ({ source, tenant }) => `${source}/${tenant}`)
  const stretches = [...byPlace.values()].flatMap((spans) => {
    const [first] = spans
    return first === undefined
      ? []
      : join(spans).map(({ from, to }) => ({ source: first.source, tenant: first.tenant, from, to }))
  })
  return stretches.find((stretch) => isTooLong(world, stretches, stretch, ticket, at))
}

/** Whether it is seen to hold as well, for long enough. */
export function isSeenHolding(world: World, desk: DeskWorld, ticket: DeskTicket, at: number): boolean {
  const sights = sightsAtAccount(world, desk, ticket)
  const stretches = sights.map(({ source, tenant, from, to }) => ({ source, tenant, from, to }))
  return stretches.some((stretch) => isTooLong(world, stretches, stretch, ticket, at))
}

/**
 * A close may act on an end that is as old as a reading and a call take. It needs an end, though: what held when the ticket was
 * opened, and never stopped, has none.
 */
function isTooLong(
  world: World,
  all: readonly Stretch[],
  stretch: Stretch,
  { createdAt }: DeskTicket,
  at: number,
): boolean {
  const { from, to } = stretch
  if (from >= at || at >= to) return false
  if (actedOnUntil(world, stretch, from) < at) return true
  const hasEnded = all.some((other) => other.to <= from && actedOnUntil(world, other, other.to) >= createdAt)
  return from <= createdAt && !hasEnded
}
