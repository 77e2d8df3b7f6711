// Service orders as answers show them: ServiceOrderSummary and ServiceOrderDetail of the contract.
import { accountOf, accountShape } from '../accounts/shapes.ts'
import { showCustomFields } from '../custom-fields.ts'
import { findEntry } from '../model/master.ts'
import { orderFields } from '../model/order-fields.ts'
import { showValues } from '../model/show-values.ts'
import type { NoteRow, OrderRow } from '../store/rows.ts'
import { numberOf, repName, type Store, textOf } from '../store/store.ts'
import { formatDate } from '../wire/dates.ts'
import type { Json } from '../wire/xml-write.ts'

/** What summary and detail have in common, before and after the parts in which they differ. */
function commonParts(store: Store, row: OrderRow): { names: Record<string, Json>; counts: Record<string, Json> } {
  const { values } = row
  const technician = numberOf(values.TechnicianAssigned)
  const severity = numberOf(values.Severity)
  return {
    names: {
      PrimaryTechnicianName: repName(store, technician),
      PrimaryTechnicianEmailAddress: (technician === null ? undefined : store.reps.get(technician)?.email) ?? null,
      PrimaryTechnicianPhoneNumber: null,
      TakenByName: repName(store, numberOf(values.TakenBy)),
      PriceLevelDescription: null,
      PayMethodName: null,
      ProjectDescription: null,
      ProjectPhase: null,
      RepToCreditName: repName(store, numberOf(values.RepToCredit)),
      VoidedByName: repName(store, numberOf(values.VoidBy)),
      ExternalProductName: row.externalProduct,
      SeverityDescription:
        severity === null ? null : (findEntry(store.master, 'severities', severity)?.Severity ?? null),
    },
    counts: {
      TotalExpenses: 0,
      PartsUsed: 0,
      ItemsServiced: 0,
      TimeLogs: 0,
      OpenTasks: row.openTasks,
      Notes: row.notes,
      SubContractors: 0,
      Quotes: 0,
      ChangeOrders: 0,
      HasParentServiceOrders: false,
      HasChildServiceOrders: false,
      HasBeenSigned: false,
      HasRecurringOrder: false,
      ServiceOrderLock:
        row.lockedBy === null
          ? null
          : { LockingRepNumber: row.lockedBy, LockingRepName: repName(store, row.lockedBy) ?? '' },
      HasProjectBeenInvoiced: false,
    },
  }
}

/** What reads by number, writes and searches give. */
export function orderSummary(store: Store, row: OrderRow): Json {
  const account = accountOf(store, row)
  const { names, counts } = commonParts(store, row)
  return {
    ServiceOrderNumber: row.id,
    ServiceOrder: serviceOrder(store, row),
    AccountName: textOf(account?.values.Name),
    PhoneNumber: account?.phone ?? null,
    FaxNumber: null,
    ContactName: account?.contact ?? null,
    ContactEmailAddress: account?.email ?? null,
    ContactPhoneNumber: null,
    ...names,
    ContractDescription: null,
    ContractExpiration: null,
    ServiceOrderProfiles: 0,
    ServiceOrderSymptoms: row.symptoms.filter((one) => one !== null).length,
    ServiceOrderResolution: row.resolutions.filter((one) => one !== null).length,
    ...counts,
  }
}

/** What `.../details` and the look-up by external ticket give. */
export function orderDetail(store: Store, row: OrderRow): Json {
  const account = accountOf(store, row)
  const { names, counts } = commonParts(store, row)
  const { Status, Priority } = row.values
  return {
    ServiceOrderNumber: row.id,
    ServiceOrder: serviceOrder(store, row),
    ContractInfo: null,
    SystemInfo: null,
    StatusInfo: findEntry(store.master, 'statuses', textOf(Status) ?? '') ?? null,
    PriorityInfo: findEntry(store.master, 'priorities', textOf(Priority) ?? '') ?? null,
    Account: account ? accountShape(store, account) : null,
    PhoneNumber: account?.phone ?? null,
    FaxNumber: null,
    Contact: null,
    ...names,
    Technicians: assignedTechs(store, row),
    ServiceOrderProfiles: 0,
    ServiceOrderSymptoms: showPlaces(row.symptoms, 'Symptom'),
    ServiceOrderResolution: showPlaces(row.resolutions, 'Resolution'),
    CustomFields: showCustomFields(store, 'orders', row.custom),
    ...counts,
  }
}

/** Set places with their index, 1 to 5. */
export function showPlaces(places: readonly (string | null)[], name: 'Resolution' | 'Symptom'): Json[] {
  return places.flatMap((text, n) => (text === null ? [] : [{ [name]: text, Index: n + 1 }]))
}

/** The technician of an order, as a list. */
export function assignedTechs(store: Store, row: OrderRow): Json[] {
  const technician = numberOf(row.values.TechnicianAssigned)
  if (technician === null) return []
  const assigned = numberOf(row.values.DateTimeOpened)
  return [
    {
      ServiceOrderAssignedTechNumber: row.id,
      RepNumber: technician,
      RepName: repName(store, technician),
      DateAssigned: assigned === null ? null : formatDate(assigned, store.switches.utcOffsetMinutes),
      PrimaryIndicator: true,
    },
  ]
}

/** A note of an order. */
export function noteShape(store: Store, row: NoteRow): Record<string, Json> {
  const date = (time: number): string => formatDate(time, store.switches.utcOffsetMinutes)
  return {
    ServiceOrderNoteNumber: row.id,
    Topic: row.topic,
    Note: row.note,
    DateCreated: date(row.created),
    StartTime: date(row.started),
    LastModified: date(row.modified),
    EmailTo: null,
    EmailCarbonCopy: null,
    RepNumber: row.rep,
    RepName: repName(store, row.rep),
  }
}

function serviceOrder(store: Store, row: OrderRow): Json {
  const priority = findEntry(store.master, 'priorities', textOf(row.values.Priority) ?? '')
  const values = {
    ...row.values,
    ManagedServiceProviderAlertId: row.externalTicketId,
    PriorityColor: priority?.Color ?? null,
    PriorityRank: priority?.Rank ?? null,
  }
  return showValues(orderFields, values, store.switches.utcOffsetMinutes)
}
