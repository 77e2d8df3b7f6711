// A ticket's status, type, subtype, item and team must be those of its board (connectwise-api.md 3 and 7).
import type { ValidationError } from '../answers.ts'
import { numberIn, numbersIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import { ticketEntity } from '../model/ticket-fields.ts'
import { rowsWith, type Store, tableOf } from '../store/store.ts'
import type { Draft } from '../write/draft.ts'
import { findGiven, isInactive } from '../write/references.ts'

const boardFields = ['status', 'type', 'subType', 'item', 'team'] as const
const clearedByMove = ['type', 'subType', 'item', 'team'] as const

/**
 * Sets what the draft says of the board's own fields. On a move, type, subtype, item and team of the former board fall
 * away; the status does not, so it must come with the move.
 */
export function applyBoardFields(
  store: Store,
  row: Row,
  before: Row | undefined,
  draft: Draft,
  errors: ValidationError[],
): void {
  const board = numberIn(row, 'board')
  if (board === null) return
  const isMoved = before !== undefined && before.board !== board
  if (isMoved) for (const name of clearedByMove) row[name] = null
  for (const name of boardFields) {
    const given = draft.references[name]
    if (given === undefined) continue
    const field = ticketEntity.field(name)
    if (!field) continue
    const { entity } = tableOf(store, field.to)
    const found = given && findGiven(rowsWith(store, field.to, 'board', board), entity, given)
    if (given && !found) {
      const message = `${entity.title} ${given.value} not found for Service Board ${board}.`
      errors.push(ticketError('NotFound', message, `${name}/${given.key}`))
    } else if (given && found && isInactive(entity, found) && found.id !== before?.[name]) {
      errors.push(
        ticketError('InvalidField', `${entity.title} ${entity.nameOf(found)} is inactive.`, `${name}/${given.key}`),
      )
    } else row[name] = found?.id ?? null
  }
  if (draft.references.status === undefined) checkStatus(store, row, board, errors)
  if (errors.length === 0) checkCombination(store, row, board, errors)
}

/** The status a ticket has without being told: the board's default, else its first. */
export function defaultStatus(store: Store, board: number): Row | undefined {
  const statuses = rowsWith(store, 'BoardStatus', 'board', board).filter((status) => status.inactive !== true)
  return statuses.find((status) => status.defaultFlag === true) ?? statuses[0]
}

function checkStatus(store: Store, row: Row, board: number, errors: ValidationError[]): void {
  const id = numberIn(row, 'status')
  if (id === null) {
    row.status = defaultStatus(store, board)?.id ?? null
    return
  }
  const status = tableOf(store, 'BoardStatus').get(id)
  if (!status || status.board === board) return
  const message = `Service Status ${String(status.name)} not found for Service Board ${board}.`
  errors.push(ticketError('NotFound', message, 'status/name'))
}

function checkCombination(store: Store, row: Row, board: number, errors: ValidationError[]): void {
  const [type, subType, item] = (['type', 'subType', 'item'] as const).map((name) => numberIn(row, name))
  if (subType != null) {
    const allowed = numbersIn(tableOf(store, 'BoardSubType').get(subType) ?? row, 'typeAssociationIds')
    if (type == null || !allowed.includes(type))
      errors.push(notAssociated(store, row, board, 'subType', 'BoardSubType'))
  }
  if (item == null || errors.length > 0) return
  const isAllowed = rowsWith(store, 'Association', 'board', board).some(
    (one) => one.type === type && one.subType === subType && one.item === item,
  )
  if (!isAllowed) errors.push(notAssociated(store, row, board, 'item', 'BoardItem'))
}

function notAssociated(store: Store, row: Row, board: number, name: string, table: string): ValidationError {
  const { entity, get } = tableOf(store, table)
  const target = get(numberIn(row, name) ?? 0)
  const text = target ? entity.nameOf(target) : ''
  return ticketError(
    'InvalidField',
    `${entity.title} ${text} is not associated with the type and subtype on Service Board ${board}.`,
    `${name}/id`,
  )
}

function ticketError(code: string, message: string, field: string): ValidationError {
  return { code, message, resource: 'ticket', field }
}
