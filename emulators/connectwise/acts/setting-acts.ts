// What an administrator of the desk does: clients, boards, lists, keys.
import { z } from 'zod'
import { checkInput, EmulatorInputError } from '../../kit/input.ts'
import { numbersIn } from '../model/entity.ts'
import type { Row, Value } from '../model/field.ts'
import { addCompany } from '../seed/companies.ts'
import { put } from '../seed/put.ts'
import { rowsWith, type Store, stamp, tableOf, timeNow } from '../store/store.ts'
import { wholeSeconds } from '../wire/time.ts'
import { type Act, Choice, choose, technician } from './lookup.ts'

const company = { companyId: z.int().optional(), name: z.string().optional() }
const name = z.string().min(1).max(50)
const AddCompany = z.strictObject({ name, identifier: z.string().min(1).max(25).optional() })
const OneCompany = z.strictObject(company)
const RenameCompany = z.strictObject({ ...company, newName: name })
const SetCompanyStatus = z.strictObject({ ...company, status: Choice })
const OneBoard = z.strictObject({ board: Choice })
const RenameBoard = z.strictObject({ board: Choice, newName: name })
const OneStatus = z.strictObject({ board: Choice, status: Choice })
const flag = z.boolean().optional()
const AddStatus = z.strictObject({ board: Choice, name, closedStatus: flag })
const RenameStatus = z.strictObject({ board: Choice, status: Choice, newName: name })
const ChangeStatus = z.strictObject({
  board: Choice,
  status: Choice,
  ...{ closedStatus: flag, inactive: flag, defaultFlag: flag, displayOnBoard: flag },
})
const SetType = z.strictObject({
  board: Choice,
  type: Choice,
  newName: name.optional(),
  ...{ inactiveFlag: flag, defaultFlag: flag },
})
const OneType = z.strictObject({ board: Choice, type: Choice })
const Associate = z.strictObject({ board: Choice, type: Choice, subType: Choice, item: Choice.optional() })
const AddPriority = z.strictObject({ name, color: z.string().optional() })
const OnePriority = z.strictObject({ priority: Choice })

/** Acts on clients and set-up tables. */
export const settingActs: Readonly<Record<string, Act>> = {
  addCompany(store, order) {
    const input = checkInput(AddCompany, order, 'act addCompany')
    return { companyId: addCompany(store, input.name, input.identifier) }
  },
  deleteCompany(store, order) {
    const dateDeleted = wholeSeconds(timeNow(store))
    const values = { deletedFlag: true, dateDeleted, deletedBy: technician(store).identifier }
    return changeCompany(store, checkInput(OneCompany, order, 'act deleteCompany'), values)
  },
  restoreCompany(store, order) {
    const values = { deletedFlag: false, dateDeleted: null, deletedBy: null }
    return changeCompany(store, checkInput(OneCompany, order, 'act restoreCompany'), values)
  },
  renameCompany(store, order) {
    const input = checkInput(RenameCompany, order, 'act renameCompany')
    return changeCompany(store, input, { name: input.newName })
  },
  setCompanyStatus(store, order) {
    const input = checkInput(SetCompanyStatus, order, 'act setCompanyStatus')
    return changeCompany(store, input, { status: choose(store, 'CompanyStatus', input.status).id })
  },
  archiveBoard(store, order) {
    const input = checkInput(OneBoard, order, 'act archiveBoard')
    return change(store, 'Board', choose(store, 'Board', input.board), { inactiveFlag: true })
  },
  restoreBoard(store, order) {
    const input = checkInput(OneBoard, order, 'act restoreBoard')
    return change(store, 'Board', choose(store, 'Board', input.board), { inactiveFlag: false })
  },
  renameBoard(store, order) {
    const input = checkInput(RenameBoard, order, 'act renameBoard')
    return change(store, 'Board', choose(store, 'Board', input.board), { name: input.newName })
  },
  addStatus(store, order) {
    const input = checkInput(AddStatus, order, 'act addStatus')
    const board = choose(store, 'Board', input.board).id
    const sortOrder = rowsWith(store, 'BoardStatus', 'board', board).length
    const { id } = put(store, 'BoardStatus', {
      name: input.name,
      board,
      sortOrder,
      closedStatus: input.closedStatus ?? false,
    })
    return { id }
  },
  renameStatus(store, order) {
    const input = checkInput(RenameStatus, order, 'act renameStatus')
    return change(store, 'BoardStatus', statusIn(store, input), { name: input.newName })
  },
  changeStatus(store, order) {
    const { board, status, ...flags } = checkInput(ChangeStatus, order, 'act changeStatus')
    const row = statusIn(store, { board, status })
    if (flags.defaultFlag) unsetDefaults(store, 'BoardStatus', row)
    return change(store, 'BoardStatus', row, given(flags))
  },
  removeStatus(store, order) {
    return remove(store, 'BoardStatus', statusIn(store, checkInput(OneStatus, order, 'act removeStatus')))
  },
  setType(store, order) {
    const { board, type, newName, ...flags } = checkInput(SetType, order, 'act setType')
    const boardId = choose(store, 'Board', board).id
    const known = rowsWith(store, 'BoardType', 'board', boardId).find((row) => row.id === type || row.name === type)
    if (!known && typeof type === 'number') throw new EmulatorInputError(`board ${boardId} has no type ${type}`)
    const row = known ?? put(store, 'BoardType', { name: String(type), board: boardId })
    if (flags.defaultFlag) unsetDefaults(store, 'BoardType', row)
    return change(store, 'BoardType', row, { ...given(flags), ...(newName !== undefined && { name: newName }) })
  },
  removeType(store, order) {
    const input = checkInput(OneType, order, 'act removeType')
    const board = choose(store, 'Board', input.board).id
    const type = choose(store, 'BoardType', input.type, board)
    for (const one of rowsWith(store, 'Association', 'board', board)) {
      if (one.type === type.id) remove(store, 'Association', one)
    }
    return remove(store, 'BoardType', type)
  },
  associateType: (store, order) => associate(store, checkInput(Associate, order, 'act associateType'), true),
  dissociateType: (store, order) => associate(store, checkInput(Associate, order, 'act dissociateType'), false),
  addPriority(store, order) {
    const input = checkInput(AddPriority, order, 'act addPriority')
    const sortOrder = tableOf(store, 'Priority').all().length + 1
    return { id: put(store, 'Priority', { name: input.name, color: input.color ?? null, sortOrder }).id }
  },
  removePriority(store, order) {
    const input = checkInput(OnePriority, order, 'act removePriority')
    return remove(store, 'Priority', choose(store, 'Priority', input.priority))
  },
}

function changeCompany(
  store: Store,
  which: { companyId?: number | undefined; name?: string | undefined },
  values: Record<string, Value>,
): object {
  const table = tableOf(store, 'Company')
  const row =
    which.companyId === undefined ? rowsWith(store, 'Company', 'name', which.name ?? '')[0] : table.get(which.companyId)
  if (!row) throw new EmulatorInputError('no such company; name one by "companyId" or "name"')
  const answer = change(store, 'Company', row, values)
  const after = table.get(row.id) ?? row
  store.onEvent({ type: 'company', action: 'updated', row: after, actor: technician(store) })
  return { companyId: row.id, ...answer }
}

function change(store: Store, table: string, row: Row, values: Record<string, Value>): object {
  const after: Row = { ...row, ...values }
  const now = timeNow(store)
  stamp(after, technician(store), now)
  tableOf(store, table).put(after, now)
  return { id: row.id, ...values }
}

function remove(store: Store, table: string, row: Row): object {
  tableOf(store, table).remove(row.id, timeNow(store))
  return { id: row.id }
}

function statusIn(store: Store, { board, status }: { board: number | string; status: number | string }): Row {
  return choose(store, 'BoardStatus', status, choose(store, 'Board', board).id)
}

/** Only one status or type of a board is its default. */
function unsetDefaults(store: Store, table: string, row: Row): void {
  for (const one of rowsWith(store, table, 'board', Number(row.board))) {
    if (one.defaultFlag === true && one.id !== row.id) change(store, table, one, { defaultFlag: false })
  }
}

function associate(store: Store, input: z.infer<typeof Associate>, isWanted: boolean): object {
  const board = choose(store, 'Board', input.board).id
  const type = choose(store, 'BoardType', input.type, board).id
  const subType = choose(store, 'BoardSubType', input.subType, board)
  const item = input.item === undefined ? null : choose(store, 'BoardItem', input.item, board).id
  const found = rowsWith(store, 'Association', 'board', board).filter(
    (one) => one.type === type && one.subType === subType.id && (one.item === item || (!isWanted && item === null)),
  )
  if (!isWanted) for (const one of found) remove(store, 'Association', one)
  else if (found.length === 0) put(store, 'Association', { type, subType: subType.id, item, board })
  if (isWanted || item === null) {
    const others = numbersIn(subType, 'typeAssociationIds').filter((id) => id !== type)
    change(store, 'BoardSubType', subType, { typeAssociationIds: isWanted ? [...others, type] : others })
  }
  return { board, type, subType: subType.id, item }
}

function given(flags: Record<string, boolean | undefined>): Record<string, boolean> {
  return Object.fromEntries(Object.entries(flags).filter((one): one is [string, boolean] => one[1] !== undefined))
}
