import { describe, expect, test } from 'vitest'
import { saveStageRules } from '../../demo/set-up.ts'
import type { Stage } from '../../demo/stage.ts'
import type { DrillSchedule } from '../../src/core/drill.ts'
import type { DrillView } from '../../src/usecases/drill-view.ts'
import { listRules } from '../../src/usecases/list-rules.ts'
import { measureState } from '../../src/usecases/measure-state.ts'
import { runDrill } from '../../src/usecases/run-drill.ts'
import { saveDrillPlan } from '../../src/usecases/save-drill-plan.ts'
import { showDrill } from '../../src/usecases/show-drill.ts'
import { showDrillPlan } from '../../src/usecases/show-drill-plan.ts'
import { showOptions } from '../../src/usecases/show-options.ts'
import { showStatus } from '../../src/usecases/show-status.ts'
import { updatePsa } from '../../src/usecases/update-psa.ts'
import { recordingLog } from '../support/recording-log.ts'
import { atDesk, computersOf, expectSound, oneAtDesk, protectionOff, setHost, stages } from '../support/scenario.ts'
import { type DyingPoint, startSecondProcess } from '../support/second-process.ts'
import { accountAt } from '../support/self-watch.ts'

/** A drill goes the whole real way, says where it failed, and never leaves its ticket open. */

const openStage = await stages()
const title = 'Tocsin drill, please ignore'
const second = 1 / 60
const untouching = { latencyMs: { value: 0, match: { path: '^nothing$' } } }

async function plan(stage: Stage, schedule: DrillSchedule | null = null): Promise<void> {
  const { deps } = stage.app
  const { psaId } = stage.ids
  const { choices } = await showOptions(deps, { psaId })
  const value = (key: string, label: string) => choices[key]?.find((one) => one.label === label)?.value ?? ''
  const fields = { priority: value('priority', 'Low'), queue: value('queue', 'Monitoring Alert') }
  await saveDrillPlan(deps, { psaId, accountId: await accountAt(stage, 'Birch'), fields, schedule })
}

/** Second by second until the drill has ended. */
async function toItsEnd(stage: Stage, id: number, seconds = 60): Promise<DrillView> {
  for (let n = 0; n < seconds; n += 1) {
    const drill = await showDrill(stage.app.deps, { id })
    if (drill.state !== 'running') return drill
    await stage.step(second)
  }
  throw new Error(`The drill still runs after ${seconds} seconds.`)
}

const psa = ({ ids }: Stage) => ({ psaId: ids.psaId })

describe('a drill', () => {
  test('opens, reads and closes a ticket in the chosen account and queue, and tells how long it took', async () => {
    const stage = await openStage()
    await plan(stage)
    const begun = await runDrill(stage.app.deps, psa(stage))
    expect(begun).toMatchObject({ state: 'running', part: 'prepare', askedBy: 'person' })
    expect((await runDrill(stage.app.deps, psa(stage))).id).toBe(begun.id)
    const ended = await toItsEnd(stage, begun.id)
    expect(ended).toMatchObject({ state: 'good', reason: '', part: 'read-closed' })
    expect(ended.times.map(({ part }) => part)).toEqual([
      'prepare',
      'decide',
      'open',
      'read-open',
      'close',
      'read-closed',
    ])
    const ticket = oneAtDesk(stage, title)
    expect(ticket).toMatchObject({ company: 'Birch', queue: 'Monitoring Alert', priority: 'Low', open: false })
    expect(ticket.title).toBe(title)
    expect(ticket.description).toContain('Nothing is wrong')
    const { drills } = await measureState(stage.app.deps)
    expect(drills).toMatchObject([{ psa: 'Autotask', good: true }])
    expect((await showStatus(stage.app.deps)).drills).toMatchObject([
      { psaId: stage.ids.psaId, nextAt: null, last: { id: begun.id, state: 'good' } },
    ])
    expectSound(stage)
  })

  test('counts as no ticket of a client while it runs', async () => {
    const stage = await openStage()
    await plan(stage)
    await setHost(stage, computersOf(stage, 'Alder')[0], protectionOff)
    await stage.step(5)
    const tickets = async () => (await showStatus(stage.app.deps)).psas[0]?.tickets
    const before = await tickets()
    const { id } = await runDrill(stage.app.deps, psa(stage))
    let seen = false
    while ((await showDrill(stage.app.deps, { id })).state === 'running') {
      await stage.step(second)
      seen ||= atDesk(stage, title).some(({ open }) => open)
      expect(await tickets()).toEqual(before)
    }
    expect(seen).toBe(true)
    expectSound(stage)
  })

  test('each has a ticket of its own', async () => {
    const stage = await openStage()
    await plan(stage)
    for (let n = 0; n < 3; n += 1) {
      const { id } = await runDrill(stage.app.deps, psa(stage))
      expect((await toItsEnd(stage, id)).state).toBe('good')
    }
    const tickets = atDesk(stage, title)
    expect(tickets.map(({ open }) => open)).toEqual([false, false, false])
    expect(new Set(tickets.map(({ reference }) => reference)).size).toBe(3)
    expect((await showDrillPlan(stage.app.deps, psa(stage))).drills).toHaveLength(3)
  })

  test('comes by itself at its time', async () => {
    const stage = await openStage()
    await plan(stage, { dailyAt: '07:30' })
    const { nextAt } = await showDrillPlan(stage.app.deps, psa(stage))
    expect(nextAt).toEqual(new Date('2026-03-02T07:30:00Z'))
    await stage.steps(8, 10)
    expect((await showDrillPlan(stage.app.deps, psa(stage))).drills).toEqual([])
    await stage.steps(6, 10)
    const [drill, ...others] = (await showDrillPlan(stage.app.deps, psa(stage))).drills
    expect(others).toEqual([])
    expect(drill).toMatchObject({ askedBy: 'schedule', begunAt: nextAt })
    expect(atDesk(stage, title)).toMatchObject([{ open: false }])
    await plan(stage, null)
    await stage.steps(5, 6 * 60)
    expect((await showDrillPlan(stage.app.deps, psa(stage))).drills).toHaveLength(1)
  })
})

describe('a drill that fails', () => {
  test('says where and why, raises the alarm until one goes well, and needs no ticket any more', async () => {
    const log = recordingLog()
    const stage = await openStage({ log })
    await plan(stage)
    await stage.step(5)
    await stage.autotask.act({ act: 'setSecret', secret: 'another-secret' })
    stage.autotask.setFaults(untouching)
    const { id } = await runDrill(stage.app.deps, psa(stage))
    await stage.steps(4, 5)
    const failed = await showDrill(stage.app.deps, { id })
    expect(failed).toMatchObject({ state: 'failed', part: 'open' })
    expect(failed.reason).toContain('check user name, secret and tracking identifier')
    const alarms = async () => (await showStatus(stage.app.deps)).alarms
    expect((await alarms()).find(({ kind }) => kind === 'drill-failed')).toMatchObject({
      severity: 'critical',
      words: expect.stringContaining('failed at opening the ticket at the desk: It was not done after 15 minutes.'),
    })
    expect((await measureState(stage.app.deps)).drills).toMatchObject([{ good: false }])
    await updatePsa(stage.app.deps, { id: stage.ids.psaId, settings: { secret: 'another-secret' } })
    stage.autotask.setFaults({})
    await stage.step(5)
    expect(atDesk(stage, title)).toEqual([])
    const again = await runDrill(stage.app.deps, psa(stage))
    expect((await toItsEnd(stage, again.id)).state).toBe('good')
    await stage.step(2)
    expect(await alarms()).toEqual([])
    expect(log.text()).not.toContain('another-secret')
  })

  test('a rule that somebody switched off', async () => {
    const stage = await openStage()
    await plan(stage)
    const { integrationId } = await showDrillPlan(stage.app.deps, psa(stage))
    await saveStageRules(stage.app.deps, { integrationId, ...psa(stage) }, [
      { section: 'warning', what: title, enabled: false },
    ])
    const { id } = await runDrill(stage.app.deps, psa(stage))
    expect(await toItsEnd(stage, id)).toMatchObject({
      state: 'failed',
      part: 'decide',
      reason: 'Its rule was off at that moment, so no ticket was wanted.',
    })
    expect(atDesk(stage, title)).toEqual([])
  })

  test('a desk that goes away in the middle: the ticket is closed when it is back', async () => {
    const stage = await openStage()
    await plan(stage)
    await stage.step(5)
    const { id } = await runDrill(stage.app.deps, psa(stage))
    while (atDesk(stage, title).length === 0) await stage.step(second)
    stage.autotask.setFaults({ dead: 'refuse' })
    await stage.steps(4, 5)
    expect(await showDrill(stage.app.deps, { id })).toMatchObject({ state: 'failed' })
    expect(oneAtDesk(stage, title).open).toBe(true)
    stage.autotask.setFaults({})
    await stage.steps(2, 5)
    expect(oneAtDesk(stage, title).open).toBe(false)
    expectSound(stage)
  })

  test('a person who closes the ticket first', async () => {
    const stage = await openStage()
    await plan(stage)
    const { id } = await runDrill(stage.app.deps, psa(stage))
    while (atDesk(stage, title).length === 0) await stage.step(second)
    await stage.autotask.act({ act: 'closeTicket', ticketId: oneAtDesk(stage, title).id })
    await stage.step(1)
    const drill = await toItsEnd(stage, id)
    expect(drill.state).toBe('failed')
    expect(atDesk(stage, title)).toMatchObject([{ open: false }])
  })
})

describe('a process that dies in the middle', () => {
  test.each<[string, DyingPoint]>([
    ['before a part is stored', { at: /update drills set state/, when: 'before' }],
    ['after a part is stored', { at: /update drills set state/, when: 'after' }],
    ['before the decision is stored', { at: /insert into decisions/, when: 'before' }],
    ['when the ticket was created and not remembered', { at: /update tickets t set phase/, when: 'before' }],
  ])('%s: the next one ends the drill, and its ticket is closed', async (_, point) => {
    const { stage, databaseUrl } = await openStage.withUrl()
    await plan(stage)
    await stage.step(1)
    const { id } = await runDrill(stage.app.deps, psa(stage))
    const dying = await startSecondProcess(stage, databaseUrl, point)
    let died = false
    for (let n = 0; n < 20 && !died; n += 1) {
      await stage.moveTo(new Date(stage.now().getTime() + 1_000))
      died = await dying.work()
    }
    expect(died).toBe(true)
    await stage.steps(3, 2)
    expect(await toItsEnd(stage, id)).toMatchObject({ state: 'good' })
    await stage.steps(3, 5)
    expect(atDesk(stage, title).map(({ open }) => open)).toEqual([false])
    expect(stage.autotask.stats().tickets.duplicates).toBe(0)
  })
})

test('what cannot be is refused, and says what to do', async () => {
  const stage = await openStage()
  const { deps } = stage.app
  await expect(runDrill(deps, psa(stage))).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('choose its account and fields first'),
  })
  const input = { ...psa(stage), accountId: '4711', fields: {}, schedule: null }
  await expect(saveDrillPlan(deps, input)).rejects.toMatchObject({ code: 'invalid-input' })
  const fields = { accountId: await accountAt(stage, 'Birch'), fields: { queue: '999' } }
  await expect(saveDrillPlan(deps, { ...input, ...fields })).rejects.toMatchObject({ code: 'rule-problems' })
  await expect(saveDrillPlan(deps, { ...input, psaId: 99 })).rejects.toMatchObject({ code: 'not-found' })
  // What was made by then is used by the next try.
  await plan(stage)
  const { integrationId } = await showDrillPlan(deps, psa(stage))
  expect((await listRules(deps, { integrationId })).sections.warning).toMatchObject([{ key: 'drill', enabled: true }])
})
