import type { Attribute, AttributeTable, AttributeValue } from '../attributes/attribute.ts'
import { badFormat, noSuchParameter } from '../wire/pxg-error.ts'
import type { Condition, Filter, Literal, Operator } from './syntax.ts'
import { parseIsoTime } from './tokens.ts'
import { compileWildcard } from './wildcard.ts'

type Predicate<Row> = (row: Row) => boolean
type Single = string | number | boolean | undefined

/**
 * Turns a filter into a predicate over rows of `table`; `now` (ms) is what CURTIME counts from. A row whose attribute is
 * NULL satisfies no comparison, as in SQL. Throws PxgError 1125 for an unknown attribute, 1192 for a value that does not fit it.
 */
export function compileFilter<Row>(filter: Filter, table: AttributeTable<Row>, now: number): Predicate<Row> {
  switch (filter.kind) {
    case 'all':
      return () => true
    case 'not': {
      const part = compileFilter(filter.part, table, now)
      return (row) => !part(row)
    }
    case 'condition':
      return compileCondition(filter, table, now)
    default: {
      const parts = filter.parts.map((part) => compileFilter(part, table, now))
      return filter.kind === 'and'
        ? (row) => parts.every((part) => part(row))
        : (row) => parts.some((part) => part(row))
    }
  }
}

function compileCondition<Row>(condition: Condition, table: AttributeTable<Row>, now: number): Predicate<Row> {
  const attribute = table.get(condition.attribute)
  if (!attribute) throw noSuchParameter(condition.attribute)
  const { mask } = condition
  if (mask !== undefined) {
    if (attribute.type !== 'int' && attribute.type !== 'long') throw badFormat(`${condition.attribute} has no bits`)
    const test = compileTest(condition, attribute, now)
    return (row) => {
      const value = attribute.get(row)
      return typeof value === 'number' && test((value & mask) >>> 0)
    }
  }
  const test = compileTest(condition, attribute, now)
  const { any } = attribute
  if (!any) return (row) => test(attribute.get(row) as Single)
  // "<>" over several values means: none of them is it.
  if (condition.operator !== '<>') return (row) => any(row).some(test)
  return (row) => any(row).every(test)
}

function compileTest<Row>(
  { attribute: name, operator, value }: Condition,
  { type }: Attribute<Row>,
  now: number,
): (value: Single) => boolean {
  switch (type) {
    case 'int':
    case 'long':
    case 'double':
    case 'bool': {
      const wanted = toNumber(value)
      if (wanted === undefined) throw badFormat(`${name} is compared with a value that is not a number`)
      return (found) => found !== undefined && compare(Number(found), wanted, operator)
    }
    case 'datetime': {
      const wanted = toTime(value, now)
      if (wanted === undefined) throw badFormat(`${name} is compared with a value that is not a time`)
      // Times go out in whole seconds, so they are compared in whole seconds too.
      return (found) => found !== undefined && compare(Math.floor(Number(found) / 1000) * 1000, wanted, operator)
    }
    case 'string':
      return compileTextTest(value, operator, name)
    default:
      throw badFormat(`${name} cannot be searched`)
  }
}

function compileTextTest(literal: Literal, operator: Operator, name: string): (value: Single) => boolean {
  if (literal.kind !== 'text' && literal.kind !== 'number')
    throw badFormat(`${name} is compared with a value that is no text`)
  const wanted = String(literal.value)
  if (operator === '=' || operator === '<>') {
    const matches = compileWildcard(wanted)
    return (found) => found !== undefined && matches(String(found)) === (operator === '=')
  }
  const lower = wanted.toLowerCase()
  return (found) => found !== undefined && compare(String(found).toLowerCase(), lower, operator)
}

function toNumber(literal: Literal): number | undefined {
  if (literal.kind === 'number') return literal.value
  if (literal.kind === 'binary') return Number.parseInt(literal.hex, 16)
  if (literal.kind === 'text' && /^-?\d+$/.test(literal.value)) return Number(literal.value)
  return undefined
}

function toTime(literal: Literal, now: number): number | undefined {
  if (literal.kind === 'time') return literal.value
  if (literal.kind === 'current-time') return Math.floor(now / 1000) * 1000 + literal.offsetSeconds * 1000
  return literal.kind === 'text' ? parseIsoTime(literal.value) : undefined
}

function compare<Comparable extends string | number>(
  found: Comparable,
  wanted: Comparable,
  operator: Operator,
): boolean {
  switch (operator) {
    case '=':
      return found === wanted
    case '<>':
      return found !== wanted
    case '>':
      return found > wanted
    case '<':
      return found < wanted
    case '>=':
      return found >= wanted
    case '<=':
      return found <= wanted
  }
}

/** The numbers an attribute can have in a row that passes, or undefined when the filter does not say. */
export function allowedNumbers(filter: Filter, attribute: string): Set<number> | undefined {
  if (filter.kind === 'condition') {
    const isIt = filter.attribute === attribute && filter.operator === '=' && filter.mask === undefined
    const value = isIt ? toNumber(filter.value) : undefined
    return value === undefined ? undefined : new Set([value])
  }
  if (filter.kind === 'or') {
    const parts = filter.parts.map((part) => allowedNumbers(part, attribute))
    return parts.some((part) => !part) ? undefined : new Set(parts.flatMap((part) => [...(part ?? [])]))
  }
  if (filter.kind !== 'and') return undefined
  const known = filter.parts.map((part) => allowedNumbers(part, attribute)).filter((part) => part !== undefined)
  const [first, ...others] = known
  return first && new Set([...first].filter((one) => others.every((other) => other.has(one))))
}

/** The highest number below every passing row's attribute that the filter states (`>` or `>=`), else -Infinity. */
export function lowerBound(filter: Filter, attribute: string): number {
  if (filter.kind === 'and') return Math.max(...filter.parts.map((part) => lowerBound(part, attribute)))
  if (filter.kind !== 'condition' || filter.attribute !== attribute || filter.mask !== undefined) return -Infinity
  const value = toNumber(filter.value)
  if (value === undefined) return -Infinity
  if (filter.operator === '>') return value
  return filter.operator === '>=' || filter.operator === '=' ? value - 1 : -Infinity
}

/** Compares two values of one attribute for ordering; NULL comes first, as in SQL Server. */
export function compareValues(left: AttributeValue, right: AttributeValue): number {
  if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined)
  if (typeof left === 'string' && typeof right === 'string') {
    const [a, b] = [left.toLowerCase(), right.toLowerCase()]
    return a < b ? -1 : a > b ? 1 : 0
  }
  return Number(left) - Number(right)
}
