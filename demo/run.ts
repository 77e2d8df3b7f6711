import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '../src/lib/pino-log.ts'
import { castOf } from './cast.ts'
import { countErrors } from './error-count.ts'
import { liveStepMinutes, playLive } from './live.ts'
import { createPaint, type Paint } from './narrator.ts'
import { onceStepMinutes, playOnce } from './once.ts'
import type { Showing } from './showing.ts'
import { story } from './story.ts'
import { createWorld, type World, type WorldOptions } from './world.ts'

/** `npm run demo`: the story, live for a person who watches, or once and as fast as it goes. */

export type DemoOptions = Omit<Showing, 'log' | 'paint'> & {
  readonly once: boolean
  /** Leaves the data folder. */
  readonly keep: boolean
  /** Console and API; the next free port when it is taken. */
  readonly port: number
  readonly coloured: boolean
}

const portAttempts = 50

/** Runs the demo to its end, or until the signal. Gives the exit code: 0 when all came out as it should. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { say, signal } = options
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-demo-'))
  // As root, PostgreSQL runs as an ordinary user who must get there.
  await chmod(folder, 0o711)
  const log = countErrors(createLog('info', join(folder, 'tocsin.log')))
  const paint = createPaint(options.coloured)
  let world: World | null = null
  try {
    for (const line of introduction(paint)) say(line)
    world = await createStoryWorld(options.once ? onceStepMinutes : liveStepMinutes, {
      dataFolder: folder,
      log,
      demo: true,
      port: await freePort(options.port),
    })
    const showing = { ...options, log, paint }
    const code = options.once ? await playOnce(world, showing) : await playLive(world, showing).then(() => 0)
    return signal.aborted && options.once ? 130 : code
  } finally {
    await world?.stop()
    if (options.keep) say(`The data folder stays: ${folder} (with tocsin.log)`)
    else await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** The world of the demo's story, read every `stepMinutes`. */
export function createStoryWorld(stepMinutes: number, options: Omit<WorldOptions, 'start' | 'every'>): Promise<World> {
  const seconds = stepMinutes * 60
  const every = { computersEverySeconds: seconds, eventsEverySeconds: seconds, changesEverySeconds: seconds }
  return createWorld({ ...options, start: story.start, every }, (ground) => castOf(ground, story))
}

function introduction(paint: Paint): string[] {
  const { sources, integrations, days } = story
  const clients = sources.reduce((sum, one) => sum + one.clients.length, 0)
  const devices = sources.reduce((sum, one) => sum + one.devices, 0)
  return [
    paint('bold', 'Tocsin between emulated security products and emulated desks:'),
    ...integrations.map(({ name, companies }) => `  ${name}: ${Object.keys(companies).join(', ')}`),
    `${clients} clients, ${devices} computers, ${days} days. Starting, with an embedded PostgreSQL ...`,
  ]
}

/** `wanted`, or the next port that nobody listens on. 0 stays 0: any. */
async function freePort(wanted: number): Promise<number> {
  if (wanted === 0) return 0
  for (let port = wanted; port < Math.min(wanted + portAttempts, 65_536); port += 1) if (await isFree(port)) return port
  return 0
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
