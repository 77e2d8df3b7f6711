import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { StageRule } from '../../demo/rules.ts'
import type { Stage, StageOptions } from '../../demo/stage.ts'
import { autotask } from '../../src/connectors/psa/autotask/index.ts'
import type { PsaConnector } from '../../src/connectors/psa.ts'
import { backup } from '../../src/usecases/backup.ts'
import { restore } from '../../src/usecases/restore.ts'
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
} from '../support/scenario.ts'

/** Yesterday's copy in today's world: every ticket is found again, none is doubled, closed wrongly or left behind. */

const openAnyStage = await stages()
const folder = await mkdtemp(join(tmpdir(), 'tocsin-restore-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const rules: readonly StageRule[] = [
  { section: 'critical', what: 'all', fields: { priority: 'Critical', queue: 'Security', dueHours: '4' } },
  { section: 'warning', what: 'all', fields: { priority: 'Medium' } },
  { section: 'warning', what: 'Restart is required', delayMinutes: 30, fields: { priority: 'Low' } },
]
const eventRules: readonly StageRule[] = [
  { section: 'severity', what: 'Critical', fields: { priority: 'High', dueHours: '4' } },
]

let files = 0

/** Takes a copy; what it gives puts the copy back. */
async function copyOf(stage: Stage): Promise<() => Promise<void>> {
  files += 1
  const file = join(folder, `${files}.tocsin`)
  await backup(stage.app.deps, { to: file, tocsin: 'test' })
  return async () => {
    await restore(stage.app.deps, { file, replace: true })
  }
}

/** The servers are down, and the world goes on without them. */
async function minutesWithout(stage: Stage, minutes: number): Promise<void> {
  await stage.moveTo(new Date(stage.now().getTime() + minutes * 60_000))
}

/** What nobody did is no fault of ours: from a restore until the desk was read again. */
async function recover(stage: Stage): Promise<void> {
  stage.autotask.setFaults({ latencyMs: 0 })
  await stage.steps(4, 5)
  stage.autotask.setFaults({})
  await stage.steps(2, 5)
}

const open = (stage: Stage, host: string) => atDesk(stage, host).map((ticket) => ticket.open)
const attack = { type: 'GNRL_EV_ATTACK_DETECTED', displayName: 'Network attack detected', severity: 4 }
const openRows = 'select id from tickets where done_at is null'

/** A desk that cannot be asked what changed, as Tigerpaw: its open tickets are read in turn. */
function forgetChanges(stage: Stage): void {
  const blind = { ...autotask, changedSince: null } as PsaConnector
  Object.assign(stage.app.deps, { psas: new Map([['autotask', blind]]) })
}

describe.each([
  ['a desk that tells what changed', () => undefined],
  ['a desk that does not', forgetChanges],
])('a copy from before, %s', (_, prepare) => {
  const openStage = async (options: StageOptions): Promise<Stage> => {
    const stage = await openAnyStage(options)
    prepare(stage)
    return stage
  }

  test('nothing happened since: nothing is sent, and all goes on as before', async () => {
    const stage = await openStage({ rules })
    const [first, second] = computersOf(stage, 'Alder')
    await setHost(stage, first, databasesOld(stage, 4))
    await stage.steps(3, 5)
    const putBack = await copyOf(stage)
    await putBack()
    await recover(stage)
    expect(stage.autotask.history().filter(({ by, kind }) => by === 'api' && kind !== 'created')).toEqual([])
    await setHost(stage, first, databasesOld(stage, 8))
    await setHost(stage, second, protectionOff)
    await stage.step(5)
    // Where nobody tells what changed, any field may be a person's choice by now; the note tells.
    const raised = prepare === forgetChanges ? { priority: 'Medium' } : { priority: 'Critical', queue: 'Security' }
    expect(oneAtDesk(stage, first)).toMatchObject({ open: true, ...raised })
    expect(oneAtDesk(stage, first).notes).toHaveLength(1)
    await setHost(stage, first, { databasesAt: 'fresh' })
    await setHost(stage, second, protectionOn)
    await stage.step(5)
    expect(atDesk(stage).map((ticket) => ticket.open)).toEqual([false, false])
    expectSound(stage)
  })

  test('opened since: found again, whether it holds still or is over, and closed in its time', async () => {
    const stage = await openStage({ rules, devices: 12 })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    const [holds, over, overWhileDown, gone, waiting] = hosts as [string, string, string, string, string, ...string[]]
    await setHost(stage, waiting, restartDue(stage))
    await stage.step(5)
    const putBack = await copyOf(stage)
    for (const host of [holds, over, overWhileDown, gone]) await setHost(stage, host, protectionOff)
    await stage.steps(7, 5)
    await setHost(stage, over, protectionOn)
    await stage.steps(2, 5)
    expect([holds, over, overWhileDown, gone, waiting].map((host) => open(stage, host))).toEqual([
      [true],
      [false],
      [true],
      [true],
      [true],
    ])
    await minutesWithout(stage, 30)
    await setHost(stage, overWhileDown, protectionOn)
    await stage.ksc.act({ act: 'removeHost', host: gone })
    await putBack()
    await recover(stage)
    expect(open(stage, holds)).toEqual([true])
    expect(open(stage, over)).toEqual([false])
    expect(open(stage, overWhileDown)).toEqual([false])
    expect(open(stage, gone)).toEqual([false])
    expect(open(stage, waiting)).toEqual([true])
    await setHost(stage, holds, protectionOn)
    await setHost(stage, waiting, restarted)
    await stage.steps(2, 5)
    expect(atDesk(stage).map((ticket) => ticket.open)).toEqual([false, false, false, false, false])
    expectSound(stage)
    const { rows } = await stage.app.deps.pool.query('select * from desk_finds')
    expect(rows).toEqual([])
  })

  test('ended since: what we closed stays closed, what began again keeps its successor or gets one', async () => {
    const stage = await openStage({ rules, devices: 12 })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    const [ended, again, againWhileDown, twice] = hosts as [string, string, string, string, ...string[]]
    for (const host of [ended, again, againWhileDown, twice]) await setHost(stage, host, protectionOff)
    await stage.step(5)
    const putBack = await copyOf(stage)
    for (const host of [ended, again, againWhileDown, twice]) await setHost(stage, host, protectionOn)
    await stage.step(5)
    for (const host of [again, twice]) await setHost(stage, host, protectionOff)
    await stage.step(5)
    await setHost(stage, twice, protectionOn)
    await stage.step(5)
    expect([ended, again, againWhileDown, twice].map((host) => open(stage, host))).toEqual([
      [false],
      [false, true],
      [false],
      [false, false],
    ])
    await minutesWithout(stage, 30)
    for (const host of [againWhileDown, twice]) await setHost(stage, host, protectionOff)
    await putBack()
    await recover(stage)
    expect([ended, again, againWhileDown, twice].map((host) => open(stage, host))).toEqual([
      [false],
      [false, true],
      [false, true],
      [false, false, true],
    ])
    for (const host of hosts) await setHost(stage, host, protectionOn)
    await stage.steps(2, 5)
    expect((await stage.app.deps.pool.query(openRows)).rows).toEqual([])
    expect(atDesk(stage).filter((ticket) => ticket.open)).toEqual([])
    expectSound(stage)
  })

  test('what people did since is theirs', async () => {
    const stage = await openStage({ rules, devices: 12 })
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    const [known, fresh, deleted, chosen, reopened] = hosts as [string, string, string, string, string, ...string[]]
    for (const host of [known, deleted, reopened]) await setHost(stage, host, protectionOff)
    await setHost(stage, chosen, databasesOld(stage, 4))
    await stage.steps(2, 5)
    const putBack = await copyOf(stage)
    const idOf = (host: string) => oneAtDesk(stage, host).id
    await setHost(stage, fresh, protectionOff)
    await setHost(stage, chosen, databasesOld(stage, 8))
    await setHost(stage, reopened, protectionOn)
    await stage.steps(2, 5)
    for (const host of [known, fresh]) await stage.autotask.act({ act: 'closeTicket', ticketId: idOf(host) })
    await stage.autotask.act({ act: 'deleteTicket', ticketId: idOf(deleted) })
    await stage.autotask.act({ act: 'setPriority', ticketId: idOf(chosen), priority: 'Medium' })
    await stage.autotask.act({ act: 'reopenTicket', ticketId: idOf(reopened) })
    await stage.steps(2, 5)
    const notes = oneAtDesk(stage, chosen).notes.length
    await minutesWithout(stage, 30)
    await putBack()
    await recover(stage)
    await stage.steps(6, 5)
    expect([known, fresh, deleted, reopened].map((host) => open(stage, host))).toEqual([[false], [false], [], [true]])
    expect(oneAtDesk(stage, chosen)).toMatchObject({ priority: 'Medium', open: true })
    expect(oneAtDesk(stage, chosen).notes).toHaveLength(notes)
    // What begins anew gets a ticket as ever.
    for (const host of [known, fresh, deleted]) await setHost(stage, host, protectionOn)
    await stage.step(5)
    for (const host of [known, fresh, deleted]) await setHost(stage, host, protectionOff)
    await stage.step(5)
    expect([known, fresh, deleted].map((host) => open(stage, host))).toEqual([[false, true], [false, true], [true]])
    expectSound(stage)
  })

  test('events since are read again, and their tickets found', async () => {
    const stage = await openStage({ rules: eventRules, repeatNoteMinutes: 1 })
    const [first, second, third] = computersOf(stage, 'Alder')
    await stage.step(5)
    const putBack = await copyOf(stage)
    for (const host of [first, second]) await stage.ksc.act({ act: 'raiseEvent', host, ...attack })
    await stage.steps(2, 5)
    await stage.autotask.act({ act: 'closeTicket', ticketId: oneAtDesk(stage, second).id })
    await stage.steps(2, 5)
    await minutesWithout(stage, 30)
    await stage.ksc.act({ act: 'raiseEvent', host: third, ...attack })
    await putBack()
    await recover(stage)
    expect([first, second, third].map((host) => open(stage, host))).toEqual([[true], [false], [true]])
    for (const host of [first, second]) await stage.ksc.act({ act: 'raiseEvent', host, ...attack })
    await stage.steps(2, 5)
    expect([first, second, third].map((host) => open(stage, host))).toEqual([[true], [false, true], [true]])
    expect(oneAtDesk(stage, first).notes).toHaveLength(1)
    expectSound(stage)
  })
})

/** The same numbers for the same seed. */
function chance(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('a life with restores', () => {
  test.each([
    [11, false],
    [12, false],
    [13, true],
  ])('seed %i, desk without a list of changes: %s', { timeout: 120_000 }, async (seed, blind) => {
    // A server that hides reasons makes some that ease while Critical look ended (docs/adr/0010).
    const stage = await openAnyStage({ rules, devices: 24, namesAllReasons: true })
    if (blind) forgetChanges(stage)
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')]
    const next = chance(seed)
    const act = async (): Promise<void> => {
      const host = hosts[next(hosts.length)] ?? ''
      const openTickets = atDesk(stage).filter((ticket) => ticket.open)
      const ticketId = openTickets[next(Math.max(1, openTickets.length))]?.id
      const what = next(12)
      if (what < 3) await setHost(stage, host, protectionOff)
      else if (what < 6) await setHost(stage, host, protectionOn)
      else if (what < 8) await setHost(stage, host, databasesOld(stage, what === 6 ? 4 : 8))
      else if (what < 10) await setHost(stage, host, { databasesAt: 'fresh' })
      else if (ticketId !== undefined && what === 10) await stage.autotask.act({ act: 'closeTicket', ticketId })
      else if (ticketId !== undefined) await stage.autotask.act({ act: 'setPriority', ticketId, priority: 'Low' })
    }
    const live = async (steps: number): Promise<void> => {
      for (let n = 0; n < steps; n += 1) {
        for (let m = 0; m < 3; m += 1) await act()
        await stage.step(5)
      }
    }
    await live(6)
    for (let round = 0; round < 2; round += 1) {
      const putBack = await copyOf(stage)
      await live(4 + next(8))
      // The servers die: the world goes on.
      for (let n = 0; n < 4; n += 1) await act()
      await minutesWithout(stage, 15)
      for (let n = 0; n < 4; n += 1) await act()
      await putBack()
      await recover(stage)
      await live(4)
    }
    for (const host of hosts) await setHost(stage, host, { ...protectionOn, databasesAt: 'fresh' })
    await stage.steps(6, 5)
    expectSound(stage)
    expect(atDesk(stage).filter((ticket) => ticket.open)).toEqual([])
    expect((await stage.app.deps.pool.query(openRows)).rows).toEqual([])
  })
})
