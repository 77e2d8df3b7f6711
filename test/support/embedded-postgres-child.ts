/**
 * A process of its own that keeps an embedded PostgreSQL, for tests that kill it. Takes one JSON argument: `dataFolder`,
 * `uid` to become that user first, `exitAtOnce` to end without stopping it, `native` to only look for programs there.
 * Prints one JSON line, the server or `{ error, code }`, and stops on SIGTERM.
 */
import { EmbeddedPostgresError } from '../../src/db/embedded/embedded-postgres-error.ts'
import { findProgram } from '../../src/db/embedded/program.ts'
import { startEmbeddedPostgres } from '../../src/db/embedded/start-embedded-postgres.ts'
import { recordingLog } from './recording-log.ts'

type Argument = { dataFolder: string; uid?: number; exitAtOnce?: boolean; native?: string }
const { dataFolder, uid, exitAtOnce, native } = JSON.parse(process.argv[2] ?? '{}') as Argument

if (uid !== undefined) {
  process.setgroups?.([uid])
  process.setgid?.(uid)
  process.setuid?.(uid)
}
const log = recordingLog()
try {
  if (native === undefined) await keepServer()
  else {
    const packaged = { folder: native, packageVersion: 'test' }
    console.log(JSON.stringify(await findProgram({ log }, { dataFolder, runAs: undefined, native: packaged })))
  }
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError)) throw error
  console.log(JSON.stringify({ error: error.message, code: error.code }))
}

async function keepServer(): Promise<void> {
  const { stop, ...server } = await startEmbeddedPostgres({ dataFolder, log, settings: { fsync: 'off' } })
  console.log(JSON.stringify(server))
  if (exitAtOnce) process.exit(0)
  const alive = setInterval(() => undefined, 1_000)
  process.once('SIGTERM', () => {
    clearInterval(alive)
    void stop()
  })
}
