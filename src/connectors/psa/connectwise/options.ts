import type { Option, PsaOptions } from '../../psa.ts'
import { type BoardLists, boardsToOptions, byLabel, recordsToLists, statusesToKept } from './board-lists.ts'
import type { Context } from './client.ts'
import { fixedChoices } from './fields.ts'
import { isSameName, type Kept, type KeptStatus } from './kept.ts'
import { readAll } from './pages.ts'
import {
  Association,
  associationFields,
  Board,
  boardFields,
  Priority,
  priorityFields,
  Source,
  Status,
  SubType,
  sourceFields,
  statusFields,
  subTypeFields,
  Type,
  typeFields,
} from './wire.ts'

/**
 * Reads every list that rules are made from and judged by. Statuses, types, subtypes and items belong to a board each and
 * can only be asked for board by board; boards out of use are not asked.
 */
export async function readOptions(context: Context): Promise<PsaOptions> {
  const boards = boardsToOptions(await readBoards(context))
  const priorities = await readAll(context, { path: 'service/priorities', fields: priorityFields, row: Priority })
  const sources = await readAll(context, { path: 'service/sources', fields: sourceFields, row: Source })
  const lists: BoardLists[] = []
  for (const board of boards) if (board.active) lists.push(await readBoard(context, board.value))
  const statuses = lists.flatMap((one) => one.statuses)
  const kept: Kept = { statuses, combinations: lists.flatMap((one) => one.combinations) }
  return {
    choices: {
      ...fixedChoices,
      closedStatus: closingNames(statuses),
      source: sources.map(({ id, name }) => ({ value: String(id), label: name, active: true })).sort(byLabel),
      board: boards,
      priority: priorities
        .toSorted((a, b) => (a.sortOrder ?? 0) - (b.sortOrder ?? 0))
        .map(({ id, name }) => ({ value: String(id), label: name, active: true })),
      status: statuses.map(({ id, name, active, board }) => ({ value: id, label: name, active, parent: board })),
      type: lists.flatMap((one) => one.types),
      subType: lists.flatMap((one) => one.subTypes),
      item: lists.flatMap((one) => one.items),
    },
    extra: kept,
  }
}

/** All boards, those out of use too: some servers refuse to filter by that (connectwise-api.md 8). */
export function readBoards(context: Context): Promise<readonly Board[]> {
  return readAll(context, { path: 'service/boards', fields: boardFields, row: Board })
}

/** The statuses of a board as it is now. */
export async function readStatuses(context: Context, board: string): Promise<readonly KeptStatus[]> {
  const list = { path: `service/boards/${board}/statuses`, fields: statusFields, row: Status, onRecord: true }
  return statusesToKept(board, await readAll(context, list))
}

/** Asks only for what there can be: no subtypes without types, no items without a combination that has one. */
async function readBoard(context: Context, board: string): Promise<BoardLists> {
  const path = `service/boards/${board}`
  const onRecord = true
  const list = { path: `${path}/statuses`, fields: statusFields, row: Status, onRecord }
  const statuses = await readAll(context, list)
  const types = await readAll(context, { path: `${path}/types`, fields: typeFields, row: Type, onRecord })
  const subTypes =
    types.length === 0
      ? []
      : await readAll(context, { path: `${path}/subtypes`, fields: subTypeFields, row: SubType, onRecord })
  const associations =
    subTypes.length === 0
      ? []
      : await readAll(context, {
          path: `${path}/typeSubTypeItemAssociations`,
          fields: associationFields,
          row: Association,
          onRecord,
        })
  const items = associations.every(({ item }) => item === null)
    ? []
    : await readAll(context, { path: `${path}/items`, fields: typeFields, row: Type, onRecord })
  return recordsToLists({ board, statuses, types, subTypes, associations, items })
}

/** Every name that a closing status has on some board, once. */
function closingNames(statuses: readonly KeptStatus[]): readonly Option[] {
  const names: string[] = []
  for (const { name, closes, active } of statuses) {
    if (closes && active && !names.some((one) => isSameName(one, name))) names.push(name)
  }
  return names.map((name) => ({ value: name, label: name, active: true })).sort(byLabel)
}
