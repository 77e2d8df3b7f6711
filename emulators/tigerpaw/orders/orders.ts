// The life of a service order: created, changed, closed, re-opened, voided; each step goes into the history.

import type { TicketHistoryEntry, TicketHistoryKind } from '../../kit/ticket-history.ts'
import type { Values } from '../model/fields.ts'
import type { Given } from '../model/read-values.ts'
import { limitTexts } from '../model/read-values.ts'
import type { Actor } from '../store/history.ts'
import type { OrderRow } from '../store/rows.ts'
import { numberOf, type Store, textOf, timeNow } from '../store/store.ts'
import { RefusalError } from '../wire/answers.ts'
import { checkAccount, checkGiven, checkVoid, fillDefaults, isClosing } from './rules.ts'

/** What changes about an order beside its values. */
export type OrderParts = Partial<Omit<OrderRow, 'id' | 'values' | 'open'>>

/** Creates an order. Throws `RefusalError`, storing nothing. */
export function createOrder(store: Store, given: Given, actor: Actor): OrderRow {
  const now = timeNow(store)
  limitTexts(given, store.switches)
  checkGiven(store, given)
  checkAccount(store, given)
  const values: Given = { ...given, DateCreated: now }
  fillDefaults(store, values, now)
  const open = !isClosing(store, textOf(values.Status), false)
  if (!open && store.switches.statusStampsClosed) values.DateTimeClosed ??= now
  const row: OrderRow = {
    id: store.orders.takeId(),
    values: { ...values, StatusChangeIndicator: false, StatusChangeDate: now, ReadyToInvoice: false },
    open,
    lockedBy: null,
    openTasks: 0,
    notes: 0,
    resolutions: [],
    symptoms: [],
    externalTicketId: null,
    externalProduct: null,
    custom: {},
  }
  store.orders.put(row, now)
  store.tally.moved(undefined, row)
  record(store, row, 'created', actor, compare({}, values))
  return row
}

/**
 * Changes an order: `given` are properties, `parts` all else about it, `completeTasks` what `CompleteOpenTasks` asks for.
 * Gives the order as it is now. Throws `RefusalError`, changing nothing.
 */
export function updateOrder(
  store: Store,
  before: OrderRow,
  given: Given,
  actor: Actor,
  { parts = {}, completeTasks = false }: { parts?: OrderParts; completeTasks?: boolean } = {},
): OrderRow {
  const now = timeNow(store)
  limitTexts(given, store.switches)
  checkVoid(before)
  checkGiven(store, given)
  const values: Record<string, Values[string]> = { ...before.values, ...given }
  const open = !isClosing(store, textOf(values.Status), !before.open)
  const openTasks = completeTasks ? 0 : (parts.openTasks ?? before.openTasks)
  if (before.open && !open && openTasks > 0 && store.switches.openTasksBlockClose) {
    throw new RefusalError(`Service order ${before.id} has open tasks and cannot be closed.`)
  }
  if (values.Status !== before.values.Status) {
    values.StatusChangeIndicator = true
    values.StatusChangeDate = now
  }
  if (before.open !== open && store.switches.statusStampsClosed && !('DateTimeClosed' in given)) {
    values.DateTimeClosed = open ? null : now
  }
  const row: OrderRow = { ...before, ...parts, values, open, openTasks }
  const changes = { ...compare(before.values, values), ...compareParts(before, row) }
  store.orders.put(row, now)
  store.tally.moved(before, row)
  if (Object.keys(changes).length === 0) return row
  record(store, row, before.open === open ? 'updated' : open ? 'reopened' : 'closed', actor, changes)
  return row
}

/** Voids an order, as a person does: it is still there to read, and searches no longer find it. */
export function voidOrder(store: Store, before: OrderRow, reason: string, actor: Actor): OrderRow {
  checkVoid(before)
  const now = timeNow(store)
  const values = { ...before.values, VoidBy: actor.rep, VoidDate: now, VoidReason: reason }
  const row: OrderRow = { ...before, values, open: false }
  store.orders.put(row, now)
  store.tally.moved(before, row)
  record(store, row, 'deleted', actor, compare(before.values, values))
  return row
}

/** Puts an entry into the history. */
export function record(
  store: Store,
  row: OrderRow,
  kind: TicketHistoryKind,
  actor: Actor,
  changes: TicketHistoryEntry['changes'],
  noteId?: number,
): void {
  store.history.push({
    time: store.clock.now().toISOString(),
    ticketId: row.id,
    kind,
    by: actor.by,
    resourceID: actor.rep,
    companyID: numberOf(row.values.AccountNumber) ?? 0,
    externalID: textOf(row.values.Reference) ?? '',
    changes,
    ...(noteId !== undefined && { noteId }),
  })
}

/** What the service sets by itself with every change of a status. */
const ownFields = new Set([
  'StatusChangeIndicator',
  'StatusChangeDate',
  'DateCreated',
  'DateRequested',
  'TimeRequested',
])
const dateFields = new Set([
  'DateTimeReceived',
  'DateTimeRequested',
  'DateTimeOpened',
  'DateTimeClosed',
  'VerifiedDate',
  'VoidDate',
])

function compare(before: Values, after: Values): TicketHistoryEntry['changes'] {
  const changes: TicketHistoryEntry['changes'] = {}
  for (const [name, value] of Object.entries(after)) {
    const old = before[name] ?? null
    if (ownFields.has(name) || sameValue(old, value)) continue
    changes[name] = { old: show(name, old), new: show(name, value) }
  }
  return changes
}

function compareParts(before: OrderRow, after: OrderRow): TicketHistoryEntry['changes'] {
  const changes: TicketHistoryEntry['changes'] = {}
  for (const name of ['resolutions', 'symptoms'] as const) {
    const old = before[name].filter((one) => one !== null).join('\n')
    const now = after[name].filter((one) => one !== null).join('\n')
    if (old !== now) changes[name === 'resolutions' ? 'Resolutions' : 'Symptoms'] = { old, new: now }
  }
  if (JSON.stringify(before.custom) !== JSON.stringify(after.custom)) {
    changes.CustomFields = { old: JSON.stringify(before.custom), new: JSON.stringify(after.custom) }
  }
  if (before.externalTicketId !== after.externalTicketId) {
    changes.ExternalTicketId = { old: before.externalTicketId, new: after.externalTicketId }
  }
  if (before.lockedBy !== after.lockedBy) changes.ServiceOrderLock = { old: before.lockedBy, new: after.lockedBy }
  return changes
}

function sameValue(a: Values[string], b: Values[string]): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b))
}

function show(name: string, value: Values[string]): string | number | boolean | null {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value)
  return typeof value === 'number' && dateFields.has(name) ? new Date(value).toISOString() : value
}
