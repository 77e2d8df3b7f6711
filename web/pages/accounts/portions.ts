/** Rows are mapped in portions, so that it is known how far it has come. Pure. */

/** The desk's whole list of accounts is read for each portion. */
const most = 10
/** Fewer rows take no time worth showing. */
const least = 25

/** The rows in their order, in at most ten portions. */
export function portionsOf<Row>(rows: readonly Row[]): readonly (readonly Row[])[] {
  const size = Math.max(least, Math.ceil(rows.length / most))
  const count = Math.ceil(rows.length / size)
  return Array.from({ length: count }, (_, n) => rows.slice(n * size, (n + 1) * size))
}
