// Running counts over all tickets, so that stats need not read them.
import { textIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'

/** Ticket counts. `duplicates`: references that two or more open tickets ever carried at once. */
export type Tally = {
  /** Reports a change; undefined stands for a ticket that was not there, or is no more. */
  moved(before: Row | undefined, after: Row | undefined): void
  counts(): { open: number; closed: number; duplicates: number }
  /** The references counted as duplicates. */
  duplicates(): string[]
  reset(rows: readonly Row[], duplicates: readonly string[]): void
}

/** Whether a ticket is not closed; its status decides (connectwise-api.md 7). */
export function isOpen(row: Row): boolean {
  return row.closedFlag !== true
}

/** Makes counts of nothing. */
export function createTally(): Tally {
  let open = 0
  let closed = 0
  const openByReference = new Map<string, number>()
  const doubled = new Set<string>()

  function count(row: Row, step: 1 | -1): void {
    if (!isOpen(row)) {
      closed += step
      return
    }
    open += step
    const reference = textIn(row, 'externalXRef')
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
      openByReference.clear()
      doubled.clear()
      for (const reference of duplicates) doubled.add(reference)
      for (const row of rows) count(row, 1)
    },
  }
}
