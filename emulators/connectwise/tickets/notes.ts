// Notes of tickets (connectwise-api.md 7).
import type { ValidationError } from '../answers.ts'
import { textIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import { noteEntity } from '../model/ticket-fields.ts'
import { type Actor, historyEntry } from '../store/history.ts'
import { type Store, stamp, tableOf, timeNow } from '../store/store.ts'
import { wholeSeconds } from '../wire/time.ts'
import type { Draft } from '../write/draft.ts'
import { changeRecord, createRecord, replaceRecord } from '../write/records.ts'

type NoteOptions = {
  /** A note made from a new ticket's own texts moves nothing and is not told as a note. */
  isPartOfCreate?: boolean
  /** A time entry or a meeting shows in `allNotes` only. */
  noteType?: 'TicketNote' | 'TimeEntryNote' | 'MeetingNote'
}

/** Adds a note to a ticket. Throws `RefusalError`, storing nothing. */
export function addNote(store: Store, ticket: Row, draft: Draft, actor: Actor, options: NoteOptions = {}): Row {
  const now = timeNow(store)
  const { noteType = 'TicketNote' } = options
  const note = createRecord(
    store,
    notes(store),
    draft,
    actor,
    { ticketId: ticket.id, ticket: ticket.id },
    (row, _, errors) => {
      checkPlacement(row, errors)
      row.noteType = noteType
      row.dateCreated = wholeSeconds(now)
      row.createdBy = actor.identifier
      if (row.contact === null) row.member ??= actor.memberId
    },
  )
  if (options.isPartOfCreate) return note
  touch(store, ticket, actor)
  const changes = ['text', null, textIn(note, 'text'), 'internalAnalysisFlag', null, note.internalAnalysisFlag === true]
  store.history.push(historyEntry(now, ticket, 'note', actor, changes, note.id))
  store.onEvent({ type: 'ticket', action: 'updated', row: tableOf(store, 'Ticket').get(ticket.id) ?? ticket, actor })
  return note
}

/** Changes a note; `replace` as a PUT does. Throws `RefusalError`, changing nothing. */
export function changeNote(store: Store, before: Row, draft: Draft, actor: Actor, replace: boolean): Row {
  const change = replace ? replaceRecord : changeRecord
  return change(store, notes(store), before, draft, actor, (row, _, errors) => checkPlacement(row, errors))
}

/** A note must say where it is shown; the words are the vendor's. */
function checkPlacement(row: Row, errors: ValidationError[]): void {
  const isPlaced = ['detailDescriptionFlag', 'internalAnalysisFlag', 'resolutionFlag'].some(
    (name) => row[name] === true,
  )
  row.internalFlag = row.internalAnalysisFlag === true
  row.externalFlag = row.detailDescriptionFlag === true || row.resolutionFlag === true
  if (isPlaced) return
  const message = 'Please choose where to display the notes in order to save this record.'
  errors.push({ code: 'InvalidField', message, resource: noteEntity.label, field: 'detailDescriptionFlag' })
}

/** A note is a change of its ticket. */
function touch(store: Store, ticket: Row, actor: Actor): void {
  const row: Row = { ...ticket }
  const now = timeNow(store)
  stamp(row, actor, now)
  tableOf(store, 'Ticket').put(row, now)
}

function notes(store: Store) {
  return tableOf(store, noteEntity.name)
}
