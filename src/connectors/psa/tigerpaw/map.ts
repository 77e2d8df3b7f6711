import type { FieldValues, TicketDraft, TicketSeen } from '../../../core/ticket.ts'
import { ticketTexts } from '../../desk-text.ts'
import { ConnectorError } from '../../failure.ts'
import type { Account, Option } from '../../psa.ts'
import { fromLocal, toLocal, toSplit } from './dates.ts'
import { namesIn, type TigerpawSettings } from './settings.ts'
import type { AccountSummary, Order } from './wire.ts'

/** Tigerpaw's words to ours and back. Pure. */

/** A body as it is sent. */
export type Body = Record<string, unknown>

export function summaryToAccount({ AccountNumber, Account }: AccountSummary, settings: TigerpawSettings): Account {
  const inactive = namesIn(settings.inactiveAccounts).map(plain)
  return {
    id: String(AccountNumber),
    name: Account.Name,
    number: Account.AccountId || String(AccountNumber),
    active: !inactive.includes(plain(Account.Status)),
  }
}

/** A time of ours that Tigerpaw wrote; without a time zone nothing is known of its times. */
export function orderToSeen(order: Order, closedStatuses: ReadonlySet<string>, settings: TigerpawSettings): TicketSeen {
  const { ServiceOrderNumber, ServiceOrder: fields } = order
  return {
    ticketId: String(ServiceOrderNumber),
    number: String(ServiceOrderNumber),
    reference: fields.Reference,
    accountId: numberToValue(fields.AccountNumber),
    state: isClosed(order, closedStatuses) ? 'closed' : 'open',
    changedAt: fromLocal(fields.StatusChangeDate || fields.DateCreated, settings.timeZone),
    fields: { board: numberToValue(fields.DispatchBoardNumber), priority: fields.Priority },
  }
}

/** By a status that an integration chose for closing, or by the date that Tigerpaw gives what is closed. */
function isClosed({ ServiceOrder: fields }: Order, closedStatuses: ReadonlySet<string>): boolean {
  return fields.DateTimeClosed !== '' || closedStatuses.has(plain(fields.Status))
}

/** Voided orders stay readable and are in no search; for us they are deleted (tigerpaw-api.md 2.4). */
export function isVoided({ ServiceOrder: fields }: Order): boolean {
  return fields.VoidDate !== ''
}

/** Who has the order open; null when nobody has. */
export function lockHolder({ ServiceOrderLock: lock }: Order): string | null {
  if (lock === null || lock === undefined) return null
  const { LockingRepName: name, LockingRepNumber: number } = lock
  if (name !== '') return name
  return number === null || number === undefined || number === 0 ? null : `rep ${number}`
}

/** Names of statuses in the form in which they are compared: the desk's own comparison forgives the case. */
export function closedStatusesOf(generals: readonly FieldValues[]): ReadonlySet<string> {
  return new Set(generals.flatMap((general) => (general.closedStatus ? [plain(general.closedStatus)] : [])))
}

function plain(name: string): string {
  return name.trim().toLowerCase()
}

/** The body of a create. Fails with `refused`. */
export function draftToBody(draft: TicketDraft, settings: TigerpawSettings): Body {
  const { general, fields } = draft
  if (draft.reference === '' || draft.reference.length > settings.referenceLimit) {
    throw invalid(`the reference "${draft.reference}" must have 1 to ${settings.referenceLimit} characters`)
  }
  const max = { title: settings.titleLimit, description: settings.textLimit }
  const texts = ticketTexts(draft.title, draft.description, max)
  if (texts.title === '') throw missing('The title is empty. Correct the title template.')
  if (!fields.priority) throw missing('The rule sets no priority. Choose one.')
  if (!general.newStatus) throw missing('Choose the new service order status in the general settings.')
  if (!general.serviceOrderRep) throw missing('Choose the service order rep in the general settings.')
  return {
    AccountNumber: toNumber('account', draft.accountId),
    BriefDescription: texts.title,
    WorkRequested: texts.description,
    Reference: draft.reference,
    Status: general.newStatus,
    TakenBy: toNumber('service order rep', general.serviceOrderRep),
    ...(settings.timeZone === '' ? {} : { DateTimeRequested: toSplit(draft.at, settings.timeZone) }),
    ...fieldsToBody(fields),
  }
}

/** The properties for the given settings; an empty one is left as it is at the desk. Fails with `refused`. */
export function fieldsToBody(fields: FieldValues): Body {
  const entries = Object.entries(fields).flatMap(([key, value]): [string, unknown][] => {
    const property = propertyByKey.get(key)
    if (property === undefined) throw invalid(`"${key}" is no field of a service order that can be written`)
    if (value === '') return []
    return [[property, key === 'board' ? toNumber('board', value) : value]]
  })
  return Object.fromEntries(entries)
}

const propertyByKey: ReadonlyMap<string, string> = new Map([
  ['board', 'DispatchBoardNumber'],
  ['priority', 'Priority'],
  ['type', 'ServiceOrderType'],
])

/** What a close writes beside the resolution (tigerpaw-api.md 2.6). */
export function closingToBody(status: string, at: Date, settings: TigerpawSettings): Body {
  return {
    Status: status,
    ...(settings.setDateTimeClosed ? { DateTimeClosed: { DateTime: toLocal(at, settings.timeZone) } } : {}),
    ...(settings.completeOpenTasks ? { CompleteOpenTasks: true } : {}),
  }
}

/** Properties that read and update model write alike. */
const sameProperties = [
  ...['ContactNumber', 'TechnicianAssigned', 'EstimatedHours', 'EstimatedMinutes', 'CallBackCount', 'RepToCredit'],
  ...['ContractNumber', 'TakenBy', 'DispatchBoardNumber', 'Severity', 'AlternatePhoneNumber', 'AlternatePhoneLocation'],
  ...['AlternateContactEmailAddress', 'AlternateContactPhoneNumber', 'AlternateContactPhoneLocation'],
  ...['BriefDescription', 'Reference', 'Priority', 'Status', 'ServiceOrderType', 'System', 'WorkRequested'],
  ...['WorkPerformed', 'PaymentMethod', 'ShippingMethod', 'InternalComments', 'DirectionsToLocation'],
  ...['CustomerPurchaseOrder', 'VerifiedBy', 'ServiceZone', 'RequestedBy', 'TagNumber', 'LoanAgreement'],
  ...['DebitCreditMemo', 'InvoiceTerms', 'FreightTerms', 'SalesTaxCode', 'DateTimeReceived', 'ResolvedOnPhone'],
  ...['BidPrice', 'TradeIn', 'Deposit', 'Freight', 'BillTo', 'ShipTo', 'DisplayOnCustomerPortal', 'DiscountPercent'],
  ...['DiscountAmount', 'DiscountSellForPrice', 'DiscountMarginPercent'],
]
const wrappedDates = ['DateTimeOpened', 'DateTimeClosed', 'VerifiedDate']

/**
 * Everything of an order that an update takes, in the update's form, for a Tigerpaw that empties what is left out
 * (UpdateServiceOrderModel beside ServiceOrder of the 18.2.1 contract). Dates are sent back as they came.
 */
export function orderToBody({ ServiceOrder: fields }: Order): Body {
  const isSet = (value: unknown): boolean => value !== null && value !== undefined && value !== ''
  const body: Body = {}
  for (const name of sameProperties) if (isSet(fields[name])) body[name] = fields[name]
  for (const name of wrappedDates) if (isSet(fields[name])) body[name] = { DateTime: fields[name] }
  if (isSet(fields.PayMethodId)) body.PayMethodsId = fields.PayMethodId
  if (isSet(fields.DateRequested)) {
    body.DateTimeRequested = { Date: fields.DateRequested, Time: fields.TimeRequested ?? null }
  }
  return body
}

/** A number of Tigerpaw's as the number it wants. Fails with `refused`. */
export function toNumber(what: string, value: string): number {
  if (!/^\d{1,10}$/.test(value)) throw invalid(`${what} must be a number of Tigerpaw, not "${value}"`)
  return Number(value)
}

/** Names as they are: a name is what an order carries. */
export function namesToOptions(names: readonly string[]): readonly Option[] {
  return [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))].map((name) => ({
    value: name,
    label: name,
    active: true,
  }))
}

/** Rows in the order of their rank; those without one last, as they came. */
export function byRank<T extends { readonly Rank?: number | null | undefined }>(rows: readonly T[]): readonly T[] {
  return [...rows].sort((a, b) => (a.Rank ?? Number.MAX_VALUE) - (b.Rank ?? Number.MAX_VALUE))
}

function numberToValue(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value)
}

function missing(message: string): ConnectorError {
  return new ConnectorError('refused', 'missing-value', message)
}

function invalid(what: string): ConnectorError {
  return new ConnectorError('refused', 'invalid-value', `Nothing was sent to Tigerpaw: ${what}.`)
}
