// Which function writes which table.
import { callbackCheck } from './callbacks/registration.ts'
import type { Row } from './model/field.ts'
import type { Actor } from './store/history.ts'
import { type Store, timeNow } from './store/store.ts'
import type { Table } from './store/table.ts'
import { addNote, changeNote } from './tickets/notes.ts'
import { changeTicket, createTicket, deleteTicket } from './tickets/tickets.ts'
import { afterApiChange } from './tickets/workflow.ts'
import type { Draft } from './write/draft.ts'
import { type Check, changeRecord, checkAddition, createRecord, removeRecord, replaceRecord } from './write/records.ts'

/** The table a request is about, and the parent that its path names. */
export type Place = { table: Table; parent: { row: Row; field: string; id: number } | undefined }

/** How records of a table are written. Each throws `RefusalError` when a rule is broken, and then has changed nothing. */
export type Writer = {
  create(store: Store, place: Place, draft: Draft, actor: Actor): Row
  /** `replace`: as a PUT does. */
  change(store: Store, place: Place, before: Row, draft: Draft, actor: Actor, replace: boolean): Row
  remove(store: Store, place: Place, row: Row, actor: Actor): void
}

function records(checkFor: (store: Store) => Check | undefined = () => undefined): Writer {
  return {
    create: (store, { table, parent }, draft, actor) =>
      createRecord(store, table, draft, actor, parent ? { [parent.field]: parent.id } : {}, checkFor(store)),
    change(store, { table }, before, draft, actor, replace) {
      const change = replace ? replaceRecord : changeRecord
      return change(store, table, before, draft, actor, checkFor(store))
    },
    remove: (store, { table }, row) => removeRecord(store, table, row),
  }
}

const plain = records()

const companies: Writer = {
  create(store, place, draft, actor) {
    const row = plain.create(store, place, draft, actor)
    store.onEvent({ type: 'company', action: 'added', row, actor })
    return row
  },
  change(store, place, before, draft, actor, replace) {
    const row = plain.change(store, place, before, draft, actor, replace)
    store.onEvent({ type: 'company', action: 'updated', row, actor })
    return row
  },
  remove(store, place, row, actor) {
    plain.remove(store, place, row, actor)
    store.onEvent({ type: 'company', action: 'deleted', row, actor })
  },
}

const tickets: Writer = {
  create: (store, _place, draft, actor) => createTicket(store, draft, actor),
  change(store, _place, before, draft, actor, replace) {
    const row = changeTicket(store, before, draft, actor, { replace })
    afterApiChange(store, before, row)
    return row
  },
  remove: (store, _place, row, actor) => deleteTicket(store, row, actor),
}

const notes: Writer = {
  create(store, { parent }, draft, actor) {
    if (!parent) throw new Error('a note has a ticket')
    return addNote(store, parent.row, draft, actor)
  },
  change: (store, _place, before, draft, actor, replace) => changeNote(store, before, draft, actor, replace),
  remove: (store, { table }, row) => table.remove(row.id, timeNow(store)),
}

const writers: Readonly<Record<string, Writer>> = {
  Ticket: tickets,
  ServiceNote: notes,
  Company: companies,
  CallbackEntry: records(callbackCheck),
  Addition: records(() => checkAddition),
}

/** The writer of a table. */
export function writerOf(table: string): Writer {
  return writers[table] ?? plain
}
