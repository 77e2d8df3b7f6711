/** Where a key leads in a table of cells. Pure. */

export type Spot = { readonly row: number; readonly column: number }

/** Rows that Page Up and Page Down go. */
const pageRows = 10

type Key = { readonly key: string; readonly ctrlKey: boolean }

/** The cell that a key leads to; null when it is no key for moving. */
export function moved({ key, ctrlKey }: Key, from: Spot, size: { rows: number; columns: number }): Spot | null {
  const last = { row: size.rows - 1, column: size.columns - 1 }
  const to = (row: number, column = from.column): Spot => ({
    row: Math.min(Math.max(row, 0), last.row),
    column: Math.min(Math.max(column, 0), last.column),
  })
  switch (key) {
    case 'ArrowUp':
      return to(ctrlKey ? 0 : from.row - 1)
    case 'ArrowDown':
      return to(ctrlKey ? last.row : from.row + 1)
    case 'ArrowLeft':
      return to(from.row, ctrlKey ? 0 : from.column - 1)
    case 'ArrowRight':
      return to(from.row, ctrlKey ? last.column : from.column + 1)
    case 'PageUp':
      return to(from.row - pageRows)
    case 'PageDown':
      return to(from.row + pageRows)
    case 'Home':
      return ctrlKey ? to(0, 0) : to(from.row, 0)
    case 'End':
      return ctrlKey ? to(last.row, last.column) : to(from.row, last.column)
    default:
      return null
  }
}

/** Everything from one to the other, in the order of the list; only the second when the first is not in it. */
export function between<T>(list: readonly T[], one: T, other: T): T[] {
  const [a, b] = [list.indexOf(one), list.indexOf(other)]
  if (b === -1) return []
  if (a === -1) return list.slice(b, b + 1)
  return list.slice(Math.min(a, b), Math.max(a, b) + 1)
}
