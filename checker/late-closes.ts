import type { DeskTicket } from './desks/ticket-life.ts'
import { hasStuck, isGivenUp } from './excuses.ts'
import { sightsAtAccount } from './grounds.ts'
import { deliveredBy } from './late.ts'
import { isFiltered } from './meant.ts'
import type { Sight } from './source/sights.ts'
import { advance, join, type Span, subtract } from './spans.ts'
import type { DeskWorld, World } from './world.ts'

/** A ticket of ours that stayed open although what it is about was over. */
export type LateClose = {
  readonly desk: DeskWorld
  readonly ticket: DeskTicket
  readonly endedAt: number
  readonly due: number
  /** Something that filters new tickets stood in its way (I8), or nothing did (I2). */
  readonly isFiltered: boolean
}

/**
 * What is over has its ticket closed within the grace. Left to people: what they opened again, gave up or are shown as stuck,
 * and tickets of a virtual server that was removed.
 */
export function findLateCloses(world: World): LateClose[] {
  return world.desks.flatMap((desk) =>
    desk.ours.flatMap((ticket) => {
      const sights = sightsAtAccount(world, desk, ticket)
      if (sights.length === 0) return []
      for (const gap of gapsOf(ticket, sights)) {
        const late = lateClose(world, desk, ticket, sights, gap)
        if (late !== null) return [late]
      }
      return []
    }),
  )
}

function gapsOf(ticket: DeskTicket, sights: readonly Sight[]): Span[] {
  const open = ticket.open.filter(({ begunBy }) => begunBy !== 'person')
  return subtract(open, join(sights))
}

function lateClose(
  world: World,
  desk: DeskWorld,
  ticket: DeskTicket,
  sights: readonly Sight[],
  gap: Span,
): LateClose | null {
  // Without a sight before it, it never was: another check tells.
  const before = sights.findLast(({ to }) => to <= gap.from)
  if (before === undefined) return null
  const { source, tenant } = before
  const delivered = deliveredBy(world, { source, tenant, desk: desk.id }, gap.from, 0)
  // What people did to it must be known first.
  const due = advance(delivered, world.evidence.grace.noticeMs, world.quiet.calling(desk.id))
  const removed = world.sources.get(source)?.truth.removed.get(tenant)
  if (removed !== undefined && removed <= due) return null
  if (due >= Math.min(gap.to, world.evidence.run.to)) return null
  const { computer, what } = ticket
  if (isGivenUp(world, desk.id, computer, what, ticket.createdAt)) return null
  if (hasStuck(world, { desk: desk.id, computer, what, since: gap.from })) return null
  const route = { desk: desk.id, source }
  const subject = { tenant, computer, within: { from: gap.from, to: due } }
  const level = before.levels.at(-1)?.level ?? 'warning'
  return { desk, ticket, endedAt: gap.from, due, isFiltered: isFiltered(world, route, subject, level, before) }
}
