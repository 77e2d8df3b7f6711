import type { PsaField } from '../../api/generated/types.gen.ts'
import type { Fields, RuleSection, Values } from './draft.ts'
import { longestDelayMinutes, longestLifetimeHours } from './sections.ts'

/** What can be edited in place beside the toggle: the desk's main settings, and the time. */
export type GridColumn =
  | { readonly kind: 'field'; readonly key: string; readonly title: string; readonly field: PsaField }
  | {
      readonly kind: 'time'
      readonly key: 'time'
      readonly title: string
      readonly minimum: number
      readonly maximum: number
    }

/** Columns before these: the toggle and the name. */
export const leadingColumns = 2

export function columnsOf(ruleFields: readonly PsaField[], section: RuleSection, timeTitle: string): GridColumn[] {
  const main = ruleFields.filter((field) => field.main)
  return [
    ...main.map((field) => ({ kind: 'field', key: field.key, title: field.title, field }) as const),
    { kind: 'time', key: 'time', title: timeTitle, ...timeBounds(section) },
  ]
}

/** Minutes of delay, or hours of lifetime. */
export function timeBounds(section: RuleSection): { readonly minimum: number; readonly maximum: number } {
  return section === 'warning' || section === 'critical'
    ? { minimum: 0, maximum: longestDelayMinutes }
    : { minimum: 1, maximum: longestLifetimeHours }
}

/** The columns in which a row differs from what is saved; `toggle` for the first. */
export function editedColumns(saved: Values, now: Values): ReadonlySet<string> {
  const keys = [...new Set([...Object.keys(saved.fields), ...Object.keys(now.fields)])]
  const fields = keys.filter((key) => valueIn(saved.fields, key) !== valueIn(now.fields, key))
  return new Set([
    ...fields,
    ...(saved.own !== now.own || saved.enabled !== now.enabled ? ['toggle'] : []),
    ...(saved.time !== now.time ? ['time'] : []),
  ])
}

const valueIn = (fields: Fields, key: string): string => fields[key] ?? ''
