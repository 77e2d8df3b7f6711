// Who acts and on what: the parts all acts of people share.
import { z } from 'zod'
import { EmulatorInputError } from '../../kit/input.ts'
import { findEntry } from '../model/master.ts'
import type { Actor } from '../store/history.ts'
import type { OrderRow } from '../store/rows.ts'
import { type Store, textOf } from '../store/store.ts'

/** An act by name; gives what the caller is answered. */
export type Act = (store: Store, order: Record<string, unknown>) => object

/** How an act names an order, and who does it. */
export const which = {
  ticketId: z.int().optional(),
  reference: z.string().optional(),
  repNumber: z.int().optional(),
}
type Which = { [Key in keyof typeof which]?: z.infer<(typeof which)[Key]> | undefined }

/** The rep who acts: the one asked for, else the first who works and is not the API's. Throws when there is none. */
export function personActor(store: Store, repNumber?: number): Actor {
  for (const rep of repNumber === undefined ? store.reps.ids() : [repNumber]) {
    if (rep !== store.account.rep && store.reps.get(rep)?.inactive === false) return { by: 'person', rep }
  }
  throw new EmulatorInputError(`no active rep ${repNumber ?? ''} who is a person`.replace('  ', ' '))
}

/** The order an act names and its actor; among several with one reference an open (or closed) one goes first. */
export function target(
  store: Store,
  input: Which,
  prefer: 'open' | 'closed' = 'open',
): { order: OrderRow; actor: Actor } {
  const { ticketId, reference = '' } = input
  const named = ticketId === undefined ? store.orders.rowsOf('reference', reference) : [store.orders.get(ticketId)]
  const orders = named.filter((row) => row !== undefined)
  const order = orders.findLast((row) => row.open === (prefer === 'open')) ?? orders.at(-1)
  if (order) return { order, actor: personActor(store, input.repNumber) }
  throw new EmulatorInputError('no such service order; name one by "ticketId" or "reference"')
}

/** The name of an entry as the master table spells it. Throws with the names there are. */
export function choose(store: Store, table: 'statuses' | 'priorities' | 'types', name: string): string {
  const entry: Record<string, unknown> | undefined = findEntry(store.master, table, name)
  const key = { statuses: 'Status', priorities: 'Priority', types: 'Type' }[table]
  const found = textOf(entry?.[key])
  if (found !== null) return found
  const known = store.master[table].map((one: Record<string, unknown>) => one[key]).join(', ')
  throw new EmulatorInputError(`${table} have no "${name}"; there are ${known}`)
}

/** The number of a board given by number or description. Throws with the boards there are. */
export function chooseBoard(store: Store, choice: number | string): number {
  const found = store.master.boards.find((one) => one.DispatchBoardId === choice || one.Description === choice)
  if (found) return found.DispatchBoardId
  const known = store.master.boards.map((one) => `${one.DispatchBoardId} ${one.Description}`).join(', ')
  throw new EmulatorInputError(`no board ${choice}; there are ${known}`)
}
