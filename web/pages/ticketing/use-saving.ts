import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/call.ts'
import { listRules, previewRules, saveRules } from '../../api/generated/sdk.gen.ts'
import type { RulesPreview } from '../../api/generated/types.gen.ts'
import { ApiError } from '../../api/problem.ts'
import {
  afterSave,
  bodyOf,
  type Draft,
  editedIn,
  isIn,
  type Problem,
  type RowId,
  type RulesBody,
  rowId,
  type Scope,
  savedOf,
} from './draft.ts'
import { type Choice, type Merged, mergeSaved, resolve } from './merge.ts'
import { rulesQuery } from './use-drafts.ts'

export type Conflicting = { readonly merged: Merged; readonly by: readonly string[] }

export type Saving = {
  readonly isBusy: boolean
  readonly isSaved: boolean
  /** What the server has against rows, by row. */
  readonly problems: ReadonlyMap<RowId, readonly Problem[]>
  /** What else it said: not about a row. */
  readonly error: ApiError | null
  readonly preview: RulesPreview | null
  readonly conflict: Conflicting | null
  save(): void
  show(): void
  decide(choices: ReadonlyMap<RowId, Choice>): void
  /** Looks at what somebody saved meanwhile, before saving. */
  compare(): void
  /** What was wrong with rows that are edited now says nothing any more. */
  forget(ids: readonly RowId[]): void
  /** Takes away what is shown: preview, conflict, problems. */
  dismiss(): void
}

/** Saves the edits of a section, or shows what they would do. `change` is given each draft that comes of it. */
export function useSaving(
  integrationId: number,
  scope: Scope,
  draft: Draft,
  change: (how: (draft: Draft) => Draft) => void,
): Saving {
  const queries = useQueryClient()
  const [outcome, setOutcome] = useState<Pick<Saving, 'isSaved' | 'problems' | 'error' | 'preview' | 'conflict'>>(clear)
  const path = { id: integrationId }

  /** Does it, and again on what was saved meanwhile as long as that does not meet this section. */
  async function attempt(begun: Draft, act: (draft: Draft, body: RulesBody) => Promise<void>): Promise<void> {
    let now = begun
    for (;;) {
      const body = bodyOf(now, scope)
      try {
        return await act(now, body)
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        if (error.code !== 'changed-meanwhile') return refuse(error, body)
        const conflict = await look(now, error.problem?.changedBy ?? [])
        if (meets(conflict.merged, scope)) return setOutcome({ ...clear, conflict })
        now = conflict.merged.draft
        change((draft) => mergeSaved(draft, now.saved).draft)
      }
    }
  }

  async function look(now: Draft, by: readonly string[]): Promise<Conflicting> {
    const fresh = await call(listRules({ path }))
    queries.setQueryData(rulesQuery(integrationId).queryKey, fresh)
    return { merged: mergeSaved(now, savedOf(fresh)), by }
  }

  function refuse(error: ApiError, body: RulesBody): void {
    const problems = rowProblems(error, body)
    const isAboutRows = (error.problem?.errors ?? []).every(
      ({ key, field }) => key !== undefined || /^rows\.\d/.test(field),
    )
    setOutcome({ ...clear, problems, error: problems.size > 0 && isAboutRows ? null : error })
  }

  async function saveNow(_: Draft, body: RulesBody): Promise<void> {
    const fresh = await call(saveRules({ path, body }))
    change((draft) => afterSave(draft, savedOf(fresh)))
    queries.setQueryData(rulesQuery(integrationId).queryKey, fresh)
    await Promise.all(['held', 'integrations', 'setup'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
    setOutcome({ ...clear, isSaved: true })
  }

  async function showNow(_: Draft, body: RulesBody): Promise<void> {
    const preview = await call(previewRules({ path, body }))
    setOutcome({ ...clear, preview })
  }

  const doing = useMutation({
    mutationFn: async (what: { draft: Draft; act: typeof saveNow }) => await attempt(what.draft, what.act),
    onError: (error) =>
      setOutcome({ ...clear, error: error instanceof ApiError ? error : new ApiError(error.message, null) }),
  })

  return {
    ...outcome,
    isBusy: doing.isPending,
    save: () => doing.mutate({ draft, act: saveNow }),
    show: () => doing.mutate({ draft, act: showNow }),
    decide(choices) {
      const { conflict } = outcome
      if (conflict === null) return
      const resolved = resolve(conflict.merged, choices)
      change(() => resolved)
      setOutcome(clear)
      if (editedIn(resolved, scope).length > 0) doing.mutate({ draft: resolved, act: saveNow })
    },
    compare: () => doing.mutate({ draft, act: async (now) => setOutcome({ ...clear, conflict: await look(now, []) }) }),
    forget(ids) {
      setOutcome((now) => ({
        ...now,
        isSaved: false,
        problems: new Map([...now.problems].filter(([id]) => !ids.includes(id))),
      }))
    },
    dismiss: () => setOutcome(clear),
  }
}

const clear = {
  isSaved: false,
  problems: new Map<RowId, readonly Problem[]>(),
  error: null,
  preview: null,
  conflict: null,
} as const

/** Whether anything that they changed is here, or is a row that both changed. */
function meets({ conflicts, taken, draft }: Merged, scope: Scope): boolean {
  const rows = taken.flatMap((id) => draft.saved.rows.get(id) ?? [])
  return conflicts.length > 0 || rows.some((row) => isIn(scope, row))
}

/** What an answer says about single rows: by their place, or by their number in the body. */
function rowProblems(error: ApiError, body: RulesBody): ReadonlyMap<RowId, readonly Problem[]> {
  const found = new Map<RowId, Problem[]>()
  for (const { section, key, field, message } of error.problem?.errors ?? []) {
    const numbered = /^rows\.(\d+)\.?(.*)$/.exec(field)
    const row = numbered === null ? undefined : body.rows[Number(numbered[1])]
    const place = section !== undefined && key !== undefined ? { section, key } : row
    if (place === undefined) continue
    const id = rowId(place.section, place.key)
    found.set(id, [...(found.get(id) ?? []), { field: columnOf(numbered?.[2] ?? field), message }])
  }
  return found
}

/** A field of the API as the column that shows it. */
function columnOf(field: string): string {
  return field === 'delayMinutes' || field === 'lifetimeHours' ? 'time' : field.replace(/^fields\./, '')
}
