// `orderBy`: `field asc|desc`, several separated by commas.
import { badCondition } from '../answers.ts'
import type { Row, Scalar } from '../model/field.ts'
import type { Names } from './names.ts'

/** Reads an order; undefined for none, which is by id. Throws `ApiFindCondition` for an unknown name. */
export function readOrder(names: Names<Row>, orderBy: string): ((a: Row, b: Row) => number) | undefined {
  const terms = orderBy
    .split(',')
    .map((term) => term.trim())
    .filter((term) => term !== '')
    .map((term) => {
      const [path = '', direction = 'asc', ...rest] = term.split(/\s+/)
      const isKnown = /^(?:asc|desc)$/i.test(direction) && rest.length === 0
      if (!isKnown) throw badCondition(`${term} is not an order; it must be a name with asc or desc.`)
      const reader = names(path)
      if (reader.kind === 'reference') throw badCondition(`${path} is not a recognized name.`)
      return { read: reader.read, sign: direction.toLowerCase() === 'desc' ? -1 : 1 }
    })
  if (terms.length === 0) return undefined
  return (a, b) => {
    for (const { read, sign } of terms) {
      const order = compare(read(a), read(b)) * sign
      if (order !== 0) return order
    }
    return a.id - b.id
  }
}

/** Unset values come first. */
function compare(a: Scalar, b: Scalar): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  if (typeof a === 'string' && typeof b === 'string') return a.toLowerCase().localeCompare(b.toLowerCase())
  return Number(a) - Number(b)
}
