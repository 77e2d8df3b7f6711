import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import { type Draft, dead, minutes } from './check-fixture.ts'
import { type Deed, type Life, type LivedTicket, liveOut } from './random-life.ts'

/** From a life in which everything is right nothing is found; one thing spoilt in it is always found. */

const deed: fc.Arbitrary<Deed> = fc.record({
  act: fc.oneof(
    { weight: 5, arbitrary: fc.constant('turn' as const) },
    { weight: 3, arbitrary: fc.constantFrom('level' as const, 'event' as const, 'close' as const) },
    { weight: 2, arbitrary: fc.constantFrom('reopen' as const, 'choose' as const) },
  ),
  computer: fc.nat(2),
  reason: fc.nat(2),
})
const deeds = fc.array(deed, { minLength: 10, maxLength: 60 })

function kindsIn({ draft, until }: Life): string[] {
  const { violations, accepted } = draft.check(until)
  return [...violations, ...accepted].map(({ invariant, kind }) => `${invariant} ${kind}`)
}

function entriesOf(draft: Draft): TicketHistoryEntry[] {
  return draft.desks.Desk ?? []
}

/** Ten an hour, evenly: exactly what is granted. Then nothing is late, since everything may have to wait. */
function spendAll({ draft, until }: Life): void {
  for (let at = 0; at < until; at += 6) draft.calls.push({ at: minutes(at), inFlight: 1, status: 200 })
}

/** Changes the entry of one kind of a ticket, or takes it out. */
function edit(
  draft: Draft,
  id: number,
  kind: TicketHistoryEntry['kind'],
  change: (entry: TicketHistoryEntry) => TicketHistoryEntry | null,
): void {
  const entries = entriesOf(draft)
  const place = entries.findLastIndex((entry) => entry.ticketId === id && entry.kind === kind)
  const entry = entries[place]
  if (entry === undefined) throw new Error(`ticket ${id} was never ${kind}`)
  const changed = change(entry)
  entries.splice(place, 1, ...(changed === null ? [] : [changed]))
}

const iso = (at: number): string => new Date(minutes(at)).toISOString()

type Mutation = {
  /** Tickets with which it can be done. */
  readonly fits: (ticket: LivedTicket) => boolean
  readonly spoil: (life: Life, ticket: LivedTicket) => void
  readonly found: string
}

const closed = ({ closedAt, touched }: LivedTicket): boolean => closedAt !== null && !touched

const mutations: Readonly<Record<string, Mutation>> = {
  'a second create': {
    fits: () => true,
    spoil({ draft }, { id, createdAt }) {
      const entry = entriesOf(draft).find(({ ticketId }) => ticketId === id)
      if (entry === undefined) throw new Error(`there is no ticket ${id}`)
      entriesOf(draft).push({ ...entry, ticketId: 9_000, time: iso(createdAt + 0.1), externalID: 'another' })
    },
    found: 'I1 same-meaning',
  },
  'a second create with the same reference': {
    fits: () => true,
    spoil({ draft }, { id, createdAt }) {
      const entry = entriesOf(draft).find(({ ticketId }) => ticketId === id)
      if (entry === undefined) throw new Error(`there is no ticket ${id}`)
      entriesOf(draft).push({ ...entry, ticketId: 9_000, time: iso(createdAt + 0.1) })
    },
    found: 'I1 same-reference',
  },
  'a dropped create': {
    fits: () => true,
    spoil({ draft }, { id }) {
      const entries = entriesOf(draft)
      entries.splice(0, entries.length, ...entries.filter(({ ticketId }) => ticketId !== id))
    },
    found: 'I2 missing',
  },
  'a dropped close': {
    fits: closed,
    spoil: ({ draft }, { id }) => edit(draft, id, 'closed', () => null),
    found: 'I2 lingering',
  },
  'a close before the end': {
    fits: closed,
    spoil({ draft }, { id, endedAt }) {
      edit(draft, id, 'closed', (entry) => ({ ...entry, time: iso((endedAt ?? 0) - 0.2) }))
    },
    found: 'I3 closed-while-holding',
  },
  'a field that a person chose, overwritten': {
    fits: () => true,
    spoil({ draft }, { id, createdAt }) {
      draft.ticket(createdAt + 0.1, id, 'updated', 'person', { queueID: { old: 8, new: 5 } })
      draft.ticket(createdAt + 0.4, id, 'updated', 'api', { queueID: { old: 5, new: 8 } })
    },
    found: 'I4 overwritten',
  },
  'another account': {
    fits: () => true,
    spoil: ({ draft }, { id }) => edit(draft, id, 'created', (entry) => ({ ...entry, companyID: 176 })),
    found: 'I5 wrong-account',
  },
  'one request more': {
    fits: () => true,
    spoil(lived, { createdAt }) {
      spendAll(lived)
      lived.draft.calls.push({ at: minutes(createdAt), inFlight: 1, status: 200 })
    },
    found: 'I6 over-budget',
  },
  'a source that was dead from the end to the close': {
    fits: closed,
    spoil({ draft }, { endedAt, closedAt }) {
      draft.with.troubles = [dead((endedAt ?? 0) - 1, (closedAt ?? 0) + 1)]
    },
    found: 'I7 closed-unread',
  },
  'a silence in which a close was lost': {
    fits: closed,
    spoil({ draft }, { id, endedAt }) {
      edit(draft, id, 'closed', () => null)
      const from = minutes(endedAt ?? 0)
      draft.with.integration = { silences: [{ from, to: from + 600_000, tenant: null, computer: null }] }
    },
    found: 'I8 kept-by-filter',
  },
}

test('a right life has no violation', () => {
  fc.assert(
    fc.property(deeds, (all) => {
      const lived = liveOut(all)
      expect(kindsIn(lived)).toEqual([])
      spendAll(lived)
      expect(kindsIn(lived)).toEqual([])
    }),
    { numRuns: 150 },
  )
})

test.each(Object.entries(mutations))('%s is always found', (_, { fits, spoil, found }) => {
  let spoilt = 0
  fc.assert(
    fc.property(deeds, fc.nat(), (all, choice) => {
      const lived = liveOut(all)
      const fitting = lived.tickets.filter(fits)
      const ticket = fitting[choice % Math.max(1, fitting.length)]
      if (ticket === undefined) return
      spoil(lived, ticket)
      expect(kindsIn(lived)).toContain(found)
      spoilt += 1
    }),
    { numRuns: 80 },
  )
  expect(spoilt).toBeGreaterThan(20)
})
