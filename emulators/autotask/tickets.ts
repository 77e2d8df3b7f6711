// The life of a ticket: created, changed, completed, re-opened, noted, merged, deleted; each step goes into the history.
import type { TicketHistoryKind } from '../kit/ticket-history.ts'
import { RefusalError } from './answers.ts'
import { ticketEntity, ticketNoteEntity } from './model/entities.ts'
import { numberIn, textIn } from './model/entity.ts'
import type { Row, Value } from './model/field.ts'
import type { Actor } from './store/history.ts'
import { ruleOf, type Store, tableOf, timeNow } from './store/store.ts'
import { completeStatus, isOpen } from './store/tally.ts'
import { findDuplicate } from './ticket-duplicates.ts'
import type { Draft } from './write/body.ts'
import { checkRow } from './write/checks.ts'
import { fillTicketDefaults } from './write/ticket-defaults.ts'
import { checkTicket } from './write/ticket-rules.ts'
import { mergeUdfs, newUdfs } from './write/udf-values.ts'

/** Creates a ticket; gives its id, or that of the open ticket it repeats. Throws `RefusalError`, storing nothing. */
export function createTicket(store: Store, draft: Draft, actor: Actor): number {
  const table = tableOf(store, 'Ticket')
  const now = timeNow(store)
  const row: Row = { ...ticketEntity.blank, id: table.takeId() }
  Object.assign(row, draft.values)
  row.userDefinedFields = newUdfs(ticketEntity, draft.udfs)
  fillTicketDefaults(store, row, draft, now)
  const errors: string[] = []
  checkRow(store, ticketEntity, row, undefined, draft, errors)
  checkTicket(store, row, undefined, errors)
  if (errors.length > 0) throw new RefusalError(errors)

  const twin = findDuplicate(store, row)
  if (twin) return annotateDuplicate(store, twin, row, actor)

  row.ticketNumber = nextTicketNumber(store, now)
  row.createDate = now
  row.creatorResourceID = actor.resourceID
  row.creatorType = 1
  row.impersonatorCreatorResourceID = actor.impersonatorID
  row.lastTrackedModificationDateTime = now
  stampActivity(row, actor, now)
  if (!isOpen(row)) complete(row, actor, now)
  table.put(row, now)
  store.tally.moved(undefined, row)
  const changes: Value[] = []
  for (const name in draft.values) changes.push(name, null, row[name] as Value)
  record(store, row, 'created', actor, changes)
  store.onTicketEvent({ action: 'Create', row, changed: Object.keys(draft.values), actor })
  return row.id
}

/** Changes a ticket. Throws `RefusalError`, changing nothing. Gives the row as it is now. */
export function updateTicket(store: Store, before: Row, draft: Draft, actor: Actor, kind?: TicketHistoryKind): Row {
  const now = timeNow(store)
  const row: Row = { ...before }
  const changes: Value[] = []
  const changed: string[] = []
  for (const name in draft.values) {
    const value = draft.values[name] as Value
    if (value === before[name]) continue
    row[name] = value
    changes.push(name, before[name] as Value, value)
    changed.push(name)
  }
  row.userDefinedFields = mergeUdfs(ticketEntity, before.userDefinedFields, draft.udfs)
  for (const udf of draft.udfs) {
    const old = before.userDefinedFields.find((one) => one.name === udf.name)?.value ?? null
    if (old === udf.value) continue
    changes.push(udf.name, old, udf.value)
    changed.push(udf.name)
  }
  const errors: string[] = []
  checkRow(store, ticketEntity, row, before, draft, errors)
  checkTicket(store, row, before, errors)
  if (errors.length > 0) throw new RefusalError(errors)

  const wasOpen = isOpen(before)
  if (wasOpen && !isOpen(row)) complete(row, actor, now)
  if (!wasOpen && isOpen(row)) {
    row.completedDate = null
    row.completedByResourceID = null
  }
  stampActivity(row, actor, now)
  if (changed.length > 0) row.lastTrackedModificationDateTime = now
  tableOf(store, 'Ticket').put(row, now)
  store.tally.moved(before, row)
  if (changed.length === 0) return row
  const moved = wasOpen === isOpen(row) ? 'updated' : wasOpen ? 'closed' : 'reopened'
  record(store, row, kind ?? moved, actor, changes)
  if (moved !== 'updated') changed.push('completedDate', 'completedByResourceID')
  store.onTicketEvent({ action: 'Update', row, changed, actor })
  return row
}

/** Deletes a ticket and logs it; the API cannot do this, a person can. */
export function deleteTicket(store: Store, row: Row, actor: Actor): void {
  const now = timeNow(store)
  tableOf(store, 'Ticket').remove(row.id, now)
  store.tally.moved(row, undefined)
  const notes = tableOf(store, 'TicketNote')
  for (const id of [...(notes.find('ticketID', row.id) ?? [])]) notes.remove(id, now)
  const log = tableOf(store, 'DeletedTicketLog')
  log.put(
    {
      ...log.entity.blank,
      id: log.takeId(),
      ticketID: row.id,
      ticketNumber: textIn(row, 'ticketNumber'),
      ticketTitle: textIn(row, 'title'),
      deletedByResourceID: actor.resourceID,
      deletedDateTime: now,
    },
    now,
  )
  record(store, row, 'deleted', actor, [])
  store.onTicketEvent({ action: 'Delete', row, changed: [], actor })
}

/** Adds a note. Throws `RefusalError`, storing nothing. */
export function addNote(store: Store, ticket: Row, draft: Draft, actor: Actor): number {
  const table = tableOf(store, 'TicketNote')
  const now = timeNow(store)
  const note: Row = { ...ticketNoteEntity.blank, id: table.takeId() }
  Object.assign(note, draft.values)
  note.ticketID = ticket.id
  const errors: string[] = []
  checkRow(store, ticketNoteEntity, note, undefined, draft, errors)
  checkNoteTitle(store, ticket, note, errors)
  if (errors.length > 0) throw new RefusalError(errors)
  note.createDateTime = now
  note.lastActivityDate = now
  note.creatorResourceID = note.createdByContactID === null ? actor.resourceID : null
  note.impersonatorCreatorResourceID = actor.impersonatorID
  table.put(note, now)
  const row: Row = { ...ticket }
  stampActivity(row, actor, now)
  if (note.publish === 1) row.lastCustomerVisibleActivityDateTime = now
  tableOf(store, 'Ticket').put(row, now)
  const changes = ['title', null, textIn(note, 'title'), 'description', null, textIn(note, 'description')]
  record(store, row, 'note', actor, changes, note.id)
  return note.id
}

/** Whether the category demands a title on this note (autotask-api.md 6). */
export function checkNoteTitle(store: Store, ticket: Row, note: Row, errors: string[]): void {
  const demanded = ruleOf(store, numberIn(ticket, 'ticketCategory')).noteTitleRequired
  if (demanded && textIn(note, 'title') === '') errors.push('Missing Required Field: title')
}

function annotateDuplicate(store: Store, twin: Row, row: Row, actor: Actor): number {
  const description = textIn(row, 'description') || textIn(row, 'title')
  const title = `Duplicate: ${textIn(row, 'title')}`.slice(0, 250)
  addNote(store, twin, { id: null, values: { title, description, noteType: 15, publish: 2 }, udfs: [] }, actor)
  return twin.id
}

function complete(row: Row, actor: Actor, now: number): void {
  row.status = completeStatus
  row.completedDate = now
  row.completedByResourceID = actor.resourceID
  row.resolvedDateTime ??= now
}

function stampActivity(row: Row, actor: Actor, now: number): void {
  row.lastActivityDate = now
  row.lastActivityPersonType = 1
  row.lastActivityResourceID = actor.resourceID
}

/** `TYYYYMMDD.NNNN`: a counter that starts anew every day of the server (autotask-api.md 5.7). */
function nextTicketNumber(store: Store, now: number): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '')
  const count = (store.numbered.get(day) ?? 0) + 1
  store.numbered.set(day, count)
  return `T${day}.${String(count).padStart(4, '0')}`
}

function record(
  store: Store,
  row: Row,
  kind: TicketHistoryKind,
  actor: Actor,
  changes: readonly Value[],
  noteId?: number,
): void {
  store.history.push({
    time: timeNow(store),
    ticketId: row.id,
    kind,
    by: actor.by,
    ...(actor.via && { via: actor.via }),
    resourceID: actor.resourceID,
    companyID: numberIn(row, 'companyID') ?? 0,
    externalID: textIn(row, 'externalID'),
    changes,
    ...(noteId !== undefined && { noteId }),
  })
}
