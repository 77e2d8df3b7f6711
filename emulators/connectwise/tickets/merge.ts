// Merging tickets into one (connectwise-api.md 7).
import { invalidObject, RefusalError } from '../answers.ts'
import { statusEntity } from '../model/board-fields.ts'
import { numberIn, textIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import type { Actor } from '../store/history.ts'
import { rowsWith, type Store, tableOf } from '../store/store.ts'
import { emptyDraft, type GivenReference } from '../write/draft.ts'
import { findGiven } from '../write/references.ts'
import { addNote } from './notes.ts'
import { changeTicket } from './tickets.ts'

/**
 * Merges `children` into `parent`: they point to it and are closed, with `status` or the first closed status of their
 * board; the parent gets a note. Throws `RefusalError`.
 */
export function mergeTickets(
  store: Store,
  parent: Row,
  children: readonly Row[],
  status: GivenReference,
  actor: Actor,
): void {
  if (children.some((child) => child.id === parent.id)) {
    const message = 'A ticket cannot be merged into itself.'
    const error = { code: 'InvalidField', message, resource: 'ticket', field: 'mergeTicketIds' }
    throw invalidObject('ticket', [error])
  }
  const drafts = children.map((child) => [child, statusFor(store, child, status)] as const)
  for (const [child, given] of drafts) {
    const draft = { ...emptyDraft(), references: { status: given } }
    changeTicket(store, child, draft, actor, { kind: 'merged', also: { mergedParentTicket: parent.id } })
    const text = `Ticket #${child.id} (${textIn(child, 'summary')}) was merged into this ticket.`
    const current = tableOf(store, 'Ticket').get(parent.id) ?? parent
    addNote(store, current, { ...emptyDraft(), values: { text, internalAnalysisFlag: true } }, actor)
  }
  const current = tableOf(store, 'Ticket').get(parent.id) ?? parent
  changeTicket(store, current, emptyDraft(), actor, { also: { hasMergedChildTicketFlag: true } })
}

/** Reads the body of `.../merge` and merges. Throws `RefusalError` for tickets that do not exist. */
export function readMerge(store: Store, parent: Row, body: unknown, actor: Actor): object {
  const given = (typeof body === 'object' && body !== null ? body : {}) as {
    mergeTicketIds?: unknown
    status?: unknown
  }
  const ids = Array.isArray(given.mergeTicketIds) ? given.mergeTicketIds.map(Number) : []
  if (ids.length === 0) {
    const message = 'mergeTicketIds is required.'
    throw invalidObject('ticketMerge', [
      { code: 'MissingRequiredField', message, resource: 'ticketMerge', field: 'mergeTicketIds' },
    ])
  }
  const children = ids.map((id) => {
    const child = tableOf(store, 'Ticket').get(id)
    if (!child) throw new RefusalError(404, 'NotFound', `Ticket ${id} not found.`)
    return child
  })
  mergeTickets(store, parent, children, readStatus(given.status), actor)
  return { success: true, message: '' }
}

function readStatus(status: unknown): GivenReference {
  const { id, name } = (typeof status === 'object' && status !== null ? status : {}) as { id?: unknown; name?: unknown }
  if (typeof id === 'number') return { key: 'id', value: id }
  return typeof name === 'string' ? { key: 'name', value: name } : null
}

/** Throws for a status that the ticket's board does not have, so that no merge stops half-way. */
function statusFor(store: Store, ticket: Row, given: GivenReference): GivenReference {
  const board = numberIn(ticket, 'board') ?? 0
  const statuses = rowsWith(store, 'BoardStatus', 'board', board)
  if (given) {
    if (findGiven(statuses, statusEntity, given)) return given
    const message = `${statusEntity.title} ${given.value} not found for Service Board ${board}.`
    throw invalidObject('ticketMerge', [
      { code: 'NotFound', message, resource: 'ticketMerge', field: `status/${given.key}` },
    ])
  }
  const closed = statuses.find((status) => status.closedStatus === true && status.inactive !== true)
  return closed ? { key: 'id', value: closed.id } : null
}
