// Everything the emulated tenant holds.
import type { EmulatorClock } from '../../kit/clock.ts'
import type { StoredHistoryEntry } from '../../kit/ticket-history.ts'
import { tableEntities, ticketHistoryEntity } from '../model/entities.ts'
import type { Row } from '../model/field.ts'
import { type Picklist, type Picklists, seedPicklists } from '../model/picklists.ts'
import type { Actor } from './history.ts'
import { createHistorySource } from './history-source.ts'
import { CategoryRule, Switches, Threshold } from './settings.ts'
import { createTable, type RowSource, type Table } from './table.ts'
import { createTally, type Tally } from './tally.ts'

/** The credentials of the one API user. */
export type Account = { user: string; secret: string; integrationCode: string; resourceID: number }

/** A ticket change on its way to webhooks. */
export type TicketEvent = { action: 'Create' | 'Update' | 'Delete'; row: Row; changed: readonly string[]; actor: Actor }

/** The tenant. Its parts are replaced only by restoring a state. */
export type Store = {
  clock: EmulatorClock
  account: Account
  switches: Switches
  threshold: Threshold
  picklists: Picklists
  tables: ReadonlyMap<string, Table>
  history: StoredHistoryEntry[]
  tally: Tally
  categoryRules: Map<number, CategoryRule>
  /** Tickets numbered so far, by day (YYYYMMDD). */
  numbered: Map<string, number>
  /** Called after each ticket change. */
  onTicketEvent: (event: TicketEvent) => void
  /** Called after a webhook was switched off or deleted. */
  onWebhookStopped: (webhook: Row) => void
}

/** Makes a tenant without any record. */
export function createStore(clock: EmulatorClock, account: Account): Store {
  return {
    clock,
    account,
    switches: Switches.parse({}),
    threshold: Threshold.parse({}),
    picklists: seedPicklists(),
    tables: new Map(tableEntities.map((entity) => [entity.name, createTable(entity)])),
    history: [],
    tally: createTally(),
    categoryRules: new Map(),
    numbered: new Map(),
    onTicketEvent: () => {},
    onWebhookStopped: () => {},
  }
}

/** The table of an entity by its singular name. Throws when there is none: a slip in this emulator. */
export function tableOf(store: Store, entity: string): Table {
  const table = store.tables.get(entity)
  if (!table) throw new Error(`the emulator has no table for ${entity}`)
  return table
}

/** What queries on an entity read. */
export function sourceOf(store: Store, entity: string): RowSource {
  return entity === ticketHistoryEntity.name ? createHistorySource(store.history) : tableOf(store, entity)
}

/** The values of a picklist field; none when the tenant has none. */
export function picklistOf(store: Store, entity: string, field: string): Picklist | undefined {
  return store.picklists.get(entity)?.get(field)
}

/** Milliseconds since 1970 by the emulator's clock. */
export function timeNow(store: Store): number {
  return store.clock.now().getTime()
}

const noRule = CategoryRule.parse({})

/** The rules of a category; one without rules has empty ones. */
export function ruleOf(store: Store, category: number | null): CategoryRule {
  return (category !== null && store.categoryRules.get(category)) || noRule
}
