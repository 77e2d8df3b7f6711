import { useNavigate, useSearch } from '@tanstack/react-router'

type Texts = Readonly<Record<string, string | undefined>>

/** What a list is narrowed to; kept in the address, so that it can be sent to a colleague and survives a reload. */
export function useFilters(): readonly [Texts, (change: Texts) => void] {
  const search = useSearch({ strict: false }) as Readonly<Record<string, unknown>>
  const navigate = useNavigate()
  const texts = Object.fromEntries(Object.entries(search).map(([key, value]) => [key, String(value)]))
  function set(change: Texts): void {
    const merged = Object.entries({ ...texts, ...change }).filter(([, value]) => value !== undefined && value !== '')
    void navigate({ to: '.', search: Object.fromEntries(merged) as never, replace: true })
  }
  return [texts, set]
}
