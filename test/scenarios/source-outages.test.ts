import { describe, expect, test } from 'vitest'
import type { Stage } from '../../demo/stage.ts'
import { listTenants } from '../../src/usecases/list-tenants.ts'
import { showStatus } from '../../src/usecases/show-status.ts'
import { unmapTenant } from '../../src/usecases/unmap-tenant.ts'
import { updateSource } from '../../src/usecases/update-source.ts'
import { kscJournal, startKscFront } from '../support/ksc-front.ts'
import {
  atDesk,
  computersOf,
  expectSound,
  oneAtDesk,
  protectionOff,
  protectionOn,
  setHost,
  stages,
} from '../support/scenario.ts'

/** A source that cannot be read, or not whole, closes nothing (I7). */

const openStage = await stages()

/** Tells the judge of a trouble that is not the emulator's own: a fault that hits nothing. */
const untouching = { latencyMs: { value: 0, match: { path: '^nothing$' } } }

/** Protection off on the first computer of both clients, each with its ticket. */
async function withTickets(): Promise<{ stage: Stage; alder: string; birch: string }> {
  const stage = await openStage()
  const [alder] = computersOf(stage, 'Alder')
  const [birch] = computersOf(stage, 'Birch')
  for (const computer of [alder, birch]) await setHost(stage, computer, protectionOff)
  await stage.step(5)
  expect(atDesk(stage).map(({ open }) => open)).toEqual([true, true])
  return { stage, alder, birch }
}

/** What the status screen says about reading the computers of the source. */
async function pollFailure(stage: Stage): Promise<{ kind: string; message: string } | null> {
  const { sources } = await showStatus(stage.app.deps)
  return sources[0]?.duties.find(({ kind }) => kind === 'poll-computers')?.failure ?? null
}

/** One gets well and another falls ill while nobody can see it; what is seen afterwards is right at once. */
async function nothingUntil(
  { stage, alder }: { stage: Stage; alder: string },
  mend: () => Promise<void> | void,
): Promise<void> {
  const [, other] = computersOf(stage, 'Alder')
  await setHost(stage, alder, protectionOn)
  await setHost(stage, other, protectionOff)
  await stage.steps(6, 10)
  expect(atDesk(stage).map(({ open }) => open)).toEqual([true, true])
  await mend()
  await stage.step(10)
  expect(oneAtDesk(stage, alder).open).toBe(false)
  expect(oneAtDesk(stage, other).open).toBe(true)
  expectSound(stage)
}

describe('the whole server', () => {
  test.each([
    ['refuses connections', { dead: 'refuse' }, 'later', /127\.0\.0\.1/],
    ['stops in the middle of its lists', { cutAfterCommit: { match: { path: 'GetItemsChunk' } } }, 'later', /was cut/],
    ['loses every list half-way', { expireAccessor: true }, 'later', /ChunkAccessor/],
    ['sends JSON that stops in the middle', { truncatedJson: true }, 'later', /not JSON/],
    ['fails with every page', { errorRate: { value: 1, match: { path: 'GetItemsChunk' } } }, 'later', /HTTP 500/],
    ['is not available', { unavailable: true }, 'later', /Administration Server/],
  ])('that %s closes nothing and opens nothing', async (_, faults, kind, message) => {
    const world = await withTickets()
    const { stage } = world
    stage.ksc.setFaults(faults)
    await stage.step(5)
    expect(await pollFailure(stage)).toMatchObject({ kind, message: expect.stringMatching(message) })
    await nothingUntil(world, () => stage.ksc.setFaults({}))
    expect(await pollFailure(stage)).toBeNull()
  })

  test('that refuses the account is asked rarely, for fear of blocking it, until somebody saves the settings', async () => {
    const world = await withTickets()
    const { deps } = world.stage.app
    const tries = async () => (await kscJournal(world.stage)).filter(({ status }) => status === 401).length
    world.stage.ksc.setFaults({ unauthorized: true })
    await world.stage.step(5)
    expect(await pollFailure(world.stage)).toMatchObject({
      kind: 'denied',
      message: expect.stringMatching(/refuses the user name or the password/),
    })
    const before = await tries()
    await nothingUntil(world, async () => {
      expect((await tries()) - before).toBeLessThanOrEqual(10)
      world.stage.ksc.setFaults({})
      await updateSource(deps, { id: world.stage.ids.sourceId })
    })
  })

  test('that shows another certificate is not read, and says what to do', async () => {
    const world = await withTickets()
    const { deps } = world.stage.app
    const { sourceId: id } = world.stage.ids
    const { rows } = await deps.pool.query<{ settings: { fingerprint: string } }>('select settings from sources')
    const right = rows[0]?.settings.fingerprint ?? ''
    // To Tocsin it is the same whether the server or the fingerprint was changed.
    const { password } = world.stage.ksc.ready
    await updateSource(deps, { id, settings: { fingerprint: 'AB'.repeat(32), password }, check: false })
    world.stage.ksc.setFaults(untouching)
    await world.stage.step(5)
    expect(await pollFailure(world.stage)).toMatchObject({
      kind: 'denied',
      reason: 'untrusted-certificate',
      message: expect.stringMatching(/certificate.*fingerprint/s),
    })
    await nothingUntil(world, async () => {
      await updateSource(deps, { id, settings: { fingerprint: right, password } })
      world.stage.ksc.setFaults({})
    })
  })

  test.each([
    ['page', /announced \d+ computers in a page and sent \d+/],
    ['list', /promised \d+ computers and listed \d+ different ones, so the list is not whole/],
  ] as const)('that leaves a computer out of each %s closes nothing and opens nothing', async (of, message) => {
    const world = await withTickets()
    const front = await startKscFront(world.stage)
    front.shorten = { of, after: 0, times: Number.POSITIVE_INFINITY }
    world.stage.ksc.setFaults(untouching)
    await world.stage.step(5)
    expect(await pollFailure(world.stage)).toMatchObject({ kind: 'later', message: expect.stringMatching(message) })
    await nothingUntil(world, () => {
      front.shorten = null
      world.stage.ksc.setFaults({})
    })
  })

  test('in whose place a web page answers is not read, and says what to do', async () => {
    const world = await withTickets()
    const front = await startKscFront(world.stage)
    front.standIn = (outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/html' })
      outgoing.end('<!doctype html><title>Router</title>')
    }
    world.stage.ksc.setFaults(untouching)
    await world.stage.step(5)
    expect(await pollFailure(world.stage)).toMatchObject({
      message: expect.stringMatching(/a web page.*Check the address and the port/s),
    })
    await nothingUntil(world, () => {
      front.standIn = null
      world.stage.ksc.setFaults({})
    })
  })

  test('whose list is lost once is read again at once, without a failure', async () => {
    const { stage, alder } = await withTickets()
    stage.ksc.setFaults({ expireAccessor: { times: 1 } })
    await setHost(stage, alder, protectionOn)
    await stage.step(5)
    expect(oneAtDesk(stage, alder).open).toBe(false)
    expect(await pollFailure(stage)).toBeNull()
    // Pages may be shorter than asked for; they are read on.
    stage.ksc.setFaults({ halfList: true })
    await setHost(stage, alder, protectionOff)
    await stage.step(5)
    expect(atDesk(stage, alder).map(({ open }) => open)).toEqual([false, true])
    expectSound(stage)
  })

  test('whose list is lost after some of its pages is begun again and read whole', async () => {
    const { stage, alder, birch } = await withTickets()
    const front = await startKscFront(stage)
    await updateSource(stage.app.deps, { id: stage.ids.sourceId, settings: { pageSize: 1 } })
    await setHost(stage, alder, protectionOn)
    // The main server has three computers: the third page of its list is lost, and the first two come a second time.
    front.shorten = { of: 'page', after: 2, times: 1 }
    await stage.step(5)
    expect(front.shorten.times).toBe(0)
    expect(await pollFailure(stage)).toBeNull()
    expect(oneAtDesk(stage, alder).open).toBe(false)
    expect(oneAtDesk(stage, birch).open).toBe(true)
    expectSound(stage)
  })

  test('that drops the session in the middle is logged on to again', async () => {
    const { stage, alder } = await withTickets()
    stage.ksc.setFaults({ dropSession: { times: 1, match: { path: 'GetItemsChunk' } } })
    await setHost(stage, alder, protectionOn)
    await stage.steps(2, 5)
    stage.ksc.setFaults({})
    await stage.step(5)
    expect(oneAtDesk(stage, alder).open).toBe(false)
    expectSound(stage)
  })
})

describe('one virtual server', () => {
  test('that does not answer for a day closes nothing there; the others go on', async () => {
    const { stage, alder, birch } = await withTickets()
    await stage.ksc.act({ act: 'setVServer', vserver: 'Alder', answering: false })
    for (const computer of [alder, birch]) await setHost(stage, computer, protectionOn)
    await stage.steps(12, 120)
    expect(oneAtDesk(stage, alder).open).toBe(true)
    expect(oneAtDesk(stage, birch).open).toBe(false)
    const { items } = await listTenants(stage.app.deps, { search: 'Alder', limit: 1 })
    expect(items[0]?.failingSince).toEqual(new Date('2026-03-02T08:05:00Z'))
    expect(items[0]?.failingMessage).toContain('not available now')
    const { troubledTenants } = await showStatus(stage.app.deps)
    expect(troubledTenants.map(({ name }) => name)).toEqual(['Alder'])
    await stage.ksc.act({ act: 'setVServer', vserver: 'Alder', answering: true })
    await stage.step(5)
    expect(oneAtDesk(stage, alder).open).toBe(false)
    expect((await listTenants(stage.app.deps, { search: 'Alder', limit: 1 })).items[0]?.failingSince).toBeNull()
    expectSound(stage)
  })

  test('whose list is not whole cannot lose a computer to a move that nobody saw', async () => {
    const { stage, alder } = await withTickets()
    await stage.ksc.act({ act: 'setVServer', vserver: 'Birch', answering: false })
    await stage.ksc.act({ act: 'moveHost', host: alder, vserver: 'Birch' })
    await stage.steps(2, 5)
    // It is not among Alder's any more, and that list was whole.
    expect(oneAtDesk(stage, alder)).toMatchObject({ company: 'Alder', open: false })
    await stage.ksc.act({ act: 'setVServer', vserver: 'Birch', answering: true })
    await stage.steps(2, 5)
    expect(atDesk(stage, alder).map(({ company, open }) => [company, open])).toEqual([
      ['Alder', false],
      ['Birch', true],
    ])
    expectSound(stage)
  })

  test('that is switched off, and one that is gone, close nothing; the operator decides', async () => {
    const { stage, alder, birch } = await withTickets()
    await stage.ksc.act({ act: 'setVServer', vserver: 'Alder', enabled: false })
    await stage.ksc.act({ act: 'removeVServer', vserver: 'Birch' })
    await stage.steps(4, 10)
    expect(atDesk(stage).map(({ open }) => open)).toEqual([true, true])
    const { items } = await listTenants(stage.app.deps, { limit: 10 })
    const byName = new Map(items.map((tenant) => [tenant.name, tenant]))
    expect(byName.get('Alder')).toMatchObject({ enabled: false, openTickets: 1 })
    expect(byName.get('Birch')).toMatchObject({ openTickets: 1 })
    expect(byName.get('Birch')?.vanishedAt).not.toBeNull()
    await stage.ksc.act({ act: 'setVServer', vserver: 'Alder', enabled: true })
    await setHost(stage, alder, protectionOn)
    await stage.step(5)
    expect(oneAtDesk(stage, alder).open).toBe(false)
    expect(oneAtDesk(stage, birch).open).toBe(true)
    // The judge cannot tell any more whose a computer of a removed virtual server was.
    const { violations } = stage.check()
    expect(violations.map(({ kind, computer }) => [kind, computer])).toEqual([['wrongClient', birch]])
  })

  test('that is unmapped with open tickets: they stay and still close, and no new ones open', async () => {
    const stage = await openStage()
    const [computer, other] = computersOf(stage, 'Alder')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    const { items } = await listTenants(stage.app.deps, { search: 'Alder', limit: 1 })
    await expect(unmapTenant(stage.app.deps, { tenantId: items[0]?.id ?? 0 })).resolves.toEqual({ openTickets: 1 })
    await stage.steps(2, 5)
    expect(oneAtDesk(stage, computer).open).toBe(true)
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    expect(oneAtDesk(stage, computer).open).toBe(false)
    expectSound(stage)
    await setHost(stage, other, protectionOff)
    await stage.step(5)
    expect(atDesk(stage, other)).toEqual([])
  })
})
