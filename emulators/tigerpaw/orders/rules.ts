// What the values of an order must be: names from the master tables, people and accounts that are there, server defaults.
// Which rules the vendor keeps, and its texts, are not published (tigerpaw-api.md 7): these are this emulator's.
import type { Values } from '../model/fields.ts'
import { defaultEntry, findEntry, voidStatus } from '../model/master.ts'
import type { Given } from '../model/read-values.ts'
import type { OrderRow } from '../store/rows.ts'
import { numberOf, repName, type Store, textOf } from '../store/store.ts'
import { RefusalError } from '../wire/answers.ts'

const named = { Status: 'statuses', Priority: 'priorities', ServiceOrderType: 'types' } as const
const people = ['TakenBy', 'TechnicianAssigned', 'RepToCredit'] as const

/** Checks given values and gives names the spelling of the master table. Throws `RefusalError`. */
export function checkGiven(store: Store, given: Given): void {
  for (const [property, table] of Object.entries(named)) {
    const name = textOf(given[property])
    if (name === null) continue
    const entry = findEntry(store.master, table, name)
    if (!entry) throw new RefusalError(`${property} '${name}' does not exist.`)
    given[property] = nameOf(entry)
  }
  const board = numberOf(given.DispatchBoardNumber)
  if (board !== null && !findEntry(store.master, 'boards', board)) {
    throw new RefusalError(`Dispatch board ${board} does not exist.`)
  }
  const severity = numberOf(given.Severity)
  if (severity !== null && !findEntry(store.master, 'severities', severity)) {
    throw new RefusalError(`Severity ${severity} does not exist.`)
  }
  for (const property of people) {
    const rep = numberOf(given[property])
    if (rep !== null) checkRep(store, rep, property)
  }
}

/** Whether there is such a rep who still works. Throws `RefusalError`. */
export function checkRep(store: Store, rep: number, property: string): void {
  const row = store.reps.get(rep)
  if (!row) throw new RefusalError(`${property}: rep ${rep} does not exist.`)
  if (row.inactive) throw new RefusalError(`${property}: rep ${rep} is inactive.`)
}

/** Fills what a new order, or one whose values were all left out, gets from the server. Throws `RefusalError`. */
export function fillDefaults(store: Store, values: Given, now: number): void {
  const { master } = store
  const type = textOf(values.ServiceOrderType) ?? need('ServiceOrderType', defaultEntry(master, 'types')?.Type)
  values.ServiceOrderType = type
  values.Status ??= need('Status', defaultEntry(master, 'statuses')?.Status)
  const ofType = findEntry(master, 'types', type)?.Priority ?? null
  const known = ofType === null ? undefined : findEntry(master, 'priorities', ofType)?.Priority
  values.Priority ??= known ?? need('Priority', defaultEntry(master, 'priorities')?.Priority)
  const account = store.accounts.get(numberOf(values.AccountNumber) ?? 0)
  values.DispatchBoardNumber ??= account?.board ?? master.boards[0]?.DispatchBoardId ?? null
  values.TakenBy ??= store.account.rep
  values.DateTimeReceived ??= now
  values.DateTimeOpened ??= now
}

/** Whether an order may be made for this account. Throws `RefusalError`. */
export function checkAccount(store: Store, values: Values): void {
  const number = numberOf(values.AccountNumber)
  if (number === null) throw new RefusalError('AccountNumber is required.')
  const account = store.accounts.get(number)
  if (!account) throw new RefusalError(`Account ${number} does not exist.`)
  if (account.values.Status === voidStatus) throw new RefusalError(`Account ${number} has been voided.`)
  if (!values.BriefDescription) throw new RefusalError('BriefDescription is required.')
}

/** What a locked order answers to a write. Throws `RefusalError`; `isNote` is for what only hangs on the order. */
export function checkLock(store: Store, row: OrderRow, isNote: boolean): void {
  const { lockMessage, lockStatus, lockBlocksNotes } = store.switches
  if (row.lockedBy === null || (isNote && !lockBlocksNotes)) return
  const rep = repName(store, row.lockedBy) ?? `rep ${row.lockedBy}`
  const text = lockMessage.replaceAll('{order}', String(row.id)).replaceAll('{rep}', () => rep)
  throw new RefusalError(text, { status: lockStatus, isFixed: true })
}

/** A voided order takes no more writes. Throws `RefusalError`. */
export function checkVoid(row: OrderRow): void {
  if (row.values.VoidDate != null) throw new RefusalError(`Service order ${row.id} has been voided.`)
}

/** Whether a status closes an order; one that is no longer in the master table leaves it as it was. */
export function isClosing(store: Store, status: string | null, before: boolean): boolean {
  const entry = status === null ? undefined : findEntry(store.master, 'statuses', status)
  if (!entry) return before
  return entry.TicketChange === 'Closed'
}

function nameOf(entry: { Status?: string; Type?: string; Priority?: string | null }): string {
  return entry.Status ?? entry.Type ?? entry.Priority ?? ''
}

function need(property: string, value: string | undefined): string {
  if (value === undefined) throw new RefusalError(`${property} is required: the master table has no default.`)
  return value
}
