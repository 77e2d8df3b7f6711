// One criterion of a search held against stored values (tigerpaw-api.md 2.5: StartsWith is the default).
import { RefusalError } from '../wire/answers.ts'

/** The vendor's match types. */
const matchTypes = [
  'StartsWith',
  'EndsWith',
  'Contains',
  'GreaterThan',
  'GreaterThanEqual',
  'Equal',
  'LessThan',
  'LessThanEqual',
] as const

/** One of them. */
export type MatchType = (typeof matchTypes)[number]

/** A stored value a search looks at. */
export type Searched = string | number | null

/** Reads a match type, whose case does not matter; none is StartsWith. Throws `RefusalError`. */
export function readMatchType(name: string): MatchType {
  if (name === '') return 'StartsWith'
  const found = matchTypes.find((type) => type.toLowerCase() === name.toLowerCase())
  if (found) return found
  throw new RefusalError(`Invalid MatchType '${name}'. Valid MatchType = ${matchTypes.join(', ')}`)
}

/** Makes the test of a criterion. Numbers are held against it as texts where the match is about parts of a text. */
export function makeMatch(type: MatchType, criteria: string): (stored: Searched) => boolean {
  const wanted = criteria.toLowerCase()
  const number = criteria.trim() === '' ? Number.NaN : Number(criteria)
  const order = (stored: string | number): number => {
    if (typeof stored === 'number' && !Number.isNaN(number)) return stored - number
    const text = String(stored).toLowerCase()
    return text < wanted ? -1 : text > wanted ? 1 : 0
  }
  const test = (stored: string | number): boolean => {
    switch (type) {
      case 'StartsWith':
        return String(stored).toLowerCase().startsWith(wanted)
      case 'EndsWith':
        return String(stored).toLowerCase().endsWith(wanted)
      case 'Contains':
        return String(stored).toLowerCase().includes(wanted)
      case 'GreaterThan':
        return order(stored) > 0
      case 'GreaterThanEqual':
        return order(stored) >= 0
      case 'Equal':
        return order(stored) === 0
      case 'LessThan':
        return order(stored) < 0
      case 'LessThanEqual':
        return order(stored) <= 0
    }
  }
  return (stored) => stored !== null && test(stored)
}
