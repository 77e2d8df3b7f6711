import { findLateCloses } from './late-closes.ts'
import { type Finding, isoOf } from './violation.ts'
import type { World } from './world.ts'

/**
 * I8: a silence, a pause, a rule that is off, or a client that is mapped no more never keeps a ticket of ours open when
 * what it is about is over.
 */
export function findEatenCloses(world: World): Finding[] {
  return findLateCloses(world)
    .filter(({ isFiltered }) => isFiltered)
    .map(({ desk, ticket, endedAt, due }) => ({
      kind: 'kept-by-filter',
      at: due,
      desk: desk.id,
      ticketId: ticket.id,
      computer: ticket.computer,
      what: ticket.what,
      words: `it was over at ${isoOf(endedAt)} while something stood against new tickets of its kind, and it stayed open past ${isoOf(due)}`,
    }))
}
