/** Stretches of time in ms since 1970: `from` belongs to it, `to` does not; Infinity means "still". */
export type Span = { readonly from: number; readonly to: number }

/** What two lists have in common. */
export function intersect(some: readonly Span[], others: readonly Span[]): Span[] {
  return some.flatMap((one) =>
    others.flatMap((other) => {
      const from = Math.max(one.from, other.from)
      const to = Math.min(one.to, other.to)
      return from < to ? [{ from, to }] : []
    }),
  )
}

/** What is left of `some` without `others`. */
export function subtract(some: readonly Span[], others: readonly Span[]): Span[] {
  return others.reduce<readonly Span[]>(
    (left, { from, to }) =>
      left.flatMap((one) =>
        [
          { from: one.from, to: Math.min(one.to, from) },
          { from: Math.max(one.from, to), to: one.to },
        ].filter((part) => part.from < part.to),
      ),
    some,
  ) as Span[]
}

/** Milliseconds in all of them together; they must not overlap. */
export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, to }) => sum + (to - from), 0)
}

/** Joins spans that touch or overlap, in order. */
export function join(spans: readonly Span[]): Span[] {
  const joined: Span[] = []
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last !== undefined && span.from <= last.to)
      joined[joined.length - 1] = { ...last, to: Math.max(last.to, span.to) }
    else joined.push(span)
  }
  return joined
}

/** Whether a moment lies in one of them. */
export function covers(spans: readonly Span[], at: number): boolean {
  return spans.some(({ from, to }) => from <= at && at < to)
}

/** The moment by which `ms` have passed since `from`, not counting `quiet` (joined, in order). */
export function advance(from: number, ms: number, quiet: readonly Span[]): number {
  let at = from
  let left = ms
  for (const span of quiet) {
    if (span.to <= at) continue
    const before = Math.max(0, span.from - at)
    // What ends just as the quiet begins has ended.
    if (left <= before) break
    left -= before
    at = span.to
  }
  return at + left
}
