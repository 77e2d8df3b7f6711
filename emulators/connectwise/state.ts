// The whole tenant as JSON, and back (`GET` and `PUT /_emulator/state`). Keys are not part of it.
import { z } from 'zod'
import { checkInput, EmulatorInputError } from '../kit/input.ts'
import { TicketHistoryEntry } from '../kit/ticket-history.ts'
import type { Row } from './model/field.ts'
import { anyNoteEntity } from './model/ticket-fields.ts'
import { readHistory, showHistory } from './store/history.ts'
import { Switches } from './store/settings.ts'
import { type Store, tableOf } from './store/store.ts'
import { linkBase, toWire } from './wire/wire.ts'

const Stored = z.union([z.string(), z.number(), z.boolean(), z.null()])
const StoredRow = z
  .object({ id: z.number() })
  .catchall(z.union([Stored, z.array(z.string()), z.array(z.number()), z.array(z.record(z.string(), Stored))]))
const State = z.strictObject({
  version: z.literal(1),
  codebase: z.string().endsWith('/'),
  switches: Switches,
  duplicates: z.array(z.string()),
  tables: z.record(z.string(), z.object({ lastId: z.number(), rows: z.array(StoredRow) })),
  history: z.array(TicketHistoryEntry),
})

const parts = 'history (with since=<entries known>), tickets, notes, companies, callbacks, attempts'
const tables: Readonly<Record<string, string>> = {
  tickets: 'Ticket',
  notes: 'ServiceNote',
  companies: 'Company',
  callbacks: 'CallbackEntry',
}

/** The state, or the part the query asks for. In the whole state references are ids and times milliseconds. */
export function getState(store: Store, query: URLSearchParams): unknown {
  const part = query.get('part')
  if (part === null) return wholeState(store)
  const since = Number(query.get('since') ?? 0)
  if (part === 'history') return store.history.slice(Number.isInteger(since) ? since : 0).map(showHistory)
  if (part === 'attempts') return store.attempts
  const name = Object.hasOwn(tables, part) ? tables[part] : undefined
  if (name === undefined) throw new EmulatorInputError(`no part ${part} of the state; there are ${parts}`)
  const table = tableOf(store, name)
  const entity = part === 'notes' ? anyNoteEntity : table.entity
  return table.all().map((row) => toWire(store, entity, row, linkBase(store.origin)))
}

/** Puts a whole state in place of the present one. Throws `EmulatorInputError` when it is none. */
export function putState(store: Store, given: unknown): void {
  const state = checkInput(State, given, 'the state', 'Send what GET /_emulator/state answered')
  for (const name of Object.keys(state.tables)) {
    if (!store.tables.has(name)) throw new EmulatorInputError(`the state has a table ${name} that does not exist`)
  }
  store.codebase = state.codebase
  store.switches = state.switches
  store.history = state.history.map(readHistory)
  for (const [name, table] of store.tables) {
    const saved = state.tables[name]
    const rows = (saved?.rows ?? []).map((row): Row => ({ ...table.entity.blank, ...(row as Row) }))
    table.reset(rows, saved?.lastId ?? 0)
  }
  store.tally.reset(tableOf(store, 'Ticket').all(), state.duplicates)
}

function wholeState(store: Store): unknown {
  return {
    version: 1,
    codebase: store.codebase,
    switches: store.switches,
    duplicates: store.tally.duplicates(),
    tables: Object.fromEntries(
      [...store.tables].map(([name, table]) => [name, { lastId: table.lastId(), rows: table.all() }]),
    ),
    history: store.history.map(showHistory),
  }
}
