import type { PsaField } from '../../api/generated/types.gen.ts'
import { changedValues } from '../../forms/desk-values.ts'
import type { Fields } from './draft.ts'

/** The general settings while they are edited: as they were read, and as they stand in the form. Pure. */
export type GeneralDraft = { readonly seen: Fields; readonly values: Fields }

/** What differs, an empty text for what was cleared. */
export function generalChanges({ seen, values }: GeneralDraft): Fields {
  return changedValues(values, seen)
}

/** Back to the defaults; a required field that has none keeps what it has, since nothing could be saved without. */
export function generalReset(fields: readonly PsaField[], values: Fields, defaults: Fields): Fields {
  return Object.fromEntries(
    fields.map(({ key, required }) => [key, defaults[key] ?? (required ? (values[key] ?? '') : '')]),
  )
}

/** My edits on what somebody saved meanwhile; of the fields that both changed, mine only where `mine` says so. */
export function rebaseGeneral(draft: GeneralDraft, theirs: Fields, mine: ReadonlySet<string>): GeneralDraft {
  const kept = Object.entries(generalChanges(draft)).filter(
    ([key]) => (theirs[key] ?? '') === (draft.seen[key] ?? '') || mine.has(key),
  )
  return { seen: theirs, values: { ...theirs, ...Object.fromEntries(kept) } }
}
