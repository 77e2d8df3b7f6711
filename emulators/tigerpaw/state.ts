// The whole tenant as JSON, and back (`GET` and `PUT /_emulator/state`). Keys and passwords are not part of it.
import { z } from 'zod'
import { checkInput, EmulatorInputError } from '../kit/input.ts'
import { TicketHistoryEntry } from '../kit/ticket-history.ts'
import { accountDetail } from './accounts/shapes.ts'
import { MasterTables } from './model/master.ts'
import { noteShape, orderDetail } from './orders/shapes.ts'
import {
  AccountRow,
  AgreementRow,
  ChargeRow,
  CrossReferenceRow,
  NoteRow,
  OrderRow,
  PriceItemRow,
  RepRow,
} from './store/rows.ts'
import { Rights, Switches } from './store/settings.ts'
import { type Store, tableNames } from './store/store.ts'
import type { Numbered, Table } from './store/table.ts'

const saved = <Row extends z.ZodType>(row: Row) => z.strictObject({ lastId: z.int(), rows: z.array(row) })
const State = z.strictObject({
  version: z.literal(1),
  switches: Switches,
  rights: Rights,
  master: MasterTables,
  duplicates: z.array(z.string()),
  soapCalls: z.array(z.strictObject({ time: z.string(), operation: z.string(), params: z.string() })),
  tables: z.strictObject({
    orders: saved(OrderRow),
    notes: saved(NoteRow),
    accounts: saved(AccountRow),
    crossReferences: saved(CrossReferenceRow),
    reps: saved(RepRow),
    agreements: saved(AgreementRow),
    charges: saved(ChargeRow),
    priceItems: saved(PriceItemRow),
  }),
  history: z.array(TicketHistoryEntry),
})

const parts = 'history (with since=<entries known>), orders, notes, accounts, soap'

/** The state, or the part the query asks for. */
export function getState(store: Store, query: URLSearchParams): unknown {
  const part = query.get('part')
  if (part === null) return wholeState(store)
  switch (part) {
    case 'history': {
      const since = Number(query.get('since') ?? 0)
      return store.history.slice(Number.isInteger(since) ? since : 0)
    }
    case 'orders':
      return store.orders.rows().map((row) => orderDetail(store, row))
    case 'notes':
      return store.notes.rows().map((row) => ({ ServiceOrderNumber: row.order, ...noteShape(store, row) }))
    case 'accounts':
      return store.accounts.rows().map((row) => accountDetail(store, row))
    case 'soap':
      return store.soapCalls
    default:
      throw new EmulatorInputError(`no part ${part} of the state; there are ${parts}`)
  }
}

/** Puts a whole state in place of the present one. Throws `EmulatorInputError` when it is none. */
export function putState(store: Store, given: unknown): void {
  const state = checkInput(State, given, 'the state', 'Send what GET /_emulator/state answered')
  store.switches = state.switches
  store.rights = state.rights
  store.master = state.master
  store.soapCalls = state.soapCalls
  store.history = state.history
  for (const name of tableNames) {
    const { rows, lastId } = state.tables[name]
    const table = store[name] as unknown as Table<Numbered>
    table.reset(rows, lastId)
  }
  store.tally.reset(store.orders.rows(), state.duplicates)
}

function wholeState(store: Store): unknown {
  const tables = tableNames.map((name) => [name, { lastId: store[name].lastId(), rows: store[name].rows() }])
  return {
    version: 1,
    switches: store.switches,
    rights: store.rights,
    master: store.master,
    duplicates: store.tally.duplicates(),
    soapCalls: store.soapCalls,
    tables: Object.fromEntries(tables),
    history: store.history,
  }
}
