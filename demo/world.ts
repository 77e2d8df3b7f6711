import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Evidence } from '../checker/evidence.ts'
import { type App, createApp } from '../src/app.ts'
import { nextDutyAt } from '../src/db/duties.ts'
import type { Log } from '../src/lib/log.ts'
import { createLog } from '../src/lib/pino-log.ts'
import type { Deps } from '../src/usecases/deps.ts'
import { runNextDuty } from '../src/usecases/run-duty.ts'
import { createDesks, type Desks } from '../src/worker/desks.ts'
import { connectAll, type Ids, joinSources, pairAll } from './set-up.ts'
import { createStageClock, type StageClock } from './stage-clock.ts'
import { createTroubles } from './troubles.ts'
import { evidenceOf } from './world-evidence.ts'
import type { Cast, Ground, Intervals } from './world-parts.ts'

/**
 * A whole Tocsin between emulated sources and desks, all on one clock that only moves when told. Everything is set up as a
 * person would set it up.
 */

export type WorldOptions = {
  readonly start: string
  readonly every: Intervals
  /** Without it the embedded database is started in the data folder. */
  readonly databaseUrl?: string
  /** Default: one of its own that goes when the world stops. */
  readonly dataFolder?: string
  /** Silent unless given. */
  readonly log?: Log
  /** The console says that all is made up. */
  readonly demo?: boolean
  readonly onDatabaseLost?: (error: Error) => void
  /** Where console and API listen once `serve` is called; default any free port. */
  readonly port?: number
}

export type World<Parts extends Cast = Cast> = {
  readonly app: App
  readonly clock: StageClock
  readonly parts: Parts
  readonly ids: Ids
  readonly dataFolder: string
  now(): Date
  /** Moves all clocks and does nothing else. */
  moveTo(at: Date): Promise<void>
  /** Does everything that is due now, until nothing is. */
  work(): Promise<void>
  /** Moves the clock on, then does what is due. */
  step(minutes: number): Promise<void>
  /** Several steps of the same length. */
  steps(count: number, minutes: number): Promise<void>
  /** What the checker judges: everything since the world was set up, without our database. */
  evidence(): Evidence
  /** Starts console and API; gives their address. */
  serve(): Promise<string>
  stop(): Promise<void>
}

type Closers = (() => Promise<void>)[]

/**
 * Starts the sides that `prepare` makes, then Tocsin, and sets it up; what is wrong by then held before. Rejects when a part
 * of it fails, and leaves nothing.
 */
export async function createWorld<Parts extends Cast>(
  options: WorldOptions,
  prepare: (ground: Ground) => Promise<Parts>,
): Promise<World<Parts>> {
  const closers: Closers = []
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    return await build(options, prepare, closers, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function build<Parts extends Cast>(
  options: WorldOptions,
  prepare: (ground: Ground) => Promise<Parts>,
  closers: Closers,
  stop: () => Promise<void>,
): Promise<World<Parts>> {
  const start = new Date(options.start)
  // What the emulators begin with is a moment older, so that what is ill from the start began before anybody looked.
  const clock = createStageClock(new Date(start.getTime() - 1_000))
  const troubles = createTroubles(() => clock.now())
  const parts = await prepare({ clock, troubles, atEnd: (close) => void closers.push(close) })
  clock.moveTo(start)
  const sides = [...parts.sources, ...parts.desks].map(({ emulator }) => emulator)

  const dataFolder = options.dataFolder ?? (await ownFolder(closers))
  const app = await startApp(options, clock, dataFolder)
  closers.push(() => app.stop())
  const { deps } = app
  const tended = createDesks(deps)
  closers.push(() => tended.close())
  const stopping = new AbortController()
  closers.push(async () => stopping.abort())

  let workedAt = clock.now()
  let longestStepMs = Math.max(...Object.values(options.every)) * 1_000

  async function moveTo(at: Date): Promise<void> {
    clock.moveTo(at)
    // Their clock has moved with ours; this tells them.
    for (const side of sides) await side.act({ act: 'clock', advanceSeconds: 0 })
  }

  async function work(): Promise<void> {
    longestStepMs = Math.max(longestStepMs, clock.now().getTime() - workedAt.getTime())
    workedAt = clock.now()
    await workUntilIdle(deps, tended, stopping.signal)
  }

  async function step(minutes: number): Promise<void> {
    await moveTo(new Date(clock.now().getTime() + minutes * 60_000))
    await work()
  }

  let served: Promise<string> | null = null
  const serve = (): Promise<string> => {
    served ??= startServing(app)
    return served
  }

  const connected = await connectAll(deps, parts, options.every)
  await joinSources(deps, parts, connected, serve)
  await work()
  const ids = await pairAll(deps, parts, connected)
  const since = clock.now()

  return {
    ...{ app, clock, parts, ids, dataFolder, moveTo, work, step, serve, stop },
    now: () => clock.now(),
    async steps(count, minutes) {
      for (let n = 0; n < count; n += 1) await step(minutes)
    },
    evidence: () => evidenceOf(parts, troubles, { since, now: clock.now(), longestStepMs }),
  }
}

/** The app without loops of its own: the world does the work when it is told to. */
function startApp(options: WorldOptions, clock: StageClock, dataFolder: string): Promise<App> {
  const { port = 0, databaseUrl = null, log = createLog('silent'), demo = false, onDatabaseLost } = options
  return createApp({
    config: { host: '127.0.0.1', port, databaseUrl, dataFolder, role: 'web', secret: null, logLevel: 'silent' },
    log,
    clock,
    demo,
    ...(onDatabaseLost !== undefined && { onDatabaseLost }),
  })
}

async function startServing(app: App): Promise<string> {
  const address = await app.start()
  if (address === null) throw new Error('The web role gave no address.')
  return address
}

/** More rounds than any work takes while the clock stands. */
const mostRounds = 1_000

async function workUntilIdle(deps: Deps, tended: Desks, signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    if (round === mostRounds) throw new Error('Something is always due: a duty does not come to its end.')
    while (await runNextDuty(deps, signal));
    await tended.runUntilIdle(signal)
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
