import type { DeskTicket } from './desks/ticket-life.ts'
import { sightsAtAccount } from './grounds.ts'
import { closesOf, isHeld, isSeenHolding } from './i3-no-close-while-it-holds.ts'
import type { Sight } from './source/sights.ts'
import { intersect, join, lengthOf, type Span, subtract } from './spans.ts'
import { type Finding, isoOf } from './violation.ts'
import { isCondition, type World } from './world.ts'

/**
 * I7: an unreachable or partly read source never counts as "cleared". Two ways to break it are told apart:
 *
 * - `closed-unread`: it was over, but from its end until our close no reading of its client can have come through
 *   whole. The close was right by luck, so I3 cannot catch it.
 * - `closed-on-bad-reading`: it held all the time, and readings were failing shortly before the close: the failure was
 *   taken for an end. I3 is broken too.
 */
export function findUnreadCloses(world: World): Finding[] {
  return world.desks.flatMap((desk) =>
    desk.ours.filter(isCondition).flatMap((ticket) =>
      closesOf(ticket).flatMap((at): Finding[] => {
        const sights = sightsAtAccount(world, desk, ticket)
        const { id: ticketId, computer, what } = ticket
        const about = { at, desk: desk.id, ticketId, computer, what }
        const last = sights.findLast(({ from }) => from < at)
        if (last === undefined) return []
        if (isSeenHolding(world, desk, ticket, at)) {
          if (world.sources.get(last.source)?.isTold === true && !isHeld(world, desk, ticket, at)) {
            return [{ ...about, kind: 'closed-unread', words: 'we closed it before anybody told that it was over' }]
          }
          const failed = failedBefore(world, last, at)
          if (failed === undefined) return []
          const words = `we closed it while it held, after readings had been failing since ${isoOf(failed.from)}`
          return [{ ...about, kind: 'closed-on-bad-reading', words }]
        }
        if (!isUnread(world, ticket, sights, at)) return []
        const words = 'we closed it although no reading since its end can have come through whole'
        return [{ ...about, kind: 'closed-unread', words }]
      }),
    ),
  )
}

/** Readings that failed so short a time before that they may have led to it. */
function failedBefore(world: World, { source, tenant }: Sight, at: number): Span | undefined {
  const { seeMs, callMs } = world.evidence.grace
  const before = { from: at - seeMs - callMs, to: at }
  return world.quiet.failing(source, tenant).find((span) => intersect([span], [before]).length > 0)
}

/** Whether no moment between its begin and our close was free for a whole reading that did not show it. */
function isUnread(world: World, ticket: DeskTicket, sights: readonly Sight[], at: number): boolean {
  const ground = sights.findLast(({ from }) => from <= ticket.createdAt)
  const life = [{ from: ground?.from ?? ticket.createdAt, to: at }]
  const over = subtract(life, join(sights))
  if (lengthOf(over) === 0) return false
  const tenants = new Map(sights.map(({ source, tenant }) => [`${source}/${tenant}`, { source, tenant }]))
  const unread = [...tenants.values()].map(({ source, tenant }) => world.quiet.unreadable(source, tenant))
  // With more than one client at the account, any of their readings may have told.
  return unread.every((dead) => lengthOf(subtract(over, dead)) === 0) && !isSeenElsewhere(world, ticket, tenants, over)
}

/** A computer that has moved is listed where it is now, and that tells that it is gone from where it was. */
function isSeenElsewhere(
  world: World,
  { computer }: DeskTicket,
  tenants: ReadonlyMap<string, unknown>,
  over: readonly Span[],
): boolean {
  return [...world.sources.values()].some(({ id, truth }) =>
    (truth.places.get(computer) ?? []).some(({ tenant, ...place }) => {
      if (tenants.has(`${id}/${tenant}`)) return false
      return lengthOf(subtract(intersect(over, [place]), world.quiet.unreadable(id, tenant))) > 0
    }),
  )
}
