import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConditionChange } from './condition.ts'
import {
  type ConditionHistory,
  type Decision,
  type DecisionReason,
  decideCondition,
  decideEvent,
  decideLasting,
  decideRequest,
  type EventFacts,
  type Ground,
  type LastingHistory,
  type OpenTicket,
} from './decide.ts'
import type { TroubleLevel } from './observation.ts'
import type { Rule, Rules } from './rule.ts'
import type { Phase } from './ticket.ts'

const rule = (priority: string, more: Partial<Rule> = {}): Rule => ({
  enabled: true,
  fields: { priority },
  delayMinutes: 5,
  lifetimeHours: 24,
  ...more,
})
const rules = (more: Partial<Rules> = {}): Rules => ({
  warning: new Map([['x', rule('low')]]),
  critical: new Map([['x', rule('high', { delayMinutes: 0 })]]),
  severity: new Map([['critical', rule('high')]]),
  'event-type': new Map([['virus', rule('highest')]]),
  ...more,
})
const off = { enabled: false }
const ground = (more: Partial<Ground> = {}): Ground => ({ mapped: true, paused: false, rules: rules(), ...more })
const noRules = ground({ rules: rules({ warning: new Map(), critical: new Map(), severity: new Map() }) })
const rulesOff = ground({
  rules: rules({
    warning: new Map([['x', rule('low', off)]]),
    critical: new Map([['x', rule('high', off)]]),
    severity: new Map([['critical', rule('high', off)]]),
    'event-type': new Map([['virus', rule('highest', off)]]),
  }),
})
const ticket = (more: Partial<OpenTicket> = {}): OpenTicket => ({
  want: 'open',
  level: 'warning',
  known: { phase: 'open', released: false },
  ...more,
})
const fresh: ConditionHistory = { heldBefore: false, hadTicket: false }
const began = (level: TroubleLevel): ConditionChange => ({ kind: 'began', statusKey: 'x', level, text: '' })
const changed = (from: TroubleLevel, level: TroubleLevel): ConditionChange => ({
  kind: 'changed',
  statusKey: 'x',
  from,
  level,
  text: 'new',
})
const ended: ConditionChange = { kind: 'ended', statusKey: 'x', reason: 'no-longer-applies' }
const removed: ConditionChange = { kind: 'ended', statusKey: 'x', reason: 'computer-removed' }
const moved: ConditionChange = { kind: 'ended', statusKey: 'x', reason: 'computer-moved' }
const unrepeated: ConditionChange = { kind: 'ended', statusKey: 'x', reason: 'not-repeated' }
const hidden: ConditionChange = { kind: 'hidden', statusKey: 'x' }
const closing = ticket({ want: 'closed' })
const reopened = ticket({ want: 'closed', known: { phase: 'open', released: true } })

const low = { fields: { priority: 'low' }, level: 'warning' }
const high = { fields: { priority: 'high' }, level: 'critical' }
const none = (reason: DecisionReason): Decision => ({ outcome: 'none', reason })

const conditions: [string, ConditionChange, OpenTicket | null, Ground, ConditionHistory, object][] = [
  [
    'a new one opens',
    began('warning'),
    null,
    ground(),
    fresh,
    { outcome: 'open', reason: 'rule-on', ...low, delayMinutes: 5 },
  ],
  [
    'by the rule of its level',
    began('critical'),
    null,
    ground(),
    fresh,
    { outcome: 'open', reason: 'rule-on', ...high, delayMinutes: 0 },
  ],
  ['not without a rule', began('warning'), null, noRules, fresh, none('rule-off')],
  ['not with its rule off', began('warning'), null, rulesOff, fresh, none('rule-off')],
  [
    'not for a client without an account',
    began('warning'),
    null,
    ground({ mapped: false }),
    fresh,
    none('tenant-not-mapped'),
  ],
  ['not during a pause', began('critical'), null, ground({ paused: true }), fresh, none('integration-paused')],
  ['not what held before', began('critical'), null, ground(), { ...fresh, heldBefore: true }, none('held-before')],
  [
    'it ends',
    ended,
    ticket(),
    ground(),
    fresh,
    { outcome: 'close', reason: 'no-longer-applies', endReason: 'no-longer-applies' },
  ],
  [
    'its computer is removed',
    removed,
    ticket(),
    ground(),
    fresh,
    { outcome: 'close', reason: 'computer-removed', endReason: 'computer-removed' },
  ],
  [
    'its computer moves',
    moved,
    ticket(),
    ground(),
    fresh,
    { outcome: 'close', reason: 'computer-moved', endReason: 'computer-moved' },
  ],
  [
    'it was not reported again',
    unrepeated,
    ticket(),
    ground(),
    fresh,
    { outcome: 'close', reason: 'not-repeated', endReason: 'not-repeated' },
  ],
  ['it ends without a ticket', ended, null, ground(), fresh, none('no-ticket')],
  ['it is hidden', hidden, ticket(), ground(), fresh, { outcome: 'keep', reason: 'hidden-by-critical' }],
  ['its text changes', changed('warning', 'warning'), ticket(), ground(), fresh, none('text-changed')],
  [
    'it rises',
    changed('warning', 'critical'),
    ticket(),
    ground(),
    fresh,
    { outcome: 'raise', reason: 'level-rose', delayMinutes: 0, ...high },
  ],
  [
    'it rises where no rule is on',
    changed('warning', 'critical'),
    ticket(),
    rulesOff,
    fresh,
    { outcome: 'raise', reason: 'level-rose', level: 'critical' },
  ],
  [
    'it falls and keeps its fields',
    changed('critical', 'warning'),
    ticket({ level: 'critical' }),
    ground(),
    fresh,
    { outcome: 'lower', reason: 'level-fell', level: 'warning' },
  ],
  [
    'it rises to a level whose rule is on',
    changed('warning', 'critical'),
    null,
    ground(),
    fresh,
    { outcome: 'open', reason: 'level-rose', ...high, delayMinutes: 0 },
  ],
  [
    'it rises and its ticket was closed by a person',
    changed('warning', 'critical'),
    null,
    ground(),
    { ...fresh, hadTicket: true },
    none('ticket-is-done'),
  ],
  ['it falls without a ticket', changed('critical', 'warning'), null, ground(), fresh, none('level-fell')],
  [
    'it begins again before it was closed',
    began('critical'),
    closing,
    ground(),
    fresh,
    { outcome: 'reclaim', reason: 'began-again-before-close', ...high },
  ],
  [
    'it begins again after a person reopened it',
    began('warning'),
    reopened,
    ground(),
    fresh,
    { outcome: 'reclaim', reason: 'began-again-after-reopening', ...low },
  ],
  [
    'it begins again with its rule off',
    began('warning'),
    closing,
    rulesOff,
    fresh,
    { outcome: 'reclaim', reason: 'began-again-before-close', level: 'warning' },
  ],
]

const virus: EventFacts = { type: 'virus', severity: 'critical', followsSeverity: true, ageHours: 1 }
const events: [string, EventFacts, OpenTicket | null, Ground, object][] = [
  [
    'an event opens, without delay',
    virus,
    null,
    ground(),
    { outcome: 'open', reason: 'rule-on', fields: { priority: 'highest' }, level: 'critical', delayMinutes: 0 },
  ],
  [
    'by the rule of its severity',
    { ...virus, type: 'other' },
    null,
    ground(),
    { outcome: 'open', reason: 'rule-on', ...high, delayMinutes: 0 },
  ],
  [
    'below Critical',
    { ...virus, severity: 'functional-failure' },
    null,
    ground(),
    { outcome: 'open', reason: 'rule-on', fields: { priority: 'highest' }, level: 'warning', delayMinutes: 0 },
  ],
  ['not without a rule', { ...virus, type: 'other' }, null, noRules, none('rule-off')],
  [
    'not by the rule of a severity that is another product’s',
    { ...virus, type: 'other', followsSeverity: false },
    null,
    ground(),
    none('rule-off'),
  ],
  ['not with its rule off', virus, null, rulesOff, none('rule-off')],
  ['not for a client without an account', virus, null, ground({ mapped: false }), none('tenant-not-mapped')],
  ['not during a pause', virus, null, ground({ paused: true }), none('integration-paused')],
  ['at the end of its lifetime', { ...virus, ageHours: 24 }, null, ground(), { outcome: 'open' }],
  ['after its lifetime', { ...virus, ageHours: 24.01 }, null, ground(), none('too-old')],
  ['by a clock that is ahead', { ...virus, ageHours: -2 }, null, ground(), { outcome: 'open' }],
  ['a repeat', virus, ticket(), ground(), { outcome: 'repeat', reason: 'repeat-of-open-ticket' }],
  [
    'a repeat during a pause',
    virus,
    ticket(),
    ground({ paused: true }),
    { outcome: 'repeat', reason: 'repeat-of-open-ticket' },
  ],
  [
    'a repeat after a person reopened the ticket',
    virus,
    reopened,
    ground(),
    { outcome: 'reclaim', reason: 'began-again-after-reopening' },
  ],
]

const raised = { ...virus, state: 'raised' } as const
const resolved = { ...virus, state: 'resolved' } as const
const unheard: LastingHistory = { holds: false, hadTicket: false, overtaken: false }
const held: LastingHistory = { ...unheard, holds: true }
const highest = { fields: { priority: 'highest' }, level: 'critical' }
const lasting: [string, typeof raised | typeof resolved, OpenTicket | null, Ground, LastingHistory, object][] = [
  ['opens when it is raised', raised, null, ground(), unheard, { outcome: 'open', reason: 'rule-on', ...highest }],
  ['not with its rule off', raised, null, rulesOff, unheard, none('rule-off')],
  ['not for a client without an account', raised, null, ground({ mapped: false }), unheard, none('tenant-not-mapped')],
  ['not during a pause', raised, null, ground({ paused: true }), unheard, none('integration-paused')],
  ['not when it is old news', { ...raised, ageHours: 25 }, null, ground(), unheard, none('too-old')],
  ['counts when it is raised again', raised, ticket(), ground(), held, { outcome: 'repeat' }],
  [
    'opens when it is raised again and had no ticket',
    raised,
    null,
    ground(),
    held,
    { outcome: 'open', reason: 'rule-on', ...highest },
  ],
  [
    'leaves alone what a person closed while it holds',
    raised,
    null,
    ground(),
    { ...held, hadTicket: true },
    none('ticket-is-done'),
  ],
  [
    'takes a close back',
    raised,
    closing,
    ground(),
    unheard,
    { outcome: 'reclaim', reason: 'began-again-before-close', ...highest },
  ],
  [
    'takes a close back with its rule off, too late and during a pause',
    { ...raised, ageHours: 500 },
    closing,
    { ...rulesOff, paused: true },
    unheard,
    { outcome: 'reclaim', reason: 'began-again-before-close', level: 'critical' },
  ],
  [
    'takes over a ticket that a person reopened',
    raised,
    reopened,
    ground(),
    unheard,
    { outcome: 'reclaim', reason: 'began-again-after-reopening', ...highest },
  ],
  [
    'closes when it is resolved',
    resolved,
    ticket(),
    ground(),
    held,
    { outcome: 'close', reason: 'resolved', endReason: 'resolved' },
  ],
  [
    'closes whatever the filters say',
    { ...resolved, ageHours: 500 },
    ticket(),
    { ...rulesOff, mapped: false, paused: true },
    held,
    { outcome: 'close', reason: 'resolved', endReason: 'resolved' },
  ],
  ['closes nothing without a ticket', resolved, null, ground(), held, none('no-ticket')],
  ['heard too late it opens nothing', raised, null, ground(), { ...unheard, overtaken: true }, none('overtaken')],
  ['heard too late it closes nothing', resolved, ticket(), ground(), { ...held, overtaken: true }, none('overtaken')],
]

const requests: [string, OpenTicket | null, Ground, object][] = [
  ['opens without delay', null, ground(), { outcome: 'open', reason: 'opened-by-request', ...low, delayMinutes: 0 }],
  ['opens no second one', ticket(), ground(), none('repeat-of-open-ticket')],
  ['opens nothing for a client without an account', null, ground({ mapped: false }), none('tenant-not-mapped')],
  ['opens nothing with its rule off', null, rulesOff, none('rule-off')],
  ['opens nothing during a pause', null, ground({ paused: true }), none('integration-paused')],
]

describe('decideCondition', () => {
  it.each(conditions)('%s', (_, change, open, at, history, decision) => {
    expect(decideCondition(change, open, at, history)).toEqual(decision)
  })
})

describe('decideEvent', () => {
  it.each(events)('%s', (_, event, open, at, decision) => {
    expect(decideEvent(event, open, at)).toMatchObject(decision)
  })
})

describe('decideLasting', () => {
  it.each(lasting)('%s', (_, event, open, at, history, decision) => {
    expect(decideLasting(event, open, at, history)).toMatchObject(decision)
  })
})

describe('decideRequest', () => {
  it.each(requests)('%s', (_, open, at, decision) => {
    expect(decideRequest('warning', 'x', open, at)).toEqual(decision)
  })
})

it('has no reason that is never given', () => {
  const given = new Set<DecisionReason>([
    ...conditions.map(([, change, open, at, history]) => decideCondition(change, open, at, history).reason),
    ...events.map(([, event, open, at]) => decideEvent(event, open, at).reason),
    ...lasting.map(([, event, open, at, history]) => decideLasting(event, open, at, history).reason),
    ...requests.map(([, open, at]) => decideRequest('warning', 'x', open, at).reason),
  ])
  const all: Record<DecisionReason, true> = {
    'rule-on': true,
    'rule-off': true,
    'tenant-not-mapped': true,
    'integration-paused': true,
    'held-before': true,
    'opened-by-request': true,
    'level-rose': true,
    'level-fell': true,
    'text-changed': true,
    'hidden-by-critical': true,
    'began-again-before-close': true,
    'began-again-after-reopening': true,
    'too-old': true,
    'repeat-of-open-ticket': true,
    'no-ticket': true,
    'ticket-is-done': true,
    overtaken: true,
    resolved: true,
    'not-repeated': true,
    'no-longer-applies': true,
    'computer-removed': true,
    'computer-moved': true,
  }
  expect([...given].sort()).toEqual(Object.keys(all).sort())
})

describe('filters', () => {
  const anyLevel = fc.constantFrom<TroubleLevel>('warning', 'critical')
  const anyTicket: fc.Arbitrary<OpenTicket> = fc.record({
    want: fc.constantFrom('open' as const, 'closed' as const, 'nothing' as const),
    level: anyLevel,
    known: fc.record({
      phase: fc.constantFrom<Phase>('absent', 'open', 'closed', 'gone'),
      released: fc.boolean(),
    }),
  })
  const anyRules = fc.constantFrom(rules(), noRules.rules, rulesOff.rules)
  const anyGround: fc.Arbitrary<Ground> = fc.record({ mapped: fc.boolean(), paused: fc.boolean(), rules: anyRules })
  const anyHistory = fc.record({ heldBefore: fc.boolean(), hadTicket: fc.boolean() })
  const anyEnd = fc.constantFrom('no-longer-applies' as const, 'computer-removed' as const, 'computer-moved' as const)
  const anyChange: fc.Arbitrary<ConditionChange> = fc.oneof(
    anyLevel.map(began),
    fc.tuple(anyLevel, anyLevel).map(([from, level]) => changed(from, level)),
    fc.constant(hidden),
    anyEnd.map((reason) => ({ kind: 'ended' as const, statusKey: 'x', reason })),
  )

  it('never eat the end of a condition that has a ticket (I8)', () => {
    fc.assert(
      fc.property(anyEnd, anyTicket, anyGround, anyHistory, (reason, open, at, history) => {
        const decision = decideCondition({ kind: 'ended', statusKey: 'x', reason }, open, at, history)
        expect(decision).toEqual({ outcome: 'close', reason, endReason: reason })
      }),
    )
  })

  it('change nothing about a ticket that is there: all grounds alike but for the fields and the delay', () => {
    fc.assert(
      fc.property(anyChange, anyTicket, anyGround, anyGround, anyHistory, (change, open, one, other, history) => {
        const { fields: _, delayMinutes: _one, ...first } = decideCondition(change, open, one, history)
        const { fields: __, delayMinutes: _other, ...second } = decideCondition(change, open, other, history)
        expect(first).toEqual(second)
      }),
    )
  })

  it('open only for a client with an account, with the rule on, outside a pause, and with fields to open it with', () => {
    fc.assert(
      fc.property(anyChange, fc.option(anyTicket), anyGround, anyHistory, (change, open, at, history) => {
        const decision = decideCondition(change, open, at, history)
        if (decision.outcome !== 'open') return
        expect(open).toBeNull()
        expect(at).toMatchObject({ mapped: true, paused: false })
        expect(decision.fields).toBeDefined()
        expect(decision.level).toBe('level' in change ? change.level : undefined)
      }),
    )
  })
})
