import { OptionsError, readOptions } from './options.ts'
import { makePlan, planToLines } from './plan.ts'
import { runPlanted } from './planted.ts'
import { prove } from './prove.ts'

/** `npm run prove`: one run, told line by line; the last line is JSON, and the exit code 0 only when all is proved. */

/** Tried one after the other until a planted defect is caught. */
const plantedSeeds = [2, 3, 1]

const say = (line: string) => process.stdout.write(`${line}\n`)

/** `--planted [NAME ...]`: every known defect must be caught, each in a copy of the project. */
async function runAllPlanted(only: readonly string[], signal: AbortSignal): Promise<number> {
  const caught = await runPlanted({ seeds: plantedSeeds, only, words: [] }, say, signal)
  const missed = caught.filter(({ seed }) => seed === null).map(({ name }) => name)
  say(JSON.stringify({ ok: missed.length === 0, caught: caught.length - missed.length, missed, runs: caught }))
  return missed.length === 0 ? 0 : 1
}

async function main(): Promise<number> {
  const [first, ...names] = process.argv.slice(2)
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort())
  if (first === '--planted') return runAllPlanted(names, stopping.signal)
  const options = readOptions(process.argv.slice(2))
  if (options.planOnly) {
    const plan = makePlan(options.desks, options.seed, options.size)
    for (const line of planToLines(plan)) say(line)
    say(JSON.stringify({ seed: plan.seed, digest: plan.digest, acts: plan.life.length, faults: plan.faults.length }))
    return 0
  }
  say(`Seed ${options.seed}. Starting ...`)
  const { code, lines, summary } = await prove(options, say, stopping.signal)
  for (const line of lines) say(line)
  say(JSON.stringify(summary))
  return stopping.signal.aborted ? 130 : code
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const words = error instanceof OptionsError ? error.message : error instanceof Error ? error.stack : String(error)
    process.stderr.write(`${words}\n`)
    process.exit(2)
  },
)
