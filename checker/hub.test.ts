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
  tell(at: number, company: Company, what: object): void
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
  const tell: Life['tell'] = (at, company, what) => {
    const time = new Date(minutes(at)).toISOString()
    history.push({ n: history.length + 1, time, company, ...what } as HistoryEntry)
  }
  const lasting = (kind: 'raised' | 'resolved') => (at: number, company: Company) =>
    tell(at, company, { kind, id: `event-${at}`, product: 'microsoft-365', type: mailboxes })
  return {
    ...draft,
    tell,
    status: (at, kind, level = 'critical') =>
      tell(at, 'amber', {
        ...{ kind: `status-${kind}`, computer: 'pc-1', name: 'PC-1', status: 'databases-outdated', level },
        ...(kind === 'level' && { from: level === 'critical' ? 'warning' : 'critical' }),
      }),
    raise: lasting('raised'),
    resolve: lasting('resolved'),
  }
}

function opened(life: Life, at: number, id: number, title: string, company: Company = 'amber'): void {
  life.opened(at, id, { title, account: accounts[company] })
}

function event(life: Life, at: number, type: string, severity = 'critical'): void {
  const about = { computer: '', computerName: '', name: '' }
  life.tell(at, 'amber', { kind: 'event', id: `event-${at}`, product: 'microsoft-365', type, severity, ...about })
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
    life.tell(30, 'amber', { kind: 'computer-removed', computer: 'pc-1', name: 'PC-1' })
    life.ticket(31, 1, 'closed')
  },
  'a company that nobody mapped'(life) {
    life.tell(10, 'cobalt' as Company, { kind: 'raised', id: 'event-1', product: 'microsoft-365', type: mailboxes })
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
}

test.each(Object.entries(spoilt))('%s: it is found', (_, [live, expected]) => {
  const life = createLife()
  live(life)
  expect(found(life)).toEqual(expected)
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
