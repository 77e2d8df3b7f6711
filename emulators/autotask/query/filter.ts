// A query's filter, read and checked once, then tried on rows.
import { RefusalError } from '../answers.ts'
import type { Entity } from '../model/entity.ts'
import type { DataType, Row, Value } from '../model/field.ts'
import {
  makeTest,
  type Operand,
  parseTime,
  type Test,
  toOperand,
  type ValueOperator,
  valueOperators,
} from './compare.ts'

/** A condition that every result meets: what the plan may look up in an index. */
export type Requirement = { field: string; operator: ValueOperator; operands: readonly Operand[] }

/** A filter ready to be tried on rows. */
export type Filter = { matches(row: Row): boolean; requirements: readonly Requirement[] }

type Condition = { matches: (row: Row) => boolean; requirements: readonly Requirement[] }
type Reading = { entity: Entity; udf: string; orConditions: number }

const everything: Condition = { matches: () => true, requirements: [] }
const nothing: Condition = { matches: () => false, requirements: [] }
const maxOrConditions = 500

/** Reads a filter. Throws `RefusalError` for a field, value or size Autotask refuses (autotask-api.md 3). */
export function readFilter(entity: Entity, filter: readonly unknown[]): Filter {
  const reading: Reading = { entity, udf: '', orConditions: 0 }
  const condition = readGroup(reading, 'and', filter) ?? everything
  if (reading.orConditions > maxOrConditions) {
    throw new RefusalError(["Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions."])
  }
  return condition
}

function readGroup(reading: Reading, operator: 'and' | 'or', items: readonly unknown[]): Condition | undefined {
  if (operator === 'or') reading.orConditions += items.length
  const conditions = items.map((item) => readItem(reading, item)).filter((condition) => condition !== undefined)
  if (conditions.length <= 1) return conditions[0]
  const tests = conditions.map((condition) => condition.matches)
  if (operator === 'or') return { matches: (row) => tests.some((test) => test(row)), requirements: [] }
  return {
    matches: (row) => tests.every((test) => test(row)),
    requirements: conditions.flatMap((condition) => condition.requirements),
  }
}

function readItem(reading: Reading, item: unknown): Condition | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  const { op, field, value, udf, items } = withLowerKeys(item)
  const operator = String(op).toLowerCase()
  if (operator === 'and' || operator === 'or') return readGroup(reading, operator, Array.isArray(items) ? items : [])
  const presence = operator === 'exist' || operator === 'notexist'
  // An operator Autotask does not know makes the condition vanish (autotask-api.md 3): the result is too large.
  if (!presence && !isValueOperator(operator)) return undefined
  const target = udf === true ? findUdf(reading, String(field)) : findField(reading.entity, String(field))
  if (presence) return presenceOf(target, operator === 'exist')
  return isValueOperator(operator) ? valueCondition(reading, target, operator, value) : undefined
}

type Target = { name: string; type: DataType; read: (row: Row) => Value }

function presenceOf(target: Target, wanted: boolean): Condition {
  return {
    matches: (row) => {
      const stored = target.read(row)
      return (stored !== null && stored !== '') === wanted
    },
    requirements: [],
  }
}

function valueCondition(reading: Reading, target: Target, operator: ValueOperator, value: unknown): Condition {
  const isList = operator === 'in' || operator === 'notin'
  const values = isList && Array.isArray(value) ? value : [value]
  if (isList) reading.orConditions += values.length
  const operands = values.map((one) => toOperand(target.type, one)).filter((operand) => operand !== null)
  // Comparing with null is true for no row, as in SQL (autotask-api.md 3).
  if (operands.length === 0) return operator === 'notin' ? everything : nothing
  const test = makeTest(operator, target.type, operands)
  return {
    matches: notNull(target.read, test),
    requirements: [{ field: target.name, operator, operands }],
  }
}

function notNull(read: (row: Row) => Value, test: Test): (row: Row) => boolean {
  return (row) => {
    const stored = read(row)
    return stored !== null && test(stored)
  }
}

function findField(entity: Entity, name: string): Target {
  const field = entity.field(name)
  if (!field) throw new RefusalError([`Unable to find ${name} in the ${entity.name} Entity`])
  if (!field.isQueryable) throw new RefusalError([`${field.name} is not queryable in the ${entity.name} Entity`])
  return { name: field.name, type: field.dataType, read: (row) => row[field.name] as Value }
}

function findUdf(reading: Reading, name: string): Target {
  const { entity } = reading
  const wanted = name.toLowerCase()
  const definition = entity.udfs.find((udf) => udf.name.toLowerCase() === wanted)
  if (!definition) throw new RefusalError([`Unable to find ${name} in the ${entity.name} Entity`])
  if (reading.udf !== '' && reading.udf !== definition.name) {
    throw new RefusalError(['Invalid query syntax. Queries are limited to one user-defined field.'])
  }
  reading.udf = definition.name
  const { dataType } = definition
  return {
    name: `udf:${definition.name}`,
    type: dataType,
    read: (row) => {
      const value = row.userDefinedFields.find((udf) => udf.name === definition.name)?.value ?? null
      if (value === null || dataType === 'string') return value
      return dataType === 'datetime' ? parseTime(value) : Number(value)
    },
  }
}

function isValueOperator(operator: string): operator is ValueOperator {
  return (valueOperators as readonly string[]).includes(operator)
}

/** JSON is read without regard to the case of property names (autotask-api.md 2). */
export function withLowerKeys(item: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key.toLowerCase(), value]))
}
