import { describe, expect, test } from 'vitest'
import type { StageRule } from '../../demo/rules.ts'
import type { Stage } from '../../demo/stage.ts'
import { listTickets } from '../../src/usecases/list-tickets.ts'
import type { TicketView } from '../../src/usecases/ticket-view.ts'
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
  whyOf,
} from '../support/scenario.ts'

/** What technicians do to our tickets is noticed and never fought. */

const openStage = await stages()

const urgent = { priority: 'Critical', queue: 'Security', dueHours: '4' }
const usual = { priority: 'Medium', dueHours: '48' }
const rules: readonly StageRule[] = [
  { section: 'critical', what: 'all', fields: urgent },
  { section: 'warning', what: 'all', fields: usual },
]

/** The latest record of Tocsin about a computer. */
async function record(stage: Stage, computer: string): Promise<TicketView> {
  const { items } = await listTickets(stage.app.deps, { state: 'any', computer, limit: 1 })
  const [latest] = items
  if (latest === undefined) throw new Error(`Tocsin has no ticket for ${computer}.`)
  return latest
}

/** A stage on which the protection of one computer is off and has its ticket. */
async function withTicket(): Promise<{ stage: Stage; computer: string; ticketId: number }> {
  const stage = await openStage({ rules })
  const [computer] = computersOf(stage, 'Alder')
  await setHost(stage, computer, protectionOff)
  await stage.step(5)
  return { stage, computer, ticketId: oneAtDesk(stage, computer).id }
}

describe('closing early', () => {
  test('is noticed and not fought; a new ticket only after it ended and began again', async () => {
    const { stage, computer, ticketId } = await withTicket()
    await stage.autotask.act({ act: 'closeTicket', ticketId, resolution: 'The user says it is fine.' })
    await stage.step(1)
    expect(await record(stage, computer)).toMatchObject({ state: 'done', outcome: 'closed-by-person' })
    expect((await whyOf(stage, computer, 'Protection is disabled')).answer).toContain(
      'A person closed its ticket at the desk; a new one is opened only when it ends and begins again.',
    )
    await stage.steps(12, 5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ open: false, resolution: 'The user says it is fine.' })
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    expect(atDesk(stage, computer).map(({ open }) => open)).toEqual([false, true])
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    expect(atDesk(stage, computer).map(({ open }) => open)).toEqual([false, false])
    expectSound(stage)
  })

  test('a Critical level after a person closed it is no reason for another ticket', async () => {
    const stage = await openStage({ rules })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, databasesOld(stage, 4))
    await stage.step(5)
    await stage.autotask.act({ act: 'closeTicket', ticketId: oneAtDesk(stage, computer).id })
    await stage.step(5)
    await setHost(stage, computer, databasesOld(stage, 8))
    await stage.steps(3, 5)
    expect(oneAtDesk(stage, computer).open).toBe(false)
    expect((await whyOf(stage, computer, 'Databases are outdated')).reason).toBe('ticket-is-done')
    expectSound(stage)
  })

  test('at the very time at which we want to close it: theirs counts, and their words stay', async () => {
    const { stage, computer, ticketId } = await withTicket()
    await setHost(stage, computer, protectionOn)
    await stage.autotask.act({ act: 'closeTicket', ticketId, resolution: 'Switched it on.' })
    await stage.step(5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ open: false, resolution: 'Switched it on.' })
    expect(await record(stage, computer)).toMatchObject({ outcome: 'closed-by-person' })
    expectSound(stage)
  })

  test('while the desk takes nothing from us; it ends and begins again before we can see that', async () => {
    const { stage, computer, ticketId } = await withTicket()
    stage.autotask.setFaults({ rateLimited: { retryAfterSeconds: 600 } })
    await stage.autotask.act({ act: 'closeTicket', ticketId })
    await stage.step(5)
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    stage.autotask.setFaults({})
    await stage.steps(6, 5)
    expect(atDesk(stage, computer).map(({ open }) => open)).toEqual([false, true])
    expectSound(stage)
  })
})

describe('changing', () => {
  test('a priority that a person chose stays when it becomes Critical; the queue is taken over, and the note tells', async () => {
    const stage = await openStage({ rules })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, databasesOld(stage, 4))
    await stage.step(5)
    const { id: ticketId } = oneAtDesk(stage, computer)
    await stage.autotask.act({ act: 'setPriority', ticketId, priority: 'Low' })
    await setHost(stage, computer, databasesOld(stage, 8))
    await stage.steps(3, 5)
    const raised = oneAtDesk(stage, computer)
    expect(raised).toMatchObject({ id: ticketId, priority: 'Low', queue: 'Security', open: true })
    expect(raised.notes).toHaveLength(1)
    expectSound(stage)
  })

  test('a ticket that a person took, moved and renamed gets our note and our close, and keeps the rest', async () => {
    const stage = await openStage({ rules })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, databasesOld(stage, 4))
    await stage.step(5)
    const { id: ticketId } = oneAtDesk(stage, computer)
    await stage.autotask.act({ act: 'takeTicket', ticketId })
    await stage.autotask.act({ act: 'moveQueue', ticketId, queue: 'Level I Support' })
    await stage.autotask.act({ act: 'setTicketFields', ticketId, fields: { title: 'Update server broken' } })
    await stage.step(5)
    await setHost(stage, computer, databasesOld(stage, 8))
    await stage.steps(2, 5)
    const taken = oneAtDesk(stage, 'Update server broken')
    expect(taken).toMatchObject({ queue: 'Level I Support', priority: 'Critical', assigned: true, open: true })
    expect(taken.notes.map(({ title }) => title)).toEqual(['Now Critical: Databases are outdated'])
    await setHost(stage, computer, { databasesAt: 'fresh' })
    await stage.step(5)
    const closed = oneAtDesk(stage, 'Update server broken')
    expect(closed).toMatchObject({ queue: 'Level I Support', assigned: true, open: false })
    expect(closed.resolution).toContain('because it no longer applies')
    expectSound(stage)
  })
})

describe('reopening', () => {
  test('what a person reopens is theirs, until it begins again', async () => {
    const { stage, computer, ticketId } = await withTicket()
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    expect(oneAtDesk(stage, computer).open).toBe(false)
    await stage.autotask.act({ act: 'reopenTicket', ticketId })
    await stage.steps(12, 5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ open: true, notes: [] })
    expect(await record(stage, computer)).toMatchObject({ released: true, outcome: null })
    await setHost(stage, computer, protectionOff)
    await stage.steps(15, 5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ id: ticketId, open: true })
    expect(oneAtDesk(stage, computer).notes.map(({ title }) => title)).toEqual(['Seen again: Protection is disabled'])
    expect((await whyOf(stage, computer, 'Protection is disabled')).reason).toBe('began-again-after-reopening')
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ id: ticketId, open: false })
    expectSound(stage)
  })

  test('what a person closed and reopens while it still holds is ours as before', async () => {
    const { stage, computer, ticketId } = await withTicket()
    await stage.autotask.act({ act: 'closeTicket', ticketId })
    await stage.step(5)
    await stage.autotask.act({ act: 'reopenTicket', ticketId })
    await stage.steps(2, 5)
    expect(await record(stage, computer)).toMatchObject({ state: 'open', released: false, outcome: null })
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ id: ticketId, open: false })
    expectSound(stage)
  })

  test('an old ticket that is reopened beside its successor is nobody’s but theirs', async () => {
    const { stage, computer, ticketId } = await withTicket()
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    await stage.autotask.act({ act: 'reopenTicket', ticketId })
    await stage.step(5)
    await setHost(stage, computer, protectionOn)
    await stage.steps(2, 5)
    expect(atDesk(stage, computer).map(({ id, open }) => [id === ticketId, open])).toEqual([
      [true, true],
      [false, false],
    ])
    // The judge counts what a person opened as a second one; it is not one of ours.
    expect(
      stage
        .check()
        .violations.map(({ kind }) => kind)
        .filter((kind) => kind !== 'duplicates'),
    ).toEqual([])
  })
})

describe('deleting and merging', () => {
  test('a deleted ticket is noticed, and only a new beginning makes another', async () => {
    const { stage, computer, ticketId } = await withTicket()
    await stage.autotask.act({ act: 'deleteTicket', ticketId })
    await stage.steps(6, 5)
    expect(atDesk(stage)).toEqual([])
    expect(await record(stage, computer)).toMatchObject({ state: 'done', outcome: 'deleted-by-person' })
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    expect(oneAtDesk(stage, computer).open).toBe(true)
    expectSound(stage)
  })

  test('a ticket that is deleted just before its note or its close is no fault', async () => {
    const stage = await openStage({ rules })
    const [one, other] = computersOf(stage, 'Alder')
    for (const computer of [one, other]) await setHost(stage, computer, databasesOld(stage, 4))
    await stage.step(5)
    for (const { id: ticketId } of atDesk(stage)) await stage.autotask.act({ act: 'deleteTicket', ticketId })
    await setHost(stage, one, { databasesAt: 'fresh' })
    await setHost(stage, other, databasesOld(stage, 8))
    await stage.steps(2, 5)
    expect(atDesk(stage)).toEqual([])
    for (const computer of [one, other])
      expect(await record(stage, computer)).toMatchObject({ outcome: 'deleted-by-person' })
    expect((await listTickets(stage.app.deps, { limit: 10 })).items).toEqual([])
    expectSound(stage)
  })

  test('a merged ticket is theirs: the one that absorbed it is not closed by us', async () => {
    const stage = await openStage({ rules })
    const [one, other] = computersOf(stage, 'Alder')
    for (const computer of [one, other]) await setHost(stage, computer, protectionOff)
    await stage.step(5)
    const into = oneAtDesk(stage, other).id
    await stage.autotask.act({ act: 'mergeTicket', ticketId: oneAtDesk(stage, one).id, into })
    await stage.steps(2, 5)
    expect((await record(stage, one)).state).toBe('done')
    await setHost(stage, one, protectionOn)
    await stage.steps(2, 5)
    expect(oneAtDesk(stage, other).open).toBe(true)
    await setHost(stage, other, protectionOn)
    await stage.step(5)
    expect(oneAtDesk(stage, other).open).toBe(false)
    expectSound(stage)
  })
})

describe('events', () => {
  test('one that comes after a person closed the ticket, and before we knew, is not lost', async () => {
    const critical: readonly StageRule[] = [{ section: 'severity', what: 'Critical', fields: urgent }]
    const stage = await openStage({ rules: critical, changesEverySeconds: 600 })
    const [computer] = computersOf(stage, 'Alder')
    const event = {
      type: 'GNRL_EV_ATTACK_DETECTED',
      displayName: 'Network attack detected',
      severity: 4,
      host: computer,
    }
    await stage.ksc.act({ act: 'raiseEvent', ...event })
    await stage.step(1)
    await stage.step(9)
    await stage.autotask.act({ act: 'closeTicket', ticketId: oneAtDesk(stage, computer).id })
    await stage.step(1)
    await stage.ksc.act({ act: 'raiseEvent', ...event })
    await stage.steps(4, 10)
    expect(atDesk(stage, computer).map(({ open }) => open)).toEqual([false, true])
    expectSound(stage)
  })
})
