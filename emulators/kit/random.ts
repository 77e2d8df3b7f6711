// A small seeded generator, so that fleets and faults are the same on every run with the same seed.

/** Repeatable pseudo-random source (mulberry32). Never for secrets. */
export type Random = {
  /** Uniform number, 0 <= n < 1. */
  next(): number
  /** Uniform whole number, low <= n <= high. */
  int(low: number, high: number): number
  /** True with the given probability (0..1). */
  chance(probability: number): boolean
  /** One element of a non-empty list. Throws on an empty one. */
  pick<T>(items: readonly T[]): T
  /** Lower-case hexadecimal text of the given length. */
  hex(length: number): string
}

/** Makes a generator whose whole sequence follows from `seed` (32 bits are used). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError('cannot pick from an empty list')
      return items[int(0, items.length - 1)] as T
    },
    hex: (length) => Array.from({ length }, () => int(0, 15).toString(16)).join(''),
  }
}
