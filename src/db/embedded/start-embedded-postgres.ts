import { join, resolve } from 'node:path'
import type { Log } from '../../lib/log.ts'
import { settleFormerServer } from './adopt.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { lockDataFolder, prepareDataFolder } from './data-folder.ts'
import { adminUrl, applicationUrl, ensureDatabase } from './databases.ts'
import { EmbeddedPostgresError, wordsOf } from './embedded-postgres-error.ts'
import { launch } from './launch.ts'
import { pruneLog } from './postgres-log.ts'
import type { PostgresSettings } from './postgres-settings.ts'
import { isAlive } from './postmaster.ts'
import { findProgram, type Program } from './program.ts'
import { chooseRunAs } from './run-as.ts'
import { endWithUs, stopPostmaster } from './stop.ts'

export type EmbeddedPostgresOptions = {
  /** The cluster is kept in `postgres` below it. */
  readonly dataFolder: string
  readonly log: Log
  /** Listen here or fail with `port`. A server adopted from a killed Tocsin keeps its own. */
  readonly port?: number
  /** Added to our settings, as in `postgresql.conf`; tests turn `fsync` off with it. */
  readonly settings?: PostgresSettings
  /** How long to wait for a former server to answer, and for a fast shutdown; milliseconds, 30 s unless given. */
  readonly patienceMs?: number
  /** PostgreSQL ended although nobody stopped it: all that is left is to end the process and be started again. */
  readonly onUnexpectedEnd?: (error: EmbeddedPostgresError) => void
}

export type EmbeddedPostgres = {
  /** For the program: a role that owns its database and is no superuser. Holds a password: never log it. */
  readonly url: string
  /** For making other databases: the superuser. Holds a password: never log it. */
  readonly adminUrl: string
  readonly port: number
  /** The server of a Tocsin that was killed was still running and was taken over. */
  readonly adopted: boolean
  /** Fast shutdown, then immediate; gives the data folder free. Safe to call again. */
  stop(): Promise<void>
}

const watchMs = 2_000

/**
 * Starts PostgreSQL on `<dataFolder>/postgres` (made when missing) for this process alone, or takes over the one a
 * killed Tocsin left running. Throws `EmbeddedPostgresError`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, settings = {}, patienceMs = 30_000 } = options
  // PostgreSQL's programs do not start where we do.
  const dataFolder = resolve(options.dataFolder)
  await prepareDataFolder(dataFolder)
  const lock = lockDataFolder(dataFolder)
  try {
    const runAs = await chooseRunAs(join(dataFolder, 'postgres'))
    const program = await findProgram({ log }, { dataFolder, runAs })
    const deps = { log, program }
    const cluster = await openCluster(deps, { dataFolder, durable: settings.fsync !== 'off' })
    const former = await settleFormerServer(deps, cluster, patienceMs)
    const server = former ?? (await launch(deps, cluster, { port: options.port, settings }))
    const running = keep(deps, cluster, server.pid, options, lock.release)
    try {
      await ensureDatabase(cluster, server.port)
    } catch (error) {
      await running.stop()
      throw error
    }
    log.info({ pid: server.pid, port: server.port, adopted: former !== undefined }, 'embedded PostgreSQL is ready')
    return {
      url: applicationUrl(cluster, server.port),
      adminUrl: adminUrl(cluster, server.port),
      port: server.port,
      adopted: former !== undefined,
      stop: running.stop,
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Looks after a running server: bounds its log, tells of its unexpected end, and takes it along when we exit. */
function keep(
  deps: { log: Log; program: Program },
  cluster: Cluster,
  pid: number,
  options: EmbeddedPostgresOptions,
  release: () => void,
): { stop(): Promise<void> } {
  const logFolder = join(cluster.folder, 'log')
  const timer = setInterval(() => {
    look().catch((error: unknown) =>
      deps.log.warn({ error: wordsOf(error) }, 'looking after embedded PostgreSQL failed'),
    )
  }, watchMs)
  timer.unref()
  const takeBack = endWithUs(pid)
  let stopping: Promise<void> | undefined

  function letGo(): void {
    clearInterval(timer)
    takeBack()
  }

  async function look(): Promise<void> {
    if (await isAlive(pid)) return pruneLog(logFolder)
    if (stopping !== undefined) return
    letGo()
    const error = new EmbeddedPostgresError(
      'start',
      `The embedded PostgreSQL (process ${pid}) ended on its own; its log is in ${logFolder}. Start Tocsin again: the database recovers by itself.`,
    )
    deps.log.error({ error: error.message }, 'embedded PostgreSQL ended')
    options.onUnexpectedEnd?.(error)
  }

  async function stop(): Promise<void> {
    letGo()
    try {
      if (await isAlive(pid)) await stopPostmaster(deps, pid, options.patienceMs ?? 30_000)
    } finally {
      release()
    }
  }

  return {
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}
