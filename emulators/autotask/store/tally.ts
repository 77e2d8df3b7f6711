// Running counts over all tickets, so that stats never read them all.
import { numberIn, textIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'

/** Ticket counts. `duplicates`: references that two or more open tickets ever carried at the same time. */
export type Tally = {
  /** Reports a change; `before` or `after` is undefined for a new or a deleted ticket. */
  moved(before: Row | undefined, after: Row | undefined): void
  counts(): { open: number; closed: number; duplicates: number }
  /** The references counted as duplicates. */
  duplicates(): string[]
  reset(rows: Iterable<Row>, duplicates: readonly string[]): void
}

/** Status 5 alone means complete (autotask-api.md 5.5). */
export const completeStatus = 5

/** Whether a ticket is not complete. */
export function isOpen(row: Row): boolean {
  return numberIn(row, 'status') !== completeStatus
}

/** Makes counts of nothing. */
export function createTally(): Tally {
  let open = 0
  let closed = 0
  let openByReference = new Map<string, number>()
  let doubled = new Set<string>()

  function count(row: Row, step: 1 | -1): void {
    if (!isOpen(row)) {
      closed += step
      return
    }
    open += step
    const reference = textIn(row, 'externalID')
    if (reference === '') return
    const left = (openByReference.get(reference) ?? 0) + step
    if (left === 0) openByReference.delete(reference)
    else openByReference.set(reference, left)
    if (left > 1) doubled.add(reference)
  }

  return {
    moved(before, after) {
      if (before) count(before, -1)
      if (after) count(after, 1)
    },
    counts: () => ({ open, closed, duplicates: doubled.size }),
    duplicates: () => [...doubled],
    reset(rows, duplicates) {
      open = 0
      closed = 0
      openByReference = new Map()
      doubled = new Set(duplicates)
      for (const row of rows) count(row, 1)
    },
  }
}
