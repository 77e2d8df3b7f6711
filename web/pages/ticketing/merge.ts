import {
  type Draft,
  freshDraft,
  type Row,
  type RowId,
  type Saved,
  sameValues,
  type Values,
  withEdits,
} from './draft.ts'

/** Two people who edit the same rules: what the other one saved meanwhile, beside what is not saved here. Pure. */

/** One thing in a row that somebody changed. */
export type Difference = {
  /** `own`, `enabled`, `time`, or a field as `fields.<key>`. */
  readonly part: string
  readonly was: string
  readonly theirs: string
  readonly mine: string
}

/** A row that both changed, and not to the same. */
export type Conflict = {
  readonly row: Row
  /** Mine where I changed something, theirs elsewhere: what “mine” means. */
  readonly mine: Values
  readonly differences: readonly Difference[]
}

export type Merged = {
  /** What they saved, with those of my edits that meet none of theirs. */
  readonly draft: Draft
  readonly conflicts: readonly Conflict[]
  /** Rows that they changed and I did not, or that I changed to the same. */
  readonly taken: readonly RowId[]
}

export type Choice = 'theirs' | 'mine'

/** Lays my edits on what was saved meanwhile. */
export function mergeSaved(draft: Draft, fresh: Saved): Merged {
  const rows = new Map(fresh.rows)
  // A row that is no longer reported keeps its edit: nothing of mine is lost without a word.
  for (const id of draft.edits.keys()) {
    const row = draft.saved.rows.get(id)
    if (row !== undefined && !rows.has(id)) rows.set(id, row)
  }
  const saved = { ...fresh, rows }
  const kept: [RowId, Values][] = []
  const conflicts: Conflict[] = []
  const taken: RowId[] = []
  for (const row of rows.values()) {
    const base = draft.saved.rows.get(row.id)?.values ?? row.values
    const edit = draft.edits.get(row.id)
    const isTheirs = !sameValues(base, row.values)
    if (edit === undefined || sameValues(edit, row.values)) {
      if (isTheirs) taken.push(row.id)
      continue
    }
    const mine = rebase(base, edit, row.values)
    if (!isTheirs) kept.push([row.id, edit])
    else if (sameValues(mine, row.values)) taken.push(row.id)
    else conflicts.push({ row, mine, differences: differencesOf(base, row.values, edit) })
  }
  return { draft: withEdits(freshDraft(saved), kept), conflicts, taken }
}

/** The draft after a person decided about each conflict; one without a choice is theirs. */
export function resolve(merged: Merged, choices: ReadonlyMap<RowId, Choice>): Draft {
  const mine = merged.conflicts.filter(({ row }) => choices.get(row.id) === 'mine')
  return withEdits(
    merged.draft,
    mine.map((conflict) => [conflict.row.id, conflict.mine] as const),
  )
}

/** What I changed goes on top of what they saved; what I did not touch is theirs. */
function rebase(base: Values, mine: Values, theirs: Values): Values {
  // Whether a row stands for itself decides about all the rest of it.
  if (base.own !== mine.own || !mine.own) return mine
  const pick = <T>(was: T, is: T, other: T): T => (is === was ? other : is)
  const keys = [...new Set([base.fields, mine.fields, theirs.fields].flatMap((fields) => Object.keys(fields)))]
  const fields = keys.map((key) => [
    key,
    pick(base.fields[key] ?? '', mine.fields[key] ?? '', theirs.fields[key] ?? ''),
  ])
  return {
    own: true,
    enabled: pick(base.enabled, mine.enabled, theirs.enabled),
    time: pick(base.time, mine.time, theirs.time),
    fields: Object.fromEntries(fields.filter(([, value]) => value !== '')),
  }
}

function differencesOf(base: Values, theirs: Values, mine: Values): Difference[] {
  const parts = [...new Set([base, theirs, mine].flatMap((values) => Object.keys(partsOf(values))))]
  const [was, is, here] = [partsOf(base), partsOf(theirs), partsOf(mine)]
  return parts
    .map((part) => ({ part, was: was[part] ?? '', theirs: is[part] ?? '', mine: here[part] ?? '' }))
    .filter((one) => one.theirs !== one.was || one.mine !== one.was)
}

function partsOf({ own, enabled, time, fields }: Values): Readonly<Record<string, string>> {
  if (!own) return { own: 'false' }
  const named = Object.entries(fields).map(([key, value]) => [`fields.${key}`, value])
  return { own: 'true', enabled: String(enabled), ...Object.fromEntries(named), time: String(time) }
}
