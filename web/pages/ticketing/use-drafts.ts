import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { call } from '../../api/call.ts'
import { listRules } from '../../api/generated/sdk.gen.ts'
import { type Draft, freshDraft, savedOf, withEdits } from './draft.ts'

export const rulesQuery = (integrationId: number) => ({
  queryKey: ['rules', integrationId],
  queryFn: () => call(listRules({ path: { id: integrationId } })),
  refetchInterval: 30_000,
})

export type Drafts = {
  /** Of the integration that is shown; null until it is read. */
  readonly draft: Draft | null
  readonly error: unknown
  /** Somebody saved since these edits were begun. */
  readonly isOvertaken: boolean
  /** Edits by integration, of all that were opened here. */
  readonly unsaved: ReadonlyMap<number, number>
  change(how: (draft: Draft) => Draft): void
  again(): void
}

/**
 * The rules of an integration as they are being edited. Each integration keeps its own edits while the page is open; the saved part
 * of one with edits stays at the version they were begun on, so that nobody else's save is overwritten.
 */
export function useDrafts(integrationId: number): Drafts {
  const list = useQuery(rulesQuery(integrationId))
  const [kept, setKept] = useState<ReadonlyMap<number, Draft>>(new Map())
  const saved = useMemo(() => (list.data === undefined ? null : savedOf(list.data)), [list.data])
  const mine = kept.get(integrationId)

  function present(before: Draft | undefined): Draft | null {
    if (saved === null || saved.version < (before?.saved.version ?? 0)) return before ?? null
    if (before === undefined || before.edits.size === 0) return freshDraft(saved)
    return saved.version === before.saved.version ? withEdits(freshDraft(saved), before.edits) : before
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: it leans on what is named, and on nothing else that changes
  const draft = useMemo(() => present(mine), [saved, mine])
  return {
    draft,
    error: list.error,
    isOvertaken: draft !== null && saved !== null && draft.edits.size > 0 && saved.version > draft.saved.version,
    unsaved: new Map([...kept].map(([id, { edits }]) => [id, edits.size])),
    change(how) {
      setKept((all) => {
        const before = present(all.get(integrationId))
        return before === null ? all : new Map(all).set(integrationId, how(before))
      })
    },
    again: () => void list.refetch(),
  }
}
