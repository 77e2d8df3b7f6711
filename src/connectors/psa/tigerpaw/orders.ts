import type { FieldValues, TicketDraft, TicketSeen } from '../../../core/ticket.ts'
import { referencePrefix } from '../../../lib/ids.ts'
import { cutBody, manyLines } from '../../desk-text.ts'
import { ConnectorError } from '../../failure.ts'
import type { TicketClosed, TicketClosing, TicketCreated } from '../../psa.ts'
import { type Call, type Context, call } from './client.ts'
import {
  type Body,
  closedStatusesOf,
  closingToBody,
  draftToBody,
  fieldsToBody,
  isVoided,
  orderToBody,
  orderToSeen,
  toNumber,
} from './map.ts'
import { hasNote, noteResolution } from './notes.ts'
import { explainRefusal, getOrder, orderSearch, throwIfLocked } from './one-order.ts'
import { allOf, pagesOf } from './search.ts'
import { type Order, OrderWritten } from './wire.ts'

/** Life of a service order at Tigerpaw. */

/** Less room than this below what people wrote would leave nothing of a resolution. */
const leastRoom = 200

/**
 * The account is no part of the search: an order that a person moved to another account is still the order of this
 * reference, and overlooking it would open a second one.
 */
export async function find(context: Context, reference: string): Promise<readonly TicketSeen[]> {
  const rows = await allOf(context, orderSearch([{ SearchType: 'Reference', MatchType: 'Equal', Criteria: reference }]))
  const closed = closedStatusesOf(context.generals)
  return rows
    .filter((row) => row.ServiceOrder.Reference === reference && !isVoided(row))
    .sort((a, b) => b.ServiceOrderNumber - a.ServiceOrderNumber)
    .map((row) => orderToSeen(row, closed, context.settings))
}

/** Creates an order, and makes sure that it is found again. */
export async function create(context: Context, draft: TicketDraft): Promise<TicketCreated> {
  const request: Call = {
    method: 'POST',
    path: 'serviceorders',
    body: draftToBody(draft, context.settings),
    write: true,
  }
  const { ServiceOrderSummary: order } = await call(context, request, OrderWritten)
  const number = String(order.ServiceOrderNumber)
  if (order.ServiceOrder.Reference !== draft.reference) throw referenceLost(number, draft.reference)
  return { ticketId: number, number }
}

/** Without its reference nobody would find the order again, and every later attempt would open one more. */
function referenceLost(number: string, reference: string): ConnectorError {
  return new ConnectorError(
    'refused',
    'invalid-value',
    `Tigerpaw made service order ${number} and did not keep the whole reference "${reference}" in its field Reference, so it would not be found again. Void service order ${number}, see to it that the field takes ${reference.length} characters and that no rule of Tigerpaw changes it, then let it be tried again.`,
    { outcome: 'unknown' },
  )
}

export async function read(context: Context, ticketId: string): Promise<TicketSeen> {
  const order = await getOrder(context, ticketId)
  return orderToSeen(order, closedStatusesOf(context.generals), context.settings)
}

/** Writes the named fields; empty ones are left as they are. */
export async function update(context: Context, ticketId: string, fields: FieldValues): Promise<void> {
  const changes = fieldsToBody(fields)
  if (Object.keys(changes).length === 0) return
  await put(context, ticketId, context.settings.readMergeWrite ? await getOrder(context, ticketId) : null, changes)
}

/**
 * There is no verb for closing: the closed status is set (tigerpaw-api.md 2.6). The order is read first, since a closed one
 * is not touched and a locked one takes no write, and again afterwards, because a rule of the desk may have undone it.
 */
export async function close(context: Context, ticketId: string, closing: TicketClosing): Promise<TicketClosed> {
  const { settings } = context
  const closed = closedStatusesOf([closing.general, ...context.generals])
  const order = await getOrder(context, ticketId)
  const before = orderToSeen(order, closed, settings)
  if (before.state === 'closed') return { seen: before, wasOpen: false }
  throwIfLocked(order)
  const status = closing.general.closedStatus ?? ''
  if (status === '') {
    const message = 'Choose the closed service order status in the general settings.'
    throw new ConnectorError('refused', 'missing-value', message)
  }
  const resolution = await placeResolution(context, order, closing.resolution)
  await put(context, ticketId, order, { ...closingToBody(status, context.now(), settings), ...resolution })
  return { seen: await readBack(context, ticketId, closed), wasOpen: true }
}

/** The resolution stands below what people wrote as work performed, or in a note of its own. */
export async function hasResolution(context: Context, ticketId: string, text: string): Promise<boolean> {
  const order = await getOrder(context, ticketId)
  return order.ServiceOrder.WorkPerformed.includes(text) || (await hasNote(context, ticketId, text))
}

/**
 * By the prefix alone: whether a search compares order numbers as numbers or as texts is not documented, so the numbers are
 * compared here, and all orders of ours are read.
 */
export async function* openedAfter(context: Context, ticketId: string | null): AsyncGenerator<readonly TicketSeen[]> {
  const last = ticketId === null ? 0 : toNumber('service order', ticketId)
  const closed = closedStatusesOf(context.generals)
  const search = orderSearch([{ SearchType: 'Reference', MatchType: 'StartsWith', Criteria: referencePrefix }])
  for await (const rows of pagesOf(context, search)) {
    const found = rows.filter(
      (row) =>
        row.ServiceOrderNumber > last && row.ServiceOrder.Reference.startsWith(referencePrefix) && !isVoided(row),
    )
    if (found.length > 0) yield found.map((row) => orderToSeen(row, closed, context.settings))
  }
}

/** Below what people wrote as work performed, in the same call as the status; as a note where that has no room. */
async function placeResolution(context: Context, order: Order, resolution: string): Promise<Body> {
  const { textLimit, resolutionTo } = context.settings
  const written = order.ServiceOrder.WorkPerformed.trimEnd()
  const head = written === '' ? '' : `${written}\n\n`
  const room = textLimit - head.length
  if (resolutionTo === 'work performed' && room >= leastRoom) {
    return { WorkPerformed: `${head}${cutBody(manyLines(resolution), room)}` }
  }
  await noteResolution(context, order, resolution)
  return {}
}

/** `order` is what was read; with it the whole order is sent back where the settings ask for that. */
async function put(context: Context, ticketId: string, order: Order | null, changes: Body): Promise<void> {
  const whole = context.settings.readMergeWrite && order !== null ? orderToBody(order) : {}
  const request: Call = {
    method: 'PUT',
    path: `serviceorders/${toNumber('service order', ticketId)}`,
    body: { ...whole, ...changes },
    write: true,
    onOrder: true,
  }
  await explainRefusal(context, ticketId, call(context, request, OrderWritten))
}

/** The close is done by now: when it cannot be read back its outcome is unknown, whatever a mere read would say. */
async function readBack(context: Context, ticketId: string, closed: ReadonlySet<string>): Promise<TicketSeen> {
  try {
    return orderToSeen(await getOrder(context, ticketId), closed, context.settings)
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind === 'gone') throw error
    const { kind, reason, message, until } = error
    throw new ConnectorError(kind, reason, message, { outcome: 'unknown', until, cause: error })
  }
}
