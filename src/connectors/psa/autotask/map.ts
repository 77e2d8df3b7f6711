import type { FieldValues, TicketDraft, TicketSeen } from '../../../core/ticket.ts'
import { ticketTexts } from '../../desk-text.ts'
import { ConnectorError } from '../../failure.ts'
import type { Account, Option } from '../../psa.ts'
import { completeStatus, mostDueHours, newStatus, ticketFieldByKey } from './fields.ts'
import type { Limits } from './limits.ts'
import type { Company, Fields, PicklistValue, Resource, ResourceRole, Role, Ticket } from './wire.ts'

/** Autotask's words to ours and back. Pure. */

export function companyToAccount(company: Company): Account {
  const { id, companyName, companyNumber, isActive } = company
  return { id: String(id), name: companyName, number: companyNumber, active: isActive !== false }
}

export function ticketToSeen(ticket: Ticket, closedStatuses: ReadonlySet<string>): TicketSeen {
  return {
    ticketId: String(ticket.id),
    number: ticket.ticketNumber,
    reference: ticket.externalID,
    accountId: String(ticket.companyID),
    state: closedStatuses.has(String(ticket.status)) ? 'closed' : 'open',
    changedAt: toDate(ticket.lastTrackedModificationDateTime ?? ''),
    fields: { queue: numberToValue(ticket.queueID), priority: numberToValue(ticket.priority) },
  }
}

/** Complete always closes; a status that an integration chose for closing counts as closed as well. */
export function closedStatusesOf(generals: readonly FieldValues[]): ReadonlySet<string> {
  return new Set([completeStatus, ...generals.flatMap((general) => general.closedStatus || [])])
}

/** Autotask's times are UTC, with none to three digits of fraction (autotask-api.md 2). */
export function toDate(text: string): Date | null {
  if (text === '') return null
  const at = new Date(/(z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`)
  return Number.isNaN(at.getTime()) ? null : at
}

/**
 * The body of a create. The queue and the due date are always sent where known, so that no category can break it
 * (autotask-api.md 5.3). Everything is checked here because Autotask drops a property it does not know without a word.
 * Fails with `refused`.
 */
export function draftToBody(draft: TicketDraft, limits: Limits): Record<string, string | number> {
  const { general, fields } = draft
  if (draft.reference === '' || draft.reference.length > limits.reference) {
    throw invalid(`the reference "${draft.reference}" must have 1 to ${limits.reference} characters`)
  }
  const texts = ticketTexts(draft.title, draft.description, limits)
  if (texts.title === '') throw missing('The title is empty. Correct the title template.')
  if (!fields.priority) throw missing('The rule sets no priority. Choose one.')
  if (!fields.queue && !(fields.assignedResource && fields.assignedRole)) {
    throw missing('The rule sets neither a queue nor a resource with a role. Choose a queue.')
  }
  return {
    companyID: toNumber('company', draft.accountId),
    title: texts.title,
    description: texts.description,
    externalID: draft.reference,
    status: toNumber('status of new tickets', general.newStatus || newStatus),
    dueDateTime: dueAt(draft.at, fields.dueHours ?? '').toISOString(),
    ...optionalNumber('source', general.source),
    ...optionalNumber('ticketType', general.ticketType),
    ...fieldsToBody(withoutDueHours(fields)),
  }
}

/** The ticket fields for the given settings; an empty one is left as it is at the desk. Fails with `refused`. */
export function fieldsToBody(fields: FieldValues): Record<string, number> {
  const entries = Object.entries(fields).flatMap(([key, value]): [string, number][] => {
    const field = ticketFieldByKey[key]
    if (field === undefined) throw invalid(`"${key}" is no field of a ticket that can be written`)
    return value === '' ? [] : [[field, toNumber(key, value)]]
  })
  return Object.fromEntries(entries)
}

/** A desk's id as the number that Autotask wants. Fails with `refused`. */
export function toNumber(what: string, value: string): number {
  if (!/^-?\d{1,15}$/.test(value)) throw invalid(`${what} must be a number of Autotask, not "${value}"`)
  return Number(value)
}

export function picklistToOptions(values: readonly PicklistValue[]): readonly Option[] {
  return values
    .map((one) => ({ ...one, sort: one.sortOrder ?? 0 }))
    .sort((a, b) => a.sort - b.sort)
    .map(({ value, label, isActive, parentValue }) => ({
      value,
      label,
      active: isActive !== false,
      ...(parentValue === '' ? {} : { parent: parentValue }),
    }))
}

/** The picklist of one field; empty when the entity has no such field. */
export function optionsOf(fields: Fields, name: string): readonly Option[] {
  const field = fields.fields.find((one) => one.name.toLowerCase() === name.toLowerCase())
  return picklistToOptions(field?.picklistValues ?? [])
}

/**
 * People who can be assigned, and the roles of each: a pair of person and role must belong to a queue
 * (autotask-api.md 5.3). API users hold no role, so they never show.
 */
export function staffToOptions(
  resources: readonly Resource[],
  roles: readonly Role[],
  holdings: readonly ResourceRole[],
): { readonly assignedResource: readonly Option[]; readonly assignedRole: readonly Option[] } {
  const rolesById = new Map(roles.map((role) => [role.id, role]))
  const assignedRole = new Map<string, Option>()
  for (const holding of holdings) {
    const role = rolesById.get(holding.roleID)
    if (role === undefined || typeof holding.queueID !== 'number') continue
    const key = `${holding.resourceID} ${holding.roleID}`
    // One row for each queue: one active row is enough.
    const active = assignedRole.get(key)?.active || (holding.isActive !== false && role.isActive !== false)
    assignedRole.set(key, { value: String(role.id), label: role.name, active, parent: String(holding.resourceID) })
  }
  const holders = new Set([...assignedRole.values()].map((option) => option.parent))
  const assignedResource = resources
    .map((one) => ({
      value: String(one.id),
      label: `${one.firstName} ${one.lastName}`.trim(),
      active: one.isActive !== false,
    }))
    .filter((option) => holders.has(option.value))
  return { assignedResource: assignedResource.sort(byLabel), assignedRole: [...assignedRole.values()].sort(byLabel) }
}

function byLabel(a: Option, b: Option): number {
  return a.label.localeCompare(b.label, 'en')
}

function dueAt(at: Date, hours: string): Date {
  const count = Number(hours)
  if (!Number.isInteger(count) || count < 1 || count > mostDueHours) {
    throw missing(`The rule's "Due in hours" must be a whole number from 1 to ${mostDueHours}, not "${hours}".`)
  }
  return new Date(at.getTime() + count * 3_600_000)
}

function withoutDueHours(fields: FieldValues): FieldValues {
  const { dueHours: _, ...others } = fields
  return others
}

function optionalNumber(field: string, value: string | undefined): Record<string, number> {
  return value === undefined || value === '' ? {} : { [field]: toNumber(field, value) }
}

function numberToValue(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value)
}

function missing(message: string): ConnectorError {
  return new ConnectorError('refused', 'missing-value', message)
}

function invalid(what: string): ConnectorError {
  return new ConnectorError('refused', 'invalid-value', `Nothing was sent to Autotask: ${what}.`)
}
