/** One page of a list that is read by id. `next` is the cursor of the page after it; null at the end. */
export type Page<T> = { readonly items: readonly T[]; readonly next: number | null }

export type PageInput = {
  /** `next` of the page before. */
  readonly cursor?: number | undefined
  readonly limit: number
}

/** `found` holds up to `limit + 1` items, so that the end is known without counting. */
export function pageOf<T extends { readonly id: number }>(found: readonly T[], limit: number): Page<T> {
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null }
}

/** A pattern for `ilike` that finds the text anywhere; what a person types is never a wildcard. */
export function containsPattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}

export type OffsetInput = {
  /** `next` of the page before: how many rows stand before this page. */
  readonly cursor?: number | undefined
  readonly limit: number
}

/** The same for lists in the order of their names, which are short enough to be counted through. */
export function offsetPage<T>(found: readonly T[], { cursor = 0, limit }: OffsetInput) {
  return { items: found.slice(0, limit), next: found.length > limit ? cursor + limit : null }
}
