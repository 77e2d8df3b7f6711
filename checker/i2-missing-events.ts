import type { DeskTicket } from './desks/ticket-life.ts'
import { hasStuck, isGivenUp } from './excuses.ts'
import { decidedBy, deliveredBy } from './late.ts'
import { wantedEvent } from './meant.ts'
import type { Happened } from './source/truth.ts'
import { advance } from './spans.ts'
import { type Finding, isoOf } from './violation.ts'
import type { IntegrationWorld, World } from './world.ts'

/**
 * I2 for events: one that a rule wants, at a client that is mapped, has a ticket within the grace: one of its own, or one
 * about the same that was open then.
 */
export function findMissingEvents(world: World): Finding[] {
  return world.integrations.flatMap((integration) => {
    const taken = new Set<DeskTicket>()
    return integration.sourceWorld.truth.events.flatMap((event): Finding[] => {
      const time = timeFor(world, integration, event)
      if (time === null || time.due >= world.evidence.run.to) return []
      const { due, latest } = time
      const { places } = integration.sourceWorld.truth
      const ticket = ticketsAbout(integration, places, event).find((one) =>
        integration.repeats === 'ticket'
          ? !taken.has(one) && one.createdAt >= event.at && one.createdAt <= latest
          : one.open.some(({ from, to }) => from <= latest && to > event.toldAt),
      )
      if (ticket !== undefined) {
        taken.add(ticket)
        return []
      }
      const { desk } = integration
      const { computer, what, at } = event
      if (isGivenUp(world, desk, computer, what, at)) return []
      if (hasStuck(world, { desk, computer, what, since: at })) return []
      const words = `it happened at ${isoOf(at)}, a ticket was due by ${isoOf(due)}, and there is none`
      return [{ kind: 'missing', at: due, desk, ticketId: null, computer, what, words }]
    })
  })
}

/** When its ticket was due, and when it is too late for one; null when none was wanted. */
function timeFor(
  world: World,
  integration: IntegrationWorld,
  event: Happened,
): { readonly due: number; readonly latest: number } | null {
  const { source, desk } = integration
  const { at, toldAt, tenant, computer } = event
  const { run, grace } = world.evidence
  if (at < run.from || toldAt === Number.POSITIVE_INFINITY) return null
  const added = integration.sourceWorld.truth.added.get(tenant)
  if (added !== undefined && toldAt <= decidedBy(world, { source, tenant }, added)) return null
  const delivered = deliveredBy(world, { source, tenant, desk }, toldAt, 0)
  // An open ticket that a person has closed just now still counts until that is noticed.
  const due = advance(delivered, grace.noticeMs, world.quiet.calling(desk))
  const lifetime = wantedEvent(integration, { tenant, computer, within: { from: toldAt, to: due } }, event)
  if (lifetime === null) return null
  // What was too old when it could be read gets none.
  if (decidedBy(world, { source, tenant }, toldAt) > at + lifetime) return null
  return { due, latest: grace.forgivesLateTickets === true ? Math.max(due, at + lifetime) : due }
}

/** An event of the server itself is called after the source. */
function ticketsAbout(
  { deskWorld, mappings }: IntegrationWorld,
  places: ReadonlyMap<string, unknown>,
  { computer, tenant, what }: Happened,
): readonly DeskTicket[] {
  const accounts = new Set(mappings.filter((mapping) => mapping.tenant === tenant).map(({ account }) => account))
  const tickets =
    computer === ''
      ? deskWorld.ours.filter((ticket) => ticket.what === what && !places.has(ticket.computer))
      : deskWorld.about(computer, what)
  return tickets.filter(({ companyId }) => accounts.has(String(companyId)))
}
