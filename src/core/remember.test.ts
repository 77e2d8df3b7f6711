import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Failure } from './failure.ts'
import { nextStep, type Step } from './next-step.ts'
import { backOffMs, noticePerson, remember, type StepResult } from './remember.ts'
import { type Desired, type DeskFacts, type Known, nothingKnown, type TicketSeen } from './ticket.ts'

const start = Date.UTC(2026, 10, 22, 8)
const at = (seconds: number): Date => new Date(start + seconds * 1_000)
const startedAt = at(100)
const now = at(110)
const facts: DeskFacts = { settleMs: 60_000, repeatNoteEveryMs: 600_000, escalates: ['queue', 'priority'] }

const desired: Desired = {
  want: 'open',
  notBefore: null,
  level: 'critical',
  fields: { queue: '1', priority: '9' },
  repeats: 2,
}
const troubled: Partial<Known> = {
  failures: 3,
  failure: { kind: 'later', reason: 'timed-out', outcome: 'unknown', message: 'm', until: null },
  retryAt: at(99),
}
const absent: Known = { ...nothingKnown, ...troubled }
const open: Known = {
  ...absent,
  phase: 'open',
  ticketId: 'T1',
  written: { queue: '1', priority: '2' },
  levelTold: 'warning',
  repeatsTold: 1,
  repeatsToldAt: at(0),
  notes: 4,
}
const calm = { failures: 0, failure: null, retryAt: null, unsureSince: null, lookedAt: null, stuck: false }
const seen = (state: 'open' | 'closed', more: Partial<TicketSeen> = {}): TicketSeen => ({
  ticketId: 'T1',
  number: '1',
  reference: 'r',
  accountId: 'a',
  state,
  changedAt: at(105),
  fields: { queue: '7', priority: '2' },
  ...more,
})
const failure = (more: Partial<Failure>): Failure => ({
  kind: 'later',
  reason: 'server-error',
  outcome: 'not-done',
  message: 'm',
  until: null,
  ...more,
})
const create: Step = { do: 'create', reason: 'begun' }
const find: Step = { do: 'find', reason: 'outcome-unknown' }
const look: Step = { do: 'update', reason: 'outcome-unknown', fields: {} }
const update: Step = { do: 'update', reason: 'level-rose', fields: { priority: '9' } }
const note: Step = { do: 'note', reason: 'level-changed', checkFirst: false }
const close: Step = { do: 'close', reason: 'ended' }
const following = (known: Known, step: Step, result: StepResult, wish = desired): Known =>
  remember(known, wish, step, result, startedAt, now)
const unsure: Partial<Known> = { unsureSince: at(90) }

describe('remember a create', () => {
  it('knows what was written and told', () => {
    const known = following(absent, create, { did: 'create', ticketId: 'T1', fields: desired.fields })
    expect(known).toMatchObject({ ...calm, phase: 'open', ticketId: 'T1', written: desired.fields })
    expect(known).toMatchObject({ levelTold: 'critical', repeatsTold: 2, repeatsToldAt: now })
  })

  it('keeps what an attempt without an answer said, for when its ticket is found', () => {
    const known = following(absent, create, { did: 'fail', failure: failure({ outcome: 'unknown' }) })
    expect(known).toMatchObject({ phase: 'absent', unsureSince: startedAt, lookedAt: null })
    expect(known).toMatchObject({ written: desired.fields, levelTold: 'critical', repeatsTold: 2 })
    const later = { ...desired, level: 'warning', fields: { queue: '3', priority: '2' }, repeats: 3 } as const
    const found = following(known, find, { did: 'find', found: [seen('open')] }, later)
    expect(found).toMatchObject({ ...calm, phase: 'open', ticketId: 'T1', closedBy: null, written: desired.fields })
    expect(found).toMatchObject({ levelTold: 'critical', repeatsTold: 2 })
  })

  it('supposes the present wish where a worker died without a word', () => {
    const found = following({ ...absent, ...unsure }, find, { did: 'find', found: [seen('open')] })
    expect(found).toMatchObject({ written: desired.fields, levelTold: 'critical' })
  })
})

describe('remember a look-up', () => {
  it('counts from the moment when it was asked', () => {
    const known = following({ ...absent, ...unsure }, find, { did: 'find', found: [] })
    expect(known).toMatchObject({ phase: 'absent', unsureSince: at(90), lookedAt: startedAt, failures: 0 })
  })

  it('takes an open one before closed ones', () => {
    const found = [seen('closed', { ticketId: 'T3' }), seen('open', { ticketId: 'T2' })]
    expect(following({ ...absent, ...unsure }, find, { did: 'find', found })).toMatchObject({
      phase: 'open',
      ticketId: 'T2',
    })
  })

  it('finds one that a person closed at once', () => {
    const known = following({ ...absent, ...unsure, repeatsTold: 2 }, find, { did: 'find', found: [seen('closed')] })
    expect(known).toMatchObject({ phase: 'closed', closedBy: 'person', ticketId: 'T1' })
  })

  it.each([
    ['of an earlier time', at(90 - 601), 'absent'],
    ['by a clock that is behind', at(90 - 599), 'closed'],
    ['of unknown time', null, 'closed'],
  ] as const)('a closed one %s', (_, changedAt, phase) => {
    const found = [seen('closed', { changedAt })]
    expect(following({ ...absent, ...unsure }, find, { did: 'find', found }).phase).toBe(phase)
  })
})

describe('remember an update', () => {
  it('counts fields that a person changed as considered', () => {
    const known = following(open, update, { did: 'update', written: {}, seen: seen('open') })
    expect(known).toMatchObject({
      ...calm,
      phase: 'open',
      written: { queue: '1', priority: '9' },
      levelTold: 'warning',
    })
  })

  it('leaves it unsure whether an earlier note arrived', () => {
    const known = following({ ...open, ...unsure }, look, { did: 'update', written: {}, seen: seen('open') })
    expect(known).toMatchObject({ phase: 'open', unsureSince: at(90), lookedAt: startedAt, written: open.written })
  })

  it.each<[string, Partial<Known>, Partial<Desired>, object]>([
    ['by a person', {}, {}, { closedBy: 'person', repeatsTold: 2 }],
    ['by a person: nothing began again', unsure, { repeats: 1 }, { closedBy: 'person', repeatsTold: 1 }],
    ['perhaps by us: it began again', unsure, {}, { closedBy: 'us', repeatsTold: 1 }],
    [
      'by a person: it was seen open since',
      { ...unsure, lookedAt: at(95) },
      {},
      { closedBy: 'person', repeatsTold: 2 },
    ],
  ])('finds it closed %s', (_, known, wish, closed) => {
    const result = { did: 'update', written: {}, seen: seen('closed') } as const
    const found = following({ ...open, ...known }, look, result, { ...desired, ...wish })
    expect(found).toMatchObject({ ...calm, phase: 'closed', ...closed })
  })
})

it('remembers a note with all that it told', () => {
  const known = following({ ...open, ...unsure }, note, { did: 'note' })
  expect(known).toMatchObject({ ...calm, notes: 5, levelTold: 'critical', repeatsTold: 2, repeatsToldAt: now })
})

describe('remember a close', () => {
  const ended: Desired = { ...desired, want: 'closed' }
  it.each<[string, Partial<Known>, boolean, string]>([
    ['was ours', {}, true, 'us'],
    ['was a person’s', {}, false, 'person'],
    ['was ours without an answer', unsure, false, 'us'],
    ['was a person’s after it was seen open', { ...unsure, lookedAt: at(95) }, false, 'person'],
  ])('it %s', (_, known, wasOpen, closedBy) => {
    const result = { did: 'close', seen: seen('closed'), wasOpen } as const
    expect(following({ ...open, ...known }, close, result, ended)).toMatchObject({ ...calm, phase: 'closed', closedBy })
  })

  it('asks a person when the desk undid it five times in a row', () => {
    const undone: StepResult = { did: 'close', seen: seen('open'), wasOpen: true }
    let known: Known = { ...open, failures: 7 }
    for (const stuck of [false, false, false, false, true]) {
      known = following(known, close, undone, ended)
      expect(known).toMatchObject({ phase: 'open', stuck, failure: { kind: 'refused' } })
    }
    expect(known.retryAt?.getTime()).toBe(now.getTime() + backOffMs(5))
  })
})

describe('remember a failure', () => {
  const fails = (known: Known, step: Step, more: Partial<Failure>): Known =>
    following(known, step, { did: 'fail', failure: failure(more) })

  it.each<[string, Partial<Failure>, object]>([
    ['later', { kind: 'later' }, { failures: 4, retryAt: new Date(now.getTime() + backOffMs(4)), stuck: false }],
    ['denied', { kind: 'denied' }, { failures: 4, retryAt: new Date(now.getTime() + backOffMs(4)), stuck: false }],
    ['refused', { kind: 'refused' }, { failures: 4, retryAt: null, stuck: true }],
    ['limited', { kind: 'limited', until: at(500) }, { failures: 3, retryAt: at(500), stuck: false }],
    ['limited without a time', { kind: 'limited' }, { failures: 3, retryAt: at(112) }],
    ['limited until a time that has passed', { kind: 'limited', until: at(50) }, { failures: 3, retryAt: at(111) }],
    ['gone', { kind: 'gone', reason: 'deleted' }, { phase: 'gone', repeatsTold: 2 }],
  ])('%s', (_, kind, known) => {
    expect(fails(open, note, kind)).toMatchObject({ unsureSince: null, failure: failure(kind), ...known })
  })

  it('takes nothing for gone that was never there', () => {
    expect(fails(absent, create, { kind: 'gone', reason: 'deleted' })).toMatchObject({ phase: 'absent', stuck: true })
  })

  it.each([
    ['a close', close, { unsureSince: startedAt, lookedAt: null }],
    ['a write', update, { unsureSince: startedAt, lookedAt: null }],
    ['a mere look', look, { unsureSince: at(90), lookedAt: at(95) }],
    ['a look-up', find, { unsureSince: at(90), lookedAt: at(95) }],
  ] as const)('without an answer after %s', (_, step, known) => {
    expect(fails({ ...open, ...unsure, lookedAt: at(95) }, step, { outcome: 'unknown' })).toMatchObject(known)
  })

  it('is never followed by another call at once', () => {
    const anyFailure: fc.Arbitrary<Failure> = fc.record({
      kind: fc.constantFrom('later', 'limited', 'denied', 'refused', 'gone'),
      reason: fc.constant('server-error'),
      outcome: fc.constantFrom('not-done', 'unknown'),
      message: fc.constant('m'),
      until: fc.option(fc.integer({ min: 0, max: 300 }).map(at)),
    })
    const anyKnown = fc.constantFrom(absent, { ...absent, ...unsure }, open, { ...open, ...unsure })
    const anyWant = fc.constantFrom('open' as const, 'closed' as const)
    fc.assert(
      fc.property(anyKnown, anyWant, fc.nat(40), anyFailure, (known, want, failures, failed) => {
        const wish = { ...desired, want }
        const step = nextStep({ desired: wish, known }, facts, startedAt)
        if (!['create', 'find', 'update', 'note', 'close'].includes(step.do)) return
        const result = { did: 'fail', failure: failed } as const
        const then = remember({ ...known, failures }, wish, step, result, startedAt, now)
        expect(['wait', 'rest', 'finish', 'renew']).toContain(nextStep({ desired: wish, known: then }, facts, now).do)
      }),
    )
  })
})

it('backs off from 2 s, doubling, to 5 minutes', () => {
  expect([1, 2, 3, 8, 9, 100].map(backOffMs)).toEqual([2_000, 4_000, 8_000, 256_000, 300_000, 300_000])
})

describe('noticePerson', () => {
  const closed: Known = { ...open, phase: 'closed', closedBy: 'us' }
  it.each<[string, Known, TicketSeen | null, object | null]>([
    ['nothing new', open, seen('open'), null],
    ['closed', open, seen('closed'), { phase: 'closed', closedBy: 'person' }],
    ['deleted', open, null, { phase: 'gone' }],
    ['reopened', closed, seen('open'), { phase: 'open', closedBy: null, released: true }],
    [
      'closed and reopened by a person while it holds',
      { ...closed, closedBy: 'person' },
      seen('open'),
      { phase: 'open', closedBy: null, released: false },
    ],
    ['still closed', closed, seen('closed'), null],
    ['deleted after it was closed', closed, null, null],
    ['closed, perhaps by us', { ...open, ...unsure }, seen('closed'), null],
    ['gone while a call is unsure', { ...open, ...unsure }, null, null],
    [
      'closed after we had looked',
      { ...open, ...unsure, lookedAt: at(95) },
      seen('closed'),
      { phase: 'closed', closedBy: 'person' },
    ],
    ['a ticket that we do not know yet', absent, seen('open'), null],
  ])('%s', (_, known, present, noticed) => {
    const result = noticePerson(known, present, true)
    if (noticed === null) expect(result).toBeNull()
    else expect(result).toEqual({ ...known, ...noticed })
  })

  it('leaves a ticket to the person who closed and reopened it after it ended', () => {
    expect(noticePerson({ ...closed, closedBy: 'person' }, seen('open'), false)).toMatchObject({ released: true })
  })
})
