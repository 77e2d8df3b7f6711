import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { Stage } from '../../demo/stage.ts'
import { createMachine } from '../../src/lib/machine.ts'
import { checkReady } from '../../src/usecases/check-ready.ts'
import { measureState } from '../../src/usecases/measure-state.ts'
import { reportProcess } from '../../src/usecases/report-process.ts'
import { runNextDuty } from '../../src/usecases/run-duty.ts'
import { showStatus } from '../../src/usecases/show-status.ts'
import { updatePsa } from '../../src/usecases/update-psa.ts'
import { recordingLog } from '../support/recording-log.ts'
import { atDesk, computersOf, expectSound, protectionOff, protectionOn, setHost, stages } from '../support/scenario.ts'
import { setWatch, ticketsForAlarms } from '../support/self-watch.ts'

/** Tocsin watches itself: each alarm begins, is told everywhere once, gets one ticket, and is over when it is over. */

const openStage = await stages()

/** Tells the judge of a trouble that is not the emulator's own: a fault that hits nothing. */
const untouching = { latencyMs: { value: 0, match: { path: '^nothing$' } } }

type Watched = { stage: Stage; log: ReturnType<typeof recordingLog> }

async function watched(options: Parameters<typeof openStage>[0] = {}): Promise<Watched> {
  const log = recordingLog()
  const stage = await openStage({ log, ...options })
  await ticketsForAlarms(stage)
  await stage.step(1)
  return { stage, log }
}

async function alarmsOf(stage: Stage): Promise<string[]> {
  return (await showStatus(stage.app.deps)).alarms.map(({ key }) => key)
}

function ownTickets(stage: Stage): { title: string; open: boolean }[] {
  return atDesk(stage, 'Tocsin itself: ').map(({ title, open }) => ({ title, open }))
}

function told({ log }: Watched, message: 'alarm began' | 'alarm ended'): string[] {
  return log.lines
    .filter((line) => line.message === message)
    .map((line) => line.fields as { alarm: string; subject: string })
    .map(({ alarm, subject }) => `${alarm}/${subject}`)
}

/** The alarm holds: in the status, a metric, the detail of /readyz (without names), one line of the log, one ticket. */
async function expectAlarm(of: Watched, kind: string, subject: string, title: string, name: string): Promise<void> {
  const { stage } = of
  const key = `${kind}/${subject}`
  expect(await alarmsOf(stage)).toEqual([key])
  const { alarms } = await measureState(stage.app.deps)
  expect(alarms).toEqual([{ kind, subject, name, severity: expect.stringMatching(/^(warning|critical)$/) }])
  const ready = await checkReady(stage.app.deps)
  expect(ready).toMatchObject({ ready: true, alarms: [{ kind, subject }] })
  expect(JSON.stringify(ready)).not.toContain(name)
  expect(told(of, 'alarm began')).toEqual([key])
  expect(told(of, 'alarm ended')).toEqual([])
  expect(ownTickets(stage)).toEqual([{ title: `Tocsin itself: ${title} (${name})`, open: true }])
}

/** It is over: nowhere any more, told once, and its ticket is closed by us. */
async function expectOver(of: Watched, key: string): Promise<void> {
  expect(await alarmsOf(of.stage)).toEqual([])
  expect((await measureState(of.stage.app.deps)).alarms).toEqual([])
  expect((await checkReady(of.stage.app.deps)).alarms).toEqual([])
  expect(told(of, 'alarm ended')).toEqual([key])
  const [ticket, ...others] = atDesk(of.stage, 'Tocsin itself: ')
  expect(others).toEqual([])
  expect(ticket).toMatchObject({ open: false, resolution: expect.stringContaining('Closed by Tocsin') })
}

describe('sources', () => {
  test('one that cannot be read', async () => {
    const of = await watched()
    of.stage.ksc.setFaults({ dead: 'refuse' })
    await of.stage.steps(5, 5)
    expect(await alarmsOf(of.stage)).toEqual([])
    await of.stage.steps(3, 5)
    await expectAlarm(of, 'source-silent', 'source/1', 'A source is not being read', 'Kaspersky Security Center')
    const [ticket] = atDesk(of.stage, 'Tocsin itself: ')
    expect(ticket).toMatchObject({ queue: 'Security', priority: 'Critical', company: 'Alder' })
    expect(ticket?.description).toContain('No good reading of its computers since')
    of.stage.ksc.setFaults({})
    await of.stage.steps(2, 10)
    await expectOver(of, 'source-silent/source/1')
    expectSound(of.stage)
  })

  test('one virtual server that does not answer, while the others do', async () => {
    const of = await watched()
    await of.stage.ksc.act({ act: 'setVServer', vserver: 'Birch', answering: false })
    await of.stage.steps(14, 5)
    const id = (await showStatus(of.stage.app.deps)).troubledTenants[0]?.id ?? 0
    await expectAlarm(of, 'tenant-silent', `tenant/${id}`, 'A client of a source does not answer', 'Birch')
    await of.stage.ksc.act({ act: 'setVServer', vserver: 'Birch', answering: true })
    await of.stage.steps(2, 5)
    await expectOver(of, `tenant-silent/tenant/${id}`)
    expectSound(of.stage)
  })

  test('settings that can no longer be used', async () => {
    const of = await watched()
    const { pool } = of.stage.app.deps
    const { rows } = await pool.query<{ secrets: unknown }>('select secrets from sources where id = 1')
    await pool.query(`update sources set secrets = '{"password": "v1.broken"}' where id = 1`)
    of.stage.ksc.setFaults(untouching)
    await of.stage.steps(2, 1)
    const name = 'Kaspersky Security Center'
    await expectAlarm(of, 'connection-unusable', 'source/1', 'The settings of a connection cannot be used', name)
    await pool.query('update sources set secrets = $1 where id = 1', [JSON.stringify(rows[0]?.secrets)])
    of.stage.ksc.setFaults({})
    await of.stage.steps(2, 10)
    await expectOver(of, 'connection-unusable/source/1')
  })

  test('after a long stop the first reading has its time', async () => {
    const of = await watched()
    await of.stage.moveTo(new Date(of.stage.now().getTime() + 20 * 3_600_000))
    of.stage.ksc.setFaults({ dead: 'refuse' })
    await of.stage.steps(5, 5)
    expect(await alarmsOf(of.stage)).toEqual([])
    of.stage.ksc.setFaults({})
    await of.stage.steps(4, 10)
    expect(told(of, 'alarm began')).toEqual([])
  })
})

describe('desks', () => {
  test('one that refuses us: the ticket cannot be opened there, and is not needed once it lets us in again', async () => {
    const of = await watched()
    await of.stage.autotask.act({ act: 'setSecret', secret: 'another-secret' })
    of.stage.autotask.setFaults(untouching)
    await of.stage.steps(4, 5)
    expect(await alarmsOf(of.stage)).toEqual(['psa-refusing/psa/1'])
    expect(told(of, 'alarm began')).toEqual(['psa-refusing/psa/1'])
    expect(ownTickets(of.stage)).toEqual([])
    const { alarms, watch } = await showStatus(of.stage.app.deps)
    expect(alarms[0]).toMatchObject({
      severity: 'critical',
      name: 'Autotask',
      words: expect.stringContaining('secret'),
    })
    expect(watch.gaps).toMatchObject([{ subject: 'psa/1', message: expect.stringContaining('at another PSA') }])
    await updatePsa(of.stage.app.deps, { id: of.stage.ids.psaId, settings: { secret: 'another-secret' } })
    of.stage.autotask.setFaults({})
    await of.stage.steps(3, 5)
    expect(await alarmsOf(of.stage)).toEqual([])
    expect(told(of, 'alarm ended')).toEqual(['psa-refusing/psa/1'])
    expect(ownTickets(of.stage).filter(({ open }) => open)).toEqual([])
    expect(of.log.text()).not.toContain('another-secret')
    expectSound(of.stage)
  })

  test('one that cannot be reached, with and without tickets that wait', async () => {
    const of = await watched()
    of.stage.autotask.setFaults({ dead: 'refuse' })
    await of.stage.steps(3, 5)
    expect(await alarmsOf(of.stage)).toEqual([])
    await of.stage.steps(2, 5)
    expect(await alarmsOf(of.stage)).toEqual(['psa-unreachable/psa/1'])
    of.stage.autotask.setFaults({})
    await of.stage.steps(3, 10)
    expect(told(of, 'alarm began')).toEqual(['psa-unreachable/psa/1'])
    expect(told(of, 'alarm ended')).toEqual(['psa-unreachable/psa/1'])
    expectSound(of.stage)
  })

  test('one that limits us for long', async () => {
    const of = await watched()
    await setWatch(of.stage.app.deps, { thresholds: { psaLimitedMinutes: 20 } })
    of.stage.autotask.setFaults({ rateLimited: { retryAfterSeconds: 600 } })
    await setHost(of.stage, computersOf(of.stage, 'Alder')[0], protectionOff)
    await of.stage.steps(8, 5)
    expect(await alarmsOf(of.stage)).toEqual(['psa-limited/psa/1'])
    of.stage.autotask.setFaults({})
    await of.stage.steps(4, 10)
    expect(await alarmsOf(of.stage)).toEqual([])
    expectSound(of.stage)
  })

  test('tickets that are stuck', async () => {
    const rules = [
      { section: 'critical', what: 'all', fields: { priority: 'High', ticketCategory: 'Incident (strict)' } },
    ] as const
    const of = await watched({ rules })
    const [computer] = computersOf(of.stage, 'Alder')
    await setHost(of.stage, computer, protectionOff)
    await of.stage.steps(5, 5)
    await expectAlarm(of, 'tickets-stuck', 'psa/1', 'Tickets are stuck', 'Autotask')
    await setHost(of.stage, computer, protectionOn)
    await of.stage.steps(2, 5)
    await expectOver(of, 'tickets-stuck/psa/1')
  })

  test('a budget that is nearly used up', async () => {
    const of = await watched()
    const { pool } = of.stage.app.deps
    await updatePsa(of.stage.app.deps, { id: 1, settings: { requestsPerHour: 1_000 } })
    const minute = (ago: number) => new Date(of.stage.now().getTime() - ago * 60_000)
    await pool.query(
      `insert into governor_minutes (psa_id, minute, lane, granted) values (1, date_trunc('minute', $1::timestamptz), 4, 790)
       on conflict (psa_id, minute, lane) do update set granted = 790`,
      [minute(40)],
    )
    await of.stage.steps(2, 1)
    await expectAlarm(of, 'budget-low', 'psa/1', 'The hourly budget of a PSA is nearly used up', 'Autotask')
    await of.stage.steps(3, 10)
    await expectOver(of, 'budget-low/psa/1')
  })

  test('rules that no longer fit', async () => {
    const rules = [
      { section: 'critical', what: 'all', fields: { priority: 'High', queue: 'Monitoring Alert' } },
    ] as const
    const of = await watched({ rules })
    await of.stage.autotask.act({ act: 'setPicklistValue', field: 'priority', value: 1, isActive: false })
    await of.stage.steps(4, 5)
    const { id, name } = { id: of.stage.ids.integrationId, name: 'Endpoint security' }
    await expectAlarm(of, 'rules-broken', `integration/${id}`, 'Rules no longer fit the desk', name)
    await of.stage.autotask.act({ act: 'setPicklistValue', field: 'priority', value: 1, isActive: true })
    await of.stage.steps(4, 5)
    await expectOver(of, `rules-broken/integration/${id}`)
  })

  test('a backlog that nobody works on', async () => {
    const of = await watched()
    const { stage } = of
    const [one, other] = computersOf(stage, 'Alder')
    await setHost(stage, one, protectionOff)
    // A process whose worker hangs: readings go on, tickets do not.
    const signal = new AbortController().signal
    for (let n = 0; n < 14; n += 1) {
      await stage.moveTo(new Date(stage.now().getTime() + 5 * 60_000))
      while (await runNextDuty(stage.app.deps, signal));
    }
    expect(told(of, 'alarm began')).toEqual(['backlog-stands/psa/1'])
    expect(await alarmsOf(stage)).toEqual(['backlog-stands/psa/1'])
    await setHost(stage, other, protectionOff)
    await stage.steps(3, 5)
    expect(await alarmsOf(stage)).toEqual([])
    expect(ownTickets(stage).filter(({ open }) => open)).toEqual([])
  })
})

describe('the machines', () => {
  test('a disk nearly full, a clock that is off, a certificate that ends', async () => {
    const of = await watched()
    const { deps } = of.stage.app
    // Another process of this installation, on a machine in trouble.
    const seen = createMachine(null)
    const machine = { ...seen, diskFreeBytes: async () => 50_000_000 }
    const report = () => reportProcess({ ...deps, machine })
    await report()
    await of.stage.step(1)
    await expectAlarm(of, 'disk-low', 'database', 'The disk of the database is nearly full', 'Embedded database')
    machine.diskFreeBytes = async () => 50_000_000_000
    await report()
    await of.stage.step(1)
    await expectOver(of, 'disk-low/database')

    const behind = { ...seen, clocks: () => [{ of: 'the database', aheadMs: 120_000 }] }
    await reportProcess({ ...deps, machine: behind })
    await of.stage.step(1)
    expect(await alarmsOf(of.stage)).toEqual([`clock-off/process/${seen.process}`])
    await report()
    await of.stage.step(1)
    expect(await alarmsOf(of.stage)).toEqual([])

    const ends = new Date(of.stage.now().getTime() + 5 * 86_400_000)
    const seenAt = new Date(Date.now() + 3_600_000)
    machine.certificates = () => [{ connection: 'source/1', endsAt: ends, seenAt }]
    await report()
    await of.stage.step(1)
    expect(await alarmsOf(of.stage)).toEqual(['certificate-expiring/source/1'])
    machine.certificates = () => [{ connection: 'source/1', endsAt: new Date('2036-01-01T00:00:00Z'), seenAt }]
    await report()
    await of.stage.step(1)
    expect(await alarmsOf(of.stage)).toEqual([])
  })

  test('the real process reports its clock, and the pinned certificate that it saw', async () => {
    const { stage } = await watched()
    await reportProcess(stage.app.deps)
    const { rows } = await stage.app.deps.pool.query<{ report: { clocks: { of: string; aheadMs: number }[] } }>(
      'select report from process_reports',
    )
    const report = rows[0]?.report
    expect(report).toMatchObject({ certificates: [{ connection: 'source/1' }] })
    expect(report?.clocks.map((clock) => clock.of).sort()).toEqual([
      'Autotask',
      'Kaspersky Security Center',
      'the database',
    ])
    for (const { aheadMs } of report?.clocks ?? []) expect(Math.abs(aheadMs)).toBeLessThan(2_000)
  })

  test('a secret whose end a person entered', async () => {
    const of = await watched()
    const { deps } = of.stage.app
    const endsAt = new Date(of.stage.now().getTime() + 20 * 86_400_000).toISOString()
    const secretEnds = [{ of: 'psa' as const, id: 1, what: 'API secret', endsAt }]
    await setWatch(deps, { secretEnds })
    await of.stage.step(1)
    expect(await alarmsOf(of.stage)).toEqual([])
    await setWatch(deps, { secretEnds, thresholds: { secretDays: 30 } })
    await of.stage.step(1)
    await expectAlarm(of, 'secret-expiring', 'psa/1', 'A secret is about to expire', 'Autotask')
    await setWatch(deps, {})
    await of.stage.step(1)
    await expectOver(of, 'secret-expiring/psa/1')
  })

  test('nobody watches: whoever asks is told', async () => {
    const { stage } = await watched()
    await stage.moveTo(new Date(stage.now().getTime() + 6 * 60_000))
    expect(await alarmsOf(stage)).toEqual(['watch-silent/tocsin'])
    expect(await checkReady(stage.app.deps)).toMatchObject({ ready: true, alarms: [{ kind: 'watch-silent' }] })
    await stage.work()
    expect(await alarmsOf(stage)).toEqual([])
  })
})

test('/metrics shows alarms as Prometheus wants them', async () => {
  const { stage } = await watched()
  await setWatch(stage.app.deps, {
    secretEnds: [{ of: 'psa', id: 1, what: 'API secret', endsAt: stage.now().toISOString() }],
  })
  await stage.step(1)
  const address = await stage.serve()
  const ready = (await (await fetch(`${address}/readyz`)).json()) as object
  expect(ready).toMatchObject({
    ready: true,
    alarms: [{ kind: 'secret-expiring', subject: 'psa/1', severity: 'critical' }],
  })
  const token = await readToken(stage)
  const metrics = await (await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text()
  expect(metrics).toContain(
    'tocsin_alarm{kind="secret-expiring",subject="psa/1",name="Autotask",severity="critical"} 1',
  )
  expect(metrics).toMatch(/^tocsin_watch_age_seconds 0$/m)
})

async function readToken({ dataFolder }: Stage): Promise<string> {
  return (await readFile(`${dataFolder}/api-token`, 'utf8')).trim()
}
