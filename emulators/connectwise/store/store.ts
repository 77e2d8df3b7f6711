// Everything the emulated tenant holds.
import { randomBytes, randomUUID } from 'node:crypto'
import type { EmulatorClock } from '../../kit/clock.ts'
import type { StoredHistoryEntry } from '../../kit/ticket-history.ts'
import { tableEntities } from '../model/entities.ts'
import type { Row } from '../model/field.ts'
import { wholeSeconds } from '../wire/time.ts'
import type { Actor } from './history.ts'
import { Switches } from './settings.ts'
import { createTable, type Table } from './table.ts'
import { createTally, type Tally } from './tally.ts'

/** How a client gets in. */
export type Account = {
  companyId: string
  publicKey: string
  privateKey: string
  clientId: string
  /** The API member the keys belong to. */
  memberId: number
}

/** A change of a record that callbacks may follow. */
export type RecordEvent = {
  type: 'ticket' | 'company'
  action: 'added' | 'updated' | 'deleted'
  row: Row
  actor: Actor
}

/** One attempt to deliver a callback, for tests and demos. */
export type Attempt = {
  time: string
  callbackId: number
  recordId: number
  action: RecordEvent['action']
  attempt: number
  /** HTTP status, or why there was none. */
  outcome: number | string
}

/** The tenant. */
export type Store = {
  clock: EmulatorClock
  account: Account
  /** Path prefix of the present version, with a slash at its end. */
  codebase: string
  /** Own address, without a slash at its end; known once it listens. */
  origin: string
  switches: Switches
  tables: ReadonlyMap<string, Table>
  history: StoredHistoryEntry[]
  tally: Tally
  signing: { id: string; key: string }
  /** The last attempts, oldest first. */
  attempts: Attempt[]
  /** Called after each change that callbacks may follow. */
  onEvent: (event: RecordEvent) => void
}

/** Makes a tenant without any record. */
export function createStore(clock: EmulatorClock, account: Account, codebase: string): Store {
  return {
    clock,
    account,
    codebase,
    origin: '',
    switches: Switches.parse({}),
    tables: new Map(tableEntities.map((entity) => [entity.name, createTable(entity)])),
    history: [],
    tally: createTally(),
    signing: { id: randomUUID(), key: randomBytes(32).toString('base64') },
    attempts: [],
    onEvent: () => {},
  }
}

/** A table by its entity's name. Throws when there is none: a slip in this emulator. */
export function tableOf(store: Store, name: string): Table {
  const table = store.tables.get(name)
  if (!table) throw new Error(`the emulator has no table ${name}`)
  return table
}

/** The records whose indexed field has this value. */
export function rowsWith(store: Store, name: string, field: string, value: number | string): Row[] {
  const table = tableOf(store, name)
  return (table.find(field, value) ?? []).map((id) => table.get(id)).filter((row) => row !== undefined)
}

/** Milliseconds since 1970 by the emulator's clock. */
export function timeNow(store: Store): number {
  return store.clock.now().getTime()
}

/** Who a caller with the right keys is. */
export function apiActor(store: Store): Actor {
  const { memberId } = store.account
  const identifier = tableOf(store, 'Member').get(memberId)?.identifier
  return { by: 'api', memberId, identifier: typeof identifier === 'string' ? identifier : '' }
}

/** Marks a record as changed now, and as made now when it is new. */
export function stamp(row: Row, actor: Actor, now: number): void {
  row.lastUpdated = wholeSeconds(now)
  row.updatedBy = actor.identifier
  row.dateEntered ??= wholeSeconds(now)
  row.enteredBy ??= actor.identifier
}
