import type { DeskOptions, PsaField } from '../api/generated/types.gen.ts'

/** Values of a desk's fields (queue, priority, status ...) and what may be chosen for them. Pure. */

export type DeskValues = Readonly<Record<string, string>>
type Choices = DeskOptions['choices']

export type Choice = { readonly value: string; readonly label: string }

/** What may be chosen for a field with the values that stand now; null: the desk has no list for it, any text will do. */
export function choicesOf(field: PsaField, choices: Choices, values: DeskValues): readonly Choice[] | null {
  const live = field.kind === 'choice' ? choices[field.key] : undefined
  if (live === undefined) return null
  const parent = field.dependsOn === undefined ? undefined : (values[field.dependsOn] ?? '')
  const fitting = live.filter((option) => option.active && (option.parent === undefined || option.parent === parent))
  const byValue = new Map(fitting.map(({ value, label }) => [value, { value, label }]))
  return [...byValue.values()]
}

/** Sets one value; what depended on it and no longer fits is cleared. */
export function withDeskValue(
  fields: readonly PsaField[],
  choices: Choices,
  values: DeskValues,
  key: string,
  value: string,
): DeskValues {
  let next: DeskValues = { ...values, [key]: value }
  for (const field of fields.filter(({ dependsOn }) => dependsOn === key)) {
    const present = next[field.key] ?? ''
    const list = choicesOf(field, choices, next)
    if (present === '' || list === null || list.some((choice) => choice.value === present)) continue
    next = withDeskValue(fields, choices, next, field.key, '')
  }
  return next
}

/** What differs from `first`, an empty text for what was cleared. */
export function changedValues(values: DeskValues, first: DeskValues): DeskValues {
  const keys = [...new Set([...Object.keys(values), ...Object.keys(first)])]
  return Object.fromEntries(
    keys.filter((key) => (values[key] ?? '') !== (first[key] ?? '')).map((key) => [key, values[key] ?? '']),
  )
}

/** The values that fields have before anybody chose: the connector's own, looked up in the live lists. */
export function usualValues(fields: readonly PsaField[], choices: Choices): DeskValues {
  const found = fields.flatMap(({ key, default: usual }): [string, string][] => {
    if (usual === undefined) return []
    if ('value' in usual) return [[key, usual.value]]
    const label = fold(usual.label)
    const option = choices[key]?.find((one) => one.active && fold(one.label) === label)
    return option === undefined ? [] : [[key, option.value]]
  })
  return Object.fromEntries(found)
}

function fold(label: string): string {
  return label.trim().toLowerCase()
}
