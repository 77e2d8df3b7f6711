import type { FieldValues } from '../../../core/ticket.ts'
import type { FieldProblem, PsaField, PsaOptions } from '../../psa.ts'
import { generalFields, ruleFields } from './fields.ts'
import { incompleteOf } from './options.ts'

/** Judges a rule against the lists that were read, without a call. Pure. */
export function ruleProblems(options: PsaOptions, general: FieldValues, rule: FieldValues): readonly FieldProblem[] {
  return [
    ...generalFields.flatMap((field) => fieldProblems(options, field, general[field.key] ?? '')),
    ...statusProblems(general),
    ...ruleFields.flatMap((field) => fieldProblems(options, field, rule[field.key] ?? '')),
  ]
}

function fieldProblems(options: PsaOptions, field: PsaField, value: string): readonly FieldProblem[] {
  const problem = (message: string): readonly FieldProblem[] => [{ field: field.key, message }]
  if (value === '') return field.required ? problem(`Choose "${field.title}".`) : []
  const list = options.choices[field.key]
  // Not read yet: nothing can be said against the value.
  if (list === undefined) return []
  const found = list.find((option) => option.value === value)
  if (found === undefined) {
    if (incompleteOf(options).includes(field.key)) return []
    return problem(`"${field.title}" is set to "${value}", which no longer exists in Tigerpaw. Choose another.`)
  }
  return found.active
    ? []
    : problem(`"${field.title}": "${found.label}" is inactive in Tigerpaw. Choose another or activate it there.`)
}

function statusProblems({ newStatus = '', closedStatus = '' }: FieldValues): readonly FieldProblem[] {
  if (newStatus === '' || newStatus.toLowerCase() !== closedStatus.toLowerCase()) return []
  const message = 'New service orders would be closed from the start: choose another status for one of the two.'
  return [{ field: 'newStatus', message }]
}
