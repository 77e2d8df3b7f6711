import { choicesOf } from '../../forms/desk-values.ts'
import { common, type Desk, type Fields, type Values } from './draft.ts'

/** A field of several rows at once. Pure. */

export type Mixed = {
  /** What all of them have, or what was chosen for all; empty where they differ. */
  readonly value: string
  /** They differ, and each keeps its own. */
  readonly isMixed: boolean
}

/** What stands in each field of these rows, with what was chosen for all of them laid over it. */
export function shownFields(
  { ruleFields, choices }: Desk,
  rows: readonly Values[],
  touched: Fields,
): Readonly<Record<string, Mixed>> {
  const shown: Record<string, Mixed> = {}
  const values: Record<string, string> = {}
  const moved = new Set(Object.keys(touched))
  for (const field of ruleFields) {
    const chosen = touched[field.key]
    const same = common(rows, ({ fields }) => fields[field.key] ?? '')
    const isMixed = chosen === undefined && same === null
    let value = chosen ?? same?.value ?? ''
    // What was chosen above it may not have this one any more: it goes when the change is applied.
    if (chosen === undefined && field.dependsOn !== undefined && moved.has(field.dependsOn)) {
      const list = choicesOf(field, choices, values)
      if (value !== '' && list !== null && !list.some((option) => option.value === value)) {
        value = ''
        moved.add(field.key)
      }
    }
    shown[field.key] = { value, isMixed }
    values[field.key] = value
  }
  return shown
}
