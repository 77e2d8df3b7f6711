// Which devices are on which virtual server, so that a search of one among thousands need not look at a whole big fleet.

/** Slots by virtual server; 0 = the main server. */
export type Members = {
  enter(vserverId: number, slot: number): void
  leave(vserverId: number, slot: number): void
  /** The slots of these servers together, ascending. */
  of(vserverIds: Iterable<number>): number[]
  clear(): void
}

/** Makes it empty. */
export function createMembers(): Members {
  const slotsById = new Map<number, Set<number>>()
  return {
    enter(vserverId, slot) {
      const slots = slotsById.get(vserverId)
      if (slots) slots.add(slot)
      else slotsById.set(vserverId, new Set([slot]))
    },
    leave(vserverId, slot) {
      slotsById.get(vserverId)?.delete(slot)
    },
    of(vserverIds) {
      const found: number[] = []
      for (const id of vserverIds) for (const slot of slotsById.get(id) ?? []) found.push(slot)
      return found.sort((left, right) => left - right)
    },
    clear: () => slotsById.clear(),
  }
}
