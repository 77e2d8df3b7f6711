// The life of a ticket: created, changed, closed, re-opened, merged, deleted; each step goes into the history.
import type { TicketHistoryKind } from '../../kit/ticket-history.ts'
import { invalidObject, type ValidationError } from '../answers.ts'
import { numberIn } from '../model/entity.ts'
import type { Row, Scalar, Value } from '../model/field.ts'
import { noteEntity, ticketEntity } from '../model/ticket-fields.ts'
import { type Actor, historyEntry } from '../store/history.ts'
import { rowsWith, type Store, stamp, tableOf, timeNow } from '../store/store.ts'
import { isOpen } from '../store/tally.ts'
import { wholeSeconds } from '../wire/time.ts'
import { type Draft, emptyDraft } from '../write/draft.ts'
import { applyDraft, checkRequired, emptied, missing } from '../write/records.ts'
import { applyBoardFields } from './board-rules.ts'
import { fillDefaults, followChanges } from './defaults.ts'
import { addNote } from './notes.ts'

/** The texts of a POST that become notes, with the flag that places each (connectwise-api.md 7). */
const initialNotes = [
  ['initialDescription', 'detailDescriptionFlag'],
  ['initialInternalAnalysis', 'internalAnalysisFlag'],
  ['initialResolution', 'resolutionFlag'],
] as const

/** Creates a ticket. Throws `RefusalError`, storing nothing. */
export function createTicket(store: Store, draft: Draft, actor: Actor): Row {
  const table = tableOf(store, 'Ticket')
  const row: Row = { ...ticketEntity.blank, id: table.nextId() }
  settle(store, row, undefined, draft)
  store.tally.moved(undefined, put(store, row, undefined, actor))
  record(store, row, 'created', actor, createdChanges(row, draft))
  for (const [name, flag] of initialNotes) {
    const text = draft.values[name]
    if (typeof text !== 'string' || text === '') continue
    const note = { ...emptyDraft(), values: { text, [flag]: true } }
    addNote(store, row, note, actor, { isPartOfCreate: true })
  }
  announce(store, 'added', row, actor, draft)
  return row
}

/** How a ticket is changed beside what the draft says. */
type ChangeOptions = {
  /** PUT: what the draft does not say goes back to its initial value. */
  replace?: boolean
  kind?: TicketHistoryKind
  /** Fields that only the server sets. */
  also?: Record<string, Value>
}

/** Changes a ticket. Throws `RefusalError`, changing nothing. Gives the ticket as it is now. */
export function changeTicket(store: Store, before: Row, draft: Draft, actor: Actor, options: ChangeOptions = {}): Row {
  const row: Row = options.replace ? emptied(ticketEntity, before) : { ...before }
  Object.assign(row, options.also)
  settle(store, row, before, draft, options.replace)
  put(store, row, before, actor)
  store.tally.moved(before, row)
  const changes = differences(before, row)
  if (changes.length > 0 || options.kind) {
    const moved = isOpen(before) === isOpen(row) ? 'updated' : isOpen(row) ? 'reopened' : 'closed'
    record(store, row, options.kind ?? moved, actor, changes)
  }
  announce(store, 'updated', row, actor, draft)
  return row
}

/** Deletes a ticket with its notes and links to devices. */
export function deleteTicket(store: Store, row: Row, actor: Actor): void {
  const now = timeNow(store)
  for (const note of rowsWith(store, 'ServiceNote', 'ticketId', row.id)) {
    tableOf(store, noteEntity.name).remove(note.id, now)
  }
  for (const link of rowsWith(store, 'TicketDevice', 'ticket', row.id))
    tableOf(store, 'TicketDevice').remove(link.id, now)
  tableOf(store, 'Ticket').remove(row.id, now)
  store.tally.moved(row, undefined)
  record(store, row, 'deleted', actor, [])
  announce(store, 'deleted', row, actor)
}

/** Brings a ticket in line with what was asked, or throws all that is wrong with it. */
function settle(store: Store, row: Row, before: Row | undefined, draft: Draft, isReplaced = false): void {
  const errors: ValidationError[] = []
  if (isReplaced) {
    const unsaid = ticketEntity.kept.filter((one) => one.required === 'put' && draft.values[one.name] === undefined)
    errors.push(...unsaid.map((one) => missing(ticketEntity, one.name)))
  }
  applyDraft(store, ticketEntity, row, before, draft, errors)
  checkRequired(ticketEntity, row, errors)
  if (!before || isReplaced) fillDefaults(store, row, draft, errors)
  else followChanges(store, row, before, draft, errors)
  applyBoardFields(store, row, before, draft, errors)
  if (errors.length > 0) throw invalidObject(ticketEntity.label, errors)
}

/** Stores a ticket; `closedFlag` and its companions follow the status. */
function put(store: Store, row: Row, before: Row | undefined, actor: Actor): Row {
  const now = timeNow(store)
  const status = tableOf(store, 'BoardStatus').get(numberIn(row, 'status') ?? 0)
  // A status that was given another meaning later does not touch tickets that have it already.
  if (row.status !== before?.status) row.closedFlag = status?.closedStatus === true
  if (row.closedFlag === true && before?.closedFlag !== true) {
    Object.assign(row, { closedDate: wholeSeconds(now), closedBy: actor.identifier })
    Object.assign(row, { dateResolved: wholeSeconds(now), resolvedBy: actor.identifier })
  }
  if (row.closedFlag === false)
    Object.assign(row, { closedDate: null, closedBy: null, dateResolved: null, resolvedBy: null })
  const owner = tableOf(store, 'Member').get(numberIn(row, 'owner') ?? 0)
  row.resources = owner?.identifier ?? null
  stamp(row, actor, now)
  tableOf(store, 'Ticket').put(row, now)
  return row
}

function createdChanges(row: Row, draft: Draft): Scalar[] {
  const names = new Set(['board', 'status', 'priority', ...Object.keys(draft.values), ...Object.keys(draft.references)])
  return ticketEntity.kept.flatMap(({ name }) => (names.has(name) ? [name, null, flat(row[name])] : []))
}

function differences(before: Row, row: Row): Scalar[] {
  return ticketEntity.kept.flatMap(({ name }) => {
    const [old, now] = [flat(before[name]), flat(row[name])]
    return old === now ? [] : [name, old, now]
  })
}

/** Lists are told as JSON. */
function flat(value: Value | undefined): Scalar {
  if (value === undefined) return null
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

function record(store: Store, row: Row, kind: TicketHistoryKind, actor: Actor, changes: readonly Scalar[]): void {
  store.history.push(historyEntry(timeNow(store), row, kind, actor, changes))
}

function announce(
  store: Store,
  action: 'added' | 'updated' | 'deleted',
  row: Row,
  actor: Actor,
  draft: Draft = emptyDraft(),
): void {
  if (draft.values.skipCallback !== true) store.onEvent({ type: 'ticket', action, row, actor })
}
