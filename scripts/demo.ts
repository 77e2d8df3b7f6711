// npm run demo [-- --once] [--keep] [--speed HOURS]
// Plays a month at a provider with two emulated KSCs and desks of three vendors. PORT: where console and API listen (8080).
import { parseArgs } from 'node:util'
import { runDemo } from '../demo/run.ts'
import { readConfig } from '../src/config.ts'
import { ensureConsole } from './ensure-console.ts'

const usage = `Usage: npm run demo [-- --once] [-- --keep] [-- --speed HOURS]
  --once         plays the story as fast as it goes; the last line is JSON, the exit code says whether all is well
  --keep         leaves the data folder with the log
  --speed HOURS  simulated hours in a second (1)`

/** One Ctrl-C may arrive twice: from the terminal, and from the process that started us. */
const oneSignalMs = 1_000

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      speed: { type: 'string', default: '1' },
    },
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const speed = Number(values.speed)
  if (!(speed > 0)) throw new Error(`--speed must be a number above 0, not “${values.speed}”.\n${usage}`)
  if (!values.once) ensureConsole((line) => console.log(line))
  return runDemo({
    once: values.once,
    keep: values.keep,
    hoursPerSecond: speed,
    port: readConfig({ PORT: process.env.PORT }).port ?? 8080,
    coloured: process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '',
    signal: stopSignal(),
    say: (line) => console.log(line),
  })
}

function stopSignal(): AbortSignal {
  const stop = new AbortController()
  let first = 0
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (first === 0) {
        first = performance.now()
        console.log('\nStopping ...')
        stop.abort()
      } else if (performance.now() - first > oneSignalMs) process.exit(130)
    })
  }
  return stop.signal
}

run().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(1)
  },
)
