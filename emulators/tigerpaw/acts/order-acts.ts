// What people at the desk do to service orders.
import { z } from 'zod'
import { checkInput, EmulatorInputError } from '../../kit/input.ts'
import { updateOrderFields } from '../model/order-fields.ts'
import type { Given } from '../model/read-values.ts'
import { readValues } from '../model/read-values.ts'
import { addNote } from '../orders/notes.ts'
import { updateOrder, voidOrder } from '../orders/orders.ts'
import type { Actor } from '../store/history.ts'
import type { OrderRow } from '../store/rows.ts'
import { repName, type Store } from '../store/store.ts'
import { type Act, choose, chooseBoard, target, which } from './person.ts'

const text = z.string().min(1)
const Which = z.strictObject(which)
const SetPriority = z.strictObject({ ...which, priority: text })
const MoveBoard = z.strictObject({ ...which, board: z.union([z.int(), text]) })
const SetStatus = z.strictObject({ ...which, status: text })
const OptionalStatus = z.strictObject({ ...which, status: text.optional() })
const VoidOrder = z.strictObject({ ...which, reason: z.string().default('Entered by mistake') })
const AddNote = z.strictObject({ ...which, note: text, topic: text.optional() })
const SetFields = z.strictObject({ ...which, fields: z.record(z.string(), z.unknown()) })
const OpenTasks = z.strictObject({ ...which, openTasks: z.int().min(0) })
const ExternalTicket = z.strictObject({ ...which, externalTicketId: text, externalProduct: text.optional() })

/** Acts on orders; an order is named by `ticketId` or `reference` (an open one goes first). */
export const orderActs: Readonly<Record<string, Act>> = {
  takeOrder(store, input) {
    const { order, actor } = target(store, checkInput(Which, input, 'act takeOrder'))
    const status = store.master.statuses.find((one) => one.Status === 'In Progress')?.Status
    return change(
      store,
      order,
      { TechnicianAssigned: actor.rep, ...(status !== undefined && { Status: status }) },
      actor,
    )
  },
  setPriority(store, input) {
    const given = checkInput(SetPriority, input, 'act setPriority')
    const { order, actor } = target(store, given)
    return change(store, order, { Priority: choose(store, 'priorities', given.priority) }, actor)
  },
  moveBoard(store, input) {
    const given = checkInput(MoveBoard, input, 'act moveBoard')
    const { order, actor } = target(store, given)
    return change(store, order, { DispatchBoardNumber: chooseBoard(store, given.board) }, actor)
  },
  setStatus(store, input) {
    const given = checkInput(SetStatus, input, 'act setStatus')
    const { order, actor } = target(store, given)
    return change(store, order, { Status: choose(store, 'statuses', given.status) }, actor)
  },
  closeOrder(store, input) {
    const given = checkInput(OptionalStatus, input, 'act closeOrder')
    const { order, actor } = target(store, given)
    if (!order.open) throw new EmulatorInputError(`service order ${order.id} is closed already`)
    return change(store, order, { Status: statusWith(store, 'Closed', given.status) }, actor)
  },
  reopenOrder(store, input) {
    const given = checkInput(OptionalStatus, input, 'act reopenOrder')
    const { order, actor } = target(store, given, 'closed')
    if (order.open) throw new EmulatorInputError(`service order ${order.id} is open already`)
    return change(store, order, { Status: statusWith(store, 'Open', given.status) }, actor)
  },
  voidOrder(store, input) {
    const given = checkInput(VoidOrder, input, 'act voidOrder')
    const { order, actor } = target(store, given)
    return show(voidOrder(store, order, given.reason, actor))
  },
  lockOrder(store, input) {
    const { order, actor } = target(store, checkInput(Which, input, 'act lockOrder'))
    if (order.lockedBy !== null) {
      throw new EmulatorInputError(`service order ${order.id} is locked by ${repName(store, order.lockedBy)} already`)
    }
    return show(updateOrder(store, order, {}, actor, { parts: { lockedBy: actor.rep } }))
  },
  unlockOrder(store, input) {
    const { order, actor } = target(store, checkInput(Which, input, 'act unlockOrder'))
    if (order.lockedBy === null) throw new EmulatorInputError(`service order ${order.id} is not locked`)
    return show(updateOrder(store, order, {}, actor, { parts: { lockedBy: null } }))
  },
  addNote(store, input) {
    const given = checkInput(AddNote, input, 'act addNote')
    const { order, actor } = target(store, given)
    const note = addNote(store, order, { Note: given.note, Topic: given.topic ?? null }, actor)
    return { ticketId: order.id, noteId: note.id }
  },
  setOrderFields(store, input) {
    const given = checkInput(SetFields, input, 'act setOrderFields')
    const { order, actor } = target(store, given)
    const unknown = Object.keys(given.fields).find((name) => !updateOrderFields.some((field) => field.name === name))
    if (unknown !== undefined) throw new EmulatorInputError(`no field ${unknown} that a person can change`)
    return change(store, order, readValues(updateOrderFields, given.fields, store.switches.utcOffsetMinutes), actor)
  },
  setOpenTasks(store, input) {
    const { openTasks, ...given } = checkInput(OpenTasks, input, 'act setOpenTasks')
    const { order, actor } = target(store, given)
    return show(updateOrder(store, order, {}, actor, { parts: { openTasks } }))
  },
  setExternalTicket(store, input) {
    const {
      externalTicketId,
      externalProduct = null,
      ...given
    } = checkInput(ExternalTicket, input, 'act setExternalTicket')
    const { order, actor } = target(store, given)
    return show(updateOrder(store, order, {}, actor, { parts: { externalTicketId, externalProduct } }))
  },
}

function change(store: Store, order: OrderRow, given: Given, actor: Actor): object {
  return show(updateOrder(store, order, given, actor))
}

function show({ id, values, open }: OrderRow): object {
  return { ticketId: id, status: values.Status, open }
}

/** The status asked for, or the first that opens or closes an order. */
function statusWith(store: Store, change: 'Open' | 'Closed', wanted: string | undefined): string {
  const all = store.master.statuses
  const found = wanted === undefined ? all.find((one) => one.TicketChange === change)?.Status : wanted
  if (found === undefined) throw new EmulatorInputError(`no status has the TicketChange ${change}`)
  const status = choose(store, 'statuses', found)
  if (all.find((one) => one.Status === status)?.TicketChange === change) return status
  throw new EmulatorInputError(`the status "${status}" does not have the TicketChange ${change}`)
}
