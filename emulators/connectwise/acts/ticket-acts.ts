// What people at the desk do to tickets.
import { z } from 'zod'
import { checkInput, EmulatorInputError } from '../../kit/input.ts'
import type { ValidationError } from '../answers.ts'
import { numberIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import { ticketEntity } from '../model/ticket-fields.ts'
import type { Actor } from '../store/history.ts'
import { rowsWith, type Store, tableOf } from '../store/store.ts'
import { isOpen } from '../store/tally.ts'
import { defaultStatus } from '../tickets/board-rules.ts'
import { mergeTickets } from '../tickets/merge.ts'
import { addNote } from '../tickets/notes.ts'
import { changeTicket, deleteTicket } from '../tickets/tickets.ts'
import { type Draft, emptyDraft, setField } from '../write/draft.ts'
import { type Act, Choice, choose, target, which } from './lookup.ts'

const Plain = z.strictObject(which)
const SetPriority = z.strictObject({ ...which, priority: Choice })
const MoveBoard = z.strictObject({ ...which, board: Choice, status: Choice.optional() })
const SetStatus = z.strictObject({ ...which, status: Choice })
const Close = z.strictObject({ ...which, status: Choice.optional(), resolution: z.string().optional() })
const Reopen = z.strictObject({ ...which, status: Choice.optional() })
const SetFields = z.strictObject({ ...which, fields: z.record(z.string(), z.unknown()) })
const Merge = z.strictObject({ ...which, into: z.int(), status: Choice.optional() })
const Note = z.strictObject({
  ...which,
  text: z.string().min(1),
  placement: z.enum(['discussion', 'internal', 'resolution']).default('internal'),
  noteType: z.enum(['TicketNote', 'TimeEntryNote', 'MeetingNote']).default('TicketNote'),
})

const flags = {
  discussion: 'detailDescriptionFlag',
  internal: 'internalAnalysisFlag',
  resolution: 'resolutionFlag',
} as const

/** Acts on tickets; a ticket is named by `ticketId` or `externalXRef`. */
export const ticketActs: Readonly<Record<string, Act>> = {
  takeTicket(store, order) {
    const { ticket, actor } = target(store, checkInput(Plain, order, 'act takeTicket'))
    const status = statusesOf(store, ticket).find((one) => one.name === 'In Progress')
    return change(store, ticket, { owner: actor.memberId, ...(status && { status: status.id }) }, actor)
  },
  setPriority(store, order) {
    const input = checkInput(SetPriority, order, 'act setPriority')
    const { ticket, actor } = target(store, input)
    return change(store, ticket, { priority: choose(store, 'Priority', input.priority).id }, actor)
  },
  moveBoard(store, order) {
    const input = checkInput(MoveBoard, order, 'act moveBoard')
    const { ticket, actor } = target(store, input)
    const board = choose(store, 'Board', input.board).id
    const status =
      input.status === undefined ? defaultStatus(store, board) : choose(store, 'BoardStatus', input.status, board)
    if (!status) throw new EmulatorInputError(`board ${board} has no status`)
    return change(store, ticket, { board, status: status.id }, actor)
  },
  setStatus(store, order) {
    const input = checkInput(SetStatus, order, 'act setStatus')
    const { ticket, actor } = target(store, input)
    return change(store, ticket, { status: chooseStatus(store, ticket, input.status).id }, actor)
  },
  closeTicket(store, order) {
    const input = checkInput(Close, order, 'act closeTicket')
    const { ticket, actor } = target(store, input)
    if (!isOpen(ticket)) throw new EmulatorInputError(`ticket ${ticket.id} is closed already`)
    const status = input.status === undefined ? undefined : chooseStatus(store, ticket, input.status)
    const closed = status ?? statusesOf(store, ticket).find((one) => one.closedStatus === true)
    if (closed?.closedStatus !== true) throw new EmulatorInputError('that status does not close a ticket')
    if (input.resolution !== undefined) {
      addNote(store, ticket, { ...emptyDraft(), values: { text: input.resolution, resolutionFlag: true } }, actor)
    }
    return change(store, current(store, ticket), { status: closed.id }, actor)
  },
  reopenTicket(store, order) {
    const input = checkInput(Reopen, order, 'act reopenTicket')
    const { ticket, actor } = target(store, input, 'closed')
    if (isOpen(ticket)) throw new EmulatorInputError(`ticket ${ticket.id} is open already`)
    const status = input.status === undefined ? undefined : chooseStatus(store, ticket, input.status)
    const others = statusesOf(store, ticket).filter((one) => one.closedStatus !== true)
    const open = status ?? others.find((one) => one.name === 'In Progress') ?? others[0]
    if (!open || open.closedStatus === true) throw new EmulatorInputError('name an open status as "status"')
    return change(store, ticket, { status: open.id }, actor)
  },
  setTicketFields(store, order) {
    const input = checkInput(SetFields, order, 'act setTicketFields')
    const { ticket, actor } = target(store, input)
    const draft = emptyDraft()
    const errors: ValidationError[] = []
    for (const [name, value] of Object.entries(input.fields)) {
      const field = ticketEntity.field(name)
      if (field?.access !== 'normal') throw new EmulatorInputError(`a ticket has no field ${name} that can be set`)
      setField(ticketEntity, draft, field, value, errors)
    }
    if (errors.length > 0) throw new EmulatorInputError(errors.map((one) => one.message).join(' '))
    return shown(changeTicket(store, ticket, draft, actor))
  },
  deleteTicket(store, order) {
    const { ticket, actor } = target(store, checkInput(Plain, order, 'act deleteTicket'))
    deleteTicket(store, ticket, actor)
    return { ticketId: ticket.id }
  },
  mergeTicket(store, order) {
    const input = checkInput(Merge, order, 'act mergeTicket')
    const { ticket, actor } = target(store, input)
    const parent = tableOf(store, 'Ticket').get(input.into)
    if (!parent) throw new EmulatorInputError(`no ticket ${input.into} to merge into`)
    const status = input.status === undefined ? undefined : chooseStatus(store, ticket, input.status)
    mergeTickets(store, parent, [ticket], status ? { key: 'id', value: status.id } : null, actor)
    return shown(current(store, ticket))
  },
  addNote(store, order) {
    const input = checkInput(Note, order, 'act addNote')
    const { ticket, actor } = target(store, input)
    const draft: Draft = { ...emptyDraft(), values: { text: input.text, [flags[input.placement]]: true } }
    const note = addNote(store, ticket, draft, actor, { noteType: input.noteType })
    return { ticketId: ticket.id, noteId: note.id }
  },
}

function change(store: Store, ticket: Row, references: Record<string, number>, actor: Actor): object {
  const given = Object.entries(references).map(([name, value]) => [name, { key: 'id', value }] as const)
  return shown(changeTicket(store, ticket, { ...emptyDraft(), references: Object.fromEntries(given) }, actor))
}

function shown(ticket: Row): object {
  return { ticketId: ticket.id, board: ticket.board, status: ticket.status, closedFlag: ticket.closedFlag }
}

function current(store: Store, ticket: Row): Row {
  return tableOf(store, 'Ticket').get(ticket.id) ?? ticket
}

function statusesOf(store: Store, ticket: Row): Row[] {
  return rowsWith(store, 'BoardStatus', 'board', numberIn(ticket, 'board') ?? 0).filter((one) => one.inactive !== true)
}

function chooseStatus(store: Store, ticket: Row, choice: number | string): Row {
  return choose(store, 'BoardStatus', choice, numberIn(ticket, 'board') ?? 0)
}
