// Rules of a ticket beyond those of every entity (autotask-api.md 5.3 and 5.4).
import { numberIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import { picklistOf, ruleOf, type Store, tableOf } from '../store/store.ts'

/** User type of API users, who cannot be assigned (autotask-api.md 1.3). */
export const apiUserType = 17

/** Checks a ticket about to be stored; `before` is undefined for a new one. Adds to `errors`. */
export function checkTicket(store: Store, row: Row, before: Row | undefined, errors: string[]): void {
  checkAssignment(store, row, before, errors)
  const isChanged = (field: string): boolean => !before || row[field] !== before[field]
  const rule = ruleOf(store, numberIn(row, 'ticketCategory'))
  for (const field of rule.requiredFields) {
    if (isEmpty(row[field]) && (isChanged(field) || isChanged('ticketCategory'))) errors.push(`${field} is required`)
  }
  if (row.dueDateTime === null && isChanged('dueDateTime')) {
    errors.push('dueDateTime is required.; on record number [0].')
  }
  if (isChanged('issueType') && !isChanged('subIssueType')) checkSubIssue(store, row, errors)
  if (isChanged('billingCodeID')) checkWorkType(store, row, errors)
  if (['companyID', 'contactID', 'configurationItemID', 'companyLocationID', 'contractID'].some(isChanged)) {
    checkCompany(store, row, errors)
  }
}

function checkAssignment(store: Store, row: Row, before: Row | undefined, errors: string[]): void {
  const resource = numberIn(row, 'assignedResourceID')
  const role = numberIn(row, 'assignedResourceRoleID')
  if ((resource === null) !== (role === null)) {
    errors.push(
      'Data violation: When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.',
    )
    return
  }
  if (resource === null) {
    if (row.queueID !== null) return
    errors.push(
      'assignedResourceID, assignedResourceRoleID, and queueID cannot all be empty. ' +
        'Supply a queueID or both an assignedResourceID and assignedResourceRoleID.',
    )
    return
  }
  if (before && before.assignedResourceID === resource && before.assignedResourceRoleID === role) return
  const person = tableOf(store, 'Resource').get(resource)
  if (!person) return
  if (person.userType === apiUserType) {
    errors.push('Reference value on field: assignedResourceID of type: Resource does not exist or is invalid.')
  } else if (!holdsRole(store, resource, role)) {
    errors.push('The specified AssignedResourceID and AssignedRoleID combination is not currently defined')
  }
}

/** Whether the resource holds the role in at least one queue (autotask-api.md 5.3). */
function holdsRole(store: Store, resource: number, role: number | null): boolean {
  const roles = tableOf(store, 'ResourceRole')
  return (roles.find('resourceID', resource) ?? []).some((id) => {
    const link = roles.get(id)
    return link?.roleID === role && link?.isActive === true && link?.queueID !== null
  })
}

function checkSubIssue(store: Store, row: Row, errors: string[]): void {
  const sub = numberIn(row, 'subIssueType')
  if (sub === null) return
  const known = picklistOf(store, 'Ticket', 'subIssueType')?.get(sub)
  if (known?.parentValue !== String(row.issueType)) errors.push('Value does not exist for child picklist: subIssueType')
}

function checkWorkType(store: Store, row: Row, errors: string[]): void {
  const id = numberIn(row, 'billingCodeID')
  if (id === null) return
  const code = tableOf(store, 'BillingCode').get(id)
  if (code?.isActive !== true || code.useType !== 1) {
    errors.push('The given allocation code is not an active general allocation code')
  }
}

function checkCompany(store: Store, row: Row, errors: string[]): void {
  const company = numberIn(row, 'companyID')
  const parent = company === null ? null : (tableOf(store, 'Company').get(company)?.parentCompanyID ?? null)
  const contact = linked(store, 'Contact', row, 'contactID')
  if (contact && contact.companyID !== company && (parent === null || contact.companyID !== parent)) {
    errors.push('contactID is not associated to the companyID or its Parent Company')
  }
  const item = linked(store, 'ConfigurationItem', row, 'configurationItemID')
  if (item && item.companyID !== company) {
    errors.push(`The configurationItemID [${item.id}] is not associated with Company [${company}]`)
  }
  const location = linked(store, 'CompanyLocation', row, 'companyLocationID')
  if (location && ![company, item?.companyID, contact?.companyID].includes(location.companyID as number)) {
    errors.push(
      `The companyLocationID[${location.id}] cannot be associated with the Ticket. The CompanyLocation must belong ` +
        "to the Ticket's, ConfigurationItem's, or the Contact's Company.",
    )
  }
  const contract = linked(store, 'Contract', row, 'contractID')
  if (contract && contract.companyID !== company) {
    errors.push('Reference value on field: contractID of type: Contract does not exist or is invalid.')
  }
}

function linked(store: Store, entity: string, row: Row, field: string): Row | undefined {
  const id = numberIn(row, field)
  return id === null ? undefined : tableOf(store, entity).get(id)
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || value === undefined
}
