import type { FieldValues } from '../../../core/ticket.ts'
import type { FieldProblem, PsaField, PsaOptions } from '../../psa.ts'
import { completeStatus, generalFields, mostDueHours, ruleFields } from './fields.ts'

/** Judges a rule against the lists that were read, without a call. Pure. */
export function ruleProblems(options: PsaOptions, general: FieldValues, rule: FieldValues): readonly FieldProblem[] {
  return [
    ...generalFields.flatMap((field) => fieldProblems(options, field, general)),
    ...closedStatusProblems(options, general),
    ...ruleFields.flatMap((field) => fieldProblems(options, field, rule)),
    ...assignmentProblems(rule),
  ]
}

function fieldProblems(options: PsaOptions, field: PsaField, values: FieldValues): readonly FieldProblem[] {
  const value = values[field.key] ?? ''
  if (value === '') return field.required ? [{ field: field.key, message: missing(field) }] : []
  if (field.kind === 'integer') return integerProblems(field, value)
  return choiceProblems(options, field, values, value)
}

function missing(field: PsaField): string {
  return field.kind === 'choice' ? `Choose "${field.title}".` : `Fill in "${field.title}".`
}

function integerProblems(field: PsaField, value: string): readonly FieldProblem[] {
  const { minimum = 1, maximum = mostDueHours } = field
  const count = Number(value)
  if (/^\d+$/.test(value) && count >= minimum && count <= maximum) return []
  return [{ field: field.key, message: `"${field.title}" must be a whole number from ${minimum} to ${maximum}.` }]
}

function choiceProblems(
  options: PsaOptions,
  field: PsaField,
  values: FieldValues,
  value: string,
): readonly FieldProblem[] {
  const list = options.choices[field.key]
  // Not read, for want of a right: nothing can be said against the value.
  if (list === undefined) return []
  const same = list.filter((option) => option.value === value)
  const [first] = same
  if (first === undefined) {
    const message = `"${field.title}" is set to ${value}, which no longer exists in Autotask. Choose another.`
    return [{ field: field.key, message }]
  }
  const parent = field.dependsOn === undefined ? undefined : (values[field.dependsOn] ?? '')
  // A parent that is not chosen is reported by itself or by `assignmentProblems`.
  const fitting = same.filter((option) => option.parent === undefined || option.parent === parent)
  if (fitting.length === 0) return misfit(options, field, first.label, parent ?? '')
  if (fitting.every((option) => !option.active)) {
    const message = `"${field.title}": "${first.label}" is inactive in Autotask. Choose another or activate it there.`
    return [{ field: field.key, message }]
  }
  return []
}

function misfit(options: PsaOptions, field: PsaField, label: string, parent: string): readonly FieldProblem[] {
  const parentLabel = options.choices[field.dependsOn ?? '']?.find((option) => option.value === parent)?.label ?? parent
  if (field.key === 'assignedRole') {
    // Without a resource the pair itself is reported.
    if (parent === '') return []
    const message = `"${parentLabel}" does not hold the role "${label}". Choose one of that person's roles, or give the role in Autotask under Resources/Users, Service Desk.`
    return [{ field: field.key, message }]
  }
  if (parent === '') {
    return [{ field: field.key, message: `"${label}" needs its issue type. Choose the issue type too.` }]
  }
  const message = `"${label}" does not stand under the issue type "${parentLabel}". Choose a sub-issue type of it.`
  return [{ field: field.key, message }]
}

function assignmentProblems(rule: FieldValues): readonly FieldProblem[] {
  const resource = rule.assignedResource ?? ''
  const role = rule.assignedRole ?? ''
  if (resource !== '' && role === '') {
    return [{ field: 'assignedRole', message: 'A resource needs a role: choose the role too.' }]
  }
  if (resource === '' && role !== '') {
    return [{ field: 'assignedResource', message: 'A role needs a resource: choose the resource, or clear the role.' }]
  }
  if (resource === '' && (rule.queue ?? '') === '') {
    return [{ field: 'queue', message: 'Choose a queue, or a resource together with a role.' }]
  }
  return []
}

function closedStatusProblems(options: PsaOptions, general: FieldValues): readonly FieldProblem[] {
  const closed = general.closedStatus ?? ''
  const problems: FieldProblem[] = []
  if (closed !== '' && closed !== completeStatus) {
    const complete = options.choices.closedStatus?.find((option) => option.value === completeStatus)?.label
    const message = `Autotask completes a ticket only with "${complete ?? 'Complete'}": with another status it stays open there, without a completion date. Choose "${complete ?? 'Complete'}" unless a workflow rule of yours completes such tickets.`
    problems.push({ field: 'closedStatus', message })
  }
  const fresh = general.newStatus ?? ''
  if (fresh !== '' && (fresh === closed || fresh === completeStatus)) {
    const message = 'New tickets would be closed from the start: choose another status for new tickets.'
    problems.push({ field: 'newStatus', message })
  }
  return problems
}
