import { availableParallelism, loadavg } from 'node:os'
import type { Needed } from './coverage.ts'
import { type DeskId, deskIds } from './ground.ts'
import type { PlanSize } from './plan.ts'

/** What a run is asked for. */
export type Options = {
  readonly seed: number
  readonly desks: readonly DeskId[]
  readonly size: PlanSize
  /** How much faster than real. */
  readonly speed: number
  readonly servers: number
  readonly workers: number
  /** What the run must have come to. */
  readonly needed: Needed
  /** Whether it is the long one. */
  readonly long: boolean
  /** Only the list of acts. */
  readonly planOnly: boolean
  /** A folder for histories and logs; null: they go. */
  readonly keep: string | null
}

/** Words of the command line that make no sense; the message says which are known. */
export class OptionsError extends Error {
  readonly code = 'options-invalid'
}

const usage =
  'Known: --seed N, --long, --minutes N (of the run’s own time), --speed N, --desk autotask|tigerpaw|connectwise|all, --plan, --keep FOLDER.'

const short = { minutes: 50, pace: 14, killEvery: 1.6, workers: 2, needed: { kills: 20, transitions: 400, unfelt: 3 } }
const fastest = 40
const slowest = 12
const long = {
  minutes: 1_500,
  pace: 16,
  killEvery: 4.5,
  workers: 4,
  needed: { kills: 200, transitions: 20_000, unfelt: 0 },
}

/** Reads the command line. Throws `OptionsError`. */
export function readOptions(words: readonly string[]): Options {
  const left = [...words]
  const taken = new Map<string, string>()
  while (left.length > 0) {
    const name = left.shift() ?? ''
    if (name === '--long' || name === '--plan') taken.set(name, '')
    else if (['--seed', '--minutes', '--speed', '--desk', '--keep'].includes(name)) {
      const value = left.shift()
      if (value === undefined) throw new OptionsError(`${name} needs a value. ${usage}`)
      taken.set(name, value)
    } else throw new OptionsError(`“${name}” is not known. ${usage}`)
  }
  const isLong = taken.has('--long')
  const usual = isLong ? long : short
  const minutes = numberOf(taken, '--minutes', usual.minutes, 20)
  const share = Math.min(1, minutes / usual.minutes)
  return {
    seed: numberOf(taken, '--seed', 1 + Math.floor(Math.random() * 999_999), 0),
    desks: desksOf(taken.get('--desk') ?? 'all'),
    size: { minutes, pace: usual.pace, killEvery: usual.killEvery, everywhere: isLong },
    speed: numberOf(taken, '--speed', usualSpeed(), 1),
    servers: 2,
    workers: usual.workers,
    needed: {
      kills: Math.floor(usual.needed.kills * share),
      transitions: Math.floor(usual.needed.transitions * share),
      unfelt: usual.needed.unfelt,
    },
    long: isLong,
    planOnly: taken.has('--plan'),
    keep: taken.get('--keep') ?? null,
  }
}

/** Time-outs shrink with the speed: a machine that is busy with other things gets less of it. */
function usualSpeed(): number {
  const [load = 0] = loadavg()
  return Math.max(slowest, Math.round(fastest / Math.max(1, load / availableParallelism())))
}

/** The command that plays the same plan again. */
export function replayCommand({ seed, desks, size, speed, long: isLong }: Options): string {
  const desk = desks.length === deskIds.length ? 'all' : desks.join(',')
  const parts = [`--seed ${seed}`, ...(isLong ? ['--long'] : []), `--minutes ${size.minutes}`, `--speed ${speed}`]
  return `npm run prove -- ${[...parts, `--desk ${desk}`].join(' ')}`
}

function numberOf(taken: ReadonlyMap<string, string>, name: string, usual: number, least: number): number {
  const text = taken.get(name)
  if (text === undefined) return usual
  const value = Number(text)
  if (Number.isFinite(value) && value >= least) return value
  throw new OptionsError(`${name} must be a number from ${least} on, not “${text}”. ${usage}`)
}

function desksOf(text: string): readonly DeskId[] {
  if (text === 'all') return deskIds
  const known = deskIds.find((id) => id === text)
  if (known === undefined) throw new OptionsError(`--desk must be one of ${deskIds.join(', ')} or all. ${usage}`)
  return [known]
}
