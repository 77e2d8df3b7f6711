/**
 * Keeps an embedded PostgreSQL for a run, in a process that can be killed with it. Takes one JSON argument, says its
 * address when it is ready, stops on SIGTERM and when its parent is gone, and ends when PostgreSQL ends.
 */
import { startEmbeddedPostgres } from '../src/db/embedded/start-embedded-postgres.ts'
import { createLog } from '../src/lib/pino-log.ts'

export type PostgresReady = { readonly url: string; readonly port: number }

export type PostgresArgument = {
  readonly dataFolder: string
  readonly logFile: string
  /** Null: any. */
  readonly port: number | null
  readonly settings: Readonly<Record<string, string>>
}

const { dataFolder, logFile, port, settings } = JSON.parse(process.argv[2] ?? '{}') as PostgresArgument
const server = await startEmbeddedPostgres({
  dataFolder,
  log: createLog('info', logFile),
  settings,
  ...(port !== null && { port }),
  onUnexpectedEnd: () => process.exit(3),
})
const alive = setInterval(() => undefined, 1_000)
process.once('SIGTERM', stop)
process.once('disconnect', stop)
function stop(): void {
  clearInterval(alive)
  server.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  )
}
const ready: PostgresReady = { url: server.url, port: server.port }
process.send?.(ready)
