import { hasStuck, isGivenUp } from './excuses.ts'
import { decidedBy, deliveredBy, type Route } from './late.ts'
import { lifetimeOf, wantedCondition } from './meant.ts'
import type { Sight } from './source/sights.ts'
import { advance, intersect, lengthOf, subtract } from './spans.ts'
import { type Finding, isoOf } from './violation.ts'
import type { IntegrationWorld, World } from './world.ts'

/**
 * I2: what was to be seen for longer than its delay and the grace, with its rule on and its client mapped all that time, has a
 * ticket, or our database shows what stopped it. A ticket is owed from the moments at which one is decided on: when it
 * begins, when it gets worse, and when a person asks for what held before.
 */
export function findMissing(world: World): Finding[] {
  const { from, to } = world.evidence.run
  return [...world.sources.values()].flatMap(({ sights }) => {
    const byCondition = Map.groupBy(sights, ({ tenant, computer, key }) => `${tenant}/${computer}/${key}`)
    return [...byCondition.values()].flatMap((ofCondition) =>
      joinUnseen(world, ofCondition).flatMap((group) => {
        for (const moment of momentsOf(world, group)) {
          if (moment.since < from || !isKnown(world, group, moment)) continue
          const late = findLate(world, group, moment)
          if (late !== null && late.at < to) return [late]
        }
        return []
      }),
    )
  })
}

/** Joins what has breaks that no reading need have seen: it is one condition to whoever reads. */
function joinUnseen(world: World, sights: readonly Sight[]): Sight[][] {
  const groups: Sight[][] = []
  for (const sight of sights) {
    const last = groups.at(-1)?.at(-1)
    const gap = last === undefined ? [] : [{ from: last.to, to: sight.from }]
    const open = subtract(gap, world.quiet.seeing(sight.source, sight.tenant))
    if (last !== undefined && lengthOf(open) <= world.evidence.grace.seeMs) groups.at(-1)?.push(sight)
    else groups.push([sight])
  }
  return groups
}

/** When a ticket was decided on, and since when everything must have stood for it, however much of it was seen. */
type Moment = { readonly at: number; readonly since: number; readonly isRequest: boolean }

function momentsOf(world: World, group: readonly Sight[]): Moment[] {
  const [first] = group
  if (first === undefined) return []
  const begun = group.map(({ from }) => ({ at: from, since: first.from, isRequest: false }))
  const risen = group.flatMap(({ levels }) =>
    levels.flatMap(({ from, level }, n) =>
      levels[n - 1]?.level === 'warning' && level === 'critical' ? [{ at: from, since: from, isRequest: false }] : [],
    ),
  )
  const asked = world.evidence.requests.flatMap(({ at, integration: id, tenant }) => {
    const isOfSource = world.integrations.some((one) => one.id === id && one.source === first.source)
    if (!isOfSource || (tenant !== null && tenant !== first.tenant) || !isSeenAt(world, group, at)) return []
    return [{ at, since: at, isRequest: true }]
  })
  return [...begun, ...risen, ...asked].sort((a, b) => a.at - b.at)
}

/** Whether it had been seen by then, so that a request is about it too. */
function isSeenAt(world: World, group: readonly Sight[], at: number): boolean {
  const { seeMs } = world.evidence.grace
  return group.some(
    ({ source, tenant, from, to }) => at < to && advance(from, seeMs, world.quiet.seeing(source, tenant)) <= at,
  )
}

/** Whether the client had been read before: what is wrong when a client is first read held before. */
function isKnown(world: World, group: readonly Sight[], { since, isRequest }: Moment): boolean {
  const [first] = group
  if (first === undefined) return false
  const { source, tenant } = first
  const added = world.sources.get(source)?.truth.added.get(tenant)
  return isRequest || added === undefined || since > decidedBy(world, { source, tenant }, added)
}

function findLate(world: World, group: readonly Sight[], moment: Moment): Finding | null {
  const { at } = moment
  const sight = group.find(({ from, to }) => from <= at && at < to)
  if (sight === undefined) return null
  const { source, tenant, computer, what } = sight
  for (const integration of world.integrations) {
    if (integration.source !== source) continue
    const { desk } = integration
    const due = dueAt(world, integration, group, moment, { source, tenant, desk })
    if (due === null || due >= sight.to) continue
    if (hasTicket(world, group, at, due)) continue
    if (isGivenUp(world, desk, computer, what, group[0]?.from ?? at)) continue
    if (hasStuck(world, { desk, computer, what, since: at })) continue
    const words = `a ticket was wanted from ${isoOf(at)} on and due by ${isoOf(due)}, and there is none`
    return { kind: 'missing', at: due, desk, ticketId: null, computer, what, words }
  }
  return null
}

/** When its ticket had to be there; null when one was not wanted all the time until then. */
function dueAt(
  world: World,
  integration: IntegrationWorld,
  group: readonly Sight[],
  { at, since, isRequest }: Moment,
  route: Route,
): number | null {
  const [first] = group
  if (first === undefined) return null
  const delayUntil = (to: number): number | null => {
    const within = { from: since, to }
    const shown = group.flatMap(({ levels }) => levels).filter((level) => intersect([level], [within]).length > 0)
    const levels = shown.map(({ level }) => level)
    return wantedCondition(integration, { tenant: first.tenant, computer: first.computer, within }, levels, first)
  }
  // An event that was too old when it could be read gets none.
  const decided = decidedBy(world, route, at)
  if (first.isEvent && !isRequest && decided > at + lifetimeOf(integration, first, { from: at, to: decided }))
    return null
  const soon = deliveredBy(world, route, at, 0)
  const delay = delayUntil(soon)
  if (delay === null || isRequest) return delay === null ? null : soon
  // A longer wait may have met another delay.
  const longest = delayUntil(deliveredBy(world, route, at, delay))
  if (longest === null) return null
  const due = deliveredBy(world, route, at, Math.max(delay, longest))
  return delayUntil(due) === null ? null : due
}

/** A ticket that was open while it held, at any account that its client ever had. */
function hasTicket(world: World, group: readonly Sight[], at: number, due: number): boolean {
  const [first] = group
  if (first === undefined) return true
  const { grace, run } = world.evidence
  return world.integrations.some(({ deskWorld, source, desk, mappings }) => {
    if (source !== first.source) return false
    const accounts = new Set(mappings.filter(({ tenant }) => tenant === first.tenant).map(({ account }) => account))
    const tickets = deskWorld
      .about(first.computer, first.what)
      .filter(({ companyId }) => accounts.has(String(companyId)))
    // One that a person had just closed was taken for open still: its successor comes when that is noticed.
    const justClosed = tickets.some(({ open }) =>
      open.some(({ to, endedBy }) => endedBy !== 'api' && to <= at && at - to <= grace.noticeMs),
    )
    const noticed = justClosed ? advance(due, grace.noticeMs, world.quiet.calling(desk)) : due
    const isStill = grace.forgivesLateTickets === true ? (group.at(-1)?.to ?? 0) + grace.seeMs + grace.deliverMs : 0
    if (noticed >= run.to) return true
    const until = Math.max(noticed, isStill)
    return tickets.some(({ open }) => open.some((span) => span.from <= until && span.to > first.from))
  })
}
