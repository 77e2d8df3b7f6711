// The whole tenant as JSON, and back (`GET` and `PUT /_emulator/state`). The secret is not part of it.
import { z } from 'zod'
import { checkInput, EmulatorInputError } from '../kit/input.ts'
import { TicketHistoryEntry } from '../kit/ticket-history.ts'
import type { Row } from './model/field.ts'
import { type Picklists, type PicklistValue, sharePicklists } from './model/picklists.ts'
import { readHistory, showHistory } from './store/history.ts'
import { CategoryRule, Switches, Threshold } from './store/settings.ts'
import { type Store, tableOf } from './store/store.ts'
import { toWire } from './wire.ts'

const StoredRow = z
  .looseObject({
    id: z.number(),
    userDefinedFields: z.array(z.strictObject({ name: z.string(), value: z.string().nullable() })).default([]),
  })
  .catchall(z.unknown())
const Value = z.object({
  value: z.string(),
  label: z.string(),
  isDefaultValue: z.boolean(),
  sortOrder: z.number(),
  parentValue: z.string(),
  isActive: z.boolean(),
  isSystem: z.boolean(),
})
const State = z.strictObject({
  version: z.literal(1),
  switches: Switches,
  threshold: Threshold,
  categoryRules: z.record(z.string(), CategoryRule),
  numbered: z.record(z.string(), z.number()),
  duplicates: z.array(z.string()),
  picklists: z.record(z.string(), z.record(z.string(), z.array(Value))),
  tables: z.record(z.string(), z.object({ lastId: z.number(), rows: z.array(StoredRow) })),
  history: z.array(TicketHistoryEntry),
})

const parts = 'history (with since=<entries known>), tickets, notes, companies'

/** The state, or the part the query asks for. Times are milliseconds in rows of the whole state. */
export function getState(store: Store, query: URLSearchParams): unknown {
  const part = query.get('part')
  if (part === null) return wholeState(store)
  const since = Number(query.get('since') ?? 0)
  if (part === 'history') return store.history.slice(Number.isInteger(since) ? since : 0).map(showHistory)
  const entity = { tickets: 'Ticket', notes: 'TicketNote', companies: 'Company' }[part]
  if (entity === undefined) throw new EmulatorInputError(`no part ${part} of the state; there are ${parts}`)
  const table = tableOf(store, entity)
  return table.ids().map((id) => toWire(table.entity, table.get(id) ?? table.entity.blank))
}

/** Puts a whole state in place of the present one. Throws `EmulatorInputError` when it is none. */
export function putState(store: Store, given: unknown): void {
  const state = checkInput(State, given, 'the state', 'Send what GET /_emulator/state answered')
  for (const name of Object.keys(state.tables)) {
    if (!store.tables.has(name)) throw new EmulatorInputError(`the state has a table ${name} that does not exist`)
  }
  store.switches = state.switches
  store.threshold = state.threshold
  store.categoryRules = new Map(Object.entries(state.categoryRules).map(([id, rule]) => [Number(id), rule]))
  store.numbered = new Map(Object.entries(state.numbered))
  store.picklists = readPicklists(state.picklists)
  store.history.length = 0
  for (const entry of state.history) store.history.push(readHistory(entry))
  for (const [name, table] of store.tables) {
    const saved = state.tables[name]
    const rows = (saved?.rows ?? []).map((row) => ({ ...table.entity.blank, ...row }) as Row)
    table.reset(rows, saved?.lastId ?? 0)
  }
  const tickets = tableOf(store, 'Ticket')
  const rows = tickets.ids().map((id) => tickets.get(id))
  store.tally.reset(
    rows.filter((row) => row !== undefined),
    state.duplicates,
  )
}

function wholeState(store: Store): z.input<typeof State> {
  const tables: Record<string, { lastId: number; rows: Row[] }> = {}
  for (const [name, table] of store.tables) {
    const rows = table.ids().map((id) => table.get(id))
    tables[name] = { lastId: table.lastId(), rows: rows.filter((row) => row !== undefined) }
  }
  return {
    version: 1,
    switches: store.switches,
    threshold: store.threshold,
    categoryRules: Object.fromEntries(store.categoryRules),
    numbered: Object.fromEntries(store.numbered),
    duplicates: store.tally.duplicates(),
    picklists: Object.fromEntries(
      [...store.picklists].map(([entity, fields]) => [
        entity,
        Object.fromEntries([...fields].map(([field, values]) => [field, [...values.values()]])),
      ]),
    ),
    tables: tables as z.input<typeof State>['tables'],
    history: store.history.map(showHistory),
  }
}

function readPicklists(saved: z.infer<typeof State>['picklists']): Picklists {
  const all: Picklists = new Map()
  for (const [entity, fields] of Object.entries(saved)) {
    const lists = Object.entries(fields).map(
      ([field, values]) =>
        [field, new Map(values.map((one): [number, PicklistValue] => [Number(one.value), one]))] as const,
    )
    all.set(entity, new Map(lists))
  }
  return sharePicklists(all)
}
