// Lists, counts and searches.
import type { Answer } from '../answers.ts'
import type { Entity } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import { type Store, timeNow } from '../store/store.ts'
import { readFilter } from './filter.ts'
import { namesOf } from './names.ts'
import { readOrder } from './order.ts'
import { cutPage } from './paging.ts'
import type { Parameters } from './parameters.ts'
import { findMatches, type Scope } from './plan.ts'
import { readProjection } from './projection.ts'

/** What a list needs to know of its request. */
export type ListCall = {
  /** How the records are shown; for some lists not as the table's own entity. */
  entity: Entity
  scope: Scope
  parameters: Parameters
  /** Keeps records out of the list, whatever was asked. */
  keep?: (row: Row) => boolean
  /** The list's own address, without a query. */
  url: string
  /** Where links in records point. */
  base: string
  lagMs: number
}

/** Answers a page of a list. Throws `RefusalError`. */
export function runList(store: Store, call: ListCall): Answer {
  const { entity, parameters } = call
  const order = readOrder(namesOf(store, entity), parameters.get('orderBy'))
  const matches = find(store, call)
  if (order) matches.sort(order)
  const { rows, link } = cutPage(matches, parameters, store.switches, call.url)
  const show = readProjection(store, entity, parameters.get('fields'), call.base)
  return { status: 200, body: rows.map(show), headers: link === '' ? {} : { Link: link } }
}

/** Answers how many records a list has. Throws `RefusalError`. */
export function runCount(store: Store, call: ListCall): Answer {
  return { status: 200, body: { count: find(store, call).length } }
}

function find(store: Store, { entity, scope, parameters, keep, lagMs }: ListCall): Row[] {
  const filter = readFilter(store, entity, {
    conditions: parameters.get('conditions'),
    childConditions: parameters.get('childConditions'),
    customFieldConditions: parameters.get('customFieldConditions'),
  })
  const matches = findMatches(scope, filter, timeNow(store), lagMs)
  return keep ? matches.filter(keep) : matches
}
