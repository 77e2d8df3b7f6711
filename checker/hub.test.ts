import { expect, test } from 'vitest'
import type { HistoryEntry } from '../emulators/kaspersky-hub/world.ts'
import { createDraft, type Draft, minutes } from './check-fixture.ts'
import type { RuleSpan } from './evidence.ts'
import { hubLastingWords, hubStatusWords } from './source/hub-words.ts'

/** Lives of what a hub tells, right ones and spoilt ones. */

const mailboxes = 'm365-mailboxes-not-protected'
const notProvided = 'Critical: Mailboxes protection is not provided on Hub'
const outdated = 'Critical: Databases have not been updated in a long time on PC-1'
const accounts = { amber: 175, basalt: 176 } as const
type Company = keyof typeof accounts

const always = { from: minutes(-60), to: null }
const row = { ...always, enabled: true, fields: {}, delayMinutes: 0, lifetimeHours: 24 }
const rules: readonly RuleSpan[] = [
  ...(['warning', 'critical'] as const).flatMap((section) =>
    Object.keys(hubStatusWords).map((key) => ({ ...row, section, key })),
  ),
  ...Object.keys(hubLastingWords).map((key) => ({ ...row, section: 'event-type' as const, key })),
  { ...row, section: 'event-type', key: 'm365-malware-detected' },
  { ...row, section: 'severity', key: 'critical' },
]

type Life = Draft & {
  /** A line of the history. */
  note(at: number, company: Company, what: object): void
  /** What happens is told at once, but while the life is mute. */
  mute: boolean
  status(at: number, kind: 'begin' | 'end' | 'level', level?: 'warning' | 'critical'): void
  raise(at: number, company: Company): void
  resolve(at: number, company: Company): void
}

function createLife(): Life {
  const draft = createDraft()
  const history: HistoryEntry[] = []
  const mappings = Object.entries(accounts).map(([tenant, account]) => ({
    ...always,
    tenant,
    account: String(account),
  }))
  const pair = { id: 'Hub to Desk', source: 'Hub', desk: 'Desk', repeats: 'note' as const }
  draft.with.sources = [{ vendor: 'kaspersky-hub', id: 'Hub', history }]
  draft.with.integrations = [{ ...pair, rules, mappings, silences: [], removedAt: null }]
  const note: Life['note'] = (at, company, what) => {
    const time = new Date(minutes(at)).toISOString()
    history.push({ n: history.length + 1, time, company, ...what } as HistoryEntry)
  }
  const lasting = (kind: 'raised' | 'resolved') => (at: number, company: Company) => {
    const id = `event-${history.length}`
    note(at, company, { kind, id, product: 'microsoft-365', type: mailboxes })
    if (!life.mute) note(at, company, { kind: 'told', by: 'mail', of: 'event', id })
  }
  const life: Life = {
    ...draft,
    note,
    mute: false,
    status(at, kind, level = 'critical') {
      note(at, 'amber', {
        ...{ kind: `status-${kind}`, computer: 'pc-1', name: 'PC-1', status: 'databases-outdated', level },
        ...(kind === 'level' && { from: level === 'critical' ? 'warning' : 'critical' }),
      })
      if (!life.mute) told(life, at, kind === 'end' ? 'ok' : level)
    },
    raise: lasting('raised'),
    resolve: lasting('resolved'),
  }
  return life
}

/** That PC-1 is so is told by a web request. */
function told(life: Life, at: number, level: 'ok' | 'warning' | 'critical', by = 'http', sequence = at): void {
  const statuses = level === 'ok' ? [] : ['databases-outdated']
  life.note(at, 'amber', { kind: 'told', by, of: 'change', sequence, computers: [{ name: 'PC-1', level, statuses }] })
}

function opened(life: Life, at: number, id: number, title: string, company: Company = 'amber'): void {
  life.opened(at, id, { title, account: accounts[company] })
}

function event(life: Life, at: number, type: string, severity = 'critical'): void {
  const about = { computer: '', computerName: '', name: '' }
  const id = `event-${at}`
  life.note(at, 'amber', { kind: 'event', id, product: 'microsoft-365', type, severity, ...about })
  if (!life.mute) life.note(at, 'amber', { kind: 'told', by: 'mail', of: 'event', id })
}

const right: Readonly<Record<string, (life: Life) => void>> = {
  'a status opens and closes'(life) {
    life.status(10, 'begin')
    opened(life, 11, 1, outdated)
    life.status(30, 'end')
    life.ticket(31, 1, 'closed')
  },
  'the same event with an end at two companies at once'(life) {
    life.raise(10, 'amber')
    life.raise(10, 'basalt')
    opened(life, 11, 1, notProvided)
    opened(life, 11, 2, notProvided, 'basalt')
    life.raise(20, 'amber')
    life.resolve(30, 'amber')
    life.ticket(31, 1, 'closed')
    life.resolve(60, 'basalt')
    life.ticket(61, 2, 'closed')
  },
  'an event without an end stays with people, one that no rule of its name wants has no ticket'(life) {
    event(life, 10, 'm365-malware-detected')
    opened(life, 11, 1, 'Critical: Malware detected in a mailbox on Hub')
    life.ticket(50, 1, 'closed', 'person')
    event(life, 60, 'm365-phishing-detected')
  },
  'a computer that is removed has nothing left'(life) {
    life.status(10, 'begin')
    opened(life, 11, 1, outdated)
    life.status(30, 'end')
    life.note(30, 'amber', { kind: 'computer-removed', computer: 'pc-1', name: 'PC-1' })
    life.ticket(31, 1, 'closed')
  },
  'a company that nobody mapped'(life) {
    life.raise(10, 'cobalt' as Company)
  },
  'what nobody was told of has no ticket'(life) {
    life.mute = true
    life.status(10, 'begin')
    life.raise(10, 'amber')
    event(life, 10, 'm365-malware-detected')
  },
  'an end that is told late closes late'(life) {
    life.status(10, 'begin')
    opened(life, 11, 1, outdated)
    life.mute = true
    life.status(30, 'end')
    told(life, 200, 'ok')
    life.ticket(201, 1, 'closed')
  },
  'what is told in the wrong order changes nothing'(life) {
    life.status(10, 'begin')
    opened(life, 11, 1, outdated)
    told(life, 20, 'ok', 'http', 5)
    life.status(60, 'end')
    life.ticket(61, 1, 'closed')
  },
  'it gets worse, and a whole list ends it'(life) {
    life.status(10, 'begin', 'warning')
    opened(life, 11, 1, 'Warning: Databases have not been updated in a long time on PC-1')
    life.status(30, 'level')
    life.ticket(31, 1, 'updated', 'api', { priority: { old: 1, new: 4 } })
    life.mute = true
    life.status(50, 'end')
    life.note(50, 'amber', { kind: 'told', by: 'http', of: 'list', sequence: 50, computers: [] })
    life.ticket(51, 1, 'closed')
  },
}

test.each(Object.entries(right))('%s: nothing is found', (_, live) => {
  const life = createLife()
  live(life)
  expect(found(life)).toEqual([])
})

const spoilt: Readonly<Record<string, readonly [live: (life: Life) => void, found: readonly string[]]>> = {
  'no ticket for what was raised': [(life) => life.raise(10, 'amber'), ['I2 missing']],
  'no ticket for a status': [(life) => life.status(10, 'begin'), ['I2 missing']],
  'no ticket for an event that its name wants': [(life) => event(life, 10, 'm365-malware-detected'), ['I2 missing']],
  'it was resolved, and the ticket stayed': [
    (life) => {
      life.raise(10, 'amber')
      opened(life, 11, 1, notProvided)
      life.resolve(30, 'amber')
    },
    ['I2 lingering'],
  ],
  'closed although nobody resolved it': [
    (life) => {
      life.raise(10, 'amber')
      opened(life, 11, 1, notProvided)
      life.ticket(40, 1, 'closed')
    },
    ['I3 closed-while-holding'],
  ],
  'closed because it was resolved at another company': [
    (life) => {
      for (const [n, company] of (['amber', 'basalt'] as const).entries()) {
        life.raise(10, company)
        opened(life, 11, n + 1, notProvided, company)
      }
      life.resolve(30, 'basalt')
      life.ticket(31, 1, 'closed')
      life.ticket(31, 2, 'closed')
    },
    ['I3 closed-while-holding'],
  ],
  'a ticket of an event without an end is closed': [
    (life) => {
      event(life, 10, 'm365-malware-detected')
      opened(life, 11, 1, 'Critical: Malware detected in a mailbox on Hub')
      life.ticket(30, 1, 'closed')
    },
    ['I3 closed-event'],
  ],
  'two tickets for one thing': [
    (life) => {
      life.raise(10, 'amber')
      opened(life, 11, 1, notProvided)
      opened(life, 20, 2, notProvided)
      life.resolve(30, 'amber')
      life.ticket(31, 1, 'closed')
      life.ticket(31, 2, 'closed')
    },
    ['I1 same-meaning'],
  ],
  'a ticket at a company that did not tell of it': [
    (life) => {
      life.raise(10, 'amber')
      opened(life, 11, 1, notProvided)
      opened(life, 11, 2, notProvided, 'basalt')
      life.resolve(30, 'amber')
      life.ticket(31, 1, 'closed')
      life.ticket(31, 2, 'closed')
    },
    ['I5 wrong-account'],
  ],
  'a ticket for what never was': [(life) => opened(life, 11, 1, outdated), ['I2 unfounded']],
  'closed before anybody told that it was over': [
    (life) => {
      life.status(10, 'begin')
      opened(life, 11, 1, outdated)
      life.mute = true
      life.status(30, 'end')
      life.ticket(60, 1, 'closed')
      told(life, 200, 'ok')
    },
    ['I7 closed-unread'],
  ],
  'a second ticket for one event, after a person closed the first': [
    (life) => {
      event(life, 10, 'm365-malware-detected')
      opened(life, 11, 1, 'Critical: Malware detected in a mailbox on Hub')
      life.ticket(30, 1, 'closed', 'person')
      opened(life, 60, 2, 'Critical: Malware detected in a mailbox on Hub')
    },
    ['I2 unfounded'],
  ],
  'a ticket for an event that nobody was told of': [
    (life) => {
      life.mute = true
      event(life, 10, 'm365-malware-detected')
      opened(life, 11, 1, 'Critical: Malware detected in a mailbox on Hub')
    },
    ['I2 unfounded'],
  ],
  'a field that a person chose': [
    (life) => {
      life.raise(10, 'amber')
      opened(life, 11, 1, notProvided)
      life.ticket(20, 1, 'updated', 'person', { priority: { old: 1, new: 3 } })
      life.ticket(40, 1, 'updated', 'api', { priority: { old: 3, new: 1 } })
    },
    ['I4 overwritten'],
  ],
  'a rule that was switched off keeps the ticket of what is over': [
    (life) => {
      life.with.integrations = (life.with.integrations ?? []).map((one) => ({
        ...one,
        rules: rules.map((rule) => ({ ...rule, to: minutes(20) })),
      }))
      life.raise(10, 'amber')
      opened(life, 11, 1, notProvided)
      life.resolve(30, 'amber')
    },
    ['I8 kept-by-filter'],
  ],
}

test.each(Object.entries(spoilt))('%s: it is found', (_, [live, expected]) => {
  const life = createLife()
  live(life)
  expect(found(life)).toEqual(expected)
})

test('what cannot be judged is refused', () => {
  const syslog = createLife()
  told(syslog, 10, 'critical', 'syslog')
  expect(() => syslog.check()).toThrow('which names no end')
  const twins = createLife()
  const begin = { kind: 'status-begin', computer: 'pc', name: 'PC-1', status: 'databases-outdated', level: 'critical' }
  for (const company of ['amber', 'basalt'] as const) twins.note(10, company, begin)
  expect(() => twins.check()).toThrow('Two clients of “Hub” have a computer “PC-1”')
})

test('a violation tells what the hub told', () => {
  const life = createLife()
  life.raise(10, 'amber')
  opened(life, 11, 1, notProvided)
  life.ticket(40, 1, 'closed')
  const [violation] = life.check().violations
  expect(violation?.trail.map(({ words }) => words)).toContain('“Mailboxes protection is not provided” raised')
})

function found(life: Life): string[] {
  return life.check().violations.map(({ invariant, kind }) => `${invariant} ${kind}`)
}
