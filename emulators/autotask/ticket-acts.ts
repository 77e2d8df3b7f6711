// What people at the desk do to tickets.

import { z } from 'zod'
import { checkInput, EmulatorInputError } from '../kit/input.ts'
import type { TicketHistoryKind } from '../kit/ticket-history.ts'
import { numberIn, textIn } from './model/entity.ts'
import type { Row, Value } from './model/field.ts'
import type { Actor } from './store/history.ts'
import { picklistOf, type Store, tableOf } from './store/store.ts'
import { completeStatus, isOpen } from './store/tally.ts'
import { addNote, deleteTicket, updateTicket } from './tickets.ts'
import { apiUserType } from './write/ticket-rules.ts'

/** An act by name; gives what the caller is answered. */
export type Act = (store: Store, order: Record<string, unknown>) => object

const which = {
  ticketId: z.int().optional(),
  externalID: z.string().optional(),
  ticketNumber: z.string().optional(),
  resourceId: z.int().optional(),
}
const Choice = z.union([z.int(), z.string()])
type Which = { [Key in keyof typeof which]?: z.infer<(typeof which)[Key]> | undefined }

const Take = z.strictObject(which)
const SetPriority = z.strictObject({ ...which, priority: Choice })
const MoveQueue = z.strictObject({ ...which, queue: Choice })
const SetFields = z.strictObject({
  ...which,
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})
const Close = z.strictObject({ ...which, resolution: z.string().optional() })
const Reopen = z.strictObject({ ...which, status: Choice.optional() })
const Merge = z.strictObject({ ...which, into: z.int() })
const Note = z.strictObject({
  ...which,
  title: z.string(),
  description: z.string(),
  noteType: Choice.optional(),
  publish: Choice.optional(),
})

/** Acts on tickets; a ticket is named by `ticketId`, `ticketNumber` or `externalID` (an open one goes first). */
export const ticketActs: Readonly<Record<string, Act>> = {
  takeTicket(store, order) {
    const { ticket, actor } = target(store, checkInput(Take, order, 'act takeTicket'))
    const role = roleOf(store, actor.resourceID)
    const values = { assignedResourceID: actor.resourceID, assignedResourceRoleID: role, status: 8 }
    return change(store, ticket, values, actor)
  },
  setPriority(store, order) {
    const input = checkInput(SetPriority, order, 'act setPriority')
    const { ticket, actor } = target(store, input)
    return change(store, ticket, { priority: choose(store, 'Ticket', 'priority', input.priority) }, actor)
  },
  moveQueue(store, order) {
    const input = checkInput(MoveQueue, order, 'act moveQueue')
    const { ticket, actor } = target(store, input)
    return change(store, ticket, { queueID: choose(store, 'Ticket', 'queueID', input.queue) }, actor)
  },
  setTicketFields(store, order) {
    const input = checkInput(SetFields, order, 'act setTicketFields')
    const { ticket, actor } = target(store, input)
    const values: Record<string, Value> = {}
    for (const [name, value] of Object.entries(input.fields)) {
      const field = tableOf(store, 'Ticket').entity.field(name)
      if (!field || field.isReadOnly) throw new EmulatorInputError(`no field ${name} that a person can change`)
      values[field.name] = field.dataType === 'datetime' && typeof value === 'string' ? Date.parse(value) : value
    }
    return change(store, ticket, values, actor)
  },
  closeTicket(store, order) {
    const input = checkInput(Close, order, 'act closeTicket')
    const { ticket, actor } = target(store, input)
    if (!isOpen(ticket)) throw new EmulatorInputError(`ticket ${ticket.id} is complete already`)
    const resolution = input.resolution === undefined ? {} : { resolution: input.resolution }
    return change(store, ticket, { status: completeStatus, ...resolution }, actor)
  },
  reopenTicket(store, order) {
    const input = checkInput(Reopen, order, 'act reopenTicket')
    const { ticket, actor } = target(store, input, 'closed')
    if (isOpen(ticket)) throw new EmulatorInputError(`ticket ${ticket.id} is open already`)
    return change(store, ticket, { status: choose(store, 'Ticket', 'status', input.status ?? 8) }, actor)
  },
  deleteTicket(store, order) {
    const { ticket, actor } = target(store, checkInput(Take, order, 'act deleteTicket'))
    deleteTicket(store, ticket, actor)
    return { ticketId: ticket.id }
  },
  mergeTicket(store, order) {
    const input = checkInput(Merge, order, 'act mergeTicket')
    const { ticket, actor } = target(store, input)
    const survivor = tableOf(store, 'Ticket').get(input.into)
    if (!survivor || survivor.id === ticket.id)
      throw new EmulatorInputError(`no other ticket ${input.into} to merge into`)
    note(store, survivor, 93, `Absorbed ${textIn(ticket, 'ticketNumber')}`, textIn(ticket, 'title'), actor)
    const text = `Merged into ${textIn(survivor, 'ticketNumber')}`
    note(store, ticket, 94, text, text, actor)
    const current = tableOf(store, 'Ticket').get(ticket.id) ?? ticket
    return change(store, current, { status: completeStatus, resolution: text }, actor, 'merged')
  },
  addNote(store, order) {
    const input = checkInput(Note, order, 'act addNote')
    const { ticket, actor } = target(store, input)
    const values = {
      title: input.title,
      description: input.description,
      noteType: choose(store, 'TicketNote', 'noteType', input.noteType ?? 3),
      publish: choose(store, 'TicketNote', 'publish', input.publish ?? 1),
    }
    return { ticketId: ticket.id, noteId: addNote(store, ticket, { id: null, values, udfs: [] }, actor) }
  },
}

/** A technician who acts: the one asked for, else the first. Throws when there is none. */
export function personActor(store: Store, resourceId?: number): Actor {
  const resources = tableOf(store, 'Resource')
  for (const id of resourceId === undefined ? resources.ids() : [resourceId]) {
    const resource = resources.get(id)
    if (resource?.isActive === true && resource.userType !== apiUserType) {
      return { by: 'person', resourceID: id, impersonatorID: null }
    }
  }
  throw new EmulatorInputError(`no active technician ${resourceId ?? ''}`.trim())
}

/** The number of a picklist value given as number or label. Throws with the labels there are. */
export function choose(store: Store, entity: string, field: string, choice: number | string): number {
  const values = [...(picklistOf(store, entity, field)?.values() ?? [])]
  const found = values.find((one) => one.label === choice || one.value === String(choice))
  if (found) return Number(found.value)
  const known = values.map((one) => `${one.value} ${one.label}`).join(', ')
  throw new EmulatorInputError(`${field} has no value ${choice}; there are ${known}`)
}

function target(store: Store, input: Which, prefer: 'open' | 'closed' = 'open'): { ticket: Row; actor: Actor } {
  const table = tableOf(store, 'Ticket')
  const ids =
    input.ticketId !== undefined
      ? [input.ticketId]
      : input.ticketNumber !== undefined
        ? table.find('ticketNumber', input.ticketNumber)
        : table.find('externalID', input.externalID ?? '')
  const tickets = (ids ?? []).map((id) => table.get(id)).filter((row) => row !== undefined)
  const ticket = tickets.findLast((row) => isOpen(row) === (prefer === 'open')) ?? tickets.at(-1)
  if (ticket) return { ticket, actor: personActor(store, input.resourceId) }
  throw new EmulatorInputError('no such ticket; name one by "ticketId", "ticketNumber" or "externalID"')
}

function change(
  store: Store,
  ticket: Row,
  values: Record<string, Value>,
  actor: Actor,
  kind?: TicketHistoryKind,
): object {
  const row = updateTicket(store, ticket, { id: ticket.id, values, udfs: [] }, actor, kind)
  return { ticketId: row.id, status: row.status }
}

function note(store: Store, ticket: Row, noteType: number, title: string, description: string, actor: Actor): void {
  addNote(store, ticket, { id: null, values: { title, description, noteType, publish: 2 }, udfs: [] }, actor)
}

function roleOf(store: Store, resource: number): number {
  const roles = tableOf(store, 'ResourceRole')
  const links = (roles.find('resourceID', resource) ?? []).map((id) => roles.get(id))
  const link = links.find((one) => one?.isActive === true && one.queueID !== null)
  const role = link ? numberIn(link, 'roleID') : null
  if (role === null) throw new EmulatorInputError(`resource ${resource} holds no role in a queue`)
  return role
}
