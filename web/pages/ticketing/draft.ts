import type { DeskOptions, PsaField, RuleList, RuleRow } from '../../api/generated/types.gen.ts'
import { withDeskValue } from '../../forms/desk-values.ts'

/**
 * Rules that are being edited: what is saved, and what a person made of it and has not saved. Pure; the saved part is what the
 * server answered, edits hold only rows that differ from it.
 */

export type RuleSection = keyof RuleList['sections']

/** A row by its place: `section/key`. */
export type RowId = string

/** What is wrong with a field of a row, in words of the server. */
export type Problem = RuleRow['problems'][number]

export type Fields = Readonly<Record<string, string>>

/** What a person sets in a row. */
export type Values = {
  /** False: an event type without a row of its own, which follows its severity. */
  readonly own: boolean
  readonly enabled: boolean
  /** Without empty ones. */
  readonly fields: Fields
  /** Minutes that a status must hold, or hours after which an event is too old. */
  readonly time: number
}

export type Row = {
  readonly id: RowId
  readonly section: RuleSection
  readonly key: string
  readonly title: string
  readonly advice: string
  /** Key of the product whose rules it is among; null where there is one product. */
  readonly product: string | null
  /** An event type that may go without a row of its own. */
  readonly mayFollow: boolean
  readonly problems: readonly Problem[]
  readonly values: Values
}

export type Saved = {
  readonly version: number
  readonly rows: ReadonlyMap<RowId, Row>
  readonly defaults: RuleList['defaults']
}

export type Draft = { readonly saved: Saved; readonly edits: ReadonlyMap<RowId, Values> }

/** What is to be set; what is absent stays as each row has it. */
export type Change = {
  readonly own?: boolean
  readonly enabled?: boolean
  readonly fields?: Fields
  readonly time?: number
}

/** What says which values go together. */
export type Desk = { readonly ruleFields: readonly PsaField[]; readonly choices: DeskOptions['choices'] }

export const isStatus = (section: RuleSection): boolean => section === 'warning' || section === 'critical'

export const rowId = (section: string, key: string): RowId => `${section}/${key}`

export function savedOf(list: RuleList): Saved {
  const severityProducts = new Set(list.sections.severity.map(({ product }) => product))
  const rows = (Object.keys(list.sections) as RuleSection[]).flatMap((section) =>
    list.sections[section].map((row): [RowId, Row] => {
      const { key, title, advice, product, problems, enabled, fields } = row
      const mayFollow = section === 'event-type' && severityProducts.has(product)
      const own = !mayFollow || row.stored
      const time = (isStatus(section) ? row.delayMinutes : row.lifetimeHours) ?? 0
      const id = rowId(section, key)
      const values = { own, enabled, fields: withoutEmpty(fields), time }
      return [id, { id, section, key, title, advice, product, mayFollow, problems, values }]
    }),
  )
  return { version: list.version, rows: new Map(rows), defaults: list.defaults }
}

export function freshDraft(saved: Saved): Draft {
  return { saved, edits: new Map() }
}

function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
}

function sameFields(a: Fields, b: Fields): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => (a[key] ?? '') === (b[key] ?? ''))
}

export function sameValues(a: Values, b: Values): boolean {
  // A row that follows has no say of its own, whatever stands in it.
  if (!a.own && !b.own) return true
  return a.own === b.own && a.enabled === b.enabled && a.time === b.time && sameFields(a.fields, b.fields)
}

/** A row as it would be if everything were saved now. */
export function valuesOf(draft: Draft, row: Row): Values {
  return draft.edits.get(row.id) ?? row.values
}

/** Part of the rules that is shown, saved, cancelled and reset together. */
export type Scope = {
  readonly sections: readonly RuleSection[]
  /** Only rows of this product; absent: of all. */
  readonly product?: string
}

export function isIn(scope: Scope, row: Row): boolean {
  return scope.sections.includes(row.section) && (scope.product === undefined || scope.product === row.product)
}

export function rowsIn(saved: Saved, scope: Scope): Row[] {
  const rows = [...saved.rows.values()].filter((row) => isIn(scope, row))
  return scope.sections.flatMap((section) => rows.filter((row) => row.section === section))
}

/** Puts edits in, and drops those that come to what is saved. */
export function withEdits(draft: Draft, edits: Iterable<readonly [RowId, Values]>): Draft {
  const all = new Map(draft.edits)
  for (const [id, values] of edits) {
    const row = draft.saved.rows.get(id)
    if (row === undefined || sameValues(row.values, values)) all.delete(id)
    else all.set(id, values)
  }
  return { ...draft, edits: all }
}

/** Values of a row that nobody chose anything for. */
export function defaultsOf(saved: Saved, { section, mayFollow }: Pick<Row, 'section' | 'mayFollow'>): Values {
  const { fields, delayMinutes, lifetimeHours } = saved.defaults
  const time = isStatus(section) ? delayMinutes : lifetimeHours
  return { own: !mayFollow, enabled: false, fields: withoutEmpty(fields), time }
}

/**
 * Sets the same in several rows, and only what the change names. A value that depended on one that is set now, and no longer fits, is
 * cleared. A row that followed its severity becomes one of its own.
 */
export function setRows(draft: Draft, ids: Iterable<RowId>, change: Change, desk: Desk): Draft {
  const edits = [...ids].flatMap((id): [RowId, Values][] => {
    const row = draft.saved.rows.get(id)
    if (row === undefined) return []
    if (change.own === false) return row.mayFollow ? [[id, defaultsOf(draft.saved, row)]] : []
    const now = valuesOf(draft, row)
    const { enabled = now.enabled, time = now.time, fields = {} } = change
    return [[id, { own: true, enabled, time, fields: setFields(now.fields, fields, desk) }]]
  })
  return withEdits(draft, edits)
}

/** Those on which others depend go first, so that what was chosen for the others stays. */
function setFields(now: Fields, set: Fields, { ruleFields, choices }: Desk): Fields {
  const keys = Object.keys(set)
  const inOrder = [...ruleFields.map(({ key }) => key).filter((key) => keys.includes(key))]
  const known = inOrder.reduce<Fields>((all, key) => withDeskValue(ruleFields, choices, all, key, set[key] ?? ''), now)
  return withoutEmpty(known)
}

/** Ids of the rows that differ from what is saved. */
export function editedIn(draft: Draft, scope: Scope): RowId[] {
  return [...draft.edits.keys()].filter((id) => {
    const row = draft.saved.rows.get(id)
    return row !== undefined && isIn(scope, row)
  })
}

/** Back to what is saved. */
export function cancelIn(draft: Draft, scope: Scope): Draft {
  const cancelled = new Set(editedIn(draft, scope))
  return { ...draft, edits: new Map([...draft.edits].filter(([id]) => !cancelled.has(id))) }
}

/** Everything to its defaults, which is itself an edit. */
export function resetIn(draft: Draft, scope: Scope): Draft {
  return withEdits(
    draft,
    rowsIn(draft.saved, scope).map((row) => [row.id, defaultsOf(draft.saved, row)] as const),
  )
}

export type RulesBody = {
  version: number
  rows: {
    section: RuleSection
    key: string
    enabled: boolean
    fields: Record<string, string>
    delayMinutes?: number
    lifetimeHours?: number
  }[]
  remove: { section: RuleSection; key: string }[]
}

/** The edits as `save-rules` and `preview-rules` take them. */
export function bodyOf(draft: Draft, scope: Scope): RulesBody {
  const body: RulesBody = { version: draft.saved.version, rows: [], remove: [] }
  for (const id of editedIn(draft, scope)) {
    const row = draft.saved.rows.get(id)
    const values = draft.edits.get(id)
    if (row === undefined || values === undefined) continue
    const { section, key } = row
    const { own, enabled, fields, time } = values
    const timed = isStatus(section) ? { delayMinutes: time } : { lifetimeHours: time }
    if (own) body.rows.push({ section, key, enabled, fields: { ...fields }, ...timed })
    else body.remove.push({ section, key })
  }
  return body
}

/** After a save: the server's answer, with what is unsaved still or was edited meanwhile. */
export function afterSave(draft: Draft, saved: Saved): Draft {
  return withEdits(freshDraft(saved), draft.edits)
}

/** The value that all of them have; null when they differ, or there is none. */
export function common<T>(all: readonly Values[], read: (values: Values) => T): { readonly value: T } | null {
  const [first, ...others] = all
  if (first === undefined) return null
  const value = read(first)
  return others.every((one) => read(one) === value) ? { value } : null
}
