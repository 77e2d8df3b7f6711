// What a condition is once it is parsed (connectwise-api.md 5).

/** How a name and a value are compared. */
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'like' | 'in'

/** A literal; times are milliseconds. */
export type Operand =
  | { kind: 'text'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'flag'; value: boolean }
  | { kind: 'time'; value: number }
  | { kind: 'null'; value: null }

/** `path operator operand`; `in` has several operands, all others one. */
export type Comparison = {
  kind: 'comparison'
  path: string
  operator: Operator
  negated: boolean
  operands: readonly Operand[]
}

/** A condition. */
export type Expression = Comparison | { kind: 'and' | 'or'; parts: readonly Expression[] }

/** Every comparison in a condition. */
export function comparisonsIn(expression: Expression): Comparison[] {
  return expression.kind === 'comparison' ? [expression] : expression.parts.flatMap(comparisonsIn)
}
