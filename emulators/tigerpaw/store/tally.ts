// Running counts over all service orders, so that stats never read them all.
import type { OrderRow } from './rows.ts'

/** Order counts. `duplicates`: references that two or more open orders ever carried at the same time. */
export type Tally = {
  /** Reports a change; `before` is undefined for a new order. */
  moved(before: OrderRow | undefined, after: OrderRow): void
  counts(): { open: number; closed: number; duplicates: number }
  /** Open orders of an account. */
  openOf(account: number): number
  /** The references counted as duplicates. */
  duplicates(): string[]
  reset(rows: Iterable<OrderRow>, duplicates: readonly string[]): void
}

/** Makes counts of nothing. */
export function createTally(): Tally {
  let open = 0
  let closed = 0
  let openByReference = new Map<string, number>()
  let openByAccount = new Map<number, number>()
  let doubled = new Set<string>()

  function count({ values, open: isOpen }: OrderRow, step: 1 | -1): void {
    if (!isOpen) {
      closed += step
      return
    }
    open += step
    add(openByAccount, Number(values.AccountNumber), step)
    const reference = String(values.Reference ?? '')
    if (reference !== '' && add(openByReference, reference, step) > 1) doubled.add(reference)
  }

  return {
    moved(before, after) {
      if (before) count(before, -1)
      count(after, 1)
    },
    counts: () => ({ open, closed, duplicates: doubled.size }),
    openOf: (account) => openByAccount.get(account) ?? 0,
    duplicates: () => [...doubled],
    reset(rows, duplicates) {
      open = 0
      closed = 0
      openByReference = new Map()
      openByAccount = new Map()
      doubled = new Set(duplicates)
      for (const row of rows) count(row, 1)
    },
  }
}

function add<Key>(counts: Map<Key, number>, key: Key, step: 1 | -1): number {
  const left = (counts.get(key) ?? 0) + step
  if (left === 0) counts.delete(key)
  else counts.set(key, left)
  return left
}
