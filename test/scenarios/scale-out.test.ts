import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { StageRule } from '../../demo/rules.ts'
import type { Stage } from '../../demo/stage.ts'
import { namespaces, noNamespacesBecause } from '../support/namespaces.ts'
import { type RealProcess, startReal } from '../support/real-process.ts'
import { atDesk, computersOf, protectionOff, protectionOn, stages } from '../support/scenario.ts'
import { startSecondProcess } from '../support/second-process.ts'
import { type WorkerProcesses, workerProcesses } from '../support/worker-process.ts'

/** Any number of web and worker processes on one database, begun, stopped, killed and put to sleep at will. */

const openStage = await stages()

const rules: readonly StageRule[] = [
  { section: 'critical', what: 'all', fields: { priority: 'Critical', queue: 'Security', dueHours: '4' } },
  { section: 'warning', what: 'all', fields: { priority: 'Medium' } },
]
const openAtDesk = (stage: Stage) => atDesk(stage).filter(({ open }) => open).length

/** By the desk's own history: each computer's ticket was opened and closed once, and never too many calls at once. */
function expectOnceEach(stage: Stage, hosts: readonly string[], closed: readonly string[]): void {
  const titles = atDesk(stage).map(({ title }) => title)
  expect(titles.toSorted()).toEqual(hosts.map((host) => `Critical: Protection is disabled on ${host}`).toSorted())
  const history = stage.autotask.history()
  expect(history.filter(({ kind }) => kind === 'created')).toHaveLength(hosts.length)
  expect(history.filter(({ kind }) => kind === 'closed')).toHaveLength(closed.length)
  const stillOpen = hosts.filter((host) => !closed.includes(host))
  expect(
    atDesk(stage)
      .filter(({ open }) => open)
      .map(({ title }) => title)
      .toSorted(),
  ).toEqual(stillOpen.map((host) => `Critical: Protection is disabled on ${host}`).toSorted())
  const { tickets, maxInFlightByEndpoint, byStatus, handlerErrors } = stage.autotask.stats()
  expect(tickets.duplicates).toBe(0)
  expect(maxInFlightByEndpoint.Tickets).toBeLessThanOrEqual(3)
  expect(byStatus[429]).toBeUndefined()
  expect(handlerErrors).toBe(0)
}

describe('four workers in processes of their own', () => {
  test('one sleeps past its leases, with a poll and tickets in its hands, and wakes up', {
    timeout: 150_000,
  }, async () => {
    const { stage, databaseUrl } = await openStage.withUrl({ rules, devices: 30 })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    const workers = workerProcesses(stage, databaseUrl)
    const sleeper = await workers.start()
    stage.autotask.setFaults({ latencyMs: 300 })
    await stage.ksc.act({ act: 'setHosts', hosts, changes: protectionOff })
    await until(() => atDesk(stage).length >= 3, workers)
    // It begins another poll, which the server answers slowly.
    stage.ksc.setFaults({ latencyMs: { value: 300, match: { path: 'GetItemsChunk' }, times: 1 } })
    await stage.app.deps.pool.query(`update duties set due_at = $1 where kind = 'poll-computers'`, [stage.now()])
    await until(() => stage.ksc.stats().inFlight > 0)
    sleeper.pause()
    const opened = atDesk(stage).length
    expect(opened).toBeLessThan(hosts.length)
    const others = [await workers.start(), await workers.start(), await workers.start()]
    // They see what is left, and find what the sleeper had begun; some of it ends meanwhile.
    await until(() => atDesk(stage).length === hosts.length, workers)
    const recovered = hosts.slice(0, 12)
    await stage.ksc.act({ act: 'setHosts', hosts: recovered, changes: protectionOn })
    await until(() => openAtDesk(stage) === hosts.length - recovered.length, workers)
    sleeper.resume()
    await until(settled(workers), workers)
    await sleeper.kill()
    for (const other of others) await other.kill()
    // It found out, be it for the poll or for tickets.
    expect(await sleeper.said()).toMatch(/another worker has taken over|lease lost before the result was stored/)
    stage.autotask.setFaults({})
    stage.ksc.setFaults({})
    await stage.steps(2, 5)
    expectOnceEach(stage, hosts, recovered)
  })

  const missing = noNamespacesBecause()
  test(`in networks of their own, one of them cut off for longer than its leases${missing === null ? '' : ` (not here: ${missing})`}`, {
    timeout: 150_000,
    skip: missing !== null,
  }, async () => {
    const { stage, databaseUrl } = await openStage.withUrl({ rules, devices: 30 })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    const workers = workerProcesses(stage, databaseUrl)
    const ports = [databaseUrl, stage.autotask.url, stage.ksc.url].map((url) => Number(new URL(url).port))
    const networks = namespaces()
    const places = await Promise.all([1, 2, 3, 4].map(() => networks.add(ports)))
    const [place, ...otherPlaces] = places
    if (place === undefined) throw new Error('There are four.')
    const first = await workers.start(place)
    stage.autotask.setFaults({ latencyMs: 60 })
    await stage.ksc.act({ act: 'setHosts', hosts, changes: protectionOff })
    await until(() => atDesk(stage).length >= 3, workers)
    place.unplug()
    expect(atDesk(stage).length).toBeLessThan(hosts.length)
    const others = []
    for (const otherPlace of otherPlaces) others.push(await workers.start(otherPlace))
    await until(() => atDesk(stage).length === hosts.length, workers)
    const recovered = hosts.slice(0, 12)
    await stage.ksc.act({ act: 'setHosts', hosts: recovered, changes: protectionOn })
    await until(() => openAtDesk(stage) === hosts.length - recovered.length, workers)
    place.plugIn()
    await until(settled(workers), workers)
    for (const worker of [first, ...others]) await worker.kill()
    stage.autotask.setFaults({})
    await stage.steps(2, 5)
    expectOnceEach(stage, hosts, recovered)
  })
})

describe('a reading that slept past its lease', () => {
  test('stores nothing over what its successor stored', async () => {
    const { stage, databaseUrl } = await openStage.withUrl({ rules })
    const other = await startSecondProcess(stage, databaseUrl)
    const readTo = async (): Promise<Date | undefined> => {
      const { rows } = await stage.app.deps.pool.query<{ at: Date }>('select changes_read_to as at from psas')
      return rows[0]?.at
    }
    await stage.step(5)
    stage.autotask.setFaults({ latencyMs: { value: 1_500, match: { path: 'Tickets/query' }, times: 1 } })
    await stage.moveTo(new Date(stage.now().getTime() + 5 * 60_000))
    const slow = other.work()
    await until(() => stage.autotask.stats().inFlight > 0)
    await stage.step(5)
    const newest = await readTo()
    expect(newest).toEqual(stage.now())
    await slow
    expect(other.said()).toContain('another worker has taken over')
    expect(await readTo()).toEqual(newest)
    stage.autotask.setFaults({})
  })
})

describe('web and worker processes as an operator starts them', () => {
  test('come and go while tickets open and close', { timeout: 150_000 }, async () => {
    const { stage, databaseUrl } = await openStage.withUrl({
      rules,
      devices: 24,
      start: new Date().toISOString(),
      computersEverySeconds: 10,
      eventsEverySeconds: 3_600,
      changesEverySeconds: 15,
    })
    stage.clock.run()
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    const shared = { DATABASE_URL: databaseUrl, TOCSIN_DATA: stage.dataFolder, LOG_LEVEL: 'info' }
    const start = (role: string, more = {}): Promise<RealProcess> =>
      startReal({ ...shared, TOCSIN_ROLE: role, PORT: '0', ...more })
    const web = await start('web')
    const [worker, other, silent] = await Promise.all([start('worker'), start('worker'), start('worker', { PORT: '' })])
    expect(silent.address).toBeNull()
    const token = readFileSync(join(stage.dataFolder, 'api-token'), 'utf8').trim()
    const ask = (at: RealProcess, path: string, options: RequestInit = {}): Promise<Response> =>
      fetch(`${at.address}${path}`, {
        ...options,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      })

    // A worker answers those that watch over it, and nobody else.
    expect((await fetch(`${worker.address}/healthz`)).status).toBe(200)
    expect((await fetch(`${worker.address}/readyz`)).status).toBe(200)
    expect((await fetch(`${worker.address}/metrics`)).status).toBe(401)
    expect(await (await ask(worker, '/metrics')).text()).toContain(
      'tocsin_backlog{psa="Autotask",lane="openCritical"} 0',
    )
    const refused = await ask(worker, '/api/v1/status')
    expect([refused.status, await refused.text()]).toEqual([404, expect.stringContaining('This process is a worker')])

    stage.autotask.setFaults({ latencyMs: 150 })
    await stage.ksc.act({ act: 'setHosts', hosts, changes: protectionOff })
    const hurry = { method: 'POST', body: JSON.stringify({ kind: 'poll-computers', subjectId: stage.ids.sourceId }) }
    expect((await ask(web, '/api/v1/duties/hurry', hurry)).status).toBe(200)
    await until(() => atDesk(stage).length >= 4)
    // Told to stop, a worker finishes what it has begun and gives back the rest; one that is new takes part at once.
    expect(await worker.end('SIGTERM')).toBe(0)
    const successor = await start('worker')
    expect(await web.end('SIGKILL')).toBe('SIGKILL')
    const nextWeb = await start('web')
    await until(() => atDesk(stage).length === hosts.length)
    expect((await (await ask(nextWeb, '/api/v1/status')).json()) as object).toMatchObject({
      psas: [{ backlog: { total: 0 }, threads: { perEndpoint: 3 } }],
    })

    // Nothing is in its hands now.
    expect(await silent.end('SIGKILL')).toBe('SIGKILL')
    // As when PostgreSQL is started anew: every connection is gone at once, in the middle of the closes.
    await stage.ksc.act({ act: 'setHosts', hosts, changes: protectionOn })
    await ask(nextWeb, '/api/v1/duties/hurry', hurry)
    await until(() => openAtDesk(stage) <= hosts.length - 3)
    await stage.app.deps.pool.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    stage.autotask.setFaults({})
    await until(() => openAtDesk(stage) === 0, null, 70_000)
    const living = [other, successor, nextWeb]
    expect(living.map((one) => one.isAlive())).toEqual([true, true, true])
    for (const one of living) expect((await fetch(`${one.address}/readyz`)).status).toBe(200)
    expect(await Promise.all(living.map((one) => one.end('SIGTERM')))).toEqual([0, 0, 0])
    expectOnceEach(stage, hosts, hosts)
  })
})

/** The clock goes in small steps, and only between calls: one that jumped over a lease would break what leases are for. */
const secondsAStep = 5

/** True after eight minutes of the workers' clock: a call whose outcome nobody knows is looked for that long. */
function settled({ steps }: WorkerProcesses): () => boolean {
  const last = steps() + 480 / secondsAStep
  return () => steps() >= last
}

/** Waits for real until it is so, and lets the clock of the workers go on meanwhile. */
async function until(isSo: () => boolean, workers: WorkerProcesses | null = null, ms = 60_000): Promise<void> {
  const deadline = Date.now() + ms
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`It did not come about within ${ms / 1_000} s.`)
    await wait(25)
    await workers?.step(secondsAStep / 60)
  }
}
