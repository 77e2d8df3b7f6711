// The criteria of a search as requests write them.
import { HttpError } from '../wire/answers.ts'
import { lookUp, readList, readObject } from '../wire/body.ts'
import { type MatchType, readMatchType } from './match.ts'

/** One criterion as it was sent, with its match type read. */
export type Criterion = {
  type: string
  match: MatchType
  criteria: string
  category: string
  field: string
}

/** Reads the `Criteria` of an advanced search. Throws `RefusalError` for an unknown match type, `HttpError` for no list. */
export function readCriteria(body: Readonly<Record<string, unknown>>): Criterion[] {
  return readList(lookUp(body, 'Criteria'), 'SearchCriteria').map((item) => {
    const given = readObject(item)
    const text = (name: string): string => {
      const value = lookUp(given, name) ?? ''
      if (typeof value === 'object') throw new HttpError(400, `The request is invalid. ${name} must be a text.`)
      return String(value)
    }
    return {
      type: text('SearchType'),
      match: readMatchType(text('MatchType')),
      criteria: text('Criteria'),
      category: text('CategoryName'),
      field: text('CustomFieldName'),
    }
  })
}

/** A criterion of a search in one field: StartsWith, the default. */
export function oneCriterion(type: string, criteria: string, category = '', field = ''): Criterion {
  return { type, match: 'StartsWith', criteria, category, field }
}

/** The object that a search by custom field takes (CustomFieldSearchModel of the contract). */
export function customFieldCriterion(body: unknown): Criterion {
  const given = readObject(body)
  const text = (name: string): string => String(lookUp(given, name) ?? '')
  return oneCriterion('CustomField', text('Criteria'), text('Category'), text('Field'))
}
