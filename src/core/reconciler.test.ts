import fc from 'fast-check'
import { describe, it } from 'vitest'
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
    fc.assert(
      fc.property(story, fc.constantFrom(0, 1), (acts, delayMinutes) => {
        const world = createWorld({ delayMinutes })
        for (const act of acts) world.act(act)
        world.rest()
      }),
      { numRuns: 10_000, seed: 20261122 },
    )
  })
})
