import { useLayoutEffect, useRef, useState } from 'react'

type Acts = Readonly<Record<string, (...given: never[]) => void>>

/** The same functions for good, which do what the latest ones do: what they are given to need not be drawn again for them. */
export function useStable<T extends Acts>(acts: T): T {
  const latest = useRef(acts)
  useLayoutEffect(() => {
    latest.current = acts
  })
  const [stable] = useState(() => {
    const names = Object.keys(acts)
    return Object.fromEntries(
      names.map((name) => [name, (...given: never[]) => latest.current[name]?.(...given)]),
    ) as unknown as T
  })
  return stable
}
