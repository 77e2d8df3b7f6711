import type { World } from './world.ts'

/** What makes a ticket that is not as it should be no violation. */

/** Whether a person told us to leave it alone, at or after `since`. */
export function isGivenUp(world: World, desk: string, computer: string, what: string, since: number): boolean {
  return world.evidence.givenUp.some(
    (one) => one.desk === desk && one.computer === computer && one.what === what && one.at >= since,
  )
}

/**
 * Whether our database shows it as stuck with the desk's words, and the desk did fail or refuse a call since then: a reason
 * that the desk's own journal does not know is none.
 */
export function hasStuck(
  world: World,
  about: { readonly desk: string; readonly computer: string; readonly what: string; readonly since: number },
): boolean {
  const { desk, computer, what, since } = about
  const isShown = (world.evidence.database?.tickets ?? []).some(
    (row) =>
      row.desk === desk &&
      row.computer === computer &&
      row.what === what &&
      row.stuck &&
      !row.done &&
      row.failure !== null,
  )
  if (!isShown) return false
  const journal = world.desks.find(({ id }) => id === desk)?.evidence.journal ?? []
  return journal.some(
    ({ time, status }) => Date.parse(time) >= since && (status === null || status < 200 || status >= 400),
  )
}
