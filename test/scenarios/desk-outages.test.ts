import { describe, expect, test } from 'vitest'
import type { StageRule } from '../../demo/rules.ts'
import { saveStageRules } from '../../demo/set-up.ts'
import type { Stage } from '../../demo/stage.ts'
import { listRules } from '../../src/usecases/list-rules.ts'
import { listTickets } from '../../src/usecases/list-tickets.ts'
import { retryTicket } from '../../src/usecases/retry-ticket.ts'
import { showStatus } from '../../src/usecases/show-status.ts'
import type { TicketView } from '../../src/usecases/ticket-view.ts'
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
  setHost,
  stages,
  writes,
} from '../support/scenario.ts'

/** A desk that is away, busy, strict or picky: everything arrives, once, and never more than is allowed. */

const openStage = await stages()

const minute = 60_000
const rules: readonly StageRule[] = [
  { section: 'critical', what: 'all', fields: { priority: 'Critical', queue: 'Security', dueHours: '4' } },
  { section: 'warning', what: 'all', fields: { priority: 'Medium' } },
]

/** Tickets that wait for a person. */
async function stuck(stage: Stage): Promise<readonly TicketView[]> {
  return (await listTickets(stage.app.deps, { stuck: true, limit: 100 })).items
}

async function setAll(stage: Stage, hosts: readonly string[], changes: object): Promise<void> {
  await stage.ksc.act({ act: 'setHosts', hosts, changes })
}

describe('away', () => {
  test.each([
    ['refuses connections', { dead: 'refuse' }],
    ['answers with a page of maintenance', { errorRate: { value: 1, kind: 'html-503' } }],
    ['is cut after every request', { cutBefore: true }],
  ])('for an hour (%s): everything is delivered afterwards, urgent first', async (_, faults) => {
    const stage = await openStage({ devices: 30, rules })
    await updatePsa(stage.app.deps, { id: stage.ids.psaId, settings: { threadsPerEndpoint: 1 } })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    const [gone = '', ...others] = hosts
    const warnings = others.slice(0, 8)
    const criticals = others.slice(8, 16)
    await setHost(stage, gone, protectionOff)
    await stage.step(5)
    stage.autotask.setFaults(faults)
    await setHost(stage, gone, protectionOn)
    await setAll(stage, warnings, databasesOld(stage, 4))
    await stage.steps(2, 10)
    await setAll(stage, criticals, protectionOff)
    // One that begins and ends while nobody can be told.
    await setHost(stage, others[16] ?? '', protectionOff)
    await stage.step(10)
    await setHost(stage, others[16] ?? '', protectionOn)
    await stage.steps(3, 10)
    expect(atDesk(stage)).toHaveLength(1)
    const { psas } = await showStatus(stage.app.deps)
    // One is to be closed, and one is over before it was opened.
    expect(psas[0]?.tickets).toMatchObject({ waiting: 16, closing: 2, stuck: 0 })
    stage.autotask.setFaults({})
    await stage.steps(3, 5)
    expect(oneAtDesk(stage, gone).open).toBe(false)
    const opened = atDesk(stage).slice(1)
    expect(opened).toHaveLength(16)
    expect(opened.every(({ open }) => open)).toBe(true)
    // One claim in ten goes by age, so that nothing waits for ever.
    const first = opened.slice(0, 8).filter(({ priority }) => priority === 'Critical')
    expect(first.length).toBeGreaterThanOrEqual(7)
    expect(atDesk(stage, others[16] ?? '')).toEqual([])
    expectSound(stage)
  })

  test('for a part of the requests: nothing is lost or doubled', async () => {
    const stage = await openStage({ devices: 24, rules })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    stage.autotask.setFaults({ errorRate: 0.3, cutAfterCommit: { times: 15 }, truncateReply: { times: 5 } })
    await setAll(stage, hosts, protectionOff)
    await stage.steps(4, 5)
    stage.autotask.setFaults({})
    await stage.steps(5, 5)
    expect(atDesk(stage).map(({ open }) => open)).toEqual(hosts.map(() => true))
    stage.autotask.setFaults({ errorRate: 0.3, cutAfterCommit: { times: 15 }, truncateReply: { times: 5 } })
    await setAll(stage, hosts, protectionOn)
    await stage.steps(4, 5)
    stage.autotask.setFaults({})
    await stage.steps(5, 5)
    expect(atDesk(stage).map(({ open }) => open)).toEqual(hosts.map(() => false))
    expectSound(stage)
  })
})

describe('the account', () => {
  test('is refused: everything waits, the status says why, and the new secret lets it all go', async () => {
    const stage = await openStage({ rules })
    const [one, other] = computersOf(stage, 'Alder')
    await setHost(stage, one, protectionOff)
    await stage.step(5)
    await stage.autotask.act({ act: 'setSecret', secret: 'another-secret' })
    // The judge is told that the desk cannot be used, with a fault that hits nothing.
    stage.autotask.setFaults({ latencyMs: { value: 0, match: { path: '^nothing$' } } })
    await setHost(stage, one, protectionOn)
    await setHost(stage, other, protectionOff)
    await stage.steps(4, 5)
    expect(oneAtDesk(stage, one).open).toBe(true)
    const held = (await showStatus(stage.app.deps)).psas[0]
    expect(held?.heldFailure).toMatchObject({ kind: 'denied', reason: 'bad-credentials' })
    expect(held?.heldFailure?.message).toContain('check user name, secret and tracking identifier')
    expect(JSON.stringify(held)).not.toContain('emulator-secret')
    expect(await stuck(stage)).toEqual([])
    await updatePsa(stage.app.deps, { id: stage.ids.psaId, settings: { secret: 'another-secret' } })
    stage.autotask.setFaults({})
    await stage.step(5)
    expect(oneAtDesk(stage, one).open).toBe(false)
    expect(oneAtDesk(stage, other).open).toBe(true)
    expectSound(stage)
  })
})

describe('limits', () => {
  test('“too many requests” holds everything back until the time that the desk names', async () => {
    const stage = await openStage({ devices: 24, rules })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    stage.autotask.setFaults({ rateLimited: { retryAfterSeconds: 1_500 } })
    const before = (await journal(stage)).length
    await setAll(stage, hosts, protectionOff)
    await stage.steps(12, 2)
    const refused = (await journal(stage)).slice(before)
    // One for the first ticket, and one for each kind of reading that was under way.
    expect(refused.length).toBeLessThanOrEqual(5)
    expect(refused.every(({ status }) => status === 429)).toBe(true)
    stage.autotask.setFaults({})
    await stage.steps(3, 5)
    expect(atDesk(stage)).toHaveLength(hosts.length)
    expectSound(stage)
  })

  test('the threads that the vendor grants are never exceeded, and used', async () => {
    const stage = await openStage({ devices: 36, rules })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    stage.autotask.setFaults({ latencyMs: 15 })
    await setAll(stage, hosts, protectionOff)
    await stage.step(5)
    await setAll(stage, hosts, protectionOn)
    await stage.step(5)
    stage.autotask.setFaults({})
    expect(atDesk(stage).map(({ open }) => open)).toEqual(hosts.map(() => false))
    const { maxInFlightByEndpoint, byStatus } = stage.autotask.stats()
    expect(maxInFlightByEndpoint.Tickets).toBe(3)
    expect(byStatus[429]).toBeUndefined()
    expectSound(stage)
  })

  test('a budget that is used up is never overdrawn; the rest is delivered within the next hours', async () => {
    const stage = await openStage({ devices: 36, rules, changesEverySeconds: 3_600 })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    await stage.steps(2, 60)
    const perHour = 100
    await updatePsa(stage.app.deps, { id: stage.ids.psaId, settings: { requestsPerHour: perHour }, check: false })
    await stage.autotask.act({ act: 'setThreshold', requests: perHour, minutes: 60, used: 0 })
    const before = (await journal(stage)).length
    await setAll(stage, hosts, protectionOff)
    await stage.step(5)
    await setAll(stage, hosts, protectionOn)
    // The judge is told that the desk takes little.
    stage.autotask.setFaults({ latencyMs: { value: 0, match: { path: '^nothing$' } } })
    await stage.steps(3, 15)
    expect(atDesk(stage).filter(({ open }) => open).length).toBeGreaterThan(0)
    expect((await showStatus(stage.app.deps)).psas[0]?.budget).toMatchObject({ perHour })
    await stage.steps(14, 15)
    stage.autotask.setFaults({})
    expect(atDesk(stage)).toHaveLength(hosts.length)
    expect(atDesk(stage).filter(({ open }) => open)).toEqual([])
    const sent = (await journal(stage)).slice(before).filter(({ path }) => !/zoneInfo/i.test(path))
    expect(sent.filter(({ status }) => status === 429)).toEqual([])
    const times = sent.map(({ time }) => Date.parse(time))
    const most = Math.max(...times.map((at) => times.filter((one) => one > at - 60 * minute && one <= at).length))
    expect(most).toBeLessThanOrEqual(perHour)
    expect(most).toBeGreaterThan(perHour / 2)
    expectSound(stage)
  })

  test('readings take no more of the budget than they send', async () => {
    const stage = await openStage({ rules })
    await stage.steps(75, 1)
    const since = stage.now().getTime() - 61 * minute
    const sent = (await journal(stage)).filter(({ time, path }) => Date.parse(time) > since && !/zoneInfo/i.test(path))
    const { used } = (await showStatus(stage.app.deps)).psas[0]?.budget ?? { used: 0 }
    expect(used).toBeGreaterThanOrEqual(sent.length)
    expect(used).toBeLessThanOrEqual(sent.length + 2)
  })
})

describe('answers that are lost', () => {
  test('a search that lags, and a cut after the ticket was stored: exactly one ticket (I1)', async () => {
    const stage = await openStage({ rules })
    const [computer] = computersOf(stage, 'Alder')
    stage.autotask.setFaults({
      searchLagMs: 45_000,
      cutAfterCommit: { match: { method: 'POST', path: '/Tickets$' }, times: 1 },
    })
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    // Not found yet, and not made again.
    expect(atDesk(stage)).toHaveLength(1)
    for (let n = 0; n < 10; n += 1) await stage.step(0.25)
    await stage.steps(3, 5)
    expect(await writes(stage)).toEqual(['POST Tickets'])
    expect((await listTickets(stage.app.deps, { limit: 5 })).items).toMatchObject([{ state: 'open' }])
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    stage.autotask.setFaults({})
    expect(oneAtDesk(stage, computer).open).toBe(false)
    expectSound(stage)
  })

  test('a cut before the ticket was stored: it is made again once the desk must have shown it', async () => {
    const stage = await openStage({ rules })
    const [computer] = computersOf(stage, 'Alder')
    stage.autotask.setFaults({ cutBefore: { match: { method: 'POST', path: '/Tickets$' }, times: 1 } })
    await setHost(stage, computer, protectionOff)
    await stage.steps(4, 5)
    stage.autotask.setFaults({})
    expect(atDesk(stage)).toHaveLength(1)
    expect(await writes(stage)).toEqual(['POST Tickets', 'POST Tickets'])
    expectSound(stage)
  })

  test('a note and a close whose answers are lost are there once', async () => {
    const stage = await openStage({ rules })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, databasesOld(stage, 4))
    await stage.step(5)
    stage.autotask.setFaults({ cutAfterCommit: { match: { method: 'POST', path: '/Notes$' }, times: 1 } })
    await setHost(stage, computer, databasesOld(stage, 8))
    await stage.steps(3, 5)
    expect(oneAtDesk(stage, computer).notes).toHaveLength(1)
    stage.autotask.setFaults({ cutAfterCommit: { match: { method: 'PATCH', path: '/Tickets$' }, times: 1 } })
    await setHost(stage, computer, { databasesAt: 'fresh' })
    await stage.steps(3, 5)
    stage.autotask.setFaults({})
    expect(oneAtDesk(stage, computer)).toMatchObject({ open: false })
    expect(stage.autotask.history().filter(({ kind }) => kind === 'closed')).toHaveLength(1)
    expect((await listTickets(stage.app.deps, { state: 'any', limit: 5 })).items).toMatchObject([
      { outcome: 'closed-by-us' },
    ])
    expectSound(stage)
  })

  test('a workflow rule of the desk that undoes our close is fought a few times, then shown to a person', async () => {
    const stage = await openStage({ rules })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    await stage.autotask.act({ act: 'setSwitch', name: 'workflowRevert', value: { from: 5, to: 8, times: 100 } })
    await setHost(stage, computer, protectionOn)
    await stage.steps(6, 5)
    const [waiting] = await stuck(stage)
    expect(waiting?.failure?.message).toContain('look for a workflow rule that undoes it')
    expect((await writes(stage)).filter((one) => one.startsWith('PATCH')).length).toBeLessThanOrEqual(6)
    await stage.autotask.act({ act: 'setSwitch', name: 'workflowRevert', value: null })
    await retryTicket(stage.app.deps, { id: waiting?.id ?? 0 })
    await stage.step(5)
    expect(oneAtDesk(stage, computer).open).toBe(false)
    expect(await stuck(stage)).toEqual([])
  })
})

describe('what the desk does not accept', () => {
  test('a field that a category demands: stuck with the vendor’s words, until the rule is mended', async () => {
    const mutable: StageRule[] = [
      { section: 'critical', what: 'all', fields: { priority: 'High', ticketCategory: 'Incident (strict)' } },
    ]
    const stage = await openStage({ rules: mutable })
    const [computer, other] = computersOf(stage, 'Alder')
    await setHost(stage, computer, protectionOff)
    await stage.steps(3, 5)
    const [waiting] = await stuck(stage)
    expect(waiting?.failure).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('billingCodeID is required'),
    })
    expect(waiting?.failure?.message).toContain('Change the rule or the ticket category accordingly')
    expect((await writes(stage)).length).toBe(1)
    mutable[0] = { section: 'critical', what: 'all', fields: { priority: 'High', ticketCategory: 'Standard' } }
    await saveStageRules(stage.app.deps, stage.ids, mutable)
    // The others go on meanwhile.
    await setHost(stage, other, protectionOff)
    await stage.step(5)
    expect(oneAtDesk(stage, other).open).toBe(true)
    expect(atDesk(stage, computer)).toEqual([])
    await retryTicket(stage.app.deps, { id: waiting?.id ?? 0 })
    await stage.step(5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ priority: 'High', open: true })
    expect(await stuck(stage)).toEqual([])
    expectSound(stage)
  })

  test('a stuck ticket whose condition ends is not needed any more', async () => {
    const stage = await openStage({
      rules: [{ section: 'critical', what: 'all', fields: { priority: 'High', ticketCategory: 'Incident (strict)' } }],
    })
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    expect(await stuck(stage)).toHaveLength(1)
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    expect(await stuck(stage)).toEqual([])
    expect(atDesk(stage)).toEqual([])
    expectSound(stage)
  })

  test('a queue that was removed is shown on its rule before a ticket fails', async () => {
    const stage = await openStage({ rules })
    const { deps } = stage.app
    const { integrationId } = stage.ids
    const problems = async () => {
      const { sections } = await listRules(deps, { integrationId })
      return sections.critical.find(({ key }) => key === 'protection-disabled')?.problems
    }
    await stage.autotask.act({ act: 'removePicklistValue', field: 'queueID', value: 29682969 })
    await stage.steps(3, 5)
    expect(await problems()).toEqual([
      { field: 'queue', message: '"Queue" is set to 29682969, which no longer exists in Autotask. Choose another.' },
    ])
    await stage.autotask.act({ act: 'setPicklistValue', field: 'queueID', value: 29682969, label: 'Security' })
    await stage.steps(3, 5)
    expect(await problems()).toEqual([])
    await stage.autotask.act({ act: 'setPicklistValue', field: 'priority', value: 4, isActive: false })
    await stage.steps(3, 5)
    expect(await problems()).toEqual([
      {
        field: 'priority',
        message: '"Priority": "Critical" is inactive in Autotask. Choose another or activate it there.',
      },
    ])
    expectSound(stage)
  })

  test('a company that was deactivated: stuck, its open tickets still close, and retry works once it is active', async () => {
    const stage = await openStage({ rules })
    const [one, other] = computersOf(stage, 'Alder')
    await setHost(stage, one, protectionOff)
    await stage.step(5)
    await stage.autotask.act({ act: 'deactivateCompany', name: 'Alder' })
    await setHost(stage, one, protectionOn)
    await setHost(stage, other, protectionOff)
    await stage.steps(2, 5)
    expect(oneAtDesk(stage, one).open).toBe(false)
    const [waiting] = await stuck(stage)
    expect(waiting).toMatchObject({ computerName: other, failure: { kind: 'refused' } })
    await stage.autotask.act({ act: 'activateCompany', name: 'Alder' })
    await retryTicket(stage.app.deps, { id: waiting?.id ?? 0 })
    await stage.step(5)
    expect(oneAtDesk(stage, other)).toMatchObject({ company: 'Alder', open: true })
    expectSound(stage)
  })
})
