import { describe, expect, test } from 'vitest'
import type { StageRule } from '../../demo/rules.ts'
import type { Stage } from '../../demo/stage.ts'
import { laneNames } from '../../src/core/lane.ts'
import { type PsaStatus, showStatus } from '../../src/usecases/show-status.ts'
import { updatePsa } from '../../src/usecases/update-psa.ts'
import {
  atDesk,
  computersOf,
  databasesOld,
  expectSound,
  journal,
  oneAtDesk,
  protectionOff,
  protectionOn,
  restartDue,
  setHost,
  stages,
} from '../support/scenario.ts'
import { startSecondProcess } from '../support/second-process.ts'

/** What a desk grants in an hour: who may have it, how much of it others leave, and what is said about it. */

const openStage = await stages()

const rules: readonly StageRule[] = [
  { section: 'critical', what: 'all', fields: { priority: 'Critical', queue: 'Security', dueHours: '4' } },
  { section: 'warning', what: 'all', fields: { priority: 'Medium' } },
]
const minute = 60_000

async function setAll(stage: Stage, hosts: readonly string[], changes: object): Promise<void> {
  await stage.ksc.act({ act: 'setHosts', hosts, changes })
}

/** Gives Tocsin so many requests an hour, with an empty hour behind it, and tells the judge that the desk takes little. */
async function grant(stage: Stage, perHour: number): Promise<number> {
  await stage.steps(2, 60)
  await updatePsa(stage.app.deps, { id: stage.ids.psaId, settings: { requestsPerHour: perHour }, check: false })
  stage.autotask.setFaults({ latencyMs: { value: 0, match: { path: '^nothing$' } } })
  return (await journal(stage)).length
}

async function deskStatus(stage: Stage): Promise<PsaStatus> {
  const [psa] = (await showStatus(stage.app.deps)).psas
  if (psa === undefined) throw new Error('There is one desk.')
  return psa
}

/** Requests that count since the journal had so many entries, as the desk saw them. */
async function counted(stage: Stage, since: number) {
  return (await journal(stage)).slice(since).filter(({ path }) => !/zoneInfo/i.test(path))
}

async function mostInAnyHour(stage: Stage, since: number): Promise<number> {
  const times = (await counted(stage, since)).map(({ time }) => Date.parse(time))
  return Math.max(0, ...times.map((at) => times.filter((one) => one > at - 60 * minute && one <= at).length))
}

describe('the hour', { timeout: 90_000 }, () => {
  test('is never overdrawn by three processes, one of which is started anew', async () => {
    const { stage, databaseUrl } = await openStage.withUrl({ devices: 80, rules })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    const perHour = 120
    const before = await grant(stage, perHour)
    const second = await startSecondProcess(stage, databaseUrl)
    await setAll(stage, hosts, protectionOff)
    for (let n = 0; n < 10; n += 1) {
      await stage.moveTo(new Date(stage.now().getTime() + 15 * minute))
      // What a process that died had in hand is lost to the hour, and not spent twice.
      const third = await startSecondProcess(
        stage,
        databaseUrl,
        n === 1 ? { at: /with held as/, when: 'before' } : null,
      )
      await Promise.all([stage.work(), second.work(), third.work()])
      if (n === 4) await setAll(stage, hosts, protectionOn)
    }
    expect(await mostInAnyHour(stage, before)).toBeLessThanOrEqual(perHour)
    expect(await mostInAnyHour(stage, before)).toBeGreaterThan(0.7 * perHour)
    expect((await counted(stage, before)).filter(({ status }) => status === 429)).toEqual([])
    stage.autotask.setFaults({})
    await stage.steps(8, 35)
    expect(atDesk(stage)).toHaveLength(hosts.length)
    expect(atDesk(stage).filter(({ open }) => open)).toEqual([])
    expect(stage.autotask.stats().tickets.duplicates).toBe(0)
  })

  test('near its end is kept for an urgent open: it goes at once while all else waits', async () => {
    const stage = await openStage({ devices: 150, rules, changesEverySeconds: 3_600 })
    const [lone, ...hosts] = computersOf(stage, 'Alder')
    await grant(stage, 100)
    await setAll(stage, [...hosts, ...stage.computers('Birch')], databasesOld(stage, 4))
    await stage.step(5)
    const { budget, backlog } = await deskStatus(stage)
    // Another tenth is kept for reading around, used or not.
    expect(budget.used).toBeGreaterThanOrEqual(75)
    expect(budget.used).toBeLessThanOrEqual(90)
    expect(budget).toMatchObject({ perHour: 100, capacity: 100, reserve: 10 })
    expect(backlog.lanes.openOther).toBeGreaterThan(30)
    const opened = atDesk(stage).length
    await setHost(stage, lone, protectionOff)
    await stage.step(5)
    expect(oneAtDesk(stage, lone)).toMatchObject({ priority: 'Critical', open: true })
    expect(atDesk(stage).length).toBe(opened + 1)
    stage.autotask.setFaults({})
    await stage.steps(8, 15)
    expect(atDesk(stage)).toHaveLength(stage.computers('Birch').length + hosts.length + 1)
    expectSound(stage)
  })

  test('gives each lane that has work a tenth, and urgent opens most, through hours of too much work', async () => {
    const stage = await openStage({ devices: 440, rules })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    const [closing, telling, warning, urgent] = [
      hosts.slice(0, 40),
      hosts.slice(40, 70),
      hosts.slice(70, 130),
      hosts.slice(130, 430),
    ]
    await setAll(stage, [...closing, ...telling], databasesOld(stage, 4))
    await stage.step(5)
    expect(atDesk(stage)).toHaveLength(closing.length + telling.length)
    const perHour = 200
    const before = await grant(stage, perHour)
    await setAll(stage, closing, { databasesAt: 'fresh' })
    await setAll(stage, telling, databasesOld(stage, 8))
    await setAll(stage, warning, restartDue(stage))
    await setAll(stage, urgent, protectionOff)
    await stage.steps(24, 5)
    const { backlog } = await deskStatus(stage)
    // All of them still have work: what was given is what the governor chose.
    for (const lane of ['openCritical', 'close', 'openOther', 'note'] as const)
      expect(backlog.lanes[lane]).toBeGreaterThan(0)
    expect(await mostInAnyHour(stage, before)).toBeLessThanOrEqual(perHour)
    const sent = (await counted(stage, before)).length
    const { rows } = await stage.app.deps.pool.query<{ lane: number; granted: number }>(
      'select lane, sum(granted)::int as granted from governor_minutes where minute > $1 group by lane',
      [new Date(stage.now().getTime() - 121 * minute)],
    )
    const granted = laneNames.map((_, lane) => rows.find((row) => row.lane === lane)?.granted ?? 0)
    const total = granted.reduce((sum, count) => sum + count, 0)
    // The books hold what the desk saw, and a handful that was not sent.
    expect(Math.abs(total - sent)).toBeLessThanOrEqual(12)
    const [critical = 0, ...rest] = granted
    const [reading = 0, ...low] = rest.toReversed()
    for (const count of low) expect(count).toBeGreaterThanOrEqual(0.1 * total - 6)
    expect(critical).toBeGreaterThan(0.35 * total)
    // It wants less than its tenth, gets it while all is used up, and is never put off for long.
    expect(reading).toBeGreaterThan(20)
    expect(reading).toBeLessThanOrEqual(0.1 * total + 6)
    // At the desk: the urgent ones that were opened, against all others.
    const opened = atDesk(stage, 'Protection is disabled').length
    expect(opened).toBeGreaterThan(100)
    expect(atDesk(stage).filter(({ open }) => !open).length).toBeGreaterThan(5)
    expect(atDesk(stage).filter(({ notes }) => notes.length > 0).length).toBeGreaterThan(0)
    expect(atDesk(stage, 'estart').length).toBeGreaterThan(25)
    expect(stage.autotask.stats().handlerErrors).toBe(0)
  })
})

describe("the vendor's own count", { timeout: 90_000 }, () => {
  test('of what other programs spend leaves us less, and more again when they stop', async () => {
    const stage = await openStage({ devices: 120, rules })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    await stage.steps(2, 60)
    // 9,460 of 10,000 are spent by others: of the 9,500 that we would go up to, 40 are left, and what we had sent before.
    await stage.autotask.act({ act: 'setThreshold', requests: 10_000, minutes: 60, used: 9_460 })
    await stage.step(6)
    const { budget } = await deskStatus(stage)
    expect(budget.vendor).toMatchObject({ allowed: 10_000, addedLatencyMs: 1_000 })
    expect(Math.abs((budget.vendor?.byOthers ?? 0) - 9_460)).toBeLessThanOrEqual(45)
    expect(budget.capacity).toBeLessThan(90)
    const before = (await journal(stage)).length
    stage.autotask.setFaults({ latencyMs: { value: 0, match: { path: '^nothing$' } } })
    await setAll(stage, hosts, databasesOld(stage, 4))
    await stage.steps(6, 5)
    const held = await deskStatus(stage)
    expect(atDesk(stage).length).toBeLessThan(hosts.length)
    expect(held.backlog.lanes.openOther).toBeGreaterThan(0)
    const sent = await counted(stage, before)
    expect(sent.filter(({ status }) => status === 429)).toEqual([])
    // The vendor's limit was not reached by us.
    expect(await usedAtDesk(stage)).toBeLessThan(9_600)
    await stage.autotask.act({ act: 'setThreshold', requests: 10_000, minutes: 60, used: 100 })
    await stage.steps(3, 5)
    stage.autotask.setFaults({})
    expect(atDesk(stage)).toHaveLength(hosts.length)
    expect((await deskStatus(stage)).budget).toMatchObject({ capacity: 6_000, vendor: { addedLatencyMs: 0 } })
    expectSound(stage)
  })

  test('decides how much we read around: no more than a tenth from half of it on', async () => {
    const stage = await openStage({ devices: 60, rules })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    await setAll(stage, hosts, databasesOld(stage, 4))
    await stage.step(5)
    await grant(stage, 200)
    const readings = async (othersUsed: number): Promise<number> => {
      let since = 0
      for (let n = 0; n < 12; n += 1) {
        if (n === 6) since = (await journal(stage)).length
        await stage.autotask.act({ act: 'setThreshold', requests: 10_000, minutes: 60, used: othersUsed })
        await stage.steps(5, 2)
      }
      return (await counted(stage, since)).length
    }
    // A minute's reading and part of the sweep, all hour long.
    expect(await readings(1_000)).toBeGreaterThan(50)
    const slowed = await readings(5_500)
    expect((await deskStatus(stage)).budget.vendor).toMatchObject({ addedLatencyMs: 500 })
    expect(slowed).toBeLessThanOrEqual(26)
    expect(slowed).toBeGreaterThan(10)
    stage.autotask.setFaults({})
  })
})

describe('“limited until”', () => {
  test.each([
    ['with the time that the desk names', 600, 600],
    ['with a time of ours when it names none', null, 5],
  ])('%s', async (_, retryAfterSeconds, least) => {
    const stage = await openStage({ rules })
    const [computer] = computersOf(stage, 'Alder')
    stage.autotask.setFaults({ rateLimited: { retryAfterSeconds } })
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    const { heldUntil, heldFailure, backlog } = await deskStatus(stage)
    expect(heldFailure).toMatchObject({ kind: 'limited', reason: 'rate-limited' })
    const seconds = ((heldUntil?.getTime() ?? 0) - stage.now().getTime()) / 1_000
    expect(seconds).toBeGreaterThanOrEqual(least)
    expect(seconds).toBeLessThanOrEqual(least + 60)
    // It will not be done before, and nothing was measured yet.
    expect(backlog).toMatchObject({ total: 1, notBefore: heldUntil, emptyAt: null, reason: 'no-rate-yet' })
    const asked = (await counted(stage, 0)).length
    await stage.step(least / 60 / 2)
    expect((await counted(stage, 0)).length).toBe(asked)
    stage.autotask.setFaults({})
    await stage.steps(4, 5)
    expect(oneAtDesk(stage, computer).open).toBe(true)
    expect(await deskStatus(stage)).toMatchObject({ heldUntil: null, backlog: { total: 0, reason: 'nothing-waiting' } })
    expectSound(stage)
  })
})

describe('the estimate of when the backlog is empty', { timeout: 90_000 }, () => {
  test.each([
    ['warnings, of two hours', 100, 230, databasesOld],
    ['critical ones, of two hours', 100, 230, () => protectionOff],
    ['warnings, of one hour', 200, 260, databasesOld],
  ])('%s: within a tenth of what then happens', async (_, perHour, count, ill) => {
    const stage = await openStage({ devices: count + 10, rules, changesEverySeconds: 900 })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')].slice(0, count)
    await grant(stage, perHour)
    await setAll(stage, hosts, ill(stage, 4))
    await stage.step(5)
    const said = (await deskStatus(stage)).backlog
    expect(said).toMatchObject({ reason: 'measured' })
    expect(said.total).toBeGreaterThan(count / 4)
    const from = stage.now().getTime()
    const promised = ((said.emptyAt?.getTime() ?? 0) - from) / minute
    for (let n = 0; atDesk(stage).length < hosts.length && n < 80; n += 1) await stage.step(5)
    stage.autotask.setFaults({})
    const took = (stage.now().getTime() - from) / minute
    expect(took).toBeGreaterThan(50)
    expect({ promised, error: Math.abs(promised - took) <= 0.1 * took }).toEqual({ promised, error: true })
  })
})

/** As the vendor counts it. */
async function usedAtDesk(stage: Stage): Promise<number> {
  const { user, secret, integrationCode, url } = stage.autotask.ready
  const reply = await fetch(`${url}V1.0/ThresholdInformation`, {
    headers: { UserName: user, Secret: secret, ApiIntegrationCode: integrationCode },
  })
  return ((await reply.json()) as { currentTimeframeRequestCount: number }).currentTimeframeRequestCount
}
