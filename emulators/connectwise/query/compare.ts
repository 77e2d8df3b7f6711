// From a comparison to a function over values. An unset value fails every test but that for null, as in SQL.
import { badCondition } from '../answers.ts'
import type { Scalar } from '../model/field.ts'
import type { Reader } from './names.ts'
import type { Comparison, Operand, Operator } from './syntax.ts'

type Test = (value: Scalar) => boolean

const allowed: Record<Reader<never>['kind'], readonly Operator[]> = {
  text: ['=', '!=', '<', '<=', '>', '>=', 'contains', 'like', 'in'],
  number: ['=', '!=', '<', '<=', '>', '>=', 'in'],
  time: ['=', '!=', '<', '<=', '>', '>=', 'in'],
  choice: ['=', '!=', 'contains', 'like', 'in'],
  flag: ['=', '!='],
  reference: ['=', '!='],
}

/** Makes the test of one comparison. Throws `ApiFindCondition` when operator or operand do not fit the name. */
export function makeTest(reader: Pick<Reader<never>, 'kind' | 'path' | 'values'>, comparison: Comparison): Test {
  const { operator, negated } = comparison
  if (!allowed[reader.kind].includes(operator)) {
    throw badCondition(`${operator} cannot be used with ${reader.path}.`)
  }
  const operands = comparison.operands.map((operand) => convert(reader, operand, operator))
  const test = positive(operator, operands)
  return negated ? (value) => value !== null && !test(value) : test
}

function positive(operator: Operator, operands: readonly Scalar[]): Test {
  const [wanted = null] = operands
  switch (operator) {
    case '=':
      return wanted === null ? (value) => value === null : (value) => fold(value) === wanted
    case '!=':
      return wanted === null ? (value) => value !== null : (value) => value !== null && fold(value) !== wanted
    case 'in': {
      const all = new Set(operands)
      return (value) => value !== null && all.has(fold(value))
    }
    case 'contains':
      return (value) => typeof value === 'string' && value.toLowerCase().includes(String(wanted))
    case 'like': {
      const pattern = wildcard(String(wanted))
      return (value) => typeof value === 'string' && pattern.test(value)
    }
    default:
      return ordered(operator, wanted)
  }
}

function ordered(operator: '<' | '<=' | '>' | '>=', wanted: Scalar): Test {
  return (value) => {
    const left = fold(value)
    if (left === null || wanted === null) return false
    if (operator === '<') return left < wanted
    if (operator === '<=') return left <= wanted
    return operator === '>' ? left > wanted : left >= wanted
  }
}

/** Texts compare without case, as the vendor's database does. */
function fold(value: Scalar): Scalar {
  return typeof value === 'string' ? value.toLowerCase() : value
}

/** `*` stands for any text; `%` is reported to do so too. */
function wildcard(pattern: string): RegExp {
  const parts = pattern.split(/[*%]/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^]*')}$`, 'i')
}

function convert(
  { kind, path, values }: Pick<Reader<never>, 'kind' | 'path' | 'values'>,
  operand: Operand,
  operator: Operator,
): Scalar {
  if (operand.kind === 'null') {
    if (operator === '=' || operator === '!=') return null
    throw badCondition(`null cannot be used with ${operator}.`)
  }
  switch (kind) {
    case 'text':
      if (operand.kind === 'text') return operand.value.toLowerCase()
      break
    case 'choice':
      if (operand.kind !== 'text') break
      if (operator === 'contains' || operator === 'like') return operand.value.toLowerCase()
      if (!values.some((one) => one.toLowerCase() === operand.value.toLowerCase())) {
        throw badCondition('Enum value supplied was invalid')
      }
      return operand.value.toLowerCase()
    case 'number':
      if (operand.kind === 'number') return operand.value
      if (operand.kind === 'text' && /^-?\d+(?:\.\d+)?$/.test(operand.value)) return Number(operand.value)
      break
    case 'flag':
      if (operand.kind === 'flag') return operand.value
      break
    case 'time':
      if (operand.kind === 'time') return operand.value
      break
    case 'reference':
      throw badCondition(`${path} can only be compared with null; name one of its fields, as ${path}/id.`)
  }
  throw badCondition(`${JSON.stringify(operand.value)} is not a value for ${path}.`)
}
