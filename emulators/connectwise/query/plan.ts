// Which records a list has to look at: an index where one fits, else all.
import type { Row } from '../model/field.ts'
import { lowerBound, type Table } from '../store/table.ts'
import type { Filter, Requirement } from './filter.ts'

/** What a list is about: all records of a table, or those of a parent. */
export type Scope = { table: Table; within?: { field: string; id: number } }

/** Ids that match, ascending, as the search sees them: now, or `lagMs` ago. */
export function findMatches(scope: Scope, filter: Filter, now: number, lagMs: number): Row[] {
  const { table, within } = scope
  const past = lagMs > 0 ? table.past(now, lagMs) : new Map<number, Row | undefined>()
  const wanted: Requirement[] = within ? [{ field: within.field, operator: '=', operands: [within.id] }] : []
  const found = byIndex(table, [...wanted, ...filter.requirements])
  const ids = past.size === 0 ? (found ?? table.ids()) : ascending([...(found ?? table.ids()), ...past.keys()])
  const rows: Row[] = []
  for (let n = lowerBound(ids, lowestId(filter.requirements)); n < ids.length; n += 1) {
    const id = ids[n] ?? 0
    const row = past.has(id) ? past.get(id) : table.get(id)
    if (row && (!within || row[within.field] === within.id) && filter.matches(row)) rows.push(row)
  }
  return rows
}

/** Ids that may match, ascending; undefined when no index helps. */
function byIndex(table: Table, requirements: readonly Requirement[]): readonly number[] | undefined {
  for (const { field, operator, operands } of requirements) {
    if (operator !== '=' && operator !== 'in') continue
    if (field === 'id') return ascending(operands.map(Number))
    if (operands.includes('')) continue
    const parts = operands.map((operand) => table.find(field, operand))
    if (parts.every((part) => part !== undefined)) return parts.length === 1 ? parts[0] : ascending(parts.flat())
  }
  for (const { field, operator, operands } of requirements) {
    const [time] = operands
    if (field !== 'lastUpdated' || (operator !== '>' && operator !== '>=') || typeof time !== 'number') continue
    const ids = table.changedSince(time)
    // Sorting a large part costs more than reading everything in order.
    if (ids.length * 4 <= table.ids().length + 1000) return ascending(ids)
  }
  return undefined
}

function lowestId(requirements: readonly Requirement[]): number {
  let lowest = Number.NEGATIVE_INFINITY
  for (const { field, operator, operands } of requirements) {
    if (field === 'id' && (operator === '>' || operator === '>=')) lowest = Math.max(lowest, Number(operands[0]))
  }
  return lowest
}

function ascending(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b)
}
