import { describe, expect, test } from 'vitest'
import type { StageRule } from '../../demo/rules.ts'
import type { Stage } from '../../demo/stage.ts'
import { createIntegration } from '../../src/usecases/create-integration.ts'
import { createSource } from '../../src/usecases/create-source.ts'
import { explainEvent } from '../../src/usecases/explain-event.ts'
import { listAccounts } from '../../src/usecases/list-accounts.ts'
import { listEvents } from '../../src/usecases/list-events.ts'
import { listRules } from '../../src/usecases/list-rules.ts'
import { listTenants } from '../../src/usecases/list-tenants.ts'
import { mapTenant } from '../../src/usecases/map-tenant.ts'
import { saveRules } from '../../src/usecases/save-rules.ts'
import { putKscState } from '../support/ksc-front.ts'
import { atDesk, computersOf, expectSound, oneAtDesk, stages } from '../support/scenario.ts'

/** Events of the KSC become tickets, once each, and people close them. */

const openStage = await stages()

const minute = 60_000
const urgent = { priority: 'Critical', queue: 'Security', dueHours: '4' }
const usual = { priority: 'Medium', dueHours: '48' }
const critical: readonly StageRule[] = [{ section: 'severity', what: 'Critical', fields: urgent }]

const attack = { type: 'GNRL_EV_ATTACK_DETECTED', displayName: 'Network attack detected', severity: 4 }
const notCured = { type: 'GNRL_EV_OBJECT_NOTCURED', displayName: 'Object cannot be disinfected', severity: 4 }
const found = { type: 'GNRL_EV_VIRUS_FOUND', displayName: 'Malicious object detected', severity: 4 }
const disinfected = { type: 'GNRL_EV_OBJECT_CURED', displayName: 'Object disinfected', severity: 2 }
const deleted = { type: 'GNRL_EV_OBJECT_DELETED', displayName: 'Object deleted', severity: 2 }
const taskFailed = { type: 'KLPRCI_TaskState', displayName: 'Task failed', severity: 3 }

function raise(stage: Stage, event: object): Promise<unknown> {
  return stage.ksc.act({ act: 'raiseEvent', ...event })
}

/** An event that happened so many minutes before it is raised. */
function ago(stage: Stage, minutes: number): { riseTime: string } {
  return { riseTime: new Date(stage.now().getTime() - minutes * minute).toISOString() }
}

/** Why the latest event on a computer has a ticket, or none. */
async function whyEvent(stage: Stage, computer: string): Promise<string> {
  const { items } = await listEvents(stage.app.deps, { computer, limit: 1 })
  return (await explainEvent(stage.app.deps, { id: items[0]?.id ?? 0 })).decision?.reason ?? ''
}

describe('rows', () => {
  test('a row for each severity; a row for a type goes before it, also when it is off', async () => {
    const stage = await openStage({
      rules: [
        ...critical,
        { section: 'severity', what: 'Functional failure', fields: usual },
        { section: 'event-type', what: 'Malicious object detected', enabled: false, fields: usual },
        { section: 'event-type', what: 'Object disinfected', fields: { ...usual, priority: 'Low' } },
      ],
    })
    const [computer] = computersOf(stage, 'Birch')
    for (const event of [notCured, taskFailed, found, disinfected, deleted]) {
      await raise(stage, { ...event, host: computer, text: `About ${event.type}` })
    }
    await raise(stage, { type: 'KLNEW_EV_UNHEARD_OF', severity: 4, host: computer, displayName: 'Something new' })
    await raise(stage, { type: 'GNRL_EV_ATTACK_DETECTED', severity: 1, host: computer })
    await stage.step(1)
    const seen = atDesk(stage).map(({ company, title, queue, priority }) => [company, title, queue, priority])
    expect(seen.sort((a, b) => String(a[1]).localeCompare(String(b[1])))).toEqual([
      ['Birch', `Critical: Object cannot be disinfected on ${computer}`, 'Security', 'Critical'],
      ['Birch', `Critical: Something new on ${computer}`, 'Security', 'Critical'],
      ['Birch', `Functional failure: Task failed on ${computer}`, 'Monitoring Alert', 'Medium'],
      ['Birch', `Warning: Object disinfected on ${computer}`, 'Monitoring Alert', 'Low'],
    ])
    const { description } = oneAtDesk(stage, 'Object cannot be disinfected')
    expect(description).toContain('About GNRL_EV_OBJECT_NOTCURED')
    expect(description).toContain('How to put it right: Look at the object and the user in the event')
    expect(description).toContain('This ticket is about something that happened once: close it when it has been')
    expectSound(stage)
  })

  test('an event of the server itself, and one at a client without a company', async () => {
    const stage = await openStage({ rules: critical, companyOf: (tenant) => (tenant === 'Birch' ? null : tenant) })
    await raise(stage, { type: 'GNRL_EV_VIRUS_OUTBREAK', severity: 4, displayName: 'Virus outbreak', vserver: 'Alder' })
    const [computer] = computersOf(stage, 'Birch')
    await raise(stage, { ...attack, host: computer })
    await stage.step(1)
    expect(atDesk(stage)).toMatchObject([
      { company: 'Alder', title: 'Critical: Virus outbreak on Kaspersky Security Center' },
    ])
    expect(await whyEvent(stage, computer)).toBe('tenant-not-mapped')
    expectSound(stage)
  })
})

describe('time', () => {
  test('after an outage only events within the lifetime of their row make tickets', async () => {
    const stage = await openStage({
      rules: [...critical, { section: 'event-type', what: 'Task failed', lifetimeHours: 2, fields: usual }],
    })
    const [early, late, other] = computersOf(stage, 'Alder')
    stage.ksc.setFaults({ dead: 'refuse' })
    await raise(stage, { ...attack, host: early })
    await stage.steps(6, 60)
    await raise(stage, { ...attack, host: late })
    await raise(stage, { ...taskFailed, host: other })
    await stage.steps(20, 60)
    expect(atDesk(stage)).toEqual([])
    stage.ksc.setFaults({})
    await stage.step(60)
    expect(atDesk(stage).map(({ title }) => title)).toEqual([`Critical: Network attack detected on ${late}`])
    expect(await whyEvent(stage, early)).toBe('too-old')
    expect(await whyEvent(stage, other)).toBe('too-old')
    expectSound(stage)
  })

  test('what a computer reports late counts from when it happened', async () => {
    const stage = await openStage({ rules: critical })
    const [fresh, stale] = computersOf(stage, 'Alder')
    await raise(stage, { ...attack, ...ago(stage, 3 * 60), host: fresh })
    await raise(stage, { ...attack, ...ago(stage, 25 * 60), host: stale })
    await stage.step(1)
    expect(oneAtDesk(stage, fresh).description).toContain('since 2026-03-02 03:00 UTC')
    expect(atDesk(stage)).toHaveLength(1)
    expect(await whyEvent(stage, stale)).toBe('too-old')
    expectSound(stage)
  })

  test('an event that the server shows only after a later one is not missed', async () => {
    const stage = await openStage({ rules: critical })
    const [hidden, seen] = computersOf(stage, 'Alder')
    // The server hides what it has registered less than this ago, and registers an event of the future in the future.
    stage.ksc.setFaults({ searchLagMs: 1 })
    await raise(stage, { ...attack, ...ago(stage, -3), host: hidden })
    await raise(stage, { ...attack, host: seen })
    await stage.step(1)
    expect(atDesk(stage).map(({ title }) => title)).toEqual([`Critical: Network attack detected on ${seen}`])
    await stage.steps(4, 1)
    expect(atDesk(stage, hidden)).toHaveLength(1)
    expect(atDesk(stage)).toHaveLength(2)
    stage.ksc.setFaults({})
    expectSound(stage)
  })

  test('reading goes on when the server has deleted its events, old and new', async () => {
    const stage = await openStage({ rules: critical })
    const [first, second, third] = computersOf(stage, 'Alder')
    await raise(stage, { ...attack, host: first })
    await stage.step(1)
    await stage.ksc.act({ act: 'purgeEvents' })
    await stage.steps(2, 1)
    await raise(stage, { ...attack, host: second })
    await stage.step(1)
    // One that is deleted before anybody read it is lost at the server, and nothing else is lost by that.
    await raise(stage, { ...attack, host: third })
    await stage.ksc.act({ act: 'purgeEvents' })
    await raise(stage, { ...notCured, host: third })
    await stage.step(1)
    expect(atDesk(stage).map(({ title }) => title)).toEqual([
      `Critical: Network attack detected on ${first}`,
      `Critical: Network attack detected on ${second}`,
      `Critical: Object cannot be disinfected on ${third}`,
    ])
    const { wronglyClosed, duplicates, wrongClient } = stage.check()
    expect({ wronglyClosed, duplicates, wrongClient }).toEqual({ wronglyClosed: 0, duplicates: 0, wrongClient: 0 })
  })

  test('connecting brings no old events', async () => {
    const stage = await openStage({ rules: [] })
    const { deps } = stage.app
    const [computer, other] = computersOf(stage, 'Alder')
    await raise(stage, { ...attack, host: computer })
    await stage.step(1)
    // A second connection to the same server, with every event wanted.
    const source = await createSource(deps, {
      connector: 'ksc',
      name: 'The same again',
      settings: {
        address: '127.0.0.1',
        port: Number(new URL(stage.ksc.url).port),
        user: stage.ksc.ready.user,
        password: stage.ksc.ready.password,
        fingerprint: stage.ksc.ready.fingerprint256,
      },
    })
    const sourceId = source.connection.id
    const { id: integrationId } = await createIntegration(deps, {
      name: 'Again',
      sourceId,
      psaId: stage.ids.psaId,
    })
    const { version, sections } = await listRules(deps, { integrationId })
    const row = sections.severity.find(({ key }) => key === 'critical')
    const fields = { ...row?.fields, priority: '4' }
    await saveRules(deps, {
      integrationId,
      version,
      rows: [{ section: 'severity', key: 'critical', enabled: true, fields }],
    })
    await stage.work()
    const { items: tenants } = await listTenants(deps, { sourceId, limit: 10 })
    const accounts = await listAccounts(deps, { psaId: stage.ids.psaId })
    for (const { id: tenantId, name } of tenants) {
      const accountId = accounts.find((account) => account.name === name)?.id ?? ''
      await mapTenant(deps, { tenantId, integrationId, accountId })
    }
    await stage.steps(3, 1)
    expect(atDesk(stage)).toEqual([])
    expect((await listEvents(deps, { sourceId, limit: 10 })).items).toEqual([])
    await raise(stage, { ...attack, host: other })
    await stage.step(1)
    expect(atDesk(stage).map(({ title }) => title)).toEqual([`Critical: Network attack detected on ${other}`])
    expectSound(stage)
  })

  test('an event of a computer whose clock is years ahead makes a ticket now, once', async () => {
    const stage = await openStage({ rules: critical })
    const [computer] = computersOf(stage, 'Alder')
    await raise(stage, { ...attack, host: computer })
    const events = stage.ksc.state('events') as object[]
    await putKscState(stage, { events: events.map((event) => ({ ...event, riseTime: '2099-12-31T23:59:59Z' })) })
    await stage.steps(3, 1)
    expect(oneAtDesk(stage, computer).description).toContain('since 2099-12-31 23:59 UTC')
    expectSound(stage)
  })
})

describe('repeats', () => {
  test('become counted notes, not more often than is set, and a second computer has a ticket of its own', async () => {
    const stage = await openStage({ rules: critical, repeatNoteMinutes: 60 })
    const [computer, other] = computersOf(stage, 'Alder')
    for (const host of [computer, other]) await raise(stage, { ...attack, host })
    await stage.step(1)
    for (let n = 0; n < 3; n += 1) {
      await stage.step(9)
      await raise(stage, { ...attack, host: computer })
    }
    await stage.step(5)
    expect(atDesk(stage)).toHaveLength(2)
    expect(oneAtDesk(stage, computer).notes).toEqual([])
    await stage.steps(2, 15)
    const told = oneAtDesk(stage, computer).notes
    expect(told.map(({ title }) => title)).toEqual(['Seen again: Network attack detected'])
    expect(told[0]?.text).toContain('was seen 3 more times, last at 2026-03-02 06:33 UTC.')
    await raise(stage, { ...attack, host: computer })
    await stage.step(30)
    expect(oneAtDesk(stage, computer).notes).toHaveLength(1)
    await stage.steps(2, 30)
    expect(oneAtDesk(stage, computer).notes[1]?.text).toContain('was seen 1 more time, last at')
    expect(oneAtDesk(stage, other).notes).toEqual([])
    expectSound(stage)
  })

  test('before the ticket is open at the desk are told in its description', async () => {
    const stage = await openStage({ rules: critical, repeatNoteMinutes: 0 })
    const [computer, other] = computersOf(stage, 'Alder')
    // Two in one reading, and more while the desk cannot be reached.
    stage.autotask.setFaults({ dead: 'refuse' })
    for (let n = 0; n < 2; n += 1) await raise(stage, { ...attack, host: computer })
    await stage.step(1)
    for (const host of [computer, other]) await raise(stage, { ...attack, host })
    await stage.step(1)
    stage.autotask.setFaults({})
    await stage.steps(3, 5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ notes: [] })
    expect(oneAtDesk(stage, computer).description).toContain('Before this ticket was opened it was seen 2 more times.')
    expect(oneAtDesk(stage, other).description).not.toContain('Before this ticket')
    expectSound(stage)
  })

  test('make a ticket each when that is set', async () => {
    const stage = await openStage({ rules: critical, repeats: 'ticket' })
    const [computer] = computersOf(stage, 'Alder')
    for (let n = 0; n < 2; n += 1) await raise(stage, { ...attack, host: computer })
    await stage.step(1)
    await raise(stage, { ...attack, host: computer })
    await stage.steps(2, 1)
    const tickets = atDesk(stage, computer)
    expect(tickets).toHaveLength(3)
    expect(new Set(tickets.map(({ reference }) => reference)).size).toBe(3)
    expect(tickets.every(({ open, notes }) => open && notes.length === 0)).toBe(true)
    expectSound(stage)
  })

  test('the same event heard again is no repeat', async () => {
    const stage = await openStage({ rules: critical, repeatNoteMinutes: 0 })
    const [computer] = computersOf(stage, 'Alder')
    await raise(stage, { ...attack, host: computer })
    await stage.step(1)
    // Every reading goes back behind the last, so this one has been read many times by now.
    await stage.steps(5, 1)
    await stage.app.deps.pool.query(`update sources set event_cursor = '1:0:1'`)
    await stage.steps(2, 1)
    expect(oneAtDesk(stage, computer).notes).toEqual([])
    expectSound(stage)
  })
})

describe('closing', () => {
  test('is a person’s: a new event then has a new ticket', async () => {
    const stage = await openStage({ rules: critical })
    const [computer, other] = computersOf(stage, 'Alder')
    await raise(stage, { ...attack, host: computer })
    await stage.step(1)
    await stage.steps(5, 12 * 60)
    await stage.ksc.act({ act: 'removeHost', host: computer })
    await stage.step(60)
    expect(oneAtDesk(stage, computer).open).toBe(true)
    await stage.autotask.act({ act: 'closeTicket', ticketId: oneAtDesk(stage, computer).id, resolution: 'Dealt with.' })
    await stage.step(60)
    await raise(stage, { ...attack, host: other })
    await stage.step(60)
    await stage.autotask.act({ act: 'closeTicket', ticketId: oneAtDesk(stage, other).id })
    await stage.step(60)
    await raise(stage, { ...attack, host: other })
    await stage.step(60)
    expect(atDesk(stage, other).map(({ open }) => open)).toEqual([false, true])
    expectSound(stage)
  })
})
