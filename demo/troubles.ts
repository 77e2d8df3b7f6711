import type { Trouble } from '../checker/evidence.ts'

type Endless<One> = One extends Trouble ? Omit<One, 'from' | 'to'> : never
/** What is broken, and where; since when is told by the clock. */
export type Broken = Endless<Trouble>

/** What is broken in a world, remembered so that the checker can excuse what it delays. */
export type Troubles = {
  /** Under one key there is one trouble at a time. */
  begin(key: string, broken: Broken): void
  end(key: string): void
  all(): readonly Trouble[]
}

export function createTroubles(now: () => Date): Troubles {
  const troubles: Trouble[] = []
  const open = new Map<string, number>()
  return {
    begin(key, broken) {
      if (open.has(key)) return
      open.set(key, troubles.length)
      troubles.push({ ...broken, from: now().getTime(), to: null })
    },
    end(key) {
      const at = open.get(key)
      const trouble = at === undefined ? undefined : troubles[at]
      if (at === undefined || trouble === undefined) return
      open.delete(key)
      troubles[at] = { ...trouble, to: now().getTime() }
    },
    all: () => troubles,
  }
}
