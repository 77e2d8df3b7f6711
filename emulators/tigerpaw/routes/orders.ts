// Service orders: read, create, update; the calls below one order are in order-parts.ts.
import { mergeCustomFields, showCustomFields } from '../custom-fields.ts'
import type { Field } from '../model/fields.ts'
import { createOrderFields, managedOrderFields, updateOrderFields } from '../model/order-fields.ts'
import { type Given, limitTexts, readValues } from '../model/read-values.ts'
import { addNote } from '../orders/notes.ts'
import { createOrder, updateOrder } from '../orders/orders.ts'
import { checkLock, fillDefaults } from '../orders/rules.ts'
import { assignedTechs, orderDetail, orderSummary } from '../orders/shapes.ts'
import type { OrderRow } from '../store/rows.ts'
import { type Store, timeNow } from '../store/store.ts'
import { RefusalError } from '../wire/answers.ts'
import { readObject } from '../wire/body.ts'
import { missing, written } from './envelopes.ts'
import type { Call, Route } from './route.ts'

const order = 'serviceorders/{order:int}'

/** The order a path names. Throws `RefusalError`. */
export function orderOf(store: Store, call: Call): OrderRow {
  const number = call.number('order')
  const row = store.orders.get(number)
  if (!row) throw missing('Service order', number)
  return row
}

function byExternalTicket(store: Store, ticket: string): OrderRow {
  const [row] = ticket === '' ? [] : store.orders.rowsOf('externalTicket', ticket)
  if (!row) throw missing('Service order with external ticket', ticket)
  return row
}

const dateKinds: readonly Field['kind'][] = ['date', 'split', 'optional']

/** What an update does to properties that were left out, when they are to be nulled. Dates have a null of their own. */
function withOmitted(store: Store, given: Given, row: OrderRow): Given {
  if (store.switches.omittedOnPut === 'unchanged') return given
  const full: Given = { ...row.values }
  for (const { name, kind } of updateOrderFields) {
    if (kind !== 'nothing' && !dateKinds.includes(kind) && name !== 'CompleteOpenTasks') full[name] = null
  }
  delete full.DateTimeClosed
  Object.assign(full, given)
  fillDefaults(store, full, timeNow(store))
  return full
}

function update(store: Store, call: Call): OrderRow {
  const row = orderOf(store, call)
  checkLock(store, row, false)
  const given = readValues(updateOrderFields, readObject(call.body()), store.switches.utcOffsetMinutes)
  const { CompleteOpenTasks, ...values } = given
  const full = withOmitted(store, values, row)
  return updateOrder(store, row, full, call.actor, { completeTasks: CompleteOpenTasks === true })
}

function updateManaged(store: Store, call: Call): OrderRow {
  const body = readObject(call.body())
  const given = readValues(managedOrderFields, body, store.switches.utcOffsetMinutes)
  const { ExternalTicketId, Note, AlertUrl, ...values } = given
  if (typeof ExternalTicketId !== 'string') throw new RefusalError('ExternalTicketId is required.')
  const row = byExternalTicket(store, ExternalTicketId)
  checkLock(store, row, false)
  // Order and note are written together or not at all, so that both are looked at first.
  if (typeof Note === 'string') limitTexts({ Note }, store.switches)
  if (AlertUrl !== undefined) values.ManagedServiceProviderAlertUrl = AlertUrl
  const changed = updateOrder(store, row, values, call.actor)
  if (typeof Note === 'string' && Note !== '') addNote(store, changed, { Note }, call.actor)
  return store.orders.get(row.id) ?? changed
}

const failure = { ServiceOrderSummary: null }

/** Reads, create, updates and custom fields. */
export const orderRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'serviceorders',
    right: 'serviceOrders.create',
    root: 'ServiceOrderResponse',
    failure,
    run(store, call) {
      const given = readValues(createOrderFields, readObject(call.body()), store.switches.utcOffsetMinutes)
      return written({ ServiceOrderSummary: orderSummary(store, createOrder(store, given, call.actor)) })
    },
  },
  {
    method: 'PUT',
    path: 'serviceorders/managed',
    right: 'serviceOrders.update',
    root: 'ServiceOrderResponse',
    failure,
    run: (store, call) => written({ ServiceOrderSummary: orderSummary(store, updateManaged(store, call)) }),
  },
  {
    method: 'GET',
    path: 'serviceorders/externalticket',
    right: 'serviceOrders.get',
    root: 'ServiceOrderDetail',
    run(store, call) {
      const given = new Map([...call.query].map(([name, value]) => [name.toLowerCase(), value]))
      return orderDetail(store, byExternalTicket(store, given.get('externalticketid') ?? ''))
    },
  },
  {
    method: 'GET',
    path: order,
    right: 'serviceOrders.get',
    root: 'ServiceOrderSummary',
    run: (store, call) => orderSummary(store, orderOf(store, call)),
  },
  {
    method: 'GET',
    path: `${order}/details`,
    right: 'serviceOrders.get',
    root: 'ServiceOrderDetail',
    run: (store, call) => orderDetail(store, orderOf(store, call)),
  },
  {
    method: 'PUT',
    path: order,
    right: 'serviceOrders.update',
    root: 'ServiceOrderResponse',
    failure,
    run: (store, call) => written({ ServiceOrderSummary: orderSummary(store, update(store, call)) }),
  },
  {
    method: 'GET',
    path: `${order}/assignedtechs`,
    right: 'serviceOrders.get',
    root: 'ArrayOfServiceOrderAssignedTech',
    run: (store, call) => assignedTechs(store, orderOf(store, call)),
  },
  {
    method: 'GET',
    path: `${order}/customfields`,
    right: 'customFields.get',
    root: 'ArrayOfCustomField',
    run: (store, call) => showCustomFields(store, 'orders', orderOf(store, call).custom),
  },
  {
    method: 'PUT',
    path: `${order}/customfields`,
    right: 'customFields.update',
    root: 'CustomFieldsResponse',
    failure: { Fields: [] },
    run(store, call) {
      const row = orderOf(store, call)
      checkLock(store, row, false)
      const custom = mergeCustomFields(store, 'orders', row.custom, call.body())
      const changed = updateOrder(store, row, {}, call.actor, { parts: { custom } })
      return written({ Fields: showCustomFields(store, 'orders', changed.custom) })
    },
  },
]
