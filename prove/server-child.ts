/**
 * One process of Tocsin in a run: takes one JSON argument, says `{ ready }` when it has begun, and obeys `ToChild` orders.
 * It ends with its parent.
 */
import { createApp } from '../src/app.ts'
import { createHttpClient } from '../src/connectors/http-client.ts'
import { createLog } from '../src/lib/pino-log.ts'
import { keepTime } from '../src/lib/steady-clock.ts'
import { createMortal } from './mortal.ts'
import type { FromChild, ToChild } from './points.ts'
import { createRunClock, type RunTime, timeOf } from './run-clock.ts'

export type ServerArgument = {
  readonly role: 'all' | 'worker'
  readonly databaseUrl: string
  readonly dataFolder: string
  readonly logFile: string
  readonly front: string
  readonly time: RunTime
}

const { role, databaseUrl, dataFolder, logFile, front, time } = JSON.parse(process.argv[2] ?? '{}') as ServerArgument
const clock = createRunClock(time)
const mortal = createMortal({ front, speed: time.speed })

// Leases are kept alive by an interval of real time: here an hour of leases passes in a minute.
const realInterval = globalThis.setInterval
globalThis.setInterval = ((work: () => void, ms?: number) =>
  realInterval(work, (ms ?? 0) / time.speed)) as typeof globalThis.setInterval

process.on('message', (order: ToChild) => {
  if (order.do === 'arm') mortal.arm(order.point, order.nth)
  if (order.do === 'disarm') mortal.disarm()
  if (order.do === 'jump') clock.put(order.aheadMs)
})
process.on('disconnect', () => process.exit(0))

const log = createLog('info', logFile)
const app = await createApp({
  config: { host: '127.0.0.1', port: 0, databaseUrl, dataFolder, role, secret: null, logLevel: 'info' },
  log,
  clock,
})
// The program keeps these in one object and reads them when it needs them.
Object.assign(app.deps, { pool: mortal.pool(app.deps.pool), httpClient: mortal.client(createHttpClient) })
// The database's clock is right, and goes as fast as the run. Its own is real and cannot be hurried.
void keepTime(clock, async () => timeOf(time), log, new AbortController().signal)
const address = await app.start()
const ready: FromChild = { ready: true, address }
process.send?.(ready)
