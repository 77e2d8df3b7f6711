import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AutotaskOptions, type AutotaskReady, startAutotaskEmulator } from '../emulators/autotask/main.ts'
import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import { type KscReady, startKscEmulator } from '../emulators/ksc/main.ts'
import type { HistoryEntry } from '../emulators/ksc/model/history.ts'
import { type App, createApp } from '../src/app.ts'
import { nextDutyAt } from '../src/db/duties.ts'
import type { Log } from '../src/lib/log.ts'
import { createLog } from '../src/lib/pino-log.ts'
import type { Deps } from '../src/usecases/deps.ts'
import { runNextDuty } from '../src/usecases/run-duty.ts'
import { createDesks, type Desks } from '../src/worker/desks.ts'
import { type CheckResult, checkRun } from './check.ts'
import { createDeskNames, type DeskNames } from './desk-names.ts'
import { type DeskTicket, readDesk } from './desk-record.ts'
import { withoutOwnTickets } from './own-tickets.ts'
import { type StageRule, starterRules } from './rules.ts'
import { connectBoth, mapTenants, pairBoth, saveStageRules } from './set-up.ts'
import { createStageClock, type StageClock } from './stage-clock.ts'
import { createStageEmulator, createTroubles, type StageEmulator } from './stage-emulator.ts'
import { computersOf, type FleetOptions, fleetOf, mainServerOf } from './stage-fleet.ts'
import { planOf } from './stage-plan.ts'

/**
 * A whole Tocsin between an emulated KSC and an emulated Autotask, all three on one clock that only moves when told:
 * the ground of the demo and of the scenario tests. Everything is set up as a person would set it up.
 */

export type StageOptions = FleetOptions & {
  /** Default 2026-03-02T06:00:00Z, a Monday. */
  readonly start?: string
  /** The company of a tenant by name, null for none; default: the one of the same name. */
  readonly companyOf?: (tenant: string) => string | null
  /** Default: `starterRules`. */
  readonly rules?: readonly StageRule[]
  /** Default 300, 60 and 60, as in the product. */
  readonly computersEverySeconds?: number
  readonly eventsEverySeconds?: number
  readonly changesEverySeconds?: number
  readonly repeats?: 'note' | 'ticket'
  readonly repeatNoteMinutes?: number
  readonly autotask?: Pick<AutotaskOptions, 'switches' | 'threshold'>
  /** Without it the embedded database is started in the data folder. */
  readonly databaseUrl?: string
  /** Default: one of its own that goes when the stage stops. */
  readonly dataFolder?: string
  /** Silent unless given. */
  readonly log?: Log
  /** The console says that all is made up. */
  readonly demo?: boolean
  readonly onDatabaseLost?: (error: Error) => void
  /** Where console and API listen once `serve` is called; default any free port. */
  readonly port?: number
}

export type Stage = {
  readonly app: App
  readonly clock: StageClock
  readonly ksc: StageEmulator<HistoryEntry, KscReady>
  readonly autotask: StageEmulator<TicketHistoryEntry, AutotaskReady>
  readonly names: DeskNames
  readonly ids: { readonly sourceId: number; readonly psaId: number; readonly integrationId: number }
  readonly dataFolder: string
  /** Names of the managed computers that a client has at the start. */
  computers(client: string): string[]
  now(): Date
  /** Moves all clocks and does nothing else. */
  moveTo(at: Date): Promise<void>
  /** Does everything that is due now, until nothing is. */
  work(): Promise<void>
  /** Moves the clock on, then does what is due. */
  step(minutes: number): Promise<void>
  /** Several steps of the same length. */
  steps(count: number, minutes: number): Promise<void>
  /** Every ticket that was ever at the desk, by the desk's own history. */
  tickets(): DeskTicket[]
  /** Judges everything since the stage was set up. */
  check(): CheckResult
  /** Starts console and API; gives their address. */
  serve(): Promise<string>
  stop(): Promise<void>
}

type Closers = (() => Promise<void>)[]

/** Starts and sets up everything; what is wrong by then held before. Rejects when a part of it fails, and leaves nothing. */
export async function createStage(options: StageOptions = {}): Promise<Stage> {
  const closers: Closers = []
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    return await build(options, closers, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function build(options: StageOptions, closers: Closers, stop: () => Promise<void>): Promise<Stage> {
  const { rules = starterRules, namesAllReasons = false, repeats = 'note', seed = 1 } = options
  const { computersEverySeconds = 300, eventsEverySeconds = 60, changesEverySeconds = 60 } = options
  const companyOf = options.companyOf ?? ((tenant: string) => tenant)
  const start = new Date(options.start ?? '2026-03-02T06:00:00Z')
  // The fleet is a moment older, so that what is ill from the start began before anybody looked.
  const clock = createStageClock(new Date(start.getTime() - 1_000))
  const fleet = fleetOf(options, clock.now())
  const mainServer = mainServerOf(fleet)

  const kscEmulator = await startKscEmulator({ port: 0, clock, fleet, seed })
  closers.push(() => kscEmulator.stop())
  const tenants = [mainServer, ...fleet.vservers.map(({ name }) => name)]
  const deskEmulator = await startAutotaskEmulator({
    port: 0,
    clock,
    seed,
    devices: 0,
    companies: [...new Set(tenants.map((name) => companyOf(name) ?? name))],
    ...options.autotask,
    // Added latency would be real waiting.
    switches: { latencyScale: 0, ...options.autotask?.switches },
  })
  closers.push(() => deskEmulator.stop())
  clock.moveTo(start)
  const troubles = createTroubles(() => clock.now())
  const ksc = createStageEmulator<HistoryEntry, KscReady>('ksc', kscEmulator, troubles)
  const autotask = createStageEmulator<TicketHistoryEntry, AutotaskReady>('autotask', deskEmulator, troubles)
  const names = createDeskNames(deskEmulator)

  const dataFolder = options.dataFolder ?? (await ownFolder(closers))
  const app = await startApp(options, clock, dataFolder)
  closers.push(() => app.stop())
  const { deps } = app
  const desks = createDesks(deps)
  closers.push(() => desks.close())
  const stopping = new AbortController()
  closers.push(async () => stopping.abort())

  let workedAt = clock.now()
  let longestStepMs = Math.max(computersEverySeconds, eventsEverySeconds, changesEverySeconds) * 1_000

  async function moveTo(at: Date): Promise<void> {
    clock.moveTo(at)
    // Their clock has moved with ours; this tells them.
    for (const side of [ksc, autotask]) await side.act({ act: 'clock', advanceSeconds: 0 })
  }

  async function work(): Promise<void> {
    longestStepMs = Math.max(longestStepMs, clock.now().getTime() - workedAt.getTime())
    workedAt = clock.now()
    await workUntilIdle(deps, desks, stopping.signal)
  }

  async function step(minutes: number): Promise<void> {
    await moveTo(new Date(clock.now().getTime() + minutes * 60_000))
    await work()
  }

  const pair = await connectBoth(deps, {
    ksc: { ...kscEmulator.ready, port: kscEmulator.port },
    autotask: deskEmulator.ready,
    computersEverySeconds,
    eventsEverySeconds,
    changesEverySeconds,
    namesAllReasons,
  })
  await work()
  const { repeatNoteMinutes = 60 } = options
  const ids = { ...pair, integrationId: await pairBoth(deps, pair, { repeats, repeatNoteMinutes }) }
  await mapTenants(deps, ids, companyOf)
  await saveStageRules(deps, ids, rules)
  const since = clock.now()

  function check(): CheckResult {
    const stepMinutes = longestStepMs / 60_000
    const run = { since, now: clock.now(), stepMinutes, troubles: troubles.all() }
    const meant = { rules, mainServer, companyOf, namesAllReasons, ticketPerEvent: repeats === 'ticket' }
    const plan = planOf(ksc, names, { ...run, ...meant })
    const deskDuplicates = autotask.stats().tickets.duplicates
    return checkRun({ ksc: ksc.history(), desk: withoutOwnTickets(autotask.history()), deskDuplicates, plan })
  }

  return {
    app,
    clock,
    ksc,
    autotask,
    names,
    ids,
    dataFolder,
    computers: (client) => computersOf(fleet, client),
    now: () => clock.now(),
    moveTo,
    work,
    step,
    async steps(count, minutes) {
      for (let n = 0; n < count; n += 1) await step(minutes)
    },
    tickets: () => readDesk(autotask.history()),
    check,
    async serve() {
      const address = await app.start()
      if (address === null) throw new Error('The web role gave no address.')
      return address
    },
    stop,
  }
}

/** The app without loops of its own: the stage does the work when it is told to. */
function startApp(options: StageOptions, clock: StageClock, dataFolder: string): Promise<App> {
  const { port = 0, databaseUrl = null, log = createLog('silent'), demo = false, onDatabaseLost } = options
  return createApp({
    config: { host: '127.0.0.1', port, databaseUrl, dataFolder, role: 'web', secret: null, logLevel: 'silent' },
    log,
    clock,
    demo,
    ...(onDatabaseLost !== undefined && { onDatabaseLost }),
  })
}

/** More rounds than any work takes while the clock stands. */
const mostRounds = 1_000

async function workUntilIdle(deps: Deps, desks: Desks, signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    if (round === mostRounds) throw new Error('Something is always due: a duty does not come to its end.')
    while (await runNextDuty(deps, signal));
    await desks.runUntilIdle(signal)
    const next = await nextDutyAt(deps.pool)
    if (next === null || next > deps.clock.now()) return
  }
}

async function ownFolder(closers: Closers): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-stage-'))
  // As root, PostgreSQL runs as an ordinary user who must get there.
  await chmod(folder, 0o711)
  closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}
