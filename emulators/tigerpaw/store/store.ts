// Everything the emulated tenant holds.
import type { EmulatorClock } from '../../kit/clock.ts'
import type { TicketHistoryEntry } from '../../kit/ticket-history.ts'
import { type MasterTables, seedMaster } from '../model/master.ts'
import type {
  AccountRow,
  AgreementRow,
  ChargeRow,
  CrossReferenceRow,
  NoteRow,
  OrderRow,
  PriceItemRow,
  RepRow,
} from './rows.ts'
import { Rights, Switches } from './settings.ts'
import { createTable, type Table } from './table.ts'
import { createTally, type Tally } from './tally.ts'

/** Both sets of credentials: the REST keys of one rep, and the user of the SOAP side. Never part of the state. */
export type Account = {
  publicKey: string
  privateKey: string
  /** The rep the keys belong to. */
  rep: number
  /** RecordStatus of the keys. */
  active: boolean
  user: string
  password: string
}

/** One call of the SOAP side that was let in. */
export type SoapCall = { time: string; operation: string; params: string }

/** A custom field an administrator made. */
export type CustomField = {
  id: number
  of: 'orders' | 'accounts'
  category: string
  label: string
  description: string
}

/** The tables with records, by name. */
export type Tables = {
  orders: Table<OrderRow>
  notes: Table<NoteRow>
  accounts: Table<AccountRow>
  crossReferences: Table<CrossReferenceRow>
  reps: Table<RepRow>
  agreements: Table<AgreementRow>
  charges: Table<ChargeRow>
  priceItems: Table<PriceItemRow>
}

/** The tenant. Its parts are replaced only by restoring a state and by acts. */
export type Store = Tables & {
  clock: EmulatorClock
  account: Account
  /** Version of the API and of the database. */
  version: string
  switches: Switches
  rights: Rights
  master: MasterTables
  customFields: readonly CustomField[]
  history: TicketHistoryEntry[]
  tally: Tally
  soapCalls: SoapCall[]
}

/** Makes a tenant without any record. */
export function createStore(clock: EmulatorClock, account: Account, version: string): Store {
  return {
    clock,
    account,
    version,
    switches: Switches.parse({}),
    rights: Rights.parse({}),
    master: seedMaster(),
    customFields: [
      { id: 1, of: 'orders', category: 'Monitoring', label: 'Alert Key', description: 'Key of the alert' },
      { id: 2, of: 'accounts', category: 'Monitoring', label: 'Tenant', description: 'The client over there' },
    ],
    history: [],
    tally: createTally(),
    soapCalls: [],
    orders: createTable<OrderRow>({
      reference: ({ values }) => textOf(values.Reference),
      account: ({ values }) => numberOf(values.AccountNumber),
      status: ({ values }) => textOf(values.Status),
      externalTicket: ({ externalTicketId }) => externalTicketId,
    }),
    notes: createTable<NoteRow>({ order: ({ order }) => order }),
    accounts: createTable<AccountRow>({
      name: ({ values }) => textOf(values.Name),
      accountId: ({ values }) => textOf(values.AccountId),
    }),
    crossReferences: createTable<CrossReferenceRow>({
      account: ({ account: owner }) => owner,
      externalId: ({ externalId }) => externalId,
    }),
    reps: createTable<RepRow>(),
    agreements: createTable<AgreementRow>({ account: ({ account: owner }) => owner }),
    charges: createTable<ChargeRow>({ agreement: ({ agreement }) => agreement }),
    priceItems: createTable<PriceItemRow>({ itemId: ({ itemId }) => itemId }),
  }
}

/** The names of all tables. */
export const tableNames = [
  'orders',
  'notes',
  'accounts',
  'crossReferences',
  'reps',
  'agreements',
  'charges',
  'priceItems',
] as const satisfies readonly (keyof Tables)[]

/** Milliseconds since 1970 by the emulator's clock. */
export function timeNow(store: Store): number {
  return store.clock.now().getTime()
}

/** `First Last` of a rep; null when there is none. */
export function repName(store: Store, rep: number | null): string | null {
  const row = rep === null ? undefined : store.reps.get(rep)
  return row ? `${row.firstName} ${row.lastName}` : null
}

/** A stored value as a text, or null. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** A stored value as a number, or null. */
export function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
