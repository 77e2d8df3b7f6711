import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pollMailbox } from './channels/mail/poll-mailbox.ts'
import type { Config } from './config.ts'
import { createHttpClient } from './connectors/http-client.ts'
import type { PsaConnector } from './connectors/psa.ts'
import { psaConnectors, sourceConnectors } from './connectors/registry.ts'
import type { SourceConnector } from './connectors/source.ts'
import { systemActor } from './core/actor.ts'
import { connect } from './db/connect.ts'
import { startEmbeddedPostgres } from './db/embedded/start-embedded-postgres.ts'
import { migrate } from './db/migrate.ts'
import { holdServerLock, type ServerLock } from './db/server-lock.ts'
import type { Database } from './db/tables.ts'
import { listenForTickets } from './db/ticket-bell.ts'
import { createMetrics } from './http/metrics.ts'
import { createHttpServer } from './http/server.ts'
import { type Clock, systemClock } from './lib/clock.ts'
import { type Ids, systemIds } from './lib/ids.ts'
import type { Log } from './lib/log.ts'
import { createMachine } from './lib/machine.ts'
import { clockMayDifferMs, createSteadyClock, keepTime } from './lib/steady-clock.ts'
import { createTokenShelf } from './lib/token-shelf.ts'
import type { Deps } from './usecases/deps.ts'
import { ensureDuties } from './usecases/ensure-duties.ts'
import { ensureFirstToken } from './usecases/ensure-first-token.ts'
import { findBox, whyUnfit } from './usecases/find-box.ts'
import { createOwnSources } from './usecases/own-sources.ts'
import { pendingSetupCode } from './usecases/setup-code.ts'
import { runChannels } from './worker/channels.ts'
import { createDesks } from './worker/desks.ts'
import { runDutyLoop } from './worker/duty-loop.ts'
import { runReportLoop } from './worker/report-loop.ts'

/** The composition root: the only place that builds things. `main.ts`, the demo and the tests call it. */

export type AppOptions = {
  readonly config: Config
  readonly log: Log
  readonly clock?: Clock
  readonly ids?: Ids
  readonly sources?: ReadonlyMap<string, SourceConnector>
  readonly psas?: ReadonlyMap<string, PsaConnector>
  /** Everything here is made up, and the console says so. */
  readonly demo?: boolean
  /** The embedded database ended by itself; the process can only end too. */
  readonly onDatabaseLost?: (error: Error) => void
  /** The key for secrets was changed behind our back: what is sealed from now on nobody could open. The same. */
  readonly onUnfit?: (error: Error) => void
}

export type App = {
  readonly deps: Deps
  /** Starts what the role asks for; the address at which it answers, or null for a worker without a port. */
  start(): Promise<string | null>
  /** Ends work in hand and closes everything; safe to call twice. */
  stop(): Promise<void>
}

type OpenDatabase = {
  readonly pool: Deps['pool']
  readonly db: Deps['db']
  close(): Promise<void>
}

/** Starts or reaches the database and brings its schema up to date. Throws with words that say what to do. */
async function openDatabase(
  config: Config,
  log: Log,
  onDatabaseLost: (error: Error) => void = () => undefined,
): Promise<OpenDatabase> {
  const embedded =
    config.databaseUrl === null
      ? await startEmbeddedPostgres({ dataFolder: config.dataFolder, log, onUnexpectedEnd: onDatabaseLost })
      : null
  try {
    const url = config.databaseUrl ?? embedded?.url ?? ''
    const connection = await connect<Database>({ url, applicationName: 'tocsin', log, maxConnections: 12 })
    await migrate({ pool: connection.pool, log })
    await checkClock(connection.pool)
    return {
      pool: connection.pool,
      db: connection.db,
      async close() {
        await connection.close()
        await embedded?.stop()
      },
    }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

/** Leases are times: a process whose clock is far from the others' would take tickets out of their hands. */
async function checkClock(pool: OpenDatabase['pool']): Promise<void> {
  const asked = Date.now()
  const told = await databaseTime(pool)
  const differs = Math.abs(told - (asked + Date.now()) / 2)
  if (differs <= clockMayDifferMs) return
  const seconds = Math.round(differs / 1_000)
  throw new Error(
    `The clocks of this machine and of the database differ by ${seconds} s. Set both by a time server (NTP) and start again.`,
  )
}

/** ms since 1970. */
async function databaseTime(pool: OpenDatabase['pool']): Promise<number> {
  const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now')
  const [row] = rows
  if (row === undefined) throw new Error('PostgreSQL answered a select without a row.')
  return row.now.getTime()
}

export async function createApp(options: AppOptions): Promise<App> {
  const { config, log, ids = systemIds } = options
  const steady = options.clock === undefined ? createSteadyClock(systemClock.sleep) : null
  const clock = options.clock ?? steady ?? systemClock
  const database = await openDatabase(config, log, options.onDatabaseLost)
  const found = findBox({ pool: database.pool, clock, ids, log }, config)
  const { box, installation } = await found.catch(async (error: unknown) => {
    await database.close()
    throw error
  })
  const metrics = createMetrics()
  const deps: Deps = {
    pool: database.pool,
    db: database.db,
    clock,
    ids,
    log,
    meter: metrics.meter,
    machine: createMachine(config.databaseUrl === null ? config.dataFolder : null),
    box,
    installation,
    sources: new Map([...(options.sources ?? sourceConnectors), ...createOwnSources(() => deps)]),
    psas: options.psas ?? psaConnectors,
    actor: systemActor,
    publicUrl: config.publicUrl ?? null,
    demo: options.demo ?? false,
    httpClient: createHttpClient,
    tokenShelf: createTokenShelf(),
    pollMailbox,
  }
  const stopping = new AbortController()
  const work: Promise<void>[] = []
  const closers: (() => Promise<void>)[] = []

  async function startWeb(): Promise<string> {
    await ensureFirstToken(deps, (token) => keepToken(config.dataFolder, token, log))
    await keepSetupCode(config.dataFolder, await pendingSetupCode(deps), log)
    work.push(runChannels(deps, stopping.signal))
    return listen('everybody')
  }

  async function listen(audience: 'everybody' | 'machines'): Promise<string> {
    const server = await createHttpServer(deps, metrics, { audience, publicUrl: config.publicUrl ?? null })
    closers.push(() => server.close())
    return server.listen({ host: config.host, port: config.port ?? 0 })
  }

  function startWorker(): void {
    const desks = createDesks(deps)
    work.push(
      desks.run(stopping.signal),
      runDutyLoop(deps, stopping.signal),
      listenForTickets(deps.pool, log, (psaId) => desks.wake(psaId), stopping.signal),
    )
  }

  let lock: ServerLock | null = null
  let stopped: Promise<void> | null = null
  async function stop(): Promise<void> {
    stopping.abort()
    for (const close of closers) await close()
    await Promise.all(work)
    await lock?.release()
    await database.close()
  }

  return {
    deps,
    async start() {
      // The key may be changed only while nobody holds this lock, so it is looked at again inside.
      lock = await holdServerLock(deps.pool, log, {
        judge: (client) => whyUnfit(client, box),
        onUnfit: (error) => options.onUnfit?.(error),
      })
      if (steady !== null) work.push(keepTime(steady, () => databaseTime(deps.pool), log, stopping.signal))
      await ensureDuties(deps)
      work.push(runReportLoop(deps, stopping.signal))
      if (config.role !== 'web') startWorker()
      if (config.role !== 'worker') return startWeb()
      return config.port === null ? null : listen('machines')
    },
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}

async function keepToken(dataFolder: string, token: string, log: Log): Promise<void> {
  const path = join(dataFolder, 'api-token')
  await mkdir(dataFolder, { recursive: true })
  await writeFile(path, `${token}\n`, { mode: 0o600 })
  log.info({ path }, 'made the first API token; it stands in this file')
}

/** While there is nobody who could sign in, the code for making the first person lies in the data folder. */
async function keepSetupCode(dataFolder: string, code: string | null, log: Log): Promise<void> {
  const path = join(dataFolder, 'setup-code')
  if (code === null) return rm(path, { force: true })
  await mkdir(dataFolder, { recursive: true })
  await writeFile(path, `${code}\n`, { mode: 0o600 })
  log.info({ path }, 'nobody can sign in yet: open the console; the set-up code stands in this file')
}
