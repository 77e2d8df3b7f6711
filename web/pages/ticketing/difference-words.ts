import type { Desk, Fields, Row } from './draft.ts'
import { isStatus } from './draft.ts'
import { wordsOf } from './field-words.ts'
import type { Difference } from './merge.ts'

/** Words of the screen that differences are told in. */
export type DifferenceTexts = {
  readonly create: string
  readonly on: string
  readonly off: string
  readonly severity: string
  readonly follows: string
  readonly own: string
  readonly delay: string
  readonly lifetime: string
}

/** A difference as a person reads it: names of settings, labels of values. Pure. */
export function tellDifference(
  { part, was, theirs, mine }: Difference,
  row: Row,
  { ruleFields, choices }: Desk,
  texts: DifferenceTexts,
): { key: string; label: string; was: string; theirs: string; mine: string } {
  const key = part.replace(/^fields\./, '')
  const field = part === key ? undefined : ruleFields.find((one) => one.key === key)
  const words = (value: string): string => {
    if (part === 'enabled') return value === '' ? '' : value === 'true' ? texts.on : texts.off
    if (part === 'own') return value === 'true' ? texts.own : texts.follows
    if (field === undefined) return value
    const fields: Fields = { ...row.values.fields, [key]: value }
    return wordsOf({ ...field, dependsOn: undefined }, choices, fields).words
  }
  const labels: Readonly<Record<string, string>> = {
    enabled: texts.create,
    own: texts.severity,
    time: isStatus(row.section) ? texts.delay : texts.lifetime,
  }
  return {
    key: part,
    label: field?.title ?? labels[part] ?? key,
    was: words(was),
    theirs: words(theirs),
    mine: words(mine),
  }
}
