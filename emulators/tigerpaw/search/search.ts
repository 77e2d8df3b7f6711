// Searches: criteria of the same SearchType are alternatives, different ones must all hold (tigerpaw-api.md 2.5).
import type { Numbered, Table } from '../store/table.ts'
import { lowerBound } from '../store/table.ts'
import { RefusalError } from '../wire/answers.ts'
import type { Criterion } from './criteria.ts'
import { type MatchType, makeMatch, type Searched } from './match.ts'

/** How one SearchType looks at a record. */
export type SearchField<Row> = {
  /** The values of which one must match. */
  values(row: Row, criterion: Criterion): readonly Searched[]
  /** The table's index for Equal; `id` is the record's own number. */
  index?: string
  /** The match type that always holds here. */
  fixed?: MatchType
  /** Another way to match than the usual one. */
  matches?(stored: Searched, criteria: string): boolean
}

/** SearchTypes by name. */
export type SearchFields<Row> = Readonly<Record<string, SearchField<Row>>>

/**
 * The records that match, by number, as a search saw them `lagMs` ago. `isHidden` are those no search shows. Throws
 * `RefusalError` for an unknown SearchType or an empty criterion.
 */
export function search<Row extends Numbered>(
  table: Table<Row>,
  fields: SearchFields<Row>,
  criteria: readonly Criterion[],
  { now, lagMs, isHidden = () => false }: { now: number; lagMs: number; isHidden?: (row: Row) => boolean },
): Row[] {
  const groups = groupCriteria(fields, criteria)
  const past = lagMs > 0 ? table.past(now, lagMs) : new Map<number, Row | undefined>()
  const found: Row[] = []
  for (const id of candidates(table, groups, past)) {
    const row = past.has(id) ? past.get(id) : table.get(id)
    if (row && !isHidden(row) && groups.every((group) => group.some((one) => one.holds(row)))) found.push(row)
  }
  return found
}

type Test<Row> = { criterion: Criterion; field: SearchField<Row>; holds(row: Row): boolean }

function groupCriteria<Row>(fields: SearchFields<Row>, criteria: readonly Criterion[]): Test<Row>[][] {
  const groups = new Map<string, Test<Row>[]>()
  for (const given of criteria) {
    const name = Object.keys(fields).find((type) => type.toLowerCase() === given.type.toLowerCase())
    const field = name === undefined ? undefined : fields[name]
    if (name === undefined || !field) {
      throw new RefusalError(`Invalid SearchType '${given.type}'. Valid SearchType = ${Object.keys(fields).join(', ')}`)
    }
    if (given.criteria === '') throw new RefusalError(`Criteria is required for SearchType '${name}'.`)
    const criterion = { ...given, type: name, match: field.fixed ?? given.match }
    const own = field.matches
    const match = own ? (stored: Searched) => own(stored, given.criteria) : makeMatch(criterion.match, given.criteria)
    const test = { criterion, field, holds: (row: Row) => field.values(row, criterion).some(match) }
    groups.set(name, [...(groups.get(name) ?? []), test])
  }
  return [...groups.values()]
}

/** Ids that may match, ascending: by an index where one group has only exact criteria, else all. */
function candidates<Row extends Numbered>(
  table: Table<Row>,
  groups: readonly (readonly Test<Row>[])[],
  past: ReadonlyMap<number, unknown>,
): Iterable<number> {
  let best: readonly number[] | undefined
  for (const group of groups) {
    const ids = byIndex(table, group)
    if (ids && (best === undefined || ids.length < best.length)) best = ids
  }
  if (best === undefined) {
    const ids = table.ids()
    const start = lowerBound(ids, lowestId(groups))
    const part = start === 0 ? ids : ids.slice(start)
    return past.size === 0 ? part : ascending([...part, ...past.keys()])
  }
  return ascending([...best, ...past.keys()])
}

function byIndex<Row extends Numbered>(table: Table<Row>, group: readonly Test<Row>[]): readonly number[] | undefined {
  const all: number[] = []
  for (const { criterion, field } of group) {
    if (criterion.match !== 'Equal' || field.index === undefined) return undefined
    const number = Number(criterion.criteria)
    if (field.index !== 'id') all.push(...(table.find(field.index, criterion.criteria) ?? []))
    else if (Number.isInteger(number)) all.push(number)
  }
  return all
}

/** The lowest number that any group asks for with GreaterThan. */
function lowestId<Row>(groups: readonly (readonly Test<Row>[])[]): number {
  let lowest = Number.NEGATIVE_INFINITY
  for (const group of groups) {
    const [only, ...more] = group
    if (!only || more.length > 0 || only.field.index !== 'id' || !only.criterion.match.startsWith('GreaterThan'))
      continue
    const number = Number(only.criterion.criteria)
    if (!Number.isNaN(number)) lowest = Math.max(lowest, number)
  }
  return lowest
}

function ascending(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b)
}
