import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextStep, type Step } from './next-step.ts'
import type { TroubleLevel } from './observation.ts'
import { type Desired, type DeskFacts, type Known, nothingKnown, type Phase, type Want } from './ticket.ts'

const start = Date.UTC(2026, 10, 22, 8)
const at = (seconds: number): Date => new Date(start + seconds * 1_000)
const now = at(1_000)
const facts: DeskFacts = { settleMs: 60_000, repeatNoteEveryMs: 600_000, escalates: ['queue', 'priority'] }

const wanted: Desired = {
  want: 'open',
  notBefore: null,
  level: 'warning',
  fields: { queue: '1', priority: '2', due: '8' },
  repeats: 0,
}
const ended: Desired = { ...wanted, want: 'closed' }
const risen: Desired = { ...wanted, level: 'critical', fields: { queue: '1', priority: '9', due: '1' } }
const absent = nothingKnown
const open: Known = {
  ...nothingKnown,
  phase: 'open',
  ticketId: 'T1',
  written: wanted.fields,
  levelTold: 'warning',
  repeatsToldAt: at(0),
}
const unsure = (since: number, looked: number | null): Partial<Known> => ({
  unsureSince: at(since),
  lookedAt: looked === null ? null : at(looked),
})

const table: [string, Desired, Known, Step][] = [
  ['a new one', wanted, absent, { do: 'create', reason: 'begun' }],
  [
    'its delay runs',
    { ...wanted, notBefore: at(1_030) },
    absent,
    { do: 'wait', reason: 'delay-running', until: at(1_030) },
  ],
  ['its delay is over', { ...wanted, notBefore: now }, absent, { do: 'create', reason: 'begun' }],
  [
    'it ended within its delay',
    { ...ended, notBefore: at(1_030) },
    absent,
    { do: 'finish', reason: 'ended-before-it-was-opened', outcome: 'never-needed' },
  ],
  [
    'a create without an answer',
    wanted,
    { ...absent, ...unsure(998, null) },
    { do: 'find', reason: 'outcome-unknown' },
  ],
  [
    'looked for before the latest attempt',
    wanted,
    { ...absent, ...unsure(998, 990) },
    { do: 'find', reason: 'outcome-unknown' },
  ],
  [
    'looked for too early',
    wanted,
    { ...absent, ...unsure(990, 996) },
    { do: 'wait', reason: 'waiting-for-search', until: at(1_002) },
  ],
  [
    'looked for at once',
    wanted,
    { ...absent, ...unsure(1_000, 1_000) },
    { do: 'wait', reason: 'waiting-for-search', until: at(1_002) },
  ],
  [
    'the last look is at the settle time',
    wanted,
    { ...absent, ...unsure(945, 990) },
    { do: 'wait', reason: 'waiting-for-search', until: at(1_005) },
  ],
  [
    'not even one moment before it',
    wanted,
    { ...absent, ...unsure(930, 989.999) },
    { do: 'find', reason: 'outcome-unknown' },
  ],
  ['it never arrived', wanted, { ...absent, ...unsure(930, 990) }, { do: 'create', reason: 'never-arrived' }],
  [
    'it ended and may have been opened',
    ended,
    { ...absent, ...unsure(998, null) },
    { do: 'find', reason: 'outcome-unknown' },
  ],
  [
    'it ended and was never opened',
    ended,
    { ...absent, ...unsure(930, 990) },
    { do: 'finish', reason: 'ended-before-it-was-opened', outcome: 'never-needed' },
  ],
  [
    'it failed just now',
    wanted,
    { ...absent, retryAt: at(1_001) },
    { do: 'wait', reason: 'backing-off', until: at(1_001) },
  ],
  ['it failed a while ago', wanted, { ...absent, retryAt: now }, { do: 'create', reason: 'begun' }],
  ['a person must look', wanted, { ...absent, stuck: true }, { do: 'rest', reason: 'stuck' }],
  ['all is as it should be', wanted, open, { do: 'rest', reason: 'nothing-to-do' }],
  ['it ended', ended, open, { do: 'close', reason: 'ended' }],
  ['it ended while a note is unsure', ended, { ...open, ...unsure(999, null) }, { do: 'close', reason: 'ended' }],
  [
    'it rose: only what is to be rewritten',
    risen,
    open,
    { do: 'update', reason: 'level-rose', fields: { priority: '9' } },
  ],
  [
    'it rose and its fields stay',
    { ...wanted, level: 'critical' },
    open,
    { do: 'note', reason: 'level-changed', checkFirst: false },
  ],
  [
    'it fell and keeps its fields',
    { ...risen, level: 'warning' },
    { ...open, levelTold: 'critical' },
    { do: 'note', reason: 'level-changed', checkFirst: false },
  ],
  [
    'seen again',
    { ...wanted, repeats: 3 },
    { ...open, repeatsTold: 1 },
    { do: 'note', reason: 'seen-again', checkFirst: false },
  ],
  [
    'seen again soon after the last note',
    { ...wanted, repeats: 3 },
    { ...open, repeatsToldAt: at(900) },
    { do: 'wait', reason: 'repeats-gathering', until: at(1_500) },
  ],
  [
    'a call without an answer',
    { ...wanted, level: 'critical' },
    { ...open, ...unsure(999, null) },
    { do: 'update', reason: 'outcome-unknown', fields: {} },
  ],
  [
    'a note without an answer, the ticket is open',
    { ...wanted, level: 'critical' },
    { ...open, ...unsure(998, 999) },
    { do: 'note', reason: 'level-changed', checkFirst: true },
  ],
  [
    'our close may still arrive',
    { ...wanted, repeats: 1 },
    { ...open, ...unsure(990, null) },
    { do: 'wait', reason: 'waiting-for-outcome', until: at(1_050) },
  ],
  [
    'our close must have arrived',
    { ...wanted, repeats: 1 },
    { ...open, ...unsure(940, null) },
    { do: 'update', reason: 'outcome-unknown', fields: {} },
  ],
  ['a person reopened it', ended, { ...open, released: true }, { do: 'rest', reason: 'reopened-by-person' }],
  ['given up', { ...wanted, want: 'nothing' }, open, { do: 'finish', reason: 'given-up', outcome: 'given-up' }],
  [
    'given up while stuck',
    { ...wanted, want: 'nothing' },
    { ...absent, ...unsure(999, null), stuck: true },
    { do: 'finish', reason: 'given-up', outcome: 'given-up' },
  ],
  [
    'given up and may be there',
    { ...wanted, want: 'nothing' },
    { ...absent, ...unsure(999, null) },
    { do: 'find', reason: 'outcome-unknown' },
  ],
  [
    'given up and not there',
    { ...wanted, want: 'nothing' },
    { ...absent, ...unsure(930, 990) },
    { do: 'finish', reason: 'given-up', outcome: 'given-up' },
  ],
  [
    'closed by us',
    ended,
    { ...open, phase: 'closed', closedBy: 'us' },
    { do: 'finish', reason: 'closed-by-us', outcome: 'closed-by-us' },
  ],
  [
    'closed by us and stuck before',
    ended,
    { ...open, phase: 'closed', closedBy: 'us', stuck: true },
    { do: 'finish', reason: 'closed-by-us', outcome: 'closed-by-us' },
  ],
  [
    'began again after our close',
    wanted,
    { ...open, phase: 'closed', closedBy: 'us' },
    { do: 'renew', reason: 'began-again-after-close' },
  ],
  [
    'closed by a person while it holds',
    wanted,
    { ...open, phase: 'closed', closedBy: 'person' },
    { do: 'finish', reason: 'closed-by-person', outcome: 'closed-by-person' },
  ],
  [
    'began again after a person closed it',
    { ...wanted, repeats: 1 },
    { ...open, phase: 'closed', closedBy: 'person' },
    { do: 'renew', reason: 'began-again-after-close' },
  ],
  [
    'deleted',
    wanted,
    { ...open, phase: 'gone' },
    { do: 'finish', reason: 'deleted-by-person', outcome: 'deleted-by-person' },
  ],
  [
    'began again after a person deleted it',
    { ...wanted, repeats: 1 },
    { ...open, phase: 'gone' },
    { do: 'renew', reason: 'began-again-after-close' },
  ],
]

describe('nextStep', () => {
  it.each(table)('%s', (_, desired, known, step) => {
    expect(nextStep({ desired, known }, facts, now)).toEqual(step)
  })
})

describe('nextStep in any state', () => {
  const date = fc.integer({ min: 900, max: 1_100 }).map(at)
  const maybeDate = fc.option(date)
  const level = fc.constantFrom<TroubleLevel>('warning', 'critical')
  const values = fc.constantFrom({}, wanted.fields, risen.fields)
  const anyDesired: fc.Arbitrary<Desired> = fc.record({
    want: fc.constantFrom<Want>('open', 'closed', 'nothing'),
    notBefore: maybeDate,
    level,
    fields: values,
    repeats: fc.nat(3),
  })
  const anyKnown: fc.Arbitrary<Known> = fc.record({
    phase: fc.constantFrom<Phase>('absent', 'open', 'closed', 'gone'),
    ticketId: fc.constantFrom(null, 'T1'),
    written: fc.option(values),
    levelTold: fc.option(level),
    repeatsTold: fc.nat(3),
    repeatsToldAt: maybeDate,
    notes: fc.nat(3),
    closedBy: fc.constantFrom(null, 'us' as const, 'person' as const),
    released: fc.boolean(),
    unsureSince: maybeDate,
    lookedAt: maybeDate,
    failures: fc.nat(5),
    failure: fc.constant(null),
    retryAt: maybeDate,
    stuck: fc.boolean(),
  })
  const always = (check: (step: Step, desired: Desired, known: Known) => void): void => {
    fc.assert(
      fc.property(anyDesired, anyKnown, (desired, known) => {
        check(nextStep({ desired, known }, facts, now), desired, known)
      }),
      { numRuns: 3_000 },
    )
  }

  it('waits only for moments to come', () => {
    always((step) => {
      if (step.do === 'wait') expect(step.until.getTime()).toBeGreaterThan(now.getTime())
    })
  })

  it('creates only what is wanted, due, and certainly not there', () => {
    always((step, desired, known) => {
      if (step.do !== 'create') return
      expect(desired.want).toBe('open')
      expect(known).toMatchObject({ phase: 'absent', stuck: false })
      expect((desired.notBefore ?? now).getTime()).toBeLessThanOrEqual(now.getTime())
      expect((known.retryAt ?? now).getTime()).toBeLessThanOrEqual(now.getTime())
      if (known.unsureSince === null) return
      expect(known.lookedAt?.getTime()).toBeGreaterThanOrEqual(known.unsureSince.getTime() + facts.settleMs)
    })
  })

  it('closes only what has ended and is not a person’s', () => {
    always((step, desired, known) => {
      if (step.do !== 'close') return
      expect(desired.want).toBe('closed')
      expect(known).toMatchObject({ phase: 'open', released: false })
    })
  })

  it('calls nobody about a ticket that is stuck, over, or backing off', () => {
    always((step, _, known) => {
      const over = known.phase === 'closed' || known.phase === 'gone'
      const later = known.retryAt !== null && known.retryAt > now
      if (known.stuck || over || later) expect(['finish', 'renew', 'rest', 'wait']).toContain(step.do)
    })
  })

  it('never finishes with an open ticket that nobody gave up', () => {
    always((step, desired, known) => {
      if (step.do === 'finish' && desired.want !== 'nothing') expect(known.phase).not.toBe('open')
    })
  })

  it('writes only fields that are rewritten on a rise, and only other values than before', () => {
    always((step, desired, known) => {
      if (step.do !== 'update') return
      for (const [key, value] of Object.entries(step.fields)) {
        expect(facts.escalates).toContain(key)
        expect(value).toBe(desired.fields[key])
        expect(value).not.toBe(known.written?.[key])
      }
    })
  })
})
