import type { FieldValues } from '../../../core/ticket.ts'
import type { FieldProblem, Option, PsaField, PsaOptions } from '../../psa.ts'
import { generalFields, ruleFields } from './fields.ts'
import { closingStatus, keptStatuses, mayStandTogether } from './kept.ts'

/** Judges a rule against the lists that were read, without a call. Pure. */
export function ruleProblems(options: PsaOptions, general: FieldValues, rule: FieldValues): readonly FieldProblem[] {
  return [
    ...generalFields.flatMap((field) => choiceProblems(options, field, general)),
    ...ruleFieldProblems(options, rule),
    ...boardProblems(options, rule),
    ...statusProblems(options, rule),
    ...itemProblems(options, rule),
  ]
}

/** What stands under a field that is wrong itself is not judged: its list is that of another board or of none. */
function ruleFieldProblems(options: PsaOptions, rule: FieldValues): readonly FieldProblem[] {
  const wrong = new Set<string>()
  const problems: FieldProblem[] = []
  for (const field of ruleFields) {
    if (field.dependsOn !== undefined && wrong.has(field.dependsOn)) {
      wrong.add(field.key)
      continue
    }
    const found = choiceProblems(options, field, rule)
    if (found.length > 0) wrong.add(field.key)
    problems.push(...found)
  }
  return problems
}

function choiceProblems(options: PsaOptions, field: PsaField, values: FieldValues): readonly FieldProblem[] {
  const value = values[field.key] ?? ''
  if (value === '') return field.required ? [{ field: field.key, message: `Choose "${field.title}".` }] : []
  const list = options.choices[field.key]
  // Not read yet: nothing can be said against the value.
  if (list === undefined) return []
  const same = list.filter((option) => option.value === value)
  const [first] = same
  if (first === undefined) return [{ field: field.key, message: vanished(field, value) }]
  const parent = field.dependsOn === undefined ? '' : (values[field.dependsOn] ?? '')
  const fitting = same.filter((option) => option.parent === undefined || option.parent === parent)
  if (fitting.length === 0) return [{ field: field.key, message: misfit(options, field, first, parent) }]
  if (fitting.some((option) => option.active)) return []
  const message = `"${field.title}": "${first.label}" is inactive in ConnectWise. Choose another or activate it there.`
  return [{ field: field.key, message }]
}

function vanished(field: PsaField, value: string): string {
  return `"${field.title}" is set to ${value}, which no longer exists in ConnectWise. Choose another.`
}

function misfit(options: PsaOptions, field: PsaField, { label }: Option, parent: string): string {
  const above = ruleFields.find((one) => one.key === field.dependsOn)
  const title = above?.title.toLowerCase() ?? ''
  if (parent === '') return `"${label}" needs its ${title}. Choose the ${title} too.`
  const parentLabel = options.choices[above?.key ?? '']?.find((option) => option.value === parent)?.label ?? parent
  return `"${label}" does not stand under the ${title} "${parentLabel}". Choose a ${field.title.toLowerCase()} of it.`
}

/** A ticket on a board without a closing status could never be closed. */
function boardProblems(options: PsaOptions, { board = '' }: FieldValues): readonly FieldProblem[] {
  const statuses = keptStatuses(options).filter((status) => status.board === board)
  if (statuses.length === 0 || closingStatus(statuses, '') !== undefined) return []
  const label = options.choices.board?.find((option) => option.value === board)?.label ?? board
  const message = `"${label}" has no active status that closes tickets, so Tocsin could not close any there. Mark one of its statuses as "Closed?" in ConnectWise under Service Board, Statuses.`
  return [{ field: 'board', message }]
}

function statusProblems(options: PsaOptions, { status = '' }: FieldValues): readonly FieldProblem[] {
  const found = keptStatuses(options).find((one) => one.id === status)
  if (found?.closes !== true) return []
  const message = `"${found.name}" closes a ticket, so new tickets would be closed from the start. Choose another.`
  return [{ field: 'status', message }]
}

function itemProblems(options: PsaOptions, rule: FieldValues): readonly FieldProblem[] {
  const { type = '', subType = '', item = '' } = rule
  const stands = options.choices.item?.find((option) => option.value === item && option.parent === subType)
  if (stands === undefined || type === '' || mayStandTogether(options, type, subType, item)) return []
  const label = options.choices.type?.find((option) => option.value === type)?.label ?? type
  const message = `"${stands.label}" may not stand under this subtype together with the type "${label}". Choose another item.`
  return [{ field: 'item', message }]
}
