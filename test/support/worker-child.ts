/**
 * A whole worker in a process of its own, for tests that kill it. Takes one JSON argument: `databaseUrl`, `dataFolder`, `now`.
 * Its clock stands still but for the times that its parent sends as `{ now }`. Says `ready` when it has begun.
 */
import { createApp } from '../../src/app.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { createLog } from '../../src/lib/pino-log.ts'

type Argument = { databaseUrl: string; dataFolder: string; now: string }
const given = JSON.parse(process.argv[2] ?? '{}') as Argument
let now = new Date(given.now)

process.on('message', (message: { now: string }) => {
  now = new Date(message.now)
})
process.on('disconnect', () => process.exit(0))
const { databaseUrl, dataFolder } = given
const app = await createApp({
  config: { host: '127.0.0.1', port: 0, databaseUrl, dataFolder, role: 'worker', secret: null, logLevel: 'silent' },
  log: createLog('silent'),
  clock: { now: () => now, sleep: systemClock.sleep },
})
await app.start()
process.send?.('ready')
