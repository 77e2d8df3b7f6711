import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Act,
  createWorld,
  type Deed,
  type Fault,
  faults,
  type TendAct,
  times,
} from '../../test/support/reconciler-world.ts'

/** `nextStep`, `remember` and `decide` together against a simulated desk, over long random stories. */

const level = fc.constantFrom('warning' as const, 'critical' as const)
const pick = fc.nat(3)
const judgement: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ do: fc.constant('begin' as const), level }),
  fc.constantFrom<Deed>({ do: 'end' }, { do: 'turn' }),
)
const personal: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ do: fc.constantFrom('close' as const, 'reopen' as const, 'delete' as const), pick }),
  fc.record({
    do: fc.constant('edit' as const),
    pick,
    field: fc.constantFrom('queue' as const, 'priority' as const),
    value: fc.constantFrom('queue-critical', 'priority-critical', 'queue-warning', 'their own'),
  }),
  fc.constantFrom<Deed>({ do: 'give-up' }, { do: 'help' }),
)
const tend: fc.Arbitrary<TendAct> = fc.record({
  do: fc.constant('tend' as const),
  fault: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Fault>('none') },
    { weight: 4, arbitrary: fc.constantFrom<Fault>(...faults) },
  ),
  queuedMs: fc.oneof(fc.constant(0), fc.nat(times.lease / 2)),
  lateMs: fc.nat(times.call),
  callMs: fc.oneof(fc.constant(0), fc.nat(times.call)),
  lagMs: fc.nat(times.lag),
  during: fc.option(fc.oneof(judgement, personal), { freq: 3 }),
  duringFirst: fc.boolean(),
})
const wait: fc.Arbitrary<Act> = fc.record({
  do: fc.constant('wait' as const),
  ms: fc.oneof(fc.nat(3_000), fc.nat(times.settle), fc.nat(2 * times.repeats)),
})
const story = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: judgement },
    { weight: 1, arbitrary: personal },
    { weight: 8, arbitrary: tend },
    { weight: 4, arbitrary: wait },
  ),
  { maxLength: 60, size: 'max' },
)

describe('the reconciler against a desk that fails', () => {
  it('holds I1 to I4 all the time and comes to rest with every wish delivered', () => {
    const reasons = new Set<string>()
    fc.assert(
      fc.property(story, fc.constantFrom(0, 1), (acts, delayMinutes) => {
        const world = createWorld({ delayMinutes })
        for (const act of acts) world.act(act)
        world.rest()
        for (const reason of world.reasons) reasons.add(reason)
      }),
      { numRuns: 20_000, seed: 20261122 },
    )
    // The stories go everywhere: a property that never meets a state says nothing about it.
    expect([...reasons].sort()).toEqual([
      'backing-off',
      'began-again-after-close',
      'begun',
      'closed-by-person',
      'closed-by-us',
      'delay-running',
      'deleted-by-person',
      'ended',
      'ended-before-it-was-opened',
      'given-up',
      'level-changed',
      'level-rose',
      'never-arrived',
      'nothing-to-do',
      'outcome-unknown',
      'reopened-by-person',
      'repeats-gathering',
      'seen-again',
      'stuck',
      'waiting-for-outcome',
      'waiting-for-search',
    ])
  })

  // Stories that were once lost tickets, doubles or trampled fields, as the property found them.
  it.each<[string, Act[]]>([
    [
      'a close whose worker died lands after it began again',
      [begin('warning'), tends(), { do: 'end' }, tends('crash-late', { lateMs: 500 }), begin('warning')],
    ],
    [
      'a close without an answer lands after it began again and the ticket was seen open',
      [
        begin('warning'),
        tends(),
        { do: 'end' },
        tends('lost-late', { lateMs: times.call }),
        begin('warning'),
        { do: 'wait', ms: 2_000 },
        tends(),
      ],
    ],
    [
      'it began again while the close was under way',
      [begin('warning'), tends(), { do: 'end' }, tends('none', { during: begin('critical') })],
    ],
    [
      'the level rises before a create without an answer is found',
      [begin('warning'), tends('lost-after'), { do: 'turn' }, { do: 'wait', ms: 2_000 }, tends()],
    ],
    [
      'a person takes the ticket over before a create without an answer is found',
      [
        begin('warning'),
        tends('lost-after'),
        { do: 'edit', pick: 0, field: 'queue', value: 'their own' },
        { do: 'wait', ms: 2_000 },
        tends(),
        { do: 'turn' },
      ],
    ],
    [
      'a look-up that began before the settle time is answered after it',
      [
        begin('warning'),
        tends('lost-late', { queuedMs: times.lease / 2, lateMs: times.call, lagMs: times.lag, callMs: 0 }),
        { do: 'wait', ms: 2_000 },
        tends(),
        { do: 'wait', ms: times.lease / 2 + 2_100 },
        tends('none', { callMs: times.call }),
        tends(),
      ],
    ],
    [
      'a note without an answer is there already',
      [
        begin('warning'),
        tends(),
        { do: 'turn' },
        tends(),
        tends('lost-after'),
        { do: 'wait', ms: 2_000 },
        tends('busy'),
        { do: 'wait', ms: 5_000 },
        tends(),
      ],
    ],
    [
      'a person gives up a ticket whose create is without an answer, and it begins again',
      [begin('warning'), tends('lost-after'), { do: 'give-up' }, { do: 'end' }, tends(), begin('warning')],
    ],
    [
      'a person closed it when it ended, and it began again before that was stored',
      [
        begin('warning'),
        tends('lost-after'),
        { do: 'wait', ms: 2_000 },
        { do: 'close', pick: 0 },
        tends('none', { during: { do: 'end' } }),
        begin('warning'),
      ],
    ],
    [
      'a person deleted it while a close was without an answer, and it began again',
      [
        begin('warning'),
        tends(),
        { do: 'end' },
        tends('crash-after', { during: { do: 'delete', pick: 0 } }),
        begin('warning'),
        { do: 'wait', ms: times.lease + 1 },
        tends('lost-before'),
      ],
    ],
    [
      'a close that the desk undid follows one without an answer',
      [
        begin('warning'),
        tends(),
        { do: 'end' },
        tends('lost-late', { lateMs: 2_500 }),
        { do: 'wait', ms: 2_000 },
        tends('undone', { callMs: 0 }),
        begin('warning'),
      ],
    ],
  ])('%s', (_, acts) => {
    const world = createWorld({ delayMinutes: 0 })
    for (const act of acts) world.act(act)
    expect(() => world.rest()).not.toThrow()
  })
})

function begin(at: 'warning' | 'critical'): Deed {
  return { do: 'begin', level: at }
}

function tends(fault: Fault = 'none', more: Partial<TendAct> = {}): TendAct {
  const usual = { queuedMs: 0, lateMs: 0, callMs: 10, lagMs: 0, during: null, duringFirst: true }
  return { do: 'tend', fault, ...usual, ...more }
}
