// The three kinds of conditions of one request as one test over records.
import { badCondition } from '../answers.ts'
import type { Entity } from '../model/entity.ts'
import type { Part, Row, Scalar } from '../model/field.ts'
import type { Store } from '../store/store.ts'
import { showCustomFields, showReference } from '../wire/parts.ts'
import { makeTest } from './compare.ts'
import { childNames, customNames, devicePath, type Names, namesOf } from './names.ts'
import { parseConditions } from './parse.ts'
import { comparisonsIn, type Expression, type Operator } from './syntax.ts'

/** Conditions as a client sent them; '' for none. */
export type Conditions = { conditions: string; childConditions: string; customFieldConditions: string }

/** What every match must fulfil, for choosing an index. */
export type Requirement = { field: string; operator: Operator; operands: readonly Scalar[] }

/** A test over records. */
export type Filter = { matches(row: Row): boolean; requirements: readonly Requirement[] }

/** Reads the conditions of a request. Throws `ApiFindCondition` for what the vendor refuses. */
export function readFilter(store: Store, entity: Entity, given: Conditions): Filter {
  const tests: ((row: Row) => boolean)[] = []
  const names = namesOf(store, entity)
  const expression = parseConditions(given.conditions)
  if (expression) {
    refuseDeviceAlternatives(expression)
    tests.push(compile(expression, names))
  }
  const child = parseConditions(given.childConditions)
  if (child) tests.push(childTest(store, entity, child))
  const custom = parseConditions(given.customFieldConditions)
  if (custom) tests.push(customTest(store, entity, custom))
  return {
    matches: (row) => tests.every((test) => test(row)),
    requirements: expression ? requirementsOf(expression, names) : [],
  }
}

function compile<Subject>(expression: Expression, names: Names<Subject>): (subject: Subject) => boolean {
  if (expression.kind === 'comparison') {
    const reader = names(expression.path)
    const test = makeTest(reader, expression)
    const { many } = reader
    return many ? (subject) => many(subject).some(test) : (subject) => test(reader.read(subject))
  }
  const parts = expression.parts.map((part) => compile(part, names))
  return expression.kind === 'and'
    ? (subject) => parts.every((part) => part(subject))
    : (subject) => parts.some((part) => part(subject))
}

function childTest(store: Store, entity: Entity, expression: Expression): (row: Row) => boolean {
  refuseIn(expression, 'childConditions')
  const heads = new Set(comparisonsIn(expression).map((one) => (one.path.split('/')[0] ?? '').toLowerCase()))
  const [head = ''] = heads
  const field = entity.field(head)
  if (heads.size > 1 || (field?.kind !== 'refs' && field?.kind !== 'parts')) {
    throw badCondition(`${comparisonsIn(expression)[0]?.path ?? head} is not a recognized name.`)
  }
  const test = compile(expression, childNames(store, field))
  return (row) => {
    const value = row[field.name]
    if (!Array.isArray(value)) return false
    return value.some((one) => test(typeof one === 'number' ? showReference(store, field.to, one) : (one as Part)))
  }
}

function customTest(store: Store, entity: Entity, expression: Expression): (row: Row) => boolean {
  refuseIn(expression, 'customFieldConditions')
  const field = entity.field('customFields')
  if (!field) throw badCondition('customFields is not a recognized name.')
  const test = compile(expression, customNames)
  return (row) => showCustomFields(store, row).some(test)
}

/** `in` belongs to `conditions` alone. */
function refuseIn(expression: Expression, parameter: string): void {
  if (comparisonsIn(expression).some((one) => one.operator === 'in')) {
    throw badCondition(`in cannot be used in ${parameter}.`)
  }
}

/** Tickets are found by one device at a time. */
function refuseDeviceAlternatives(expression: Expression): void {
  const isDevice = (one: { path: string }): boolean => one.path.toLowerCase() === devicePath
  const wrong = comparisonsIn(expression).some((one) => isDevice(one) && one.operator !== '=')
  if (wrong || hasAlternative(expression, isDevice)) throw badCondition(`${devicePath} takes = and one id only.`)
}

function hasAlternative(expression: Expression, isDevice: (one: { path: string }) => boolean): boolean {
  if (expression.kind === 'comparison') return false
  if (expression.kind === 'or' && comparisonsIn(expression).filter(isDevice).length > 1) return true
  return expression.parts.some((part) => hasAlternative(part, isDevice))
}

function requirementsOf(expression: Expression, names: Names<Row>): Requirement[] {
  if (expression.kind !== 'comparison') {
    return expression.kind === 'and' ? expression.parts.flatMap((part) => requirementsOf(part, names)) : []
  }
  const { path, operator, negated, operands } = expression
  const reader = names(path)
  const field = reader.stored || (reader.kind === 'time' ? lastUpdatedIn(path) : '')
  if (negated || field === '' || operands.some((one) => one.kind === 'null')) return []
  return [{ field, operator, operands: operands.map((one) => one.value) }]
}

function lastUpdatedIn(path: string): string {
  return /^(?:_info\/)?lastUpdated$/i.test(path) ? 'lastUpdated' : ''
}
