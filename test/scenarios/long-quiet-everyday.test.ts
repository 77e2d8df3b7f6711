import { expect, test } from 'vitest'
import type { StageRule } from '../../demo/rules.ts'
import type { Stage } from '../../demo/stage.ts'
import { listTenants } from '../../src/usecases/list-tenants.ts'
import { saveSettings } from '../../src/usecases/save-settings.ts'
import { showStatus } from '../../src/usecases/show-status.ts'
import { countingLog, snapshot } from '../support/quiet-month.ts'
import {
  atDesk,
  computersOf,
  expectSound,
  protectionOff,
  protectionOn,
  setHost,
  stages,
  whyOf,
} from '../support/scenario.ts'

/** A month of everyday life with a short memory: the tables reach a height and stay there, and no promise is forgotten. */

const openStage = await stages()

const stepMinutes = 240
const stepsADay = 1_440 / stepMinutes
const week = { eventsDays: 7, historyDays: 7, tenantsDays: 7 }

const rules: readonly StageRule[] = [
  { section: 'critical', what: 'all', fields: { priority: 'High' } },
  { section: 'warning', what: 'all', fields: { priority: 'Medium' } },
  // As long as events are kept: one that came again after that would open a ticket at once.
  { section: 'severity', what: 'Critical', lifetimeHours: 168, fields: { priority: 'High' } },
  { section: 'event-type', what: 'Device status is Critical', enabled: false },
]

const attack = {
  act: 'raiseEvent',
  type: 'GNRL_EV_ATTACK_DETECTED',
  displayName: 'Network attack detected',
  severity: 4,
}

/** One computer is ill for some hours, another is attacked twice, and in the evening somebody sees to the attacks. */
async function liveOneDay(stage: Stage, day: number): Promise<void> {
  const [, , , ...ill] = computersOf(stage, 'Alder')
  const [, ...attacked] = computersOf(stage, 'Birch')
  const patient = ill[day % ill.length] ?? ''
  const target = attacked[day % attacked.length] ?? ''
  await setHost(stage, patient, protectionOff)
  for (const text of ['From 192.0.2.7', 'From 192.0.2.8']) await stage.ksc.act({ ...attack, host: target, text })
  await stage.steps(2, stepMinutes)
  await setHost(stage, patient, protectionOn)
  await stage.steps(2, stepMinutes)
  for (const { id, open } of atDesk(stage, target)) {
    if (open) await stage.autotask.act({ act: 'closeTicket', ticketId: id, resolution: 'Dealt with.' })
  }
  await stage.steps(stepsADay - 4, stepMinutes)
}

test('rows stop to grow, and what is forgotten does not come back', { timeout: 300_000 }, async () => {
  const log = countingLog()
  const stage = await openStage({
    tenants: ['Alder', 'Birch', 'Gone'],
    devices: 24,
    companyOf: (tenant) => (tenant === 'Gone' ? null : tenant),
    computersEverySeconds: 14_400,
    eventsEverySeconds: 14_400,
    changesEverySeconds: 3_600,
    rules,
    log,
  })
  const { deps } = stage.app
  await saveSettings(deps, { retention: week })
  const [theirs, lasting] = computersOf(stage, 'Alder')
  // A person ends this ticket, and what it was about goes on for weeks and then grows worse.
  await setHost(stage, theirs, { freeDiskMb: 700 })
  await setHost(stage, lasting, protectionOff)
  await stage.step(stepMinutes)
  const [theirTicket] = atDesk(stage, theirs)
  await stage.autotask.act({ act: 'closeTicket', ticketId: theirTicket?.id ?? 0, resolution: 'It is in the store.' })
  await stage.ksc.act({ act: 'removeVServer', vserver: 'Gone' })
  for (let day = 0; day < 15; day += 1) await liveOneDay(stage, day)
  const middle = await snapshot(stage, log)
  await setHost(stage, theirs, { freeDiskMb: 120 })
  for (let day = 15; day < 30; day += 1) await liveOneDay(stage, day)
  const late = await snapshot(stage, log)

  for (const table of ['events', 'conditions', 'tickets', 'decisions', 'ticket_steps'] as const) {
    const [before = 0, after = 0] = [middle.rows[table], late.rows[table]]
    expect(before, table).toBeGreaterThan(5)
    expect(after, table).toBeLessThanOrEqual(Math.ceil(before * 1.1))
  }
  expect(late.bytes - middle.bytes).toBeLessThan(1_048_576)

  // The KSC lists its latest thousand events at each reading, those too that were forgotten here.
  const raised = (stage.ksc.state('events') as { type: string }[]).filter(({ type }) => type === attack.type)
  expect(raised).toHaveLength(60)
  expect(atDesk(stage, 'Network attack')).toHaveLength(30)
  expect(atDesk(stage, theirs).map(({ open }) => open)).toEqual([false])
  expect((await whyOf(stage, theirs, 'Device is out of disk space')).reason).toBe('ticket-is-done')
  expect(atDesk(stage, lasting).map(({ open }) => open)).toEqual([true])
  const { items } = await listTenants(deps, { limit: 100 })
  expect(items.map(({ name }) => name)).not.toContain('Gone')
  const { retention } = await showStatus(deps)
  expect(retention.removed).toMatchObject({
    events: expect.any(Number),
    tickets: expect.any(Number),
    conditions: expect.any(Number),
    computers: expect.any(Number),
    tenants: 1,
  })

  // It ends at last, and when it begins again it is news.
  await setHost(stage, theirs, { freeDiskMb: 90_000 })
  await stage.step(stepMinutes)
  await setHost(stage, theirs, { freeDiskMb: 700 })
  await setHost(stage, lasting, protectionOn)
  await stage.step(stepMinutes)
  expect(atDesk(stage, theirs).map(({ open }) => open)).toEqual([false, true])
  expect(atDesk(stage, lasting).map(({ open }) => open)).toEqual([false])
  expectSound(stage)
})
