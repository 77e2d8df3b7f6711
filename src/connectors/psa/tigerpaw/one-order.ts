import { ConnectorError } from '../../failure.ts'
import { type Call, type Context, call } from './client.ts'
import { lockedBy } from './errors.ts'
import { isVoided, lockHolder, toNumber } from './map.ts'
import { allOf, type Criterion, type List, searchFor } from './search.ts'
import { Order } from './wire.ts'

/** Whether an order is still there, and whether a person has it open. */

/** A search for orders; voided ones are not in it (tigerpaw-api.md 2.4). */
export function orderSearch(criteria: readonly Criterion[]): List<typeof Order> {
  const list = {
    what: 'serviceorders/search',
    name: 'ServiceOrders',
    row: Order,
    idOf: (order: Order) => order.ServiceOrderNumber,
  }
  return searchFor(list, criteria)
}

/**
 * Reads one order. Throws `gone` when a person voided it, and when it is not there any more: to call an order gone is
 * final, so a 404, an empty or a refused answer counts only when a search says the same.
 */
export async function getOrder(context: Context, ticketId: string): Promise<Order> {
  const number = toNumber('service order', ticketId)
  const order = (await readOrder(context, number)) ?? (await searchOrder(context, number))
  if (order === null) throw gone(`Service order ${ticketId} is no longer in Tigerpaw: someone deleted it.`)
  if (isVoided(order)) throw gone(`Service order ${ticketId} was voided in Tigerpaw.`)
  return order
}

async function readOrder(context: Context, number: number): Promise<Order | null> {
  const request: Call = { method: 'GET', path: `serviceorders/${number}`, write: false, onOrder: true }
  try {
    return await call(context, request, Order.nullable())
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

async function searchOrder(context: Context, number: number): Promise<Order | null> {
  const rows = await allOf(
    context,
    orderSearch([{ SearchType: 'ServiceOrderNumber', MatchType: 'Equal', Criteria: String(number) }]),
  )
  return rows.find((row) => row.ServiceOrderNumber === number) ?? null
}

/** What the desk says to a number that it does not have is not documented. */
function isMissing(error: unknown): boolean {
  return error instanceof ConnectorError && (error.kind === 'refused' || error.reason === 'wrong-address')
}

/**
 * Waits for a write to an order. The words for a locked, a voided and a missing order are not documented, so after every
 * refusal the order is read: `gone` when it is not there, `later` while a person has it open, else the refusal itself.
 */
export async function explainRefusal<T>(context: Context, ticketId: string, writing: Promise<T>): Promise<T> {
  try {
    return await writing
  } catch (error) {
    if (!isMissing(error) && !(error instanceof ConnectorError && error.reason === 'locked')) throw error
    throwIfLocked(await getOrder(context, ticketId))
    throw error
  }
}

/** While a person has the order open nothing can be written to it (tigerpaw-api.md 2.6). */
export function throwIfLocked(order: Order): void {
  const holder = lockHolder(order)
  if (holder !== null) throw lockedBy(holder)
}

function gone(message: string): ConnectorError {
  return new ConnectorError('gone', 'deleted', message)
}
