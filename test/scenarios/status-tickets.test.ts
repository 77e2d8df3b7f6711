import { describe, expect, test } from 'vitest'
import type { StageRule } from '../../demo/rules.ts'
import { listConditions } from '../../src/usecases/list-conditions.ts'
import { listRules } from '../../src/usecases/list-rules.ts'
import { saveRules } from '../../src/usecases/save-rules.ts'
import { startKscFront } from '../support/ksc-front.ts'
import {
  atDesk,
  computersOf,
  databasesOld,
  expectSound,
  oneAtDesk,
  protectionOff,
  protectionOn,
  restartDue,
  restarted,
  setHost,
  stages,
  whyOf,
  writes,
} from '../support/scenario.ts'

/** From a status bit to a closed ticket, over time. */

const openStage = await stages()

const hour = 3_600_000
const urgent = { priority: 'Critical', queue: 'Security', dueHours: '4', issueType: 'Security' }
const usual = { priority: 'Medium', dueHours: '48' }
/** Databases go from one queue and priority to others when they become Critical. */
const rules: readonly StageRule[] = [
  { section: 'critical', what: 'all', fields: urgent },
  { section: 'warning', what: 'all', fields: usual },
]

describe('opening and closing', () => {
  test('a ticket opens at the right company, with queue, priority and due date of its row, and closes', async () => {
    const stage = await openStage()
    const [computer] = computersOf(stage, 'Birch')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    const ticket = oneAtDesk(stage, computer)
    expect(ticket).toMatchObject({
      company: 'Birch',
      title: `Critical: Protection is disabled on ${computer}`,
      queue: 'Security',
      priority: 'Critical',
      open: true,
      assigned: false,
    })
    expect(ticket.dueAt.getTime() - ticket.createdAt.getTime()).toBe(4 * hour)
    expect(ticket.reference).toMatch(/^tocsin-[a-z2-7]{26}$/)
    expect(ticket.description).toContain(
      `Protection is disabled on ${computer} (Birch), Critical, since 2026-03-02 06:05 UTC.`,
    )
    expect(ticket.description).toContain('How to put it right: Switch real-time protection on again')
    expect(ticket.description).toContain('This ticket closes by itself when “Protection is disabled” no longer applies')
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ open: false, notes: [] })
    expect(oneAtDesk(stage, computer).resolution).toContain('because it no longer applies to this computer')
    expect(await writes(stage)).toEqual(['POST Tickets', 'PATCH Tickets'])
    expectSound(stage)
  })

  test('a ticket closes only for its own description while the computer stays Warning for others', async () => {
    const stage = await openStage({ rules })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, { ...databasesOld(stage, 4), ...restartDue(stage) })
    await stage.step(5)
    expect(atDesk(stage, computer).map(({ open }) => open)).toEqual([true, true])
    await setHost(stage, computer, { databasesAt: 'fresh' })
    await stage.steps(3, 5)
    expect(oneAtDesk(stage, `Databases are outdated on ${computer}`).open).toBe(false)
    expect(oneAtDesk(stage, `Restart is required on ${computer}`).open).toBe(true)
    await setHost(stage, computer, restarted)
    await stage.step(5)
    expect(oneAtDesk(stage, `Restart is required on ${computer}`).open).toBe(false)
    expectSound(stage)
  })

  test('what began again while its close could not be sent keeps its ticket', async () => {
    const stage = await openStage()
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    stage.autotask.setFaults({ dead: 'refuse' })
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    expect((await whyOf(stage, computer, 'Protection is disabled')).reason).toBe('began-again-before-close')
    stage.autotask.setFaults({})
    await stage.steps(15, 5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ open: true })
    expect(oneAtDesk(stage, computer).notes.map(({ title }) => title)).toEqual(['Seen again: Protection is disabled'])
    expectSound(stage)
  })

  test('what ended before its ticket could be created needs no call at all', async () => {
    const stage = await openStage()
    const [computer] = computersOf(stage, 'Alder')
    await stage.app.deps.pool.query(`update psas set held_until = $1`, [new Date(stage.now().getTime() + hour)])
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    await setHost(stage, computer, protectionOn)
    await stage.steps(14, 5)
    expect(atDesk(stage)).toEqual([])
    expect(await writes(stage)).toEqual([])
    const { rows } = await stage.app.deps.pool.query(
      'select outcome, (select count(*)::int from ticket_steps) as steps from tickets',
    )
    expect(rows).toEqual([{ outcome: 'never-needed', steps: 0 }])
    expectSound(stage)
  })

  test('a condition that ends and begins again has a ticket for each time', async () => {
    const stage = await openStage()
    const [computer] = computersOf(stage, 'Alder')
    for (let round = 0; round < 3; round += 1) {
      await setHost(stage, computer, protectionOff)
      await stage.step(5)
      await setHost(stage, computer, protectionOn)
      await stage.step(5)
    }
    expect(atDesk(stage, computer).map(({ open }) => open)).toEqual([false, false, false])
    expect(new Set(atDesk(stage, computer).map(({ reference }) => reference)).size).toBe(1)
    expectSound(stage)
  })
})

describe('levels', () => {
  test('from Warning to Critical the ticket stays, takes queue and priority over and gets one note; and back', async () => {
    const stage = await openStage({ rules })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, databasesOld(stage, 4))
    await stage.step(5)
    const before = oneAtDesk(stage, computer)
    expect(before).toMatchObject({ queue: 'Monitoring Alert', priority: 'Medium', notes: [] })
    await setHost(stage, computer, databasesOld(stage, 8))
    await stage.steps(3, 5)
    const raised = oneAtDesk(stage, computer)
    expect(raised).toMatchObject({ id: before.id, queue: 'Security', priority: 'Critical', open: true })
    expect(raised.dueAt).toEqual(before.dueAt)
    expect(raised.notes.map(({ title }) => title)).toEqual(['Now Critical: Databases are outdated'])
    expect(raised.notes[0]?.text).toContain('The computer went from Warning to Critical')

    await setHost(stage, computer, databasesOld(stage, 4))
    await stage.steps(3, 5)
    const lowered = oneAtDesk(stage, computer)
    // Nobody wants a ticket to become less urgent behind their back, so only the note tells.
    expect(lowered).toMatchObject({ id: before.id, queue: 'Security', priority: 'Critical', open: true })
    expect(lowered.notes.map(({ title }) => title)).toEqual([
      'Now Critical: Databases are outdated',
      'Now Warning: Databases are outdated',
    ])

    await setHost(stage, computer, { databasesAt: 'fresh' })
    await stage.step(5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ id: before.id, open: false })
    expectSound(stage)
  })

  test('a level that has no row of its own keeps queue and priority, and is told', async () => {
    const stage = await openStage({ rules: [{ section: 'warning', what: 'all', fields: usual }] })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, databasesOld(stage, 4))
    await stage.step(5)
    await setHost(stage, computer, databasesOld(stage, 8))
    await stage.steps(2, 5)
    const raised = oneAtDesk(stage, computer)
    expect(raised).toMatchObject({ queue: 'Monitoring Alert', priority: 'Medium', open: true })
    expect(raised.notes).toHaveLength(1)
    await setHost(stage, computer, { databasesAt: 'fresh' })
    await stage.step(5)
    expect(oneAtDesk(stage, computer).open).toBe(false)
    expectSound(stage)
  })

  test('Warning has no row and Critical has one: the ticket opens when it becomes Critical', async () => {
    const stage = await openStage({ rules: [{ section: 'critical', what: 'all', fields: urgent }] })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, databasesOld(stage, 4))
    await stage.steps(2, 5)
    expect(atDesk(stage)).toEqual([])
    expect((await whyOf(stage, computer, 'Databases are outdated')).reason).toBe('rule-off')
    await setHost(stage, computer, databasesOld(stage, 8))
    await stage.step(5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ title: `Critical: Databases are outdated on ${computer}` })
    expect((await whyOf(stage, computer, 'Databases are outdated')).reason).toBe('level-rose')
    expectSound(stage)
  })
})

describe('reasons that a Critical level hides', () => {
  test('a mask of the winning level: the hidden ticket stays until the computer is below Critical', async () => {
    const stage = await openStage({ rules })
    const [computer, other] = computersOf(stage, 'Alder')
    for (const each of [computer, other]) await setHost(stage, each, restartDue(stage))
    await stage.step(5)
    for (const each of [computer, other]) await setHost(stage, each, protectionOff)
    await stage.step(5)
    const { items } = await listConditions(stage.app.deps, { computer, limit: 10 })
    expect(items.find(({ title }) => title === 'Restart is required')?.hiddenSince).not.toBeNull()
    // Restarted while it is hidden: nobody can see it.
    await setHost(stage, computer, restarted)
    await stage.steps(12, 5)
    for (const each of [computer, other]) expect(oneAtDesk(stage, `Restart is required on ${each}`).open).toBe(true)
    for (const each of [computer, other]) await setHost(stage, each, protectionOn)
    await stage.steps(2, 5)
    expect(oneAtDesk(stage, `Restart is required on ${computer}`).open).toBe(false)
    expect(oneAtDesk(stage, `Restart is required on ${other}`)).toMatchObject({ open: true, notes: [] })
    for (const each of [computer, other]) {
      expect(oneAtDesk(stage, `Protection is disabled on ${each}`).open).toBe(false)
    }
    expectSound(stage)
  })

  test('a mask of all levels: each ends when it ends', async () => {
    const stage = await openStage({ rules, namesAllReasons: true })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, restartDue(stage))
    await stage.step(5)
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    expect(oneAtDesk(stage, `Restart is required on ${computer}`).open).toBe(true)
    await setHost(stage, computer, restarted)
    await stage.step(5)
    expect(oneAtDesk(stage, `Restart is required on ${computer}`).open).toBe(false)
    expect(oneAtDesk(stage, `Protection is disabled on ${computer}`).open).toBe(true)
    expectSound(stage)
  })

  test('a Warning reason that comes while it is hidden gets its ticket when it shows', async () => {
    const stage = await openStage({ rules })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    await setHost(stage, computer, restartDue(stage))
    await stage.steps(3, 5)
    expect(atDesk(stage, computer)).toHaveLength(1)
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    expect(oneAtDesk(stage, `Restart is required on ${computer}`).open).toBe(true)
    expectSound(stage)
  })
})

describe('delay', () => {
  const slow: readonly StageRule[] = [
    { section: 'critical', what: 'Security application is not running', delayMinutes: 60, fields: urgent },
  ]

  test('back in time: no ticket and no call', async () => {
    const stage = await openStage({ rules: slow })
    const [computer] = computersOf(stage, 'Alder')
    for (let round = 0; round < 2; round += 1) {
      await setHost(stage, computer, { productRunning: false })
      await stage.steps(5, 10)
      await setHost(stage, computer, { productRunning: true })
      await stage.steps(4, 10)
    }
    expect(atDesk(stage)).toEqual([])
    expect(await writes(stage)).toEqual([])
    expectSound(stage)
  })

  test('not back in time: the ticket opens when the delay is over, not before', async () => {
    const stage = await openStage({ rules: slow })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, { productRunning: false })
    await stage.steps(12, 5)
    expect(atDesk(stage)).toEqual([])
    expect((await whyOf(stage, computer, 'Security application is not running')).answer).toContain(
      'is to be opened at 2026-03-02T07:05:00.000Z, when its delay ends',
    )
    await stage.step(5)
    const ticket = oneAtDesk(stage, computer)
    expect(ticket.createdAt.toISOString()).toBe('2026-03-02T07:05:00.000Z')
    await setHost(stage, computer, { productRunning: true })
    await stage.step(5)
    expect(oneAtDesk(stage, computer).open).toBe(false)
    expectSound(stage)
  })

  test('a Critical level without a delay does not wait for the delay of the Warning level', async () => {
    const stage = await openStage({
      rules: [
        { section: 'warning', what: 'Databases are outdated', delayMinutes: 1440, fields: usual },
        { section: 'critical', what: 'Databases are outdated', fields: urgent },
      ],
    })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, databasesOld(stage, 4))
    await stage.steps(2, 5)
    expect(atDesk(stage)).toEqual([])
    await setHost(stage, computer, databasesOld(stage, 8))
    await stage.step(5)
    const ticket = oneAtDesk(stage, computer)
    expect(ticket).toMatchObject({
      title: `Critical: Databases are outdated on ${computer}`,
      queue: 'Security',
      priority: 'Critical',
    })
    expect(ticket.description).toContain(`Databases are outdated on ${computer} (Alder), Critical, since`)
    expectSound(stage)
  })
})

describe('computers that go elsewhere', () => {
  test('a computer that is removed closes its tickets, saying so', async () => {
    const stage = await openStage()
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, { ...protectionOff, ...databasesOld(stage, 8) })
    await stage.step(5)
    expect(atDesk(stage, computer)).toHaveLength(2)
    await stage.ksc.act({ act: 'removeHost', host: computer })
    await stage.step(5)
    for (const ticket of atDesk(stage, computer)) {
      expect(ticket.open).toBe(false)
      expect(ticket.resolution).toContain('because the computer was removed from the security product')
    }
    expectSound(stage)
  })

  test('a computer that moves to another client ends there, with the reason, and begins here', async () => {
    const stage = await openStage()
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    await stage.ksc.act({ act: 'moveHost', host: computer, vserver: 'Birch' })
    await stage.steps(2, 5)
    const [there, here] = atDesk(stage, computer)
    expect(there).toMatchObject({ company: 'Alder', open: false })
    expect(there?.resolution).toContain('because the computer was moved to another client')
    expect(here).toMatchObject({ company: 'Birch', open: true })
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    expect(atDesk(stage, computer).map(({ open }) => open)).toEqual([false, false])
    expectSound(stage)
  })

  test('a computer that moves between groups of its client keeps its ticket', async () => {
    const stage = await openStage()
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    const groups = stage.ksc.state('groups') as { id: number; name: string; vserverId: number }[]
    const group = groups.find(({ name, vserverId }) => name === 'Servers' && vserverId === 1)?.id
    await stage.ksc.act({ act: 'moveHost', host: computer, group })
    await stage.steps(2, 5)
    expect(oneAtDesk(stage, computer).open).toBe(true)
    expectSound(stage)
  })

  test('only managed computers count: none that is unassigned, and none that becomes so', async () => {
    const stage = await openStage()
    const hosts = stage.ksc.state('hosts') as { name: string }[]
    const unknown = hosts.find(({ name }) => name.includes('UNKNOWN'))?.name ?? ''
    const groups = stage.ksc.state('groups') as { id: number; kind: string; vserverId: number }[]
    const unassigned = groups.find(({ kind, vserverId }) => kind === 'unassigned' && vserverId === 1)?.id
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, unknown, { agentInstalled: true, productInstalled: true, productRunning: false })
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    expect(atDesk(stage).map(({ title }) => title)).toEqual([`Critical: Protection is disabled on ${computer}`])
    await stage.ksc.act({ act: 'moveHost', host: computer, group: unassigned })
    await stage.step(5)
    expect(oneAtDesk(stage, computer).open).toBe(false)
    expectSound(stage)
  })

  test('a computer of the main server is a client’s like any other, when it is mapped', async () => {
    const stage = await openStage()
    await setHost(stage, 'MSP-SRV-001', protectionOff)
    await stage.step(5)
    expect(oneAtDesk(stage, 'MSP-SRV-001')).toMatchObject({ company: 'KSC-MAIN (main server)', open: true })
    expectSound(stage)
  })

  test('a computer that comes ill to a known client gets its ticket', async () => {
    const stage = await openStage()
    const state = { productInstalled: false, productRunning: false, rtpState: 0 }
    await stage.ksc.act({ act: 'addHost', name: 'NEW-PC-001', vserver: 'Birch', state })
    await stage.step(5)
    expect(oneAtDesk(stage, 'Security application is not installed on NEW-PC-001')).toMatchObject({ company: 'Birch' })
    expectSound(stage)
  })
})

describe('reasons with a text of their own', () => {
  test('what the application itself says stands in the ticket; another text is no news', async () => {
    const stage = await openStage({ rules })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, { hsdp: { level: 'critical', text: 'Drive C: is “not” encrypted & 2 < 3 🔓' } })
    await stage.step(5)
    const ticket = oneAtDesk(stage, `Critical: Device status defined by application on ${computer}`)
    expect(ticket.description).toContain('Drive C: is “not” encrypted & 2 < 3 🔓')
    await setHost(stage, computer, { hsdp: { level: 'critical', text: 'Drive D: too' } })
    await stage.steps(2, 5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ id: ticket.id, open: true, notes: [] })
    expect((await listConditions(stage.app.deps, { computer, limit: 10 })).items[0]?.text).toBe('Drive D: too')
    await setHost(stage, computer, { hsdp: null })
    await stage.step(5)
    expect(oneAtDesk(stage, computer).open).toBe(false)
    expectSound(stage)
  })

  test('a bit that no document names is shown as such, and can have a rule', async () => {
    const stage = await openStage({ rules })
    const { deps } = stage.app
    const { integrationId } = stage.ids
    const [computer] = computersOf(stage, 'Alder')
    const front = await startKscFront(stage)
    const ill = { statusId: 1, mask: String(2 ** 25 + 2 ** 7) } as const
    front.statuses.set(computer, ill)
    await stage.step(5)
    expect(atDesk(stage).map(({ title }) => title)).toEqual([`Critical: Databases are outdated on ${computer}`])
    expect((await whyOf(stage, computer, 'Unknown reason (bit 25)')).reason).toBe('rule-off')
    const { sections, version } = await listRules(deps, { integrationId })
    const row = sections.critical.find(({ key }) => key === 'unknown-25')
    expect(row).toMatchObject({ title: 'Unknown reason (bit 25)', stored: false, enabled: false })
    const fields = { ...row?.fields, priority: '1' }
    await saveRules(deps, {
      integrationId,
      version,
      rows: [{ section: 'critical', key: 'unknown-25', enabled: true, fields }],
    })
    await stage.step(5)
    expect(atDesk(stage)).toHaveLength(1)
    front.statuses.delete(computer)
    await stage.step(5)
    front.statuses.set(computer, ill)
    await stage.step(5)
    const ticket = oneAtDesk(stage, `Critical: Unknown reason (bit 25) on ${computer}`)
    expect(ticket).toMatchObject({ priority: 'High', open: true })
    expect(ticket.description).toContain('names a reason that is new to Tocsin')
    front.statuses.delete(computer)
    await stage.step(5)
    expect(atDesk(stage).map(({ open }) => open)).toEqual([false, false, false])
    // The judge knows what happened in the KSC and not what stands before it, so the rest is judged by what is above.
    expect(stage.check()).toMatchObject({ duplicates: 0, missing: 0, overwritten: 0 })
  })
})
