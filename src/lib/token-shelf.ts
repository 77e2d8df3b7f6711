/** Tokens that others gave us for a while, kept in the memory of this process alone. */
export type TokenShelf = {
  /** The token that is kept under the key and may still be used; null when there is none. */
  get(key: string, now: Date): string | null
  /** Keeps it until then; one that is over then already is not kept. */
  put(key: string, token: string, until: Date, now: Date): void
  /** Forgets it, unless another has taken its place. */
  drop(key: string, token: string): void
}

export function createTokenShelf(): TokenShelf {
  const kept = new Map<string, { token: string; until: number }>()
  return {
    get(key, now) {
      const found = kept.get(key)
      return found !== undefined && found.until > now.getTime() ? found.token : null
    },
    put(key, token, until, now) {
      for (const [other, { until: end }] of kept) if (end <= now.getTime()) kept.delete(other)
      if (until > now) kept.set(key, { token, until: until.getTime() })
    },
    drop(key, token) {
      if (kept.get(key)?.token === token) kept.delete(key)
    },
  }
}
