import { ConnectorError } from '../../failure.ts'
import type { Option, PsaOptions } from '../../psa.ts'
import type { Context } from './client.ts'
import { isSameName, keptStatuses, mayStandTogether, statusAfterMove } from './kept.ts'
import { type Operation, toReference } from './map.ts'
import { getTicket } from './one-ticket.ts'
import { readStatuses } from './options.ts'
import type { Reference, Ticket } from './wire.ts'

/**
 * What must be written to put a ticket on another board. Statuses, types, subtypes and items belong to one board, and a
 * status of another is refused (connectwise-api.md 3, 7), so they go along: each as the one of the same name there.
 * Nothing for a ticket that is there already.
 */
export async function moveToBoard(context: Context, ticketId: string, board: string): Promise<readonly Operation[]> {
  const value = toReference('board', board)
  const ticket = await getTicket(context, ticketId)
  if (ticket.board?.id === value.id) return []
  const kept = keptStatuses(context.options).filter((status) => status.board === board)
  const statuses = kept.length > 0 ? kept : await readStatuses(context, board)
  const status = statusAfterMove(statuses, { name: ticket.status?.name ?? '', isClosed: ticket.closedFlag })
  if (status === undefined) throw noStatus(board)
  return [
    { op: 'replace', path: 'board', value },
    { op: 'replace', path: 'status', value: toReference('status', status.id) },
    ...classification(context.options, ticket, board),
  ]
}

/** Type, subtype and item as far as the new board has them; each of the rest is taken away, lest the move be refused. */
function classification(options: PsaOptions, ticket: Ticket, board: string): readonly Operation[] {
  const type = sameName(options.choices.type, board, ticket.type)
  const subType = sameName(options.choices.subType, type, ticket.subType)
  const item = sameName(options.choices.item, subType, ticket.item)
  const fits = type !== '' && subType !== '' && item !== '' && mayStandTogether(options, type, subType, item)
  return [
    ...carried('type', ticket.type, type),
    ...carried('subType', ticket.subType, subType),
    ...carried('item', ticket.item, fits ? item : ''),
  ]
}

/** The value that stands under `parent` by the name of `present`; empty when there is none. */
function sameName(list: readonly Option[] | undefined, parent: string, present: Reference | null): string {
  if (present === null || parent === '') return ''
  const found = list?.find((one) => one.active && one.parent === parent && isSameName(one.label, present.name))
  return found?.value ?? ''
}

function carried(path: string, present: Reference | null, value: string): readonly Operation[] {
  if (present === null) return []
  return value === '' ? [{ op: 'remove', path }] : [{ op: 'replace', path, value: toReference(path, value) }]
}

function noStatus(board: string): ConnectorError {
  return new ConnectorError(
    'refused',
    'unknown-value',
    `The ticket cannot be put on board ${board}: it has no status that fits. Choose another board in the rule, or give the board one in ConnectWise.`,
  )
}
