import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { StageRule } from '../../demo/rules.ts'
import type { Stage } from '../../demo/stage.ts'
import { kscJournal } from '../support/ksc-front.ts'
import {
  atDesk,
  computersOf,
  databasesOld,
  expectSound,
  oneAtDesk,
  protectionOff,
  protectionOn,
  setHost,
  stages,
} from '../support/scenario.ts'
import { type DyingPoint, startSecondProcess } from '../support/second-process.ts'
import { type WorkerProcesses, workerProcesses } from '../support/worker-process.ts'

/** A process that dies anywhere: exactly one ticket, exactly one note, exactly one close. */

const openStage = await stages()

const rules: readonly StageRule[] = [
  { section: 'critical', what: 'all', fields: { priority: 'Critical', queue: 'Security', dueHours: '4' } },
  { section: 'warning', what: 'all', fields: { priority: 'Medium' } },
]

const points: readonly [name: string, point: DyingPoint][] = [
  ['inside the judgement, before its commit', { at: /insert into decisions/, when: 'before' }],
  ['after the commit of the judgement', { at: /pg_notify/, when: 'after' }],
  ['at the end of the poll', { at: /update duties set lease_owner = null/, when: 'before' }],
  ['before the claim is on disk', { at: /update tickets t set lease_owner/, when: 'before' }],
  ['after the claim, before the call', { at: /update tickets t set lease_owner/, when: 'after' }],
  ['with a slot of the governor in its hands', { at: /update governor_slots set owner = \$3/, when: 'after' }],
  ['after the desk has answered, before that is on disk', { at: /with held as/, when: 'before' }],
  ['after that is on disk', { at: /with held as/, when: 'after' }],
  ['with the story of the ticket not written', { at: /insert into ticket_steps/, when: 'before' }],
]

/** Another process does what is due in five minutes and dies; this one goes on. */
async function dieAndRecover(stage: Stage, databaseUrl: string, point: DyingPoint): Promise<boolean> {
  await stage.moveTo(new Date(stage.now().getTime() + 5 * 60_000))
  const doomed = await startSecondProcess(stage, databaseUrl, point)
  const died = await doomed.work()
  // A call whose outcome nobody knows is looked for until the desk must show it: six minutes and a bit.
  await stage.steps(4, 5)
  return died
}

describe('a process that dies', () => {
  test.each(points)('%s', async (_, point) => {
    const { stage, databaseUrl } = await openStage.withUrl({ rules })
    const [computer] = computersOf(stage, 'Alder')
    const died: boolean[] = []

    await setHost(stage, computer, databasesOld(stage, 4))
    died.push(await dieAndRecover(stage, databaseUrl, point))
    const opened = oneAtDesk(stage, computer)
    expect(opened).toMatchObject({ priority: 'Medium', open: true, notes: [] })

    await setHost(stage, computer, databasesOld(stage, 8))
    died.push(await dieAndRecover(stage, databaseUrl, point))
    const raised = oneAtDesk(stage, computer)
    expect(raised).toMatchObject({ id: opened.id, priority: 'Critical', queue: 'Security', open: true })
    expect(raised.notes.map(({ title }) => title)).toEqual(['Now Critical: Databases are outdated'])

    await setHost(stage, computer, { databasesAt: 'fresh' })
    died.push(await dieAndRecover(stage, databaseUrl, point))
    expect(oneAtDesk(stage, computer)).toMatchObject({ id: opened.id, open: false })
    const ends = stage.autotask.history().filter(({ kind }) => kind === 'closed' || kind === 'reopened')
    expect(ends.map(({ kind, by }) => [kind, by])).toEqual([['closed', 'api']])
    expect(stage.autotask.history().filter(({ kind }) => kind === 'note')).toHaveLength(1)

    expect(died).toEqual([true, true, true])
    expectSound(stage)
  })

  test.each([
    ['the desk stored it and the answer was lost', { cutAfterCommit: true }],
    ['the desk never had it', { cutBefore: true }],
  ])('before it could remember that %s', async (_, fault) => {
    const { stage, databaseUrl } = await openStage.withUrl({ rules })
    const [computer] = computersOf(stage, 'Alder')
    const point: DyingPoint = { at: /with held as/, when: 'before' }
    const lose = (path: string) =>
      stage.autotask.setFaults(
        Object.fromEntries(Object.keys(fault).map((name) => [name, { match: { path }, times: 1 }])),
      )
    lose('/Tickets$')
    await setHost(stage, computer, databasesOld(stage, 4))
    await dieAndRecover(stage, databaseUrl, point)
    lose('/Notes$')
    await setHost(stage, computer, databasesOld(stage, 8))
    await dieAndRecover(stage, databaseUrl, point)
    lose('/Tickets$')
    await setHost(stage, computer, { databasesAt: 'fresh' })
    await dieAndRecover(stage, databaseUrl, point)
    stage.autotask.setFaults({})
    expect(oneAtDesk(stage, computer)).toMatchObject({ open: false, priority: 'Critical' })
    expect(oneAtDesk(stage, computer).notes).toHaveLength(1)
    expect(stage.autotask.history().filter(({ kind }) => kind === 'closed')).toHaveLength(1)
    expectSound(stage)
  })

  test('in the middle of a list of events, between two pages', async () => {
    const critical: readonly StageRule[] = [
      { section: 'severity', what: 'Critical', fields: { priority: 'High', dueHours: '4' } },
    ]
    const { stage, databaseUrl } = await openStage.withUrl({ rules: critical, devices: 12 })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    await stage.app.deps.pool.query(`update sources set settings = settings || '{"pageSize": 3}'`)
    for (const host of hosts) {
      const event = { type: 'GNRL_EV_ATTACK_DETECTED', displayName: 'Network attack detected', severity: 4 }
      await stage.ksc.act({ act: 'raiseEvent', host, ...event })
    }
    let pages = 0
    const thirdPage: DyingPoint = {
      at: { test: (text: string) => /update sources set event_cursor/.test(text) && ++pages === 3 } as RegExp,
      when: 'before',
    }
    expect(await dieAndRecover(stage, databaseUrl, thirdPage)).toBe(true)
    expect(
      atDesk(stage)
        .map(({ title }) => title)
        .sort(),
    ).toEqual(hosts.map((host) => `Critical: Network attack detected on ${host}`).sort())
    expect(atDesk(stage).flatMap(({ notes }) => notes)).toEqual([])
    expectSound(stage)
  })
})

describe('kill -9', () => {
  test('of one worker after the other while tickets open and close', { timeout: 90_000 }, async () => {
    const { stage, databaseUrl } = await openStage.withUrl({ rules, devices: 24 })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    const workers = workerProcesses(stage, databaseUrl)
    const openCount = () => atDesk(stage).filter(({ open }) => open).length
    let worker = await workers.start()
    /** Kills the worker as soon as so much was done, and starts another. */
    const killAt = async (done: number, progress: () => number): Promise<void> => {
      await until(() => progress() >= done, workers)
      await worker.kill()
      worker = await workers.start()
    }
    stage.autotask.setFaults({ latencyMs: 20 })
    await stage.ksc.act({ act: 'setHosts', hosts, changes: protectionOff })
    const opened = () => atDesk(stage).length
    for (const done of [4, 12]) await killAt(done, opened)
    await until(() => opened() === hosts.length, workers)
    // What was done and not stored is found out.
    await until(settled(workers), workers)
    expect(opened()).toBe(hosts.length)
    expect(openCount()).toBe(hosts.length)
    await stage.ksc.act({ act: 'setHosts', hosts, changes: protectionOn })
    const closed = () => hosts.length - openCount()
    await killAt(9, closed)
    await until(() => closed() === hosts.length, workers)
    await until(settled(workers), workers)
    await worker.kill()
    stage.autotask.setFaults({})
    await stage.steps(2, 5)
    expect(opened()).toBe(hosts.length)
    expect(openCount()).toBe(0)
    const ends = stage.autotask.history().filter(({ kind }) => kind === 'closed')
    expect(ends).toHaveLength(hosts.length)
    const { rows } = await stage.app.deps.pool.query('select distinct outcome from tickets')
    expect(rows).toEqual([{ outcome: 'closed-by-us' }])
    expectSound(stage)
  })
})

describe('two workers at once', () => {
  test('make no doubles, and no poll runs beside itself', async () => {
    const { stage, databaseUrl } = await openStage.withUrl({ rules, devices: 24 })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    const other = await startSecondProcess(stage, databaseUrl)
    const both = async (minutes: number) => {
      await stage.moveTo(new Date(stage.now().getTime() + minutes * 60_000))
      await Promise.all([stage.work(), other.work(), other.work()])
      // What one of them left to the other.
      await stage.work()
    }
    const polls = async () =>
      (await kscJournal(stage)).filter(({ path }) => path.endsWith('/HostGroup.FindHosts')).length
    await stage.step(5)
    const before = await polls()
    await stage.step(5)
    const eachPoll = (await polls()) - before

    stage.autotask.setFaults({ latencyMs: 5 })
    const changes = [databasesOld(stage, 4), databasesOld(stage, 8), { databasesAt: 'fresh' }]
    for (const change of changes) {
      await stage.ksc.act({ act: 'setHosts', hosts, changes: change })
      for (let n = 0; n < 2; n += 1) {
        const from = await polls()
        await both(5)
        expect((await polls()) - from).toBe(eachPoll)
      }
    }
    stage.autotask.setFaults({})
    expect(atDesk(stage)).toHaveLength(hosts.length)
    for (const ticket of atDesk(stage)) expect(ticket).toMatchObject({ open: false, priority: 'Critical' })
    expect(atDesk(stage).map(({ notes }) => notes.length)).toEqual(hosts.map(() => 1))
    expect(stage.autotask.history().filter(({ kind }) => kind === 'closed')).toHaveLength(hosts.length)
    expect(stage.autotask.stats().maxInFlightByEndpoint.Tickets).toBe(3)
    expectSound(stage)
  })

  test('a poll that slept past its lease writes nothing over its successor', async () => {
    const { stage, databaseUrl } = await openStage.withUrl({ rules })
    const [computer] = computersOf(stage, 'Alder')
    const other = await startSecondProcess(stage, databaseUrl)
    await setHost(stage, computer, protectionOff)
    // The first poll hangs in its reading while its lease runs out; the second one has read and judged by then.
    stage.ksc.setFaults({ latencyMs: { value: 700, match: { path: 'GetItemsChunk' }, times: 1 } })
    await stage.moveTo(new Date(stage.now().getTime() + 5 * 60_000))
    const slow = other.work()
    await until(() => stage.ksc.stats().inFlight > 0)
    await stage.step(5)
    expect(oneAtDesk(stage, computer).open).toBe(true)
    await setHost(stage, computer, protectionOn)
    await slow
    expect(other.said()).toContain('another worker has taken over')
    stage.ksc.setFaults({})
    await stage.steps(2, 5)
    expect(oneAtDesk(stage, computer).open).toBe(false)
    expectSound(stage)
  })
})

/** The clock goes in small steps, and only between calls: one that jumped over a lease would break what leases are for. */
const secondsAStep = 5

/** True after eight minutes of the workers' clock: a call whose outcome nobody knows is looked for that long. */
function settled({ steps }: WorkerProcesses): () => boolean {
  const last = steps() + 480 / secondsAStep
  return () => steps() >= last
}

/** Waits for real until it is so, and lets the clock of the workers go on meanwhile. Fails after half a minute. */
async function until(isSo: () => boolean, workers?: WorkerProcesses): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error('It did not come about within 30 s.')
    await wait(8)
    await workers?.step(secondsAStep / 60)
  }
}
