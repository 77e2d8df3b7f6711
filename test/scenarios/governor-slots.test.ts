import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { StageRule } from '../../demo/rules.ts'
import type { Stage } from '../../demo/stage.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { systemIds } from '../../src/lib/ids.ts'
import { createGovernor, type Governor } from '../../src/usecases/governor.ts'
import { showStatus } from '../../src/usecases/show-status.ts'
import { updatePsa } from '../../src/usecases/update-psa.ts'
import {
  atDesk,
  computersOf,
  expectSound,
  journal,
  oneAtDesk,
  protectionOff,
  setHost,
  stages,
} from '../support/scenario.ts'

/** Calls at once: those that were given up count as long as they may run, and nobody keeps all slots for himself. */

const openStage = await stages()

const rules: readonly StageRule[] = [
  { section: 'critical', what: 'all', fields: { priority: 'Critical', queue: 'Security', dueHours: '4' } },
]
const longestCallMs = 300_000

/** A desk of its own for slots, without budget. */
function governorOf(stage: Stage, clock = stage.app.deps.clock): Governor {
  const { pool, log } = stage.app.deps
  const limits = { threads: 3, perHour: 0, callTimeoutMs: 10_000, longestCallMs }
  return createGovernor({ pool, log, clock, ids: systemIds }, stage.ids.psaId, limits)
}

/** How many of four calls are let in within half a second. */
async function letIn(governor: Governor): Promise<{ count: number; giveBack(): void }> {
  const enough = AbortSignal.timeout(500)
  const tries = [1, 2, 3, 4].map(() => governor.acquire('Tickets', enough).catch(() => null))
  const got = (await Promise.all(tries)).filter((release) => release !== null)
  return { count: got.length, giveBack: () => got.map((release) => release()) }
}

async function moveBy(stage: Stage, ms: number): Promise<void> {
  await stage.moveTo(new Date(stage.now().getTime() + ms))
}

describe('a call that got no answer in time', () => {
  test('keeps its slot until the vendor must have ended it, also for other processes and after a restart', async () => {
    const stage = await openStage({ rules })
    const [first, second] = [governorOf(stage), governorOf(stage)]
    const given = await first.acquire('Tickets', new AbortController().signal)
    await moveBy(stage, 10_000)
    given(true)
    const before = await letIn(second)
    expect(before.count).toBe(2)
    before.giveBack()
    await first.stop()
    await second.stop()
    const [psa] = (await showStatus(stage.app.deps)).psas
    expect(psa?.threads).toEqual({ perEndpoint: 3, endpoints: [{ endpoint: 'Tickets', inUse: 0, givenUp: 1 }] })
    await moveBy(stage, longestCallMs - 10_000 - 1_000)
    const third = governorOf(stage)
    const still = await letIn(third)
    expect(still.count).toBe(2)
    still.giveBack()
    await third.stop()
    await moveBy(stage, 2_000)
    const fourth = governorOf(stage)
    const after = await letIn(fourth)
    expect(after.count).toBe(3)
    after.giveBack()
    await fourth.stop()
  })

  test('when all are taken so, nothing is sent until the first is over, and the status says why', async () => {
    const stage = await openStage({ rules, devices: 12 })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    await updatePsa(stage.app.deps, { id: stage.ids.psaId, settings: { timeoutSeconds: 5 } })
    const begun = stage.now()
    // The desk takes them and never answers; reading around is let through.
    stage.autotask.setFaults({ dead: { mode: 'silent', match: { method: 'POST', path: '/Tickets$' } } })
    await stage.ksc.act({ act: 'setHosts', hosts, changes: protectionOff })
    await stage.step(5)
    await stage.step(1)
    const asked = (await journal(stage)).length
    const [psa] = (await showStatus(stage.app.deps)).psas
    expect(psa?.heldFailure).toMatchObject({ kind: 'limited', reason: 'threads-held' })
    expect(psa?.heldFailure?.message).toContain('may still be taken by calls that got no answer in time')
    expect(psa?.heldUntil?.getTime()).toBeGreaterThanOrEqual(begun.getTime() + longestCallMs)
    expect(psa?.backlog).toMatchObject({ notBefore: psa?.heldUntil })
    stage.autotask.setFaults({})
    for (let n = 0; n < 3; n += 1) await stage.step(1)
    expect((await journal(stage)).length).toBe(asked)
    for (let n = 0; n < 6; n += 1) await stage.step(3)
    expect(atDesk(stage)).toHaveLength(hosts.length)
    expect(stage.autotask.stats().tickets.duplicates).toBe(0)
  })

  test('a slow call of a process that is killed is waited for as long', async () => {
    const stage = await openStage({ rules })
    const doomed = governorOf(stage)
    await doomed.acquire('Tickets', new AbortController().signal)
    // After five real seconds it is written down that this one takes long; then the process is no more.
    await wait(5_500)
    await moveBy(stage, 60_000)
    const other = governorOf(stage)
    const meanwhile = await letIn(other)
    expect(meanwhile.count).toBe(2)
    meanwhile.giveBack()
    await moveBy(stage, longestCallMs)
    const after = await letIn(other)
    expect(after.count).toBe(3)
    after.giveBack()
    await other.stop()
  })
})

describe('slots under load', () => {
  test('are handed over: a process that comes late gets one soon, and keeps one', async () => {
    const stage = await openStage({ rules })
    const governors = [0, 1, 2, 3].map(() => governorOf(stage, systemClock))
    const over = AbortSignal.timeout(4_000)
    let atOnce = 0
    let most = 0
    const calls = governors.map(() => 0)
    const gaps: number[] = governors.map(() => 0)
    const lastAt: number[] = governors.map(() => performance.now())
    /** A process that always has more calls than slots. */
    const work = async (governor: Governor, n: number): Promise<void> => {
      while (!over.aborted) {
        const release = await governor.acquire('Tickets', over).catch(() => null)
        if (release === null) return
        const now = performance.now()
        gaps[n] = Math.max(gaps[n] ?? 0, now - (lastAt[n] ?? now))
        lastAt[n] = now
        atOnce += 1
        most = Math.max(most, atOnce)
        await wait(20)
        atOnce -= 1
        calls[n] = (calls[n] ?? 0) + 1
        release()
      }
    }
    const [busy, ...late] = governors
    if (busy === undefined) throw new Error('There are four.')
    const first = [1, 2, 3, 4].map(() => work(busy, 0))
    await wait(300)
    await Promise.all([...first, ...late.flatMap((governor, n) => [1, 2].map(() => work(governor, n + 1)))])
    for (const governor of governors) await governor.stop()
    expect(most).toBe(3)
    const total = calls.reduce((sum, count) => sum + count, 0)
    for (const count of calls) expect(count).toBeGreaterThan(0.08 * total)
    for (const ms of gaps) expect(ms).toBeLessThan(2_500)
  })

  test('a lone urgent ticket is at the desk within seconds although another process has all slots', async () => {
    const stage = await openStage({ rules })
    const [computer] = computersOf(stage, 'Alder')
    const hog = governorOf(stage, stage.app.deps.clock)
    const over = new AbortController()
    const hogging = [1, 2, 3, 4].map(async () => {
      while (!over.signal.aborted) {
        const release = await hog.acquire('Tickets', over.signal).catch(() => null)
        if (release === null) return
        await wait(100)
        release()
      }
    })
    await wait(500)
    await setHost(stage, computer, protectionOff)
    await stage.moveTo(new Date(stage.now().getTime() + 5 * 60_000))
    const working = stage.work()
    const asked = performance.now()
    while (atDesk(stage).length === 0 && performance.now() - asked < 8_000) await wait(20)
    const took = performance.now() - asked
    over.abort()
    await Promise.all(hogging)
    await hog.stop()
    await working
    expect(oneAtDesk(stage, computer).open).toBe(true)
    // The poll and the readings before it ask for slots too.
    expect(took).toBeLessThan(4_000)
    expectSound(stage)
  })
})
