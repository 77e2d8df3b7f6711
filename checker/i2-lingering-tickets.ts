import { findLateCloses } from './late-closes.ts'
import { type Finding, isoOf } from './violation.ts'
import type { World } from './world.ts'

/** I2 for endings: what is over has its ticket closed within the grace, or our database shows what stopped it. */
export function findLingering(world: World): Finding[] {
  return findLateCloses(world)
    .filter(({ isFiltered }) => !isFiltered)
    .map(({ desk, ticket, endedAt, due }) => ({
      kind: 'lingering',
      at: due,
      desk: desk.id,
      ticketId: ticket.id,
      computer: ticket.computer,
      what: ticket.what,
      words: `it was over at ${isoOf(endedAt)}, its ticket was to be closed by ${isoOf(due)}, and it stayed open`,
    }))
}
