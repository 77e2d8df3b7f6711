import { type ConnectwiseOptions, startConnectwiseEmulator } from '../../emulators/connectwise/main.ts'
import { createCertificate } from '../../emulators/kit/certificate.ts'
import { ConnectwiseSettings } from '../../src/connectors/psa/connectwise/settings.ts'
import type { Expected, PsaWorld, StoredTicket } from './psa-world.ts'

/** The world of the PSA contract for ConnectWise: its emulator over TLS, and the acts of a technician there. */

type Row = Readonly<Record<string, unknown>>
type Answer = PsaWorld<ConnectwiseSettings>['answers'][number]

export type ConnectwiseWorld = PsaWorld<ConnectwiseSettings> & { act(order: object): Promise<unknown> }

const json = { 'content-type': 'application/json; charset=utf-8' }
const root = '/apis/3\\.0/'
/** Of a ticket, what nobody writes: the server sets it. */
const serverFields = /^(id|_info|closed.*|date.*|resolved.*|resources|actualHours)$/
/** What follows from the board: a ticket's place is one thing, and moving it changes all of these at once. */
const placeFields = ['board', 'status', 'type', 'subType', 'item', 'team']

export async function startConnectwiseWorld(options: Partial<ConnectwiseOptions> = {}): Promise<ConnectwiseWorld> {
  const certificate = await createCertificate()
  const emulator = await startConnectwiseEmulator({
    port: 0,
    companies: ['Client A', 'Client B'],
    privateKey: 'emu&secret/ with "quotes"',
    tls: certificate,
    ...options,
  })
  const { ready, control, clock } = emulator
  const act = async (order: object): Promise<unknown> => control.act(order)
  const { companyId, publicKey, privateKey, clientId } = ready
  const base = { companyId, publicKey, privateKey, clientId, certificate: certificate.cert }
  const settings = (origin: string, change: object = {}): ConnectwiseSettings =>
    ConnectwiseSettings.parse({ ...base, site: origin, ...change })
  const companies = rows(control.getState({ part: 'companies' }))
  const idOf = (name: string): string => String(companies.find((row) => row.name === name)?.id)
  const ticketAct = async (name: string, ticketId: string, more: object = {}): Promise<void> =>
    void (await act({ act: name, ticketId: Number(ticketId), ...more }))

  return {
    act,
    origin: emulator.url,
    certificate,
    settings,
    wrongSettings: wrongSettings(settings),
    secrets: [
      privateKey,
      JSON.stringify(privateKey).slice(1, -1),
      encodeURIComponent(privateKey),
      Buffer.from(`${companyId}+${publicKey}:${privateKey}`).toString('base64'),
    ],
    // ConnectWise tells whole seconds only.
    now: () => new Date(Math.floor(clock.now().getTime() / 1_000) * 1_000),
    advance: (milliseconds) => clock.advance(milliseconds),

    accounts: [idOf('Client A'), idOf('Client B')],
    async addAccounts(names, inactiveName) {
      const ids: string[] = []
      for (const name of names) ids.push(companyIn(await act({ act: 'addCompany', name })))
      await act({ act: 'addCompany', name: inactiveName })
      await act({ act: 'setCompanyStatus', name: inactiveName, status: 'Inactive' })
      return ids
    },

    general,
    rule,
    urgentRule: {
      board: '5',
      priority: '6',
      status: '51',
      type: '501',
      subType: '511',
      item: '531',
      severity: 'High',
      impact: 'High',
    },
    defaults: { descriptionPlace: 'discussion', notePlace: 'internal', resolutionPlace: 'resolution' },
    brokenRules: brokenRules(act),
    refusedRule: {
      rule: { board: '3', priority: '8', type: '501' },
      expect: { kind: 'refused', reason: 'unknown-value' },
      words: /Service Type 501 not found for Service Board 3\. \(type\/id\)/,
    },

    technician: {
      close: (ticketId) => ticketAct('closeTicket', ticketId),
      reopen: (ticketId) => ticketAct('reopenTicket', ticketId),
      remove: (ticketId) => ticketAct('deleteTicket', ticketId),
      merge: (ticketId, into) => ticketAct('mergeTicket', ticketId, { into: Number(into) }),
      write: (ticketId, key, value) =>
        ticketAct(key === 'board' ? 'moveBoard' : 'setPriority', ticketId, { [key]: Number(value) }),
      note: (ticketId, text) => ticketAct('addNote', ticketId, { text }),
    },
    undoNextClose: async () => {
      await act({ act: 'setSwitch', name: 'workflowReopen', value: { to: 'In Progress', times: 1 } })
    },
    tickets: async () => {
      const notes = rows(control.getState({ part: 'notes' }))
      return rows(control.getState({ part: 'tickets' })).map((row) => toStored(row, notes))
    },

    setFaults: (faults) => control.setFaults(faults),
    load: () => {
      const { maxInFlight, byStatus } = control.stats()
      return { mostAtOnce: maxInFlight, rateLimited: byStatus['429'] ?? 0 }
    },
    calls: {
      create: { method: 'POST', path: new RegExp(`${root}service/tickets$`) },
      find: { method: 'GET', path: new RegExp(`${root}service/tickets(\\?|$)`) },
      read: { method: 'GET', path: new RegExp(`${root}service/tickets/\\d+(\\?|$)`) },
      note: { method: 'POST', path: new RegExp(`${root}service/tickets/\\d+/notes$`) },
      update: { method: 'PATCH', path: new RegExp(`${root}service/tickets/\\d+$`) },
      accounts: { method: 'GET', path: new RegExp(`${root}company/companies(\\?|$)`) },
    },
    emptySearch: '[]',
    isWrite: (method) => method !== 'GET',
    answers,
    stop: () => emulator.stop(),
  }
}

const general = {
  closedStatus: 'Completed',
  source: '4',
  descriptionPlace: 'discussion',
  notePlace: 'internal',
  resolutionPlace: 'resolution',
}

const rule = {
  board: '3',
  priority: '8',
  status: '31',
  type: '301',
  subType: '311',
  item: '332',
  severity: 'Medium',
  impact: 'Low',
}

function wrongSettings(
  settings: (origin: string, change: object) => ConnectwiseSettings,
): PsaWorld<ConnectwiseSettings>['wrongSettings'] {
  const denied: Expected = { kind: 'denied', reason: 'bad-credentials' }
  const wrong = (title: string, change: object, expected = denied) => ({
    title,
    settings: (origin: string) => settings(origin, change),
    expect: expected,
  })
  return [
    wrong('wrong private key', { privateKey: 'not the key' }),
    wrong('wrong public key', { publicKey: 'nobody' }),
    wrong('unknown company', { companyId: 'nowhere' }),
    wrong('wrong client id', { clientId: '00000000-0000-0000-0000-000000000000' }),
    wrong(
      'another certificate',
      { certificate: '', fingerprint: 'AB'.repeat(32) },
      { kind: 'denied', reason: 'untrusted-certificate' },
    ),
  ]
}

function brokenRules(act: (order: object) => Promise<unknown>): PsaWorld<ConnectwiseSettings>['brokenRules'] {
  const plain = { board: '3', priority: '8' }
  return [
    {
      title: 'a board that is archived',
      rule: { ...plain, board: '7', type: '701' },
      field: 'board',
      message: /"Old Projects" is inactive/,
    },
    {
      title: 'a priority that vanishes',
      rule: { ...plain, priority: '5' },
      field: 'priority',
      message: /set to 5, which no longer exists/,
      prepare: async () => void (await act({ act: 'removePriority', priority: 5 })),
    },
    {
      title: 'a type of another board',
      rule: { ...plain, type: '501' },
      field: 'type',
      message: /"Incident" does not stand under the board "Monitoring Alert"/,
    },
    {
      title: 'a subtype of another type',
      rule: { ...plain, type: '302', subType: '312' },
      field: 'subType',
      message: /"Patching" does not stand under the type "Server"/,
    },
    {
      title: 'an item that stands under the subtype, but not under this type',
      rule: { ...plain, type: '302', subType: '311', item: '332' },
      field: 'item',
      message: /"Outdated databases" may not stand .* with the type "Server"/,
    },
    {
      title: 'a new status that closes',
      rule: { ...plain, status: '33' },
      field: 'status',
      message: /"Completed" closes a ticket/,
    },
    {
      title: 'a new status of another board',
      rule: { ...plain, status: '51' },
      field: 'status',
      message: /"New" does not stand under the board "Monitoring Alert"/,
    },
    {
      title: 'a name that no closing status has',
      general: { closedStatus: 'Resolved' },
      rule: plain,
      field: 'closedStatus',
      message: /set to Resolved, which no longer exists/,
    },
    {
      title: 'a board where nothing can be closed',
      rule: { ...plain, board: '1' },
      field: 'board',
      message: /"Service Desk" has no active status that closes tickets/,
      prepare: async () => {
        for (const status of ['Completed', 'Closed']) {
          await act({ act: 'changeStatus', board: 1, status, closedStatus: false })
        }
      },
    },
  ]
}

/** Bodies: connectwise-api.md 3. */
const answers: readonly Answer[] = [
  answerCase('wrong keys', 401, { code: 'Unauthorized', message: 'Company or keys are not valid.' }, [
    'denied',
    'bad-credentials',
  ]),
  answerCase('missing right', 403, { code: 'Security', message: 'You do not have permission.', errors: null }, [
    'denied',
    'missing-right',
  ]),
  answerCase('no client id', 403, { code: 'Security', message: 'The clientId header is missing.' }, [
    'denied',
    'bad-credentials',
  ]),
  answerCase('plain http', 403, { code: 'Security', message: 'SSL is required.', errors: null }, [
    'denied',
    'wrong-address',
  ]),
  answerCase(
    'missing field',
    400,
    {
      code: 'InvalidObject',
      message: 'ticket object is invalid',
      errors: [
        {
          code: 'MissingRequiredField',
          message: 'The company field is required.',
          resource: 'ticket',
          field: 'company',
        },
      ],
    },
    ['refused', 'missing-value'],
  ),
  answerCase(
    'status of another board',
    400,
    {
      code: 'InvalidObject',
      message: 'ticket object is invalid',
      errors: [
        {
          code: 'NotFound',
          message: 'Service Status 71 not found for Service Board 3',
          resource: 'ticket',
          field: 'status/name',
        },
      ],
    },
    ['refused', 'unknown-value'],
  ),
  answerCase('unknown name', 400, { code: 'ApiFindCondition', message: 'foo is not a recognized name.' }, [
    'refused',
    'invalid-value',
  ]),
  answerCase('record in use', 409, { code: 'Conflict', message: 'The record is locked.', errors: null }, [
    'later',
    'locked',
  ]),
  answerCase('throttled', 429, { error: 'ConnectWiseAPI', message: 'Too many requests. Slow down.' }, [
    'limited',
    'rate-limited',
  ]),
  answerCase('undefined error', 500, { code: 'ConnectWiseApi', message: 'Unexpected.', errors: null }, [
    'later',
    'server-error',
    'unknown',
  ]),
]

function answerCase(
  title: string,
  status: number,
  body: object,
  [kind, reason, outcome]: readonly [Expected['kind'], NonNullable<Expected['reason']>, 'unknown'?],
): Answer {
  const answer = { status, headers: json, body: JSON.stringify(body) }
  return { title, answer, create: { kind, reason, unknown: outcome === 'unknown' }, read: { kind, reason } }
}

function rows(part: unknown): readonly Row[] {
  if (Array.isArray(part)) return part
  throw new Error('the emulator gave no rows')
}

function companyIn(answer: unknown): string {
  if (typeof answer === 'object' && answer !== null && 'companyId' in answer) return String(answer.companyId)
  throw new Error('the emulator told no company')
}

function toStored(row: Row, allNotes: readonly Row[]): StoredTicket {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const own = allNotes.filter((note) => refIn(note.ticket) === refIn(row))
  // A new ticket's description is its first note.
  const [first, ...others] = own
  const said = (note: Row | undefined): string => text(note?.text)
  const entries = Object.entries(row).filter(([name]) => !serverFields.test(name) && !placeFields.includes(name))
  return {
    ticketId: refIn(row),
    reference: text(row.externalXRef),
    accountId: refIn(row.company),
    title: text(row.summary),
    description: said(first),
    state: row.closedFlag === true ? 'closed' : 'open',
    resolution: others
      .filter((note) => note.resolutionFlag === true)
      .map(said)
      .join('\n'),
    fields: { board: refIn(row.board), priority: refIn(row.priority) },
    notes: others
      .filter((note) => note.resolutionFlag !== true)
      .map((note) => ({
        title: '',
        text: said(note),
        internal: note.internalAnalysisFlag === true && note.detailDescriptionFlag !== true,
      })),
    writable: { ...Object.fromEntries(entries), place: placeFields.map((name) => refIn(row[name])) },
  }
}

function refIn(value: unknown): string {
  return typeof value === 'object' && value !== null && 'id' in value ? String(value.id) : ''
}
