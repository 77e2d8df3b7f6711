import type { DeskTicket } from './desks/ticket-life.ts'
import type { Sight } from './source/sights.ts'
import type { DeskWorld, World } from './world.ts'

/** What a ticket can be about, by its own words. */

/** Sights of its computer and reason at sources that are paired with its desk. */
export function sightsOf(world: World, desk: DeskWorld, { what, computer }: DeskTicket): readonly Sight[] {
  return world.sights(computer, what).filter(({ source }) => isPaired(world, desk.id, source))
}

/** Sights of clients that were ever mapped to the ticket's account. */
export function sightsAtAccount(world: World, desk: DeskWorld, ticket: DeskTicket): readonly Sight[] {
  return sightsOf(world, desk, ticket).filter(({ source, tenant }) =>
    hasAccount(world, desk.id, source, tenant, ticket.companyId),
  )
}

export function hasAccount(world: World, desk: string, source: string, tenant: string, account: number): boolean {
  return world.integrations.some(
    (one) =>
      one.desk === desk &&
      one.source === source &&
      one.mappings.some((mapping) => mapping.tenant === tenant && mapping.account === String(account)),
  )
}

function isPaired(world: World, desk: string, source: string): boolean {
  return world.integrations.some((one) => one.desk === desk && one.source === source)
}
