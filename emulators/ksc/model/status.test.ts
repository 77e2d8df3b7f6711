import { describe, expect, test } from 'vitest'
import { day, hour, reason, reasonCount, reasonTexts } from './bits.ts'
import { defaultCritical, defaultWarning, healthy } from './defaults.ts'
import { computeStatus, type StatusInput } from './status.ts'
import { fresh, type HostState, type LevelSettings, never } from './types.ts'

const now = Date.UTC(2025, 5, 1, 12)
const everyBit = 2 ** reasonCount - 1
const input = (changes: Partial<HostState>, more: Partial<StatusInput> = {}): StatusInput => ({
  createdAt: now - 100 * day,
  state: { ...healthy, ...changes },
  licenseEndsAt: now + 200 * day,
  critical: { ...defaultCritical, mask: everyBit },
  warning: { ...defaultWarning, mask: everyBit },
  ...more,
})
const bits = (mask: number): number[] => Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => mask & (1 << bit))

test('a healthy device has no reason and only its licence ahead', () => {
  expect(computeStatus(input({}), now)).toEqual({ critical: 0, warning: 0, nextChangeAt: now + 193 * day })
  expect(computeStatus(input({}, { licenseEndsAt: Number.POSITIVE_INFINITY }), now).nextChangeAt).toBe(fresh)
})

test('every documented bit has a rule and a text', () => {
  expect(reasonTexts).toHaveLength(20)
  expect(Object.values(reason).toSorted((a, b) => a - b)).toEqual(reasonTexts.map((_, bit) => bit))
})

describe('what a change makes', () => {
  test.each<[string, Partial<HostState>, number[], number[]]>([
    ['agent not active, visible', { agentAlive: false }, [0], [0]],
    ['agent not active, unseen', { agentAlive: false, lastVisible: now - 3 * hour }, [], []],
    ['no agent at all', { agentInstalled: false, agentAlive: false, productInstalled: false }, [], []],
    ['protection stopped', { rtpState: 1, rtpSince: now - 1 }, [1, 4], [1, 4]],
    ['protection suspended', { rtpState: 2, rtpSince: now - 1 }, [1, 4], [1, 4]],
    ['protection failed', { rtpState: 9, rtpSince: now - 1 }, [1, 4], [1, 4]],
    ['protection unknown', { rtpState: 0 }, [], []],
    ['maximum protection', { rtpState: 5 }, [], []],
    ['product not running', { productRunning: false }, [2], [2]],
    ['11 viruses', { virusCount: 11 }, [3], [3]],
    ['10 viruses', { virusCount: 10 }, [], [3]],
    ['no product', { productInstalled: false, productRunning: false, rtpState: 0 }, [5], [5]],
    ['no product and none needed', { productInstalled: false, avNotNeeded: true }, [], []],
    ['scan 20 days old', { lastFullScan: now - 20 * day }, [], [6]],
    ['never scanned', { lastFullScan: never }, [6], [6]],
    ['databases 3 days old', { databasesAt: now - 3 * day }, [], []],
    ['databases more than 3 days old', { databasesAt: now - 3 * day - 1 }, [], [7]],
    ['databases more than 7 days old', { databasesAt: now - 7 * day - 1 }, [7], [7]],
    ['not connected for 8 days', { lastConnected: now - 8 * day }, [], [8]],
    ['not connected for 15 days', { lastConnected: now - 15 * day }, [8], [8]],
    ['active threat', { uncuredCount: 1 }, [10], [10]],
    ['restart for 2 days', { restartRequiredSince: now - 2 * day }, [], [11]],
    ['restart for an hour', { restartRequiredSince: now - hour }, [], []],
    ['incompatible application', { incompatibleApps: true }, [12], [12]],
    ['medium vulnerability', { vulnerability: 2 }, [], [13]],
    ['worst vulnerability', { vulnerability: 3 }, [13], [13]],
    ['no update search for 40 days', { lastUpdateSearch: now - 40 * day }, [], [14]],
    ['encryption', { encryptionWrong: true }, [15], [15]],
    ['mobile settings', { mobileNotCompliant: true }, [16], [16]],
    ['incident', { incidents: 1 }, [17], [17]],
    ['stated by the application: warning', { hsdp: { level: 'warning', text: 'x' } }, [], [18]],
    ['stated by the application: critical', { hsdp: { level: 'critical', text: 'x' } }, [18], [18]],
    ['disk nearly full', { freeDiskMb: 1000 }, [], [19]],
    ['disk full', { freeDiskMb: 10 }, [19], [19]],
  ])('%s', (_name, changes, critical, warning) => {
    const status = computeStatus(input(changes), now)
    expect({ critical: bits(status.critical), warning: bits(status.warning) }).toEqual({ critical, warning })
  })

  test.each([
    [8, [], []],
    [7, [], [9]],
    [0, [9], [9]],
    [-5, [9], [9]],
  ])('licence ends in %i days', (days, critical, warning) => {
    const status = computeStatus(input({}, { licenseEndsAt: now + days * day }), now)
    expect({ critical: bits(status.critical), warning: bits(status.warning) }).toEqual({ critical, warning })
  })

  test('a bit that is off at a level never shows there', () => {
    const all: Partial<HostState> = { databasesAt: never, uncuredCount: 5, incidents: 2, agentAlive: false }
    for (let bit = 0; bit < reasonCount; bit += 1) {
      const status = computeStatus(input(all, { critical: { ...defaultCritical, mask: everyBit & ~(1 << bit) } }), now)
      expect(bits(status.critical)).not.toContain(bit)
    }
    const off = { ...defaultCritical, mask: 0 }
    expect(computeStatus(input(all, { critical: off, warning: off }), now)).toMatchObject({ critical: 0, warning: 0 })
  })

  test('a device just added has grace for databases (1 day) and scan (7 days)', () => {
    const young = (age: number) =>
      bits(computeStatus(input({ databasesAt: never, lastFullScan: never }, { createdAt: now - age }), now).warning)
    expect(young(day - 1)).toEqual([])
    expect(young(day)).toEqual([7])
    expect(young(15 * day)).toEqual([6, 7])
  })

  test('restart reasons count only when asked for', () => {
    const restartReasons = (mask: number): LevelSettings => ({
      ...defaultWarning,
      mask: everyBit,
      restartReasons: mask,
    })
    const restart = { restartRequiredSince: now - 9 * day, restartReason: 2 }
    expect(bits(computeStatus(input(restart, { warning: restartReasons(2) }), now).warning)).toEqual([11])
    expect(bits(computeStatus(input(restart, { warning: restartReasons(1) }), now).warning)).toEqual([])
  })
})

describe('time alone', () => {
  // Each walk goes from one announced moment to the next and notes what holds from there on.
  const walk = (given: StatusInput, steps: number): [number, number[], number[]][] => {
    const seen: [number, number[], number[]][] = []
    let moment = now
    for (let step = 0; step < steps && moment !== fresh; step += 1) {
      const status = computeStatus(given, moment)
      const before = computeStatus(given, status.nextChangeAt === fresh ? moment : status.nextChangeAt - 1)
      expect([before.critical, before.warning], 'nothing changes in between').toEqual([status.critical, status.warning])
      seen.push([(moment - now) / day, bits(status.critical), bits(status.warning)])
      moment = status.nextChangeAt
    }
    return seen.map(([at, critical, warning]) => [Math.round(at * 1000) / 1000, critical, warning])
  }

  test('databases grow old: Warning, then Critical', () => {
    expect(walk(input({ databasesAt: now }), 3)).toEqual([
      [0, [], []],
      [3, [], [7]],
      [7, [7], [7]],
    ])
  })

  test('an unconnected device: databases and connection in their order', () => {
    expect(walk(input({ databasesAt: now, lastConnected: now, lastVisible: now }), 4)).toEqual([
      [0, [], []],
      [3, [], [7]],
      [7, [7], [7, 8]],
      [14, [7, 8], [7, 8]],
    ])
  })

  test('scan, restart, protection, update search, licence', () => {
    expect(walk(input({ lastFullScan: now }), 3).map(([at]) => at)).toEqual([0, 14, 30])
    expect(walk(input({ restartRequiredSince: now }), 3).map(([at]) => at)).toEqual([0, 1, 14])
    expect(walk(input({ lastUpdateSearch: now }), 3).map(([at]) => at)).toEqual([0, 30, 60])
    expect(walk(input({}), 3)).toEqual([
      [0, [], []],
      [193, [], [9]],
      [200, [9], [9]],
    ])
    const patient = { ...defaultCritical, mask: everyBit, protectionInactiveSeconds: 3600, wantedProtection: 0 }
    expect(walk(input({ rtpState: 1, rtpSince: now }, { critical: patient, warning: patient }), 2)).toEqual([
      [0, [], []],
      [0.042, [1], [1]],
    ])
  })

  test('an unmanaged device stops to be one when it is no longer seen', () => {
    expect(walk(input({ agentAlive: false, lastVisible: now }), 2)).toEqual([
      [0, [0], [0]],
      [0.083, [], []],
    ])
  })
})
