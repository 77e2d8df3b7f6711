import { actorOf, type DeskTicket } from './desks/ticket-life.ts'
import { hasAccount, sightsOf } from './grounds.ts'
import { actedOnUntil, decidedBy } from './late.ts'
import { accountsAt } from './meant.ts'
import type { Sight } from './source/sights.ts'
import type { Happened } from './source/truth.ts'
import { type Finding, isoOf } from './violation.ts'
import { type DeskWorld, isCondition, type SourceWorld, type World } from './world.ts'

/**
 * I5: a ticket is at the account that the mapping named when it was decided on. What never was, so that it can have no
 * right account, is told as unfounded (I2: the desk shows what nobody accepted).
 */
export function findWrongAccounts(world: World): Finding[] {
  return world.desks.flatMap((desk) =>
    desk.ours.flatMap((ticket) => [...judgeCreated(world, desk, ticket), ...judgeMoved(desk, ticket)]),
  )
}

function judgeCreated(world: World, desk: DeskWorld, ticket: DeskTicket): Finding[] {
  const { id: ticketId, createdAt: at, computer, what, title } = ticket
  const about = { at, desk: desk.id, ticketId, computer, what }
  if (what === '') return [{ ...about, kind: 'unreadable', words: `nobody can tell what “${title}” is about` }]
  const named = isCondition(ticket) ? statusAccounts(world, desk, ticket) : eventAccounts(world, desk, ticket)
  if (named === null) {
    return [{ ...about, kind: 'unfounded', words: 'it was not so when the ticket was opened' }]
  }
  if (named.has(String(ticket.companyId))) {
    if (isCondition(ticket) || hasEventOfItsOwn(world, desk, ticket)) return []
    const words = 'there are more tickets about this event than there were events'
    return [{ ...about, kind: 'unfounded', words }]
  }
  const right = named.size === 0 ? 'no account' : `account ${[...named].join(' or ')}`
  const words = `it was opened at account ${ticket.companyId}, and the mapping named ${right} when it was decided on`
  return [{ ...about, kind: 'wrong-account', words }]
}

/** Accounts that a mapping named when it may have been decided on; null when there was nothing to decide on. */
function statusAccounts(world: World, desk: DeskWorld, ticket: DeskTicket): Set<string> | null {
  const sights = sightsOf(world, desk, ticket).filter((sight) => isFresh(world, sight, ticket))
  if (sights.length === 0) return null
  return new Set(
    sights.flatMap((sight) => {
      const { source, tenant } = sight
      return momentsOf(world, desk, sight, ticket.createdAt).flatMap((from) => [
        ...accountsAt(world, desk.id, source, tenant, { from, to: decidedBy(world, { source, tenant }, from) }),
      ])
    }),
  )
}

/** It was to be seen before the ticket was opened, and not over for longer than a reading and a call take. */
function isFresh(world: World, { source, tenant, from, to }: Sight, { createdAt }: DeskTicket): boolean {
  return from <= createdAt && (createdAt <= to || actedOnUntil(world, { source, tenant }, to) >= createdAt)
}

/**
 * When a ticket may have been decided on: it began, it changed its level, a person asked for it, a copy was restored; and
 * one that waits goes with its client to another account.
 */
function momentsOf(world: World, desk: DeskWorld, sight: Sight, until: number): number[] {
  const asked = world.evidence.requests.filter(({ integration }) =>
    world.integrations.some((one) => one.id === integration && one.desk === desk.id && one.source === sight.source),
  )
  const moments = [
    ...sight.levels.map(({ from }) => from),
    ...asked.map(({ at }) => at),
    ...world.evidence.restores.map(({ at }) => at),
    ...world.integrations.flatMap(({ mappings }) =>
      mappings.filter(({ tenant }) => tenant === sight.tenant).map(({ from }) => from),
    ),
    ...endOfLastTicket(desk, sight, until),
  ]
  return moments.filter((at) => at >= sight.from && at <= until)
}

/** The successor of a ticket that was closed too late is decided on when that shows. */
function endOfLastTicket(desk: DeskWorld, { computer, what }: Sight, until: number): number[] {
  return desk
    .about(computer, what)
    .flatMap(({ open }) => open.map(({ to }) => to))
    .filter((to) => to <= until)
}

function eventAccounts(world: World, desk: DeskWorld, ticket: DeskTicket): Set<string> | null {
  const found = world.integrations
    .filter((one) => one.desk === desk.id)
    .flatMap(({ source, sourceWorld }) =>
      sourceWorld
        .events(ticket.what)
        .filter((event) => event.toldAt <= ticket.createdAt && isAbout(sourceWorld, event, ticket))
        .map(({ at, tenant }) => ({ source, tenant, at })),
    )
  if (found.length === 0) return null
  return new Set(
    found.flatMap(({ source, tenant, at }) => [
      // When it was read is not told by its own time: it may have reached the source late.
      ...accountsAt(world, desk.id, source, tenant, {
        from: at,
        to: Math.max(ticket.createdAt, decidedBy(world, { source, tenant }, at)),
      }),
    ]),
  )
}

/** An event of the source itself is called after it. */
function isAbout({ truth }: SourceWorld, { computer }: Happened, ticket: DeskTicket): boolean {
  return computer === ticket.computer || (computer === '' && !truth.places.has(ticket.computer))
}

/** Every ticket of an event needs one that was told before it, and that no earlier ticket used up. */
function hasEventOfItsOwn(world: World, desk: DeskWorld, ticket: DeskTicket): boolean {
  const { companyId, computer, what, createdAt } = ticket
  const tickets = desk
    .about(computer, what)
    .filter((one) => one.companyId === companyId && (one.createdAt < createdAt || one.id === ticket.id))
  const events = [...world.sources.values()].flatMap((source) =>
    source
      .events(what)
      .filter(
        (event) =>
          event.toldAt <= createdAt &&
          isAbout(source, event, ticket) &&
          hasAccount(world, desk.id, source.id, event.tenant, companyId),
      ),
  )
  return events.length >= tickets.length
}

function judgeMoved(desk: DeskWorld, ticket: DeskTicket): Finding[] {
  return ticket.entries.flatMap((entry): Finding[] => {
    const change = entry.changes[desk.reading.account]
    if (change === undefined || entry.kind === 'created' || actorOf(entry) !== 'api') return []
    const at = Date.parse(entry.time)
    const words = `we moved it from account ${change.old} to ${change.new} at ${isoOf(at)}`
    const { id: ticketId, computer, what } = ticket
    return [{ kind: 'moved-account', at, desk: desk.id, ticketId, computer, what, words }]
  })
}
