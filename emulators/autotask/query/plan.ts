// Which rows a query has to look at: an index where one fits, else all in id order.
import type { Row } from '../model/field.ts'
import { lowerBound, type RowSource } from '../store/table.ts'
import type { Filter, Requirement } from './filter.ts'

/** The rows a search sees: those of now, or those of a moment ago. */
export type View = {
  /** Ascending ids that may match, all greater than `after`; `start` is where to begin. */
  candidates(after: number): { ids: readonly number[]; start: number }
  get(id: number): Row | undefined
}

/** Prepares reading for one query. `lagMs` is how far behind writes the search is. */
export function planQuery(source: RowSource, filter: Filter, now: number, lagMs: number): View {
  const past = lagMs > 0 ? source.past(now, lagMs) : new Map<number, Row | undefined>()
  const found = findByIndex(source, filter.requirements)
  const ids = past.size === 0 ? found : withPast(found ?? source.ids(), past)
  return {
    candidates(after) {
      const all = ids ?? source.ids()
      return { ids: all, start: lowerBound(all, Math.max(after + 1, lowestId(filter.requirements))) }
    },
    get: past.size === 0 ? source.get : (id) => (past.has(id) ? past.get(id) : source.get(id)),
  }
}

function findByIndex(source: RowSource, requirements: readonly Requirement[]): readonly number[] | undefined {
  const byId = requirements.find((one) => one.field === 'id' && isEquality(one))
  if (byId) return ascending(byId.operands.map(Number))
  for (const one of requirements) {
    if (!isEquality(one) || one.operands.includes('')) continue
    const parts = one.operands.map((operand) => source.find(one.field, operand))
    if (parts.every((part) => part !== undefined)) return ascending(parts.flat())
  }
  for (const one of requirements) {
    const [time] = one.operands
    if ((one.operator !== 'gt' && one.operator !== 'gte') || typeof time !== 'number') continue
    const ids = source.since(one.field, time)
    // Sorting a large part costs more than reading in id order, which can stop when the page is full.
    if (ids && ids.length * 4 <= source.ids().length + 1000) return ascending(ids)
  }
  return undefined
}

function isEquality(requirement: Requirement): boolean {
  return requirement.operator === 'eq' || requirement.operator === 'in'
}

function lowestId(requirements: readonly Requirement[]): number {
  let lowest = Number.NEGATIVE_INFINITY
  for (const { field, operator, operands } of requirements) {
    if (field === 'id' && (operator === 'gt' || operator === 'gte')) lowest = Math.max(lowest, Number(operands[0]))
  }
  return lowest
}

function withPast(ids: readonly number[], past: ReadonlyMap<number, unknown>): readonly number[] {
  return ascending([...ids, ...past.keys()])
}

function ascending(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b)
}
