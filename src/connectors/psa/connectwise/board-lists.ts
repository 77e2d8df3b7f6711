import type { Option } from '../../psa.ts'
import { combination, type KeptStatus } from './kept.ts'
import type { Association, Board, Status, SubType, Type } from './wire.ts'

/** What one board offers, from ConnectWise's records to lists to choose from. Pure. */

export type BoardRecords = {
  readonly board: string
  readonly statuses: readonly Status[]
  readonly types: readonly Type[]
  readonly subTypes: readonly SubType[]
  readonly associations: readonly Association[]
  /** Items with their own records, which tell what is out of use. */
  readonly items: readonly Type[]
}

export type BoardLists = {
  readonly statuses: readonly KeptStatus[]
  readonly types: readonly Option[]
  readonly subTypes: readonly Option[]
  readonly items: readonly Option[]
  readonly combinations: readonly string[]
}

/** Service boards; those of projects take no service tickets. */
export function boardsToOptions(boards: readonly Board[]): readonly Option[] {
  return boards
    .filter((board) => !board.projectFlag)
    .map(({ id, name, inactiveFlag }) => ({ value: String(id), label: name, active: !inactiveFlag }))
    .sort(byLabel)
}

export function recordsToLists(records: BoardRecords): BoardLists {
  const { board, statuses, types } = records
  const typeIds = new Set(types.map((type) => type.id))
  return {
    statuses: statusesToKept(board, statuses),
    types: types.map((type) => ({ ...toOption(type), parent: board })).sort(byLabel),
    subTypes: records.subTypes
      .flatMap((subType) =>
        subType.typeAssociationIds
          .filter((type) => typeIds.has(type))
          .map((type) => ({ ...toOption(subType), parent: String(type) })),
      )
      .sort(byLabel),
    ...itemsToLists(records),
  }
}

/** In the order of the board. */
export function statusesToKept(board: string, statuses: readonly Status[]): readonly KeptStatus[] {
  return statuses
    .toSorted((a, b) => (a.sortOrder ?? 0) - (b.sortOrder ?? 0))
    .map(({ id, name, closedStatus, defaultFlag, inactive }) => ({
      id: String(id),
      board,
      name,
      closes: closedStatus,
      isDefault: defaultFlag,
      active: !inactive,
    }))
}

/** An item stands under a subtype, but not under every type of it: that is kept as combinations. */
function itemsToLists({ associations, items, subTypes }: BoardRecords): Pick<BoardLists, 'items' | 'combinations'> {
  const recordsById = new Map(items.map((item) => [item.id, item]))
  const subTypeIds = new Set(subTypes.map((subType) => subType.id))
  const options = new Map<string, Option>()
  const combinations = new Set<string>()
  for (const { type, subType, item } of associations) {
    const record = item === null ? undefined : recordsById.get(item.id)
    if (type === null || subType === null || record === undefined || !subTypeIds.has(subType.id)) continue
    combinations.add(combination(String(type.id), String(subType.id), String(record.id)))
    options.set(`${subType.id} ${record.id}`, { ...toOption(record), parent: String(subType.id) })
  }
  return { items: [...options.values()].sort(byLabel), combinations: [...combinations] }
}

function toOption({ id, name, inactiveFlag }: Type): Option {
  return { value: String(id), label: name, active: !inactiveFlag }
}

export function byLabel(a: Option, b: Option): number {
  return a.label.localeCompare(b.label, 'en')
}
