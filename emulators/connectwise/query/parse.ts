// From words to a condition: OR of ANDs of comparisons and parentheses.
import { badCondition } from '../answers.ts'
import type { Comparison, Expression, Operand, Operator } from './syntax.ts'
import { type Token, tokenize } from './tokens.ts'

const signs: readonly string[] = ['=', '!=', '<', '<=', '>', '>=']
const words: readonly string[] = ['contains', 'like', 'in']

/** Parses a condition; undefined for one that says nothing. Throws `ApiFindCondition` when it is not of the grammar. */
export function parseConditions(source: string): Expression | undefined {
  const tokens = tokenize(source)
  let next = 0
  if (tokens.length === 1) return undefined

  const peek = (): Token => tokens[next] ?? { at: source.length, kind: 'end' }
  const take = (): Token => {
    const token = peek()
    next += 1
    return token
  }
  const isWord = (token: Token, text: string): boolean => token.kind === 'word' && token.text.toLowerCase() === text
  const isSign = (token: Token, text: string): boolean => token.kind === 'sign' && token.text === text
  const wrong = (token: Token, wanted: string) =>
    badCondition(`Expected ${wanted} at position ${token.at} of the conditions, found ${show(token)}.`)

  function alternatives(): Expression {
    return joined('or', conjunction)
  }

  function conjunction(): Expression {
    return joined('and', primary)
  }

  function joined(kind: 'and' | 'or', part: () => Expression): Expression {
    const first = part()
    if (!isWord(peek(), kind)) return first
    const parts = [first]
    while (isWord(peek(), kind)) {
      take()
      parts.push(part())
    }
    return { kind, parts }
  }

  function primary(): Expression {
    if (!isSign(peek(), '(')) return comparison()
    take()
    const inner = alternatives()
    const close = take()
    if (!isSign(close, ')')) throw wrong(close, ')')
    return inner
  }

  function comparison(): Comparison {
    const name = take()
    if (name.kind !== 'word') throw wrong(name, 'a name')
    const negated = isWord(peek(), 'not')
    if (negated) take()
    const operator = readOperator(take(), negated)
    const operands = operator === 'in' ? list() : [operand()]
    return { kind: 'comparison', path: name.text, operator, negated, operands }
  }

  function readOperator(token: Token, negated: boolean): Operator {
    if (token.kind === 'sign' && !negated && signs.includes(token.text)) return token.text as Operator
    const text = token.kind === 'word' ? token.text.toLowerCase() : ''
    if (words.includes(text)) return text as Operator
    throw wrong(token, negated ? 'contains, like or in' : 'an operator')
  }

  function list(): Operand[] {
    const open = take()
    if (!isSign(open, '(')) throw wrong(open, '(')
    const operands = [operand()]
    while (isSign(peek(), ',')) {
      take()
      operands.push(operand())
    }
    const close = take()
    if (!isSign(close, ')')) throw wrong(close, ')')
    return operands
  }

  function operand(): Operand {
    const token = take()
    if (token.kind === 'text' || token.kind === 'number' || token.kind === 'time') {
      return { kind: token.kind, value: token.value } as Operand
    }
    if (isWord(token, 'true') || isWord(token, 'false')) return { kind: 'flag', value: isWord(token, 'true') }
    if (isWord(token, 'null')) return { kind: 'null', value: null }
    throw wrong(token, 'a value (texts in double quotes, dates in brackets)')
  }

  const expression = alternatives()
  const rest = peek()
  if (rest.kind !== 'end') throw wrong(rest, 'AND, OR or the end')
  return expression
}

function show(token: Token): string {
  if (token.kind === 'end') return 'the end'
  return token.kind === 'word' || token.kind === 'sign' ? token.text : String(token.value)
}
