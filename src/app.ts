import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { createHttpClient } from './connectors/http-client.ts'
import type { PsaConnector } from './connectors/psa.ts'
import { psaConnectors, sourceConnectors } from './connectors/registry.ts'
import type { SourceConnector } from './connectors/source.ts'
import { systemActor } from './core/actor.ts'
import { connect } from './db/connect.ts'
import { startEmbeddedPostgres } from './db/embedded/start-embedded-postgres.ts'
import { ensureInstallation } from './db/installation.ts'
import { migrate } from './db/migrate.ts'
import type { Database } from './db/tables.ts'
import { listenForTickets } from './db/ticket-bell.ts'
import { createMetrics } from './http/metrics.ts'
import { createHttpServer } from './http/server.ts'
import { type Clock, systemClock } from './lib/clock.ts'
import { type Ids, systemIds } from './lib/ids.ts'
import type { Log } from './lib/log.ts'
import { createSecretBox, type SecretBox } from './lib/secret-box.ts'
import type { Deps } from './usecases/deps.ts'
import { ensureDuties } from './usecases/ensure-duties.ts'
import { ensureFirstToken } from './usecases/ensure-first-token.ts'
import { pendingSetupCode } from './usecases/setup-code.ts'
import { createDesks } from './worker/desks.ts'
import { runDutyLoop } from './worker/duty-loop.ts'

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
}

export type App = {
  readonly deps: Deps
  /** Starts what the role asks for; the address of console and API, or null for a worker. */
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

const sealedCheck = 'tocsin'
const sealedCheckPlace = 'installation/check'

/** With another key no stored secret could be opened, and new ones could be opened by nobody else. */
async function checkKey(box: SecretBox, kept: string, database: OpenDatabase): Promise<void> {
  try {
    box.open(kept, sealedCheckPlace)
  } catch (cause) {
    await database.close()
    const message =
      'TOCSIN_SECRET is not the key with which the secrets in this database were sealed. Start with that key: it was given as TOCSIN_SECRET or stands in the file “secret” of the data folder of the first process.'
    throw new Error(message, { cause })
  }
}

/** Leases are times: a process whose clock is far from the others' would take tickets out of their hands. */
const clockMayDifferMs = 10_000

async function checkClock(pool: OpenDatabase['pool']): Promise<void> {
  const asked = Date.now()
  const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now')
  const differs = Math.abs((rows[0]?.now.getTime() ?? asked) - (asked + Date.now()) / 2)
  if (differs <= clockMayDifferMs) return
  const seconds = Math.round(differs / 1_000)
  throw new Error(
    `The clocks of this machine and of the database differ by ${seconds} s. Set both by a time server (NTP) and start again.`,
  )
}

export async function createApp(options: AppOptions): Promise<App> {
  const { config, log, clock = systemClock, ids = systemIds } = options
  const database = await openDatabase(config, log, options.onDatabaseLost)
  const box = createSecretBox(config.secret ?? (await keptSecret(config.dataFolder, ids, log)))
  const fresh = { name: ids.secret(5), sealedCheck: box.seal(sealedCheck, sealedCheckPlace) }
  const { name: installation, sealedCheck: kept } = await ensureInstallation(database.pool, fresh, clock.now())
  await checkKey(box, kept, database)
  const metrics = createMetrics()
  const deps: Deps = {
    pool: database.pool,
    db: database.db,
    clock,
    ids,
    log,
    meter: metrics.meter,
    box,
    installation,
    sources: options.sources ?? sourceConnectors,
    psas: options.psas ?? psaConnectors,
    actor: systemActor,
    demo: options.demo ?? false,
    httpClient: createHttpClient,
  }
  const stopping = new AbortController()
  const work: Promise<void>[] = []
  const closers: (() => Promise<void>)[] = []

  async function startWeb(): Promise<string> {
    await ensureFirstToken(deps, (token) => keepToken(config.dataFolder, token, log))
    await keepSetupCode(config.dataFolder, await pendingSetupCode(deps), log)
    const server = await createHttpServer(deps, metrics, { publicUrl: config.publicUrl ?? null })
    closers.push(() => server.close())
    return server.listen({ host: config.host, port: config.port })
  }

  function startWorker(): void {
    const desks = createDesks(deps)
    work.push(
      desks.run(stopping.signal),
      runDutyLoop(deps, stopping.signal),
      listenForTickets(deps.pool, log, (psaId) => desks.wake(psaId), stopping.signal),
    )
  }

  let stopped: Promise<void> | null = null
  async function stop(): Promise<void> {
    stopping.abort()
    for (const close of closers) await close()
    await Promise.all(work)
    await database.close()
  }

  return {
    deps,
    async start() {
      await ensureDuties(deps)
      if (config.role !== 'web') startWorker()
      return config.role === 'worker' ? null : startWeb()
    },
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}

/** The master key of an installation that was given none: made once, readable by its owner alone. */
async function keptSecret(dataFolder: string, ids: Ids, log: Log): Promise<string> {
  const path = join(dataFolder, 'secret')
  if (existsSync(path)) return readFileSync(path, 'utf8').trim()
  const secret = ids.secret(32)
  await mkdir(dataFolder, { recursive: true })
  await writeFile(path, `${secret}\n`, { mode: 0o600, flag: 'wx' })
  log.info({ path }, 'made a key for stored secrets; keep a copy with your back-ups')
  return secret
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
