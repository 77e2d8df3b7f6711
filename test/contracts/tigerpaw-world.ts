import { startTigerpawEmulator, type TigerpawOptions } from '../../emulators/tigerpaw/main.ts'
import { TigerpawSettings } from '../../src/connectors/psa/tigerpaw/settings.ts'
import type { PsaWorld, StoredTicket } from './psa-world.ts'

/** The world of the PSA contract for Tigerpaw: its emulator, and the acts of the people there. */

type Row = Readonly<Record<string, unknown>>

const json = { 'content-type': 'application/json; charset=utf-8' }
/** Of an order, what nobody writes: the server sets it. */
const serverFields =
  /^(StatusChange.*|PriorityColor|PriorityRank|DateCreated|DateTimeClosed|Void.*|ReadyToInvoice|ManagedServiceProviderAlertId)$/

/** `own` are settings of the connection beside address and keys, to go with the emulator's switches. */
export async function startTigerpawWorld(
  options: Partial<TigerpawOptions> = {},
  own: object = {},
): Promise<PsaWorld<TigerpawSettings> & { act(order: object): Promise<unknown>; part(name: string): readonly Row[] }> {
  const emulator = await startTigerpawEmulator({
    port: 0,
    companies: ['Client A', 'Client B'],
    privateKey: 'emu&secret/ with "quotes"+ü',
    password: 'soap&secret/ with "quotes"+ü',
    ...options,
  })
  const { ready, control, clock } = emulator
  const act = (order: object): Promise<unknown> => control.act(order)
  const part = (name: string): readonly Row[] => rows(control.getState({ part: name }))
  const base = { publicKey: ready.publicKey, privateKey: ready.privateKey, timeZone: 'UTC' }
  const settings = (origin: string, change: object = {}): TigerpawSettings =>
    TigerpawSettings.parse({ ...base, baseUrl: origin, ...own, ...change })
  const accounts = part('accounts')
  const idOf = (name: string): string =>
    String(accounts.find((row) => rowIn(row, 'Account').Name === name)?.AccountNumber)
  const orderAct = async (name: string, ticketId: string, more: object = {}): Promise<void> => {
    await act({ act: name, ticketId: Number(ticketId), ...more })
  }

  return {
    act,
    part,
    origin: emulator.url,
    settings,
    wrongSettings: [
      {
        title: 'wrong private key',
        settings: (origin) => settings(origin, { privateKey: 'not the key' }),
        expect: { kind: 'denied', reason: 'bad-credentials' },
      },
      {
        title: 'unknown public key',
        settings: (origin) => settings(origin, { publicKey: 'CCCCCCCC-0000-4000-8000-000000000003' }),
        expect: { kind: 'denied', reason: 'bad-credentials' },
      },
      {
        title: 'an address where no Tigerpaw is',
        settings: (origin) => settings(origin, { apiPath: '/elsewhere' }),
        expect: { kind: 'later', reason: 'wrong-address' },
      },
    ],
    secrets: [
      ready.privateKey,
      JSON.stringify(ready.privateKey).slice(1, -1),
      encodeURIComponent(ready.privateKey),
      ready.password,
      // Every token begins with it, so that this is what a request carries.
      Buffer.from(ready.publicKey).toString('base64'),
    ],
    now: () => clock.now(),
    advance: (milliseconds) => clock.advance(milliseconds),

    accounts: [idOf('Client A'), idOf('Client B')],
    async addAccounts(names, inactiveName) {
      const ids: string[] = []
      for (const name of names) ids.push(accountIn(await act({ act: 'addAccount', name })))
      await act({ act: 'addAccount', name: inactiveName, status: 'Inactive' })
      return ids
    },

    general: { serviceOrderRep: '13', newStatus: 'New', closedStatus: 'Completed' },
    rule: { board: '3', priority: 'High', type: 'Security' },
    urgentRule: { board: '2', priority: 'Emergency', type: 'Security' },
    defaults: {},
    brokenRules: [
      {
        title: 'a priority that vanishes',
        rule: { priority: 'Low' },
        field: 'priority',
        message: /set to "Low", which no longer exists/,
        prepare: async () => {
          await act({ act: 'removePriority', priority: 'Low' })
        },
      },
      {
        title: 'a board that is archived',
        rule: { priority: 'High', board: '4' },
        field: 'board',
        message: /set to "4", which no longer exists/,
        prepare: async () => {
          await act({ act: 'archiveBoard', board: 4 })
        },
      },
      {
        title: 'a type that never was',
        rule: { priority: 'High', type: 'Sekurity' },
        field: 'type',
        message: /"Type" is set to "Sekurity"/,
      },
      {
        title: 'a status that is renamed',
        general: { serviceOrderRep: '13', newStatus: 'Scheduled', closedStatus: 'Completed' },
        rule: { priority: 'High' },
        field: 'newStatus',
        message: /set to "Scheduled", which no longer exists/,
        prepare: async () => {
          await act({ act: 'renameStatus', status: 'Scheduled', newName: 'Planned' })
        },
      },
      {
        title: 'a rep who left',
        general: { serviceOrderRep: '16', newStatus: 'New', closedStatus: 'Completed' },
        rule: { priority: 'High' },
        field: 'serviceOrderRep',
        message: /is inactive in Tigerpaw/,
      },
      {
        title: 'a new status that closes',
        general: { serviceOrderRep: '13', newStatus: 'Completed', closedStatus: 'Completed' },
        rule: { priority: 'High' },
        field: 'newStatus',
        message: /closed from the start/,
      },
      {
        title: 'general settings that are missing',
        general: {},
        rule: { priority: 'High' },
        field: 'closedStatus',
        message: /Choose "Closed service order status"/,
      },
    ],
    refusedRule: {
      rule: { board: '3', priority: 'High', type: 'Sekurity' },
      expect: { kind: 'refused', reason: 'unknown-value' },
      words: /ServiceOrderType 'Sekurity' does not exist/,
    },

    technician: {
      close: (ticketId) => orderAct('closeOrder', ticketId),
      reopen: (ticketId) => orderAct('reopenOrder', ticketId),
      remove: (ticketId) => orderAct('voidOrder', ticketId),
      write: (ticketId, key, value) =>
        key === 'board'
          ? orderAct('moveBoard', ticketId, { board: Number(value) })
          : orderAct('setPriority', ticketId, { priority: value }),
      note: (ticketId, text) => orderAct('addNote', ticketId, { note: text }),
    },
    tickets: async () => {
      const notes = part('notes')
      const closed = new Set(['Completed', 'Closed'])
      return part('orders')
        .filter((row) => rowIn(row, 'ServiceOrder').VoidDate === null)
        .map((row) => toStored(row, notes, closed))
    },

    setFaults: (faults) => control.setFaults(faults),
    load: () => {
      const { maxInFlight, byStatus } = control.stats()
      return { mostAtOnce: maxInFlight, rateLimited: byStatus['429'] ?? 0 }
    },
    calls: {
      create: { method: 'POST', path: /\/api\/serviceorders$/ },
      find: { method: 'POST', path: /\/api\/serviceorders\/search$/ },
      read: { method: 'GET', path: /\/api\/serviceorders\/\d+$/ },
      note: { method: 'POST', path: /\/api\/serviceorders\/\d+\/notes$/ },
      update: { method: 'PUT', path: /\/api\/serviceorders\/\d+$/ },
      accounts: { method: 'POST', path: /\/api\/accounts\/search$/ },
    },
    isWrite: (method, path) => method !== 'GET' && !path.includes('/search'),
    answers: [
      refusal('a missing right in an envelope', 200, 'You do not have rights to create service orders.', {
        kind: 'denied',
        reason: 'missing-right',
      }),
      refusal('a missing right as 403', 403, 'You do not have rights to create service orders.', {
        kind: 'denied',
        reason: 'missing-right',
      }),
      refusal('a missing right as 401', 401, 'You do not have rights to create service orders.', {
        kind: 'denied',
        reason: 'missing-right',
      }),
      refusal('401 that says nothing', 401, 'Authorization has been denied for this request.', {
        kind: 'denied',
        reason: 'bad-credentials',
      }),
      {
        ...refusal('a database that has no time', 200, 'Timeout expired.', { kind: 'later', reason: 'server-error' }),
        create: { kind: 'later', reason: 'server-error', unknown: true },
      },
      {
        ...refusal('a fault of the service', 500, 'An error has occurred.', { kind: 'later', reason: 'server-error' }),
        create: { kind: 'later', reason: 'server-error', unknown: true },
      },
      {
        title: 'an envelope that says neither yes nor no',
        answer: { status: 200, headers: json, body: '{"Message":"","ServiceOrderSummary":{"ServiceOrderNumber":7}}' },
        create: { kind: 'later', reason: 'bad-reply', unknown: true },
        read: { kind: 'later', reason: 'bad-reply' },
      },
      {
        title: 'success without an order',
        answer: { status: 200, headers: json, body: '{"Success":true,"Message":"","ServiceOrderSummary":null}' },
        create: { kind: 'later', reason: 'bad-reply', unknown: true },
        read: { kind: 'later', reason: 'bad-reply' },
      },
    ],
    stop: () => emulator.stop(),
  }
}

function refusal(
  title: string,
  status: number,
  message: string,
  wanted: PsaWorld<TigerpawSettings>['answers'][number]['read'],
): PsaWorld<TigerpawSettings>['answers'][number] {
  const body = JSON.stringify({ Success: false, Message: message, ServiceOrderSummary: null })
  return { title, answer: { status, headers: json, body }, create: { ...wanted, unknown: false }, read: wanted }
}

function rows(state: unknown): readonly Row[] {
  if (Array.isArray(state)) return state
  throw new Error('the emulator gave no rows')
}

function rowIn(row: Row, name: string): Row {
  const inner = row[name]
  if (typeof inner === 'object' && inner !== null) return inner as Row
  throw new Error(`the emulator gave no ${name}`)
}

function accountIn(answer: unknown): string {
  if (typeof answer === 'object' && answer !== null && 'accountNumber' in answer) return String(answer.accountNumber)
  throw new Error('the emulator told no account')
}

function toStored(row: Row, notes: readonly Row[], closed: ReadonlySet<string>): StoredTicket {
  const order = rowIn(row, 'ServiceOrder')
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    ticketId: String(row.ServiceOrderNumber),
    reference: text(order.Reference),
    accountId: String(order.AccountNumber),
    title: text(order.BriefDescription),
    description: text(order.WorkRequested),
    state: closed.has(text(order.Status)) ? 'closed' : 'open',
    resolution: text(order.WorkPerformed),
    fields: { board: String(order.DispatchBoardNumber ?? ''), priority: text(order.Priority) },
    notes: notes
      .filter((note) => note.ServiceOrderNumber === row.ServiceOrderNumber)
      // Notes of a service order are for the people of the provider.
      .map((note) => ({ title: '', text: text(note.Note), internal: true })),
    writable: Object.fromEntries(Object.entries(order).filter(([name]) => !serverFields.test(name))),
  }
}
