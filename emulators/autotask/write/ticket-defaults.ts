// What the service fills in when a new ticket leaves it out (autotask-api.md 5.3).
import { numberIn } from '../model/entity.ts'
import type { Row, Value } from '../model/field.ts'
import { ruleOf, type Store, tableOf } from '../store/store.ts'
import type { Draft } from './body.ts'

/** The tenant's default category. */
const standardCategory = 3

/** Names of category defaults that differ from the ticket's. */
const renamed: Readonly<Record<string, string>> = {
  sourceID: 'source',
  ticketTypeID: 'ticketType',
  issueTypeID: 'issueType',
  subIssueTypeID: 'subIssueType',
  workTypeID: 'billingCodeID',
}

const hour = 3_600_000

/** Fills a new ticket from its category, and its location from its company. */
export function fillTicketDefaults(store: Store, row: Row, draft: Draft, now: number): void {
  row.isAssignedToComanaged ??= false
  row.isVisibleToComanaged ??= false
  if (row.ticketCategory === null) row.ticketCategory = standardCategory
  const category = numberIn(row, 'ticketCategory') ?? standardCategory
  const defaults = tableOf(store, 'TicketCategoryFieldDefaults')
  for (const id of defaults.find('ticketCategoryID', category) ?? []) {
    const values = defaults.get(id)
    if (values) fillFrom(values, row, draft)
  }
  const { dueHours } = ruleOf(store, category)
  if (row.dueDateTime === null && dueHours !== null) row.dueDateTime = now + dueHours * hour
  if (draft.values.companyLocationID === undefined) row.companyLocationID = primaryLocation(store, row)
}

function fillFrom(defaults: Row, row: Row, draft: Draft): void {
  for (const name in defaults) {
    const value = defaults[name] as Value
    const field = renamed[name] ?? name
    if (value === null || name === 'id' || name === 'ticketCategoryID' || !(field in row)) continue
    if (name !== 'userDefinedFields' && draft.values[field] === undefined) row[field] = value
  }
}

function primaryLocation(store: Store, row: Row): number | null {
  const company = numberIn(row, 'companyID')
  if (company === null) return null
  const locations = tableOf(store, 'CompanyLocation')
  for (const id of locations.find('companyID', company) ?? []) {
    if (locations.get(id)?.isPrimary === true) return id
  }
  return null
}
