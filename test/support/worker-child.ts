/**
 * A whole worker in a process of its own, for tests that kill it or let it sleep. Takes one JSON argument. Its clock is
 * that of the file, so that a worker that slept wakes up in the present. Says `ready` when it has begun.
 */
import { createApp } from '../../src/app.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { createLog } from '../../src/lib/pino-log.ts'
import { openSharedClock } from './shared-clock.ts'
import { forward } from './tcp-forward.ts'

export type WorkerArgument = {
  readonly databaseUrl: string
  readonly dataFolder: string
  readonly clockFile: string
  readonly logLevel: string
  /** Ports that are to be reached on this machine, and are on another one. */
  readonly ports: readonly number[]
  readonly host: string
}

const { databaseUrl, dataFolder, clockFile, logLevel, ports, host } = JSON.parse(
  process.argv[2] ?? '{}',
) as WorkerArgument

process.on('disconnect', () => process.exit(0))
for (const port of ports) await forward({ host: '127.0.0.1', port }, { host, port })
const clock = openSharedClock(clockFile)
const app = await createApp({
  config: { host: '127.0.0.1', port: null, databaseUrl, dataFolder, role: 'worker', secret: null, logLevel: 'silent' },
  log: createLog(logLevel),
  clock: { now: () => clock.now(), sleep: systemClock.sleep },
})
await app.start()
process.send?.('ready')
