import { describe, expect, test } from 'vitest'
import { findAlarms } from './find-alarms.ts'
import type { Measured, MeasuredPsa, MeasuredSource, MeasuredTenant } from './measured.ts'
import { usualThresholds } from './watch-thresholds.ts'

const now = new Date('2026-03-02T06:00:00Z')
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000)
const inDays = (days: number): Date => new Date(now.getTime() + days * 86_400_000)

const calm: Measured = {
  sources: [],
  tenants: [],
  psas: [],
  rules: [],
  ends: [],
  processes: [],
  drills: [],
  webhook: { oldestWaitingAt: null, failure: '', givenUp: 0 },
}

function source(poll: Partial<MeasuredSource['polls'][number]> = {}, problem: string | null = null): MeasuredSource {
  const computers = {
    what: 'its computers',
    everySeconds: 300,
    lastGoodAt: ago(1),
    lastDurationMs: 1_000,
    failure: null,
  }
  return { id: 1, name: 'KSC', problem, polls: [{ ...computers, ...poll }], silentChannels: [], unreadFill: 0 }
}

function psa(changes: Partial<MeasuredPsa> = {}): MeasuredPsa {
  const budget = { used: 0, perHour: 1_000 }
  return { id: 2, name: 'Desk', problem: null, trouble: null, stuck: 0, budget, due: 0, oldestDueAt: null, ...changes }
}

function tenant(id: number, changes: Partial<MeasuredTenant> = {}): MeasuredTenant {
  return { id, sourceId: 1, name: `Client ${id}`, failingSince: null, message: null, vanishedAt: null, ...changes }
}

function find(measured: Partial<Measured>, holding: string[] = []): string[] {
  return findAlarms({ ...calm, ...measured }, usualThresholds, new Set(holding), now).map(
    ({ kind, subject, severity, minutes }) => `${kind} ${subject} ${severity} ${minutes}`,
  )
}

const process = { process: 'p', diskFreeBytes: null, clocks: [] }
const mb = 1024 * 1024

test.each<[string, Partial<Measured>, string[]]>([
  ['nothing', {}, []],
  ['a source read a minute ago', { sources: [source()] }, []],
  ['a source read 29 minutes ago', { sources: [source({ lastGoodAt: ago(29) })] }, []],
  [
    'a source read 30 minutes ago',
    { sources: [source({ lastGoodAt: ago(30) })] },
    ['source-silent source/1 critical 30'],
  ],
  [
    'a source whose listeners stand nowhere',
    { sources: [{ ...source(), silentChannels: [{ what: 'syslog', message: 'Port 6514 is taken.' }] }] },
    ['channel-silent source/1 critical 5'],
  ],
  ['a source with room for more that nobody could read', { sources: [{ ...source(), unreadFill: 0.79 }] }, []],
  [
    'a source whose room for what nobody could read fills up',
    { sources: [{ ...source(), unreadFill: 0.8 }] },
    ['unread-full source/1 warning 0'],
  ],
  [
    'a source that pushes back what nobody can read',
    { sources: [{ ...source(), unreadFill: 1 }] },
    ['unread-full source/1 critical 0'],
  ],
  ['a source never read', { sources: [source({ lastGoodAt: null })] }, ['source-silent source/1 critical 30']],
  ['a source that is read once a day', { sources: [source({ everySeconds: 86_400, lastGoodAt: ago(2_000) })] }, []],
  [
    'a source that is read once a day, silent for two',
    { sources: [source({ everySeconds: 86_400, lastGoodAt: ago(2_881) })] },
    ['source-silent source/1 critical 2881'],
  ],
  ['a source whose polls take an hour', { sources: [source({ lastDurationMs: 3_600_000, lastGoodAt: ago(65) })] }, []],
  [
    'a source whose settings cannot be used',
    { sources: [source({ lastGoodAt: null }, 'Enter the secret again.')] },
    ['connection-unusable source/1 critical 0'],
  ],
  [
    'a PSA whose settings cannot be used',
    { psas: [psa({ problem: 'No.', trouble: { kind: 'denied', message: '' } })] },
    ['connection-unusable psa/2 critical 0'],
  ],
  [
    'a PSA that refuses',
    { psas: [psa({ trouble: { kind: 'denied', message: '' } })] },
    ['psa-refusing psa/2 critical 5'],
  ],
  [
    'a PSA that is away',
    { psas: [psa({ trouble: { kind: 'unreachable', message: '' } })] },
    ['psa-unreachable psa/2 critical 15'],
  ],
  [
    'a PSA that limits',
    { psas: [psa({ trouble: { kind: 'limited', message: '' } })] },
    ['psa-limited psa/2 warning 60'],
  ],
  ['stuck tickets', { psas: [psa({ stuck: 3 })] }, ['tickets-stuck psa/2 warning 15']],
  ['79 % of the budget', { psas: [psa({ budget: { used: 799, perHour: 1_000 } })] }, []],
  ['80 % of the budget', { psas: [psa({ budget: { used: 800, perHour: 1_000 } })] }, ['budget-low psa/2 warning 0']],
  ['no budget at all', { psas: [psa({ budget: { used: 9_999, perHour: null } })] }, []],
  ['due for 29 minutes', { psas: [psa({ due: 5, oldestDueAt: ago(29) })] }, []],
  ['due for 30 minutes', { psas: [psa({ due: 5, oldestDueAt: ago(30) })] }, ['backlog-stands psa/2 critical 30']],
  [
    'due for long at a PSA that is away: that is enough said',
    { psas: [psa({ due: 5, oldestDueAt: ago(300), trouble: { kind: 'unreachable', message: '' } })] },
    ['psa-unreachable psa/2 critical 15'],
  ],
  [
    'a client that does not answer, at a source that does',
    { sources: [source()], tenants: [tenant(7, { failingSince: ago(61), message: 'Stopped.' })] },
    ['tenant-silent tenant/7 warning 60'],
  ],
  [
    'a client that does not answer, at a source that does not either',
    { sources: [source({ lastGoodAt: ago(61) })], tenants: [tenant(7, { failingSince: ago(61) })] },
    ['source-silent source/1 critical 30'],
  ],
  [
    'a client that is gone and did not answer before',
    { sources: [source()], tenants: [tenant(7, { failingSince: ago(99), vanishedAt: ago(61) })] },
    ['tenant-vanished tenant/7 warning 60'],
  ],
  [
    'ten clients: one alarm each; eleven: one for all',
    { sources: [source()], tenants: Array.from({ length: 11 }, (_, n) => tenant(n, { failingSince: ago(n) })) },
    ['tenant-silent source/1 warning 60'],
  ],
  [
    'rules that do not fit',
    { rules: [{ integrationId: 3, name: 'Endpoint', count: 2, first: 'No such queue.' }] },
    ['rules-broken integration/3 warning 0'],
  ],
  [
    'a secret with 15 days left',
    { ends: [{ kind: 'secret-expiring', subject: 'psa/2', name: 'Desk', what: 'key', endsAt: inDays(15) }] },
    [],
  ],
  [
    'a secret with 14 days left',
    { ends: [{ kind: 'secret-expiring', subject: 'psa/2', name: 'Desk', what: 'key', endsAt: inDays(14) }] },
    ['secret-expiring psa/2 warning 0'],
  ],
  [
    'a certificate with a day left',
    {
      ends: [
        { kind: 'certificate-expiring', subject: 'source/1', name: 'KSC', what: 'certificate', endsAt: inDays(1) },
      ],
    },
    ['certificate-expiring source/1 critical 0'],
  ],
  [
    'a secret that ended',
    { ends: [{ kind: 'secret-expiring', subject: 'psa/2', name: 'Desk', what: 'key', endsAt: inDays(-3) }] },
    ['secret-expiring psa/2 critical 0'],
  ],
  ['a disk with room', { processes: [{ ...process, diskFreeBytes: 2_048 * mb }] }, []],
  ['a full disk', { processes: [{ ...process, diskFreeBytes: 2_048 * mb - 1 }] }, ['disk-low database critical 0']],
  [
    'a clock that all others differ from',
    {
      processes: [
        {
          ...process,
          clocks: [
            { of: 'a', aheadMs: 31_000 },
            { of: 'b', aheadMs: 90_000 },
          ],
        },
      ],
    },
    ['clock-off process/p critical 0'],
  ],
  [
    'a clock that one other agrees with',
    {
      processes: [
        {
          ...process,
          clocks: [
            { of: 'a', aheadMs: -900 },
            { of: 'b', aheadMs: -90_000 },
          ],
        },
      ],
    },
    [],
  ],
  [
    'a drill that failed',
    { drills: [{ psaId: 2, name: 'Desk', failed: 'It failed.' }] },
    ['drill-failed psa/2 critical 0'],
  ],
  ['a drill that went well', { drills: [{ psaId: 2, name: 'Desk', failed: null }] }, []],
  [
    'a webhook in arrears',
    { webhook: { oldestWaitingAt: ago(1), failure: '500', givenUp: 0 } },
    ['webhook-failing webhook warning 15'],
  ],
  [
    'a webhook that lost messages',
    { webhook: { oldestWaitingAt: null, failure: '500', givenUp: 2 } },
    ['webhook-failing webhook warning 15'],
  ],
])('%s', (_, measured, expected) => {
  expect(find(measured)).toEqual(expected)
})

describe('words', () => {
  const words = (measured: Partial<Measured>) =>
    findAlarms({ ...calm, ...measured }, usualThresholds, new Set(), now)[0]?.words

  test('say what failed, and what to do when nothing was tried', () => {
    expect(words({ sources: [source({ lastGoodAt: ago(45), failure: 'No route.' })] })).toBe(
      'No good reading of its computers since 2026-03-02 05:15 UTC. The last one failed: No route.',
    )
    expect(words({ sources: [source({ lastGoodAt: null })] })).toContain('see that a worker runs')
  })

  test('of a clock say which side it is on', () => {
    const at = (of: string, aheadMs: number) => words({ processes: [{ ...process, clocks: [{ of, aheadMs }] }] })
    expect(at('Desk', 60_000)).toContain('more than 30 s behind every clock that it sees: Desk')
    expect(at('Desk', -60_000)).toContain('more than 30 s ahead of every clock')
    expect(at('the database', -60_000)).toBe('The clocks of process p and of the database differ by more than 30 s.')
  })

  test('a database on the same machine does not excuse a wrong clock', () => {
    const clocks = [
      { of: 'the database', aheadMs: 0 },
      { of: 'Desk', aheadMs: 60_000 },
    ]
    expect(find({ processes: [{ ...process, clocks }] })).toEqual(['clock-off process/p critical 0'])
    const apart = [
      { of: 'the database', aheadMs: 60_000 },
      { of: 'Desk', aheadMs: 0 },
    ]
    expect(find({ processes: [{ ...process, clocks: apart }] })).toEqual(['clock-off process/p critical 0'])
  })

  test('do not change while nothing changes', () => {
    const busy = (used: number, due: number) => words({ psas: [psa({ budget: { used, perHour: 1_000 }, due })] })
    expect(busy(850, 1)).toBe(busy(990, 80))
  })
})

test('the budget’s alarm ends only well below its threshold', () => {
  const used = (part: number) => ({ psas: [psa({ budget: { used: part, perHour: 1_000 } })] })
  expect(find(used(700), ['budget-low/psa/2'])).toEqual(['budget-low psa/2 warning 0'])
  expect(find(used(699), ['budget-low/psa/2'])).toEqual([])
  expect(find(used(700))).toEqual([])
})
