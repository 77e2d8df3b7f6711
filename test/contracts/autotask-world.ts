import { type AutotaskOptions, startAutotaskEmulator } from '../../emulators/autotask/main.ts'
import { AutotaskSettings } from '../../src/connectors/psa/autotask/settings.ts'
import type { PsaWorld, StoredTicket } from './psa-world.ts'

/** The world of the PSA contract for Autotask: its emulator, and the acts of a technician there. */

type Row = Readonly<Record<string, unknown>>

const json = { 'content-type': 'application/json; charset=utf-8' }
const path = '/ATServicesRest/V1\\.0'
/** Of a ticket, what nobody writes: the server sets it. */
const serverFields =
  /^(last.*|completed.*|resolvedDateTime|createDate|creator.*|ticketNumber|id|userDefinedFields|impersonator.*)$/
const fieldByKey: Readonly<Record<string, string>> = { queue: 'queueID', priority: 'priority' }

export async function startAutotaskWorld(
  options: Partial<AutotaskOptions> = {},
): Promise<PsaWorld<AutotaskSettings> & { act(order: object): Promise<unknown> }> {
  const emulator = await startAutotaskEmulator({
    port: 0,
    companies: ['Client A', 'Client B'],
    secret: 'emu&secret/ with "quotes"+ü',
    ...options,
  })
  const { ready, control, clock } = emulator
  const act = (order: object): Promise<unknown> => control.act(order)
  const base = { user: ready.user, secret: ready.secret, integrationCode: ready.integrationCode }
  const settings = (origin: string, change: object = {}): AutotaskSettings =>
    AutotaskSettings.parse({ ...base, baseUrl: `${origin}/ATServicesRest/`, ...change })
  const companies = rows(control.getState({ part: 'companies' }))
  const idOf = (name: string): string => String(companies.find((row) => row.companyName === name)?.id)
  const ticketAct = (name: string, ticketId: string, more: object = {}): Promise<unknown> =>
    act({ act: name, ticketId: Number(ticketId), ...more })

  return {
    act,
    origin: emulator.url,
    settings,
    wrongSettings: [
      {
        title: 'wrong secret',
        settings: (origin) => settings(origin, { secret: 'not the secret' }),
        expect: { kind: 'denied', reason: 'bad-credentials' },
      },
      {
        title: 'unknown user',
        settings: (origin) => settings(origin, { user: 'nobody@provider.example' }),
        expect: { kind: 'denied', reason: 'bad-credentials' },
      },
      {
        title: 'wrong tracking identifier',
        settings: (origin) => settings(origin, { integrationCode: 'WRONG' }),
        expect: { kind: 'denied', reason: 'bad-credentials' },
      },
      {
        title: 'an address where no Autotask is',
        settings: (origin) => settings(origin, { baseUrl: `${origin}/elsewhere/` }),
        expect: { kind: 'later', reason: 'wrong-address' },
      },
    ],
    secrets: [
      ready.secret,
      JSON.stringify(ready.secret).slice(1, -1),
      encodeURIComponent(ready.secret),
      ready.integrationCode,
    ],
    now: () => clock.now(),
    advance: (milliseconds) => clock.advance(milliseconds),

    accounts: [idOf('Client A'), idOf('Client B')],
    async addAccounts(names, inactiveName) {
      const ids: string[] = []
      for (const name of names) ids.push(companyIn(await act({ act: 'addCompany', name })))
      await act({ act: 'addCompany', name: inactiveName })
      await act({ act: 'deactivateCompany', name: inactiveName })
      return ids
    },

    general: { newStatus: '1', closedStatus: '5', source: '8', ticketType: '5', noteType: '3', notePublish: '2' },
    rule: { queue: '8', priority: '2', dueHours: '24', issueType: '11', subIssueType: '138' },
    urgentRule: { queue: '29682969', priority: '4', dueHours: '4', issueType: '11', subIssueType: '138' },
    defaults: {
      newStatus: '1',
      closedStatus: '5',
      source: '8',
      ticketType: '5',
      noteType: '3',
      notePublish: '2',
      queue: '8',
      dueHours: '24',
    },
    brokenRules: [
      {
        title: 'a queue that is inactive',
        rule: { queue: '29682970', priority: '2', dueHours: '24' },
        field: 'queue',
        message: /"Old Projects" is inactive/,
      },
      {
        title: 'a priority that vanishes',
        rule: { queue: '8', priority: '3', dueHours: '24' },
        field: 'priority',
        message: /set to 3, which no longer exists/,
        prepare: async () => {
          await act({ act: 'removePicklistValue', field: 'priority', value: 3 })
        },
      },
      {
        title: 'a sub-issue of another issue',
        rule: { queue: '8', priority: '2', dueHours: '24', issueType: '10', subIssueType: '136' },
        field: 'subIssueType',
        message: /"Malware" does not stand under the issue type "Network"/,
      },
      {
        title: 'a person without a role',
        rule: { queue: '8', priority: '2', dueHours: '24', assignedResource: '29682886' },
        field: 'assignedRole',
        message: /choose the role/,
      },
      {
        title: 'a role that the person does not hold',
        rule: { priority: '2', dueHours: '24', assignedResource: '29682886', assignedRole: '29682834' },
        field: 'assignedRole',
        message: /does not hold the role "Security Analyst"/,
      },
      {
        title: 'a person who works in no queue',
        rule: { priority: '2', dueHours: '24', assignedResource: '29682889', assignedRole: '29682834' },
        field: 'assignedResource',
        message: /set to 29682889, which no longer exists/,
      },
      {
        title: 'a closed status that completes nothing',
        general: { newStatus: '1', closedStatus: '16' },
        rule: { queue: '8', priority: '2', dueHours: '24' },
        field: 'closedStatus',
        message: /completes a ticket only with "Complete"/,
      },
    ],
    // The category demands a work type, which no rule of ours can set.
    refusedRule: {
      rule: { queue: '8', priority: '2', dueHours: '24', ticketCategory: '112' },
      expect: { kind: 'refused', reason: 'missing-value' },
      words: /billingCodeID is required/,
    },

    technician: {
      close: async (ticketId) => void (await ticketAct('closeTicket', ticketId)),
      reopen: async (ticketId) => void (await ticketAct('reopenTicket', ticketId)),
      remove: async (ticketId) => void (await ticketAct('deleteTicket', ticketId)),
      merge: async (ticketId, into) => void (await ticketAct('mergeTicket', ticketId, { into: Number(into) })),
      write: async (ticketId, key, value) =>
        void (await ticketAct('setTicketFields', ticketId, { fields: { [fieldByKey[key] ?? key]: Number(value) } })),
      note: async (ticketId, text) =>
        void (await ticketAct('addNote', ticketId, { title: 'Looked', description: text })),
    },
    undoNextClose: async () => {
      await act({ act: 'setSwitch', name: 'workflowRevert', value: { from: 5, to: 8, times: 1 } })
    },
    tickets: async () => {
      const notes = rows(control.getState({ part: 'notes' }))
      return rows(control.getState({ part: 'tickets' })).map((row) => toStored(row, notes))
    },

    setFaults: (faults) => control.setFaults(faults),
    load: () => {
      const { maxInFlightByEndpoint, byStatus } = control.stats()
      // Only tickets are called in numbers.
      return { mostAtOnce: maxInFlightByEndpoint.Tickets ?? 0, rateLimited: byStatus['429'] ?? 0 }
    },
    calls: {
      create: { method: 'POST', path: new RegExp(`${path}/Tickets$`) },
      find: { method: 'POST', path: new RegExp(`${path}/Tickets/query$`) },
      read: { method: 'GET', path: new RegExp(`${path}/Tickets/\\d+$`) },
      note: { method: 'POST', path: new RegExp(`${path}/Tickets/\\d+/Notes$`) },
      update: { method: 'PATCH', path: new RegExp(`${path}/Tickets$`) },
      accounts: { method: 'POST', path: new RegExp(`${path}/Companies/query$`) },
    },
    isWrite: (method, target) => method !== 'GET' && !target.includes('/query'),
    answers: [
      answerCase('thread limit as 429', 429, 'The Autotask API thread threshold of 3 threads has been exceeded.', {
        kind: 'limited',
        reason: 'rate-limited',
      }),
      answerCase('thread limit as 500', 500, 'The Autotask API thread threshold of 3 threads has been exceeded.', {
        kind: 'limited',
        reason: 'rate-limited',
      }),
      answerCase('integration code', 500, 'IntegrationCode is invalid.', {
        kind: 'denied',
        reason: 'bad-credentials',
      }),
      answerCase(
        'missing right',
        500,
        'The logged in Resource does not have the adequate permissions to create this entity type.',
        { kind: 'denied', reason: 'missing-right' },
      ),
      answerCase(
        'vanished picklist value',
        500,
        'Picklist value [3] does not exist for priority. ; on record number [0].',
        {
          kind: 'refused',
          reason: 'unknown-value',
        },
      ),
      answerCase('category demands', 500, 'dueDateTime is required.; on record number [0].', {
        kind: 'refused',
        reason: 'missing-value',
      }),
      {
        title: '500 without errors',
        answer: { status: 500, headers: json, body: '{"Message":"An error has occurred."}' },
        create: { kind: 'later', reason: 'server-error', unknown: true },
        read: { kind: 'later', reason: 'server-error' },
      },
      {
        title: 'a create without an id',
        answer: { status: 200, headers: json, body: '{"itemId":null}' },
        create: { kind: 'later', reason: 'bad-reply', unknown: true },
        read: { kind: 'later', reason: 'bad-reply' },
      },
    ],
    stop: () => emulator.stop(),
  }
}

function answerCase(
  title: string,
  status: number,
  error: string,
  wanted: PsaWorld<AutotaskSettings>['answers'][number]['read'],
): PsaWorld<AutotaskSettings>['answers'][number] {
  const answer = { status, headers: json, body: JSON.stringify({ errors: [error] }) }
  return { title, answer, create: { ...wanted, unknown: false }, read: wanted }
}

function rows(part: unknown): readonly Row[] {
  if (Array.isArray(part)) return part
  throw new Error('the emulator gave no rows')
}

function companyIn(answer: unknown): string {
  if (typeof answer === 'object' && answer !== null && 'companyId' in answer) return String(answer.companyId)
  throw new Error('the emulator told no company')
}

function toStored(row: Row, notes: readonly Row[]): StoredTicket {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const value = (key: string): string => String(row[key] ?? '')
  return {
    ticketId: String(row.id),
    reference: text(row.externalID),
    accountId: String(row.companyID),
    title: text(row.title),
    description: text(row.description),
    state: row.status === 5 ? 'closed' : 'open',
    resolution: text(row.resolution),
    fields: { queue: value('queueID'), priority: value('priority') },
    notes: notes
      .filter((note) => note.ticketID === row.id)
      .map((note) => ({ title: text(note.title), text: text(note.description), internal: note.publish === 2 })),
    writable: Object.fromEntries(Object.entries(row).filter(([name]) => !serverFields.test(name))),
  }
}
