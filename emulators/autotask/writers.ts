// Which function writes which entity.
import { RefusalError } from './answers.ts'
import { adjust, createContractService, rebuildUnits } from './billing.ts'
import type { Row } from './model/field.ts'
import type { Actor } from './store/history.ts'
import { type Store, tableOf, timeNow } from './store/store.ts'
import type { Table } from './store/table.ts'
import { addNote, checkNoteTitle, createTicket, updateTicket } from './tickets.ts'
import { createWebhook, createWebhookRow, removeWebhook, updateWebhook } from './webhooks/registration.ts'
import { afterApiUpdate } from './workflow.ts'
import type { Draft } from './write/body.ts'
import { badReference } from './write/checks.ts'
import { createRecord, type ExtraCheck, updateRecord } from './write/records.ts'

/** How an entity is written. Each throws `RefusalError` when a rule is broken, and then has changed nothing. */
export type Writer = {
  /** Gives the new id; null where Autotask answers none. */
  create(store: Store, table: Table, draft: Draft, actor: Actor): number | null
  update(store: Store, table: Table, row: Row, draft: Draft, actor: Actor): void
  remove(store: Store, table: Table, row: Row, actor: Actor): void
}

const records: Writer = {
  create: (store, table, draft, actor) => createRecord(store, table, draft, actor).id,
  update(store, table, row, draft, actor) {
    updateRecord(store, table, row, draft, actor)
  },
  remove: (store, table, row) => table.remove(row.id, timeNow(store)),
}

const writers: Readonly<Record<string, Writer>> = {
  Ticket: {
    ...records,
    create: (store, _table, draft, actor) => createTicket(store, draft, actor),
    update(store, _table, row, draft, actor) {
      afterApiUpdate(store, row, updateTicket(store, row, draft, actor))
    },
  },
  TicketNote: {
    ...records,
    create: (store, table, draft, actor) => addNote(store, ticketOf(store, table, draft.values.ticketID), draft, actor),
    update(store, table, row, draft, actor) {
      const ticket = ticketOf(store, table, row.ticketID)
      const check: ExtraCheck = (note, _before, errors) => checkNoteTitle(store, ticket, note, errors)
      updateRecord(store, table, row, draft, actor, check)
    },
  },
  Contract: {
    ...records,
    update(store, table, row, draft, actor) {
      updateRecord(store, table, row, draft, actor)
      // A longer contract has more billing periods.
      for (const id of tableOf(store, 'ContractService').find('contractID', row.id) ?? []) rebuildUnits(store, id)
    },
  },
  ContractService: {
    ...records,
    create: (store, table, draft, actor) => createContractService(store, table, draft, actor).id,
  },
  ContractServiceAdjustment: { ...records, create: adjust },
  TicketWebhook: { create: createWebhook, update: updateWebhook, remove: removeWebhook },
  TicketWebhookField: { ...records, create: createWebhookRow },
  TicketWebhookExcludedResource: { ...records, create: createWebhookRow },
}

/** The writer of an entity. */
export function writerOf(entity: string): Writer {
  return writers[entity] ?? records
}

function ticketOf(store: Store, table: Table, id: unknown): Row {
  const ticket = typeof id === 'number' ? tableOf(store, 'Ticket').get(id) : undefined
  if (ticket) return ticket
  const field = table.entity.field('ticketID')
  throw new RefusalError([field ? badReference(field) : `no ticket ${String(id)}`])
}
