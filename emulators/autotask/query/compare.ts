// How one stored value is held against the value of a condition.
import { RefusalError } from '../answers.ts'
import type { DataType, Value } from '../model/field.ts'

/** Operators with a value or a list of values (autotask-api.md 3). */
export const valueOperators = [
  'eq',
  'noteq',
  'gt',
  'gte',
  'lt',
  'lte',
  'beginswith',
  'endswith',
  'contains',
  'in',
  'notin',
] as const

/** One operator, in lower case. */
export type ValueOperator = (typeof valueOperators)[number]

/** Whether a stored value that is set meets the condition. */
export type Test = (stored: string | number | boolean) => boolean

/** A condition's value in the stored form of its field. Texts are lower case: equal without case. */
export type Operand = string | number | boolean

/**
 * Reads a condition's value for a field of this type; null stays null. Throws `RefusalError` with SQL Server's text when
 * it does not fit (autotask-api.md 3, "wrong literal type").
 */
export function toOperand(type: DataType, value: unknown): Operand | null {
  if (value === null || value === undefined) return null
  if (type === 'string') return typeof value === 'object' ? refuse(value, 'varchar') : String(value).toLowerCase()
  if (type === 'boolean') return toBoolean(value)
  if (type === 'datetime') {
    const time = typeof value === 'string' ? parseTime(value) : Number.NaN
    if (Number.isNaN(time)) {
      throw new RefusalError(['Conversion failed when converting date and/or time from character string.'])
    }
    return time
  }
  const number = typeof value === 'number' ? value : typeof value === 'string' ? readNumber(value) : Number.NaN
  return Number.isNaN(number) ? refuse(value, type === 'decimal' || type === 'double' ? 'float' : 'int') : number
}

/** Milliseconds of an ISO time; one without a zone is UTC (autotask-api.md 2). NaN when it is none. */
export function parseTime(text: string): number {
  const trimmed = text.trim()
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i.test(trimmed)) return Number.NaN
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(trimmed.slice(10))
  return Date.parse(trimmed.length > 10 && !zoned ? `${trimmed}Z` : trimmed)
}

/** Makes the test of a condition. `operands` is a list for `in` and `notIn`. */
export function makeTest(operator: ValueOperator, type: DataType, operands: readonly Operand[]): Test {
  const text = type === 'string'
  const [operand = ''] = operands
  switch (operator) {
    case 'eq':
      return (stored) => fold(stored, text) === operand
    case 'noteq':
      return (stored) => fold(stored, text) !== operand
    case 'gt':
      return (stored) => fold(stored, text) > operand
    case 'gte':
      return (stored) => fold(stored, text) >= operand
    case 'lt':
      return (stored) => fold(stored, text) < operand
    case 'lte':
      return (stored) => fold(stored, text) <= operand
    case 'beginswith':
      return (stored) => lower(stored).startsWith(String(operand))
    case 'endswith':
      return (stored) => lower(stored).endsWith(String(operand))
    case 'contains':
      return (stored) => lower(stored).includes(String(operand))
    case 'in':
    case 'notin': {
      const set = new Set(operands)
      return (stored) => set.has(fold(stored, text)) === (operator === 'in')
    }
  }
}

const lower = (stored: Exclude<Value, null>): string => String(stored).toLowerCase()

function fold(stored: string | number | boolean, text: boolean): Operand {
  return text ? lower(stored) : stored
}

function readNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}

function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  const text = String(value).toLowerCase()
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  return refuse(value, 'bit')
}

function refuse(value: unknown, type: string): never {
  const shown = typeof value === 'string' ? value : JSON.stringify(value)
  throw new RefusalError([`Conversion failed when converting varchar '${shown}' to data type ${type}`])
}
