/** What the benchmarks' desk holds and counts. */

export type DeskTicket = { readonly id: string; readonly reference: string; state: 'open' | 'closed' }

export type DeskCounts = {
  /** Creates that were done. */
  opened: number
  /** Different things that ever got a ticket. */
  references: number
  closed: number
  /** Tickets that are open now. */
  open: number
  /** Creates for a thing that had an open ticket. */
  doubled: number
  /** Moments of the last create and close, in ms since 1970. */
  lastOpenAt: number
  lastCloseAt: number
}

export function createLedger(now: () => number) {
  const tickets = new Map<string, DeskTicket>()
  const byReference = new Map<string, DeskTicket[]>()
  const counts = { opened: 0, closed: 0, doubled: 0, lastOpenAt: 0, lastCloseAt: 0 }

  const find = (reference: string): readonly DeskTicket[] => byReference.get(reference) ?? []

  return {
    find,
    get: (id: string): DeskTicket | undefined => tickets.get(id),
    open(reference: string): DeskTicket {
      const ticket: DeskTicket = { id: String(tickets.size + 1), reference, state: 'open' }
      if (find(reference).some(({ state }) => state === 'open')) counts.doubled += 1
      tickets.set(ticket.id, ticket)
      byReference.set(reference, [...find(reference), ticket])
      counts.opened += 1
      counts.lastOpenAt = now()
      return ticket
    },
    /** False when it was closed before. */
    close(ticket: DeskTicket): boolean {
      if (ticket.state === 'closed') return false
      ticket.state = 'closed'
      counts.closed += 1
      counts.lastCloseAt = now()
      return true
    },
    counts: (): DeskCounts => ({ ...counts, references: byReference.size, open: counts.opened - counts.closed }),
  }
}

/**
 * Steps that never reached the desk, of `expected` things that each should have got a ticket and, when `closing`, have
 * it closed.
 */
export function lostSteps(counts: DeskCounts, expected: number, closing: boolean): number {
  const unopened = Math.max(0, expected - counts.references)
  return closing ? unopened + Math.max(0, expected - counts.closed) : unopened
}
