// How acts name things: by number or by name.
import { z } from 'zod'
import { EmulatorInputError } from '../../kit/input.ts'
import { textIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import type { Actor } from '../store/history.ts'
import { rowsWith, type Store, tableOf } from '../store/store.ts'
import { isOpen } from '../store/tally.ts'

/** An act by name; gives what the caller is answered. */
export type Act = (store: Store, order: Record<string, unknown>) => object

/** A record by id or name. */
export const Choice = z.union([z.int(), z.string()])

/** The record of a table that a choice means. Throws `EmulatorInputError` with those there are. */
export function choose(store: Store, name: string, choice: number | string, board?: number): Row {
  const { entity, all } = tableOf(store, name)
  const rows = board === undefined ? all() : rowsWith(store, name, 'board', board)
  const wanted = String(choice).toLowerCase()
  const found = rows.find(
    (row) =>
      row.id === choice || [entity.nameOf(row), textIn(row, 'identifier')].some((one) => one.toLowerCase() === wanted),
  )
  if (found) return found
  const known = rows.slice(0, 50).map((row) => `${row.id} ${entity.nameOf(row)}`)
  throw new EmulatorInputError(`no ${entity.title} ${choice}; there are ${known.join(', ')}`)
}

/** Fields by which an act names a ticket and who acts. */
export const which = {
  ticketId: z.int().optional(),
  externalXRef: z.string().optional(),
  member: Choice.optional(),
}

type Which = { [Key in keyof typeof which]?: z.infer<(typeof which)[Key]> | undefined }

/** The ticket of an act and its technician; of several with one reference an open (or closed) one goes first. */
export function target(store: Store, input: Which, prefer: 'open' | 'closed' = 'open'): { ticket: Row; actor: Actor } {
  const table = tableOf(store, 'Ticket')
  const ids = input.ticketId === undefined ? table.find('externalXRef', input.externalXRef ?? '') : [input.ticketId]
  const tickets = (ids ?? []).map((id) => table.get(id)).filter((row) => row !== undefined)
  const ticket = tickets.findLast((row) => isOpen(row) === (prefer === 'open')) ?? tickets.at(-1)
  if (!ticket) throw new EmulatorInputError('no such ticket; name one by "ticketId" or "externalXRef"')
  return { ticket, actor: technician(store, input.member) }
}

/** A technician: the one asked for, else the first. Throws when there is none. */
export function technician(store: Store, choice?: number | string): Actor {
  const rows = choice === undefined ? tableOf(store, 'Member').all() : [choose(store, 'Member', choice)]
  const member = rows.find((row) => row.inactiveFlag !== true && row.id !== store.account.memberId)
  if (!member) throw new EmulatorInputError(`no active technician ${choice ?? ''}`.trim())
  return { by: 'person', memberId: member.id, identifier: textIn(member, 'identifier') }
}
