import type { DeskOptions, PsaField } from '../../api/generated/types.gen.ts'
import type { Fields } from './draft.ts'

/** How a value of a desk's field reads. Pure. */

export type ValueWords = {
  readonly words: string
  /** It stands in no list any more, or may no longer be chosen. */
  readonly isLost: boolean
}

/** The label of what stands in a field; the value itself where the desk has no list, or no longer this value. */
export function wordsOf(field: PsaField, choices: DeskOptions['choices'], fields: Fields): ValueWords {
  const value = fields[field.key] ?? ''
  const list = choices[field.key]
  if (value === '' || field.kind !== 'choice' || list === undefined) return { words: value, isLost: false }
  const parent = field.dependsOn === undefined ? undefined : (fields[field.dependsOn] ?? '')
  const same = list.filter((option) => option.value === value)
  const fitting = same.find((option) => option.active && (option.parent === undefined || option.parent === parent))
  return { words: (fitting ?? same[0])?.label ?? value, isLost: fitting === undefined }
}

/** A whole number within bounds; null when the text is none. */
export function parseWhole(text: string, minimum: number, maximum: number): number | null {
  if (!/^\d{1,9}$/.test(text.trim())) return null
  const count = Number(text)
  return count >= minimum && count <= maximum ? count : null
}
