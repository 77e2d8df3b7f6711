import { createRandom, type Random } from '../emulators/kit/random.ts'
import {
  type DeskFaultKind,
  type DeskTrouble,
  deskFaults,
  deskTroubles,
  type SourceFaultKind,
  sourceFaults,
} from './fault-kinds.ts'
import { type DeskId, type Ground, type SourceId, sourceIds } from './ground.ts'
import { type PointName, pointNames } from './points.ts'

/** What goes wrong in a run and when. Pure: the same ground, seed and length give the same list. */

/** `at` and `until` in ms since the start of the run. */
type During = { readonly at: number; readonly until: number }

export type Fault =
  | (During & { readonly on: 'desk'; readonly name: DeskFaultKind | DeskTrouble; readonly desk: DeskId })
  | (During & { readonly on: 'source'; readonly name: SourceFaultKind | 'certificate'; readonly source: SourceId })
  /** `victim` (0 to 1) chooses among the processes that run then. */
  | { readonly on: 'process'; readonly name: 'kill-random'; readonly at: number; readonly victim: number }
  | {
      readonly on: 'process'
      readonly name: 'kill-at'
      readonly at: number
      readonly point: PointName
      readonly nth: number
    }
  | (During & { readonly on: 'process'; readonly name: 'stop'; readonly victim: number })
  | (During & {
      readonly on: 'process'
      readonly name: 'clock-ahead' | 'clock-behind'
      readonly victim: number
      readonly byMs: number
    })
  | { readonly on: 'database'; readonly name: 'kill-postgres' | 'kill-backend'; readonly at: number }
  | (During & { readonly on: 'database'; readonly name: 'disk-full' })

export type FaultName = Fault['name']

/** Every kind of fault; a run in which one of them never fired has proved less than it says. */
export const faultNames: readonly FaultName[] = [
  ...(Object.keys(deskFaults) as DeskFaultKind[]),
  ...deskTroubles,
  ...(Object.keys(sourceFaults) as SourceFaultKind[]),
  'certificate',
  'kill-random',
  'kill-at',
  'stop',
  'clock-ahead',
  'clock-behind',
  'kill-postgres',
  'kill-backend',
  'disk-full',
]

export type FaultOptions = {
  readonly seed: number
  readonly minutes: number
  /** Every kind at every desk in each cycle, instead of at one of them. */
  readonly everywhere: boolean
  /** Minutes between two kills. */
  readonly killEvery: number
}

const minute = 60_000
const hour = 60 * minute
/** Each kind comes once in such a time; minutes. */
const cycleMinutes = 90
/** The last minutes of the life are left to come back from what was broken. */
const quietEnd = 6

export function planFaults(ground: Ground, options: FaultOptions): Fault[] {
  const random = createRandom(options.seed * 6151 + 3)
  const cycles = Math.max(1, Math.floor(options.minutes / cycleMinutes))
  const length = (options.minutes - quietEnd) / cycles
  const faults: Fault[] = []
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const span = { from: cycle * length + 2, length: length - 2 }
    faults.push(...deskCycle(ground, random, span, options.everywhere), ...sourceCycle(random, span))
    faults.push(...machineCycle(random, span))
  }
  faults.push(...kills(random, options))
  return faults.sort((one, other) => one.at - other.at)
}

type Span = { readonly from: number; readonly length: number }

/** Splits the span among the kinds, one after the other, so that none hides another. */
function inTurn<T, F>(
  random: Random,
  { from, length }: Span,
  kinds: readonly T[],
  most: number,
  make: (kind: T, during: During) => F,
): F[] {
  const each = length / Math.max(1, kinds.length)
  return shuffled(random, kinds).map((kind, n) => {
    const lasting = Math.min(most, each * 0.7) * (0.7 + 0.3 * random.next())
    const at = from + n * each + (each - lasting) * random.next()
    return make(kind, { at: Math.round(at * minute), until: Math.round((at + lasting) * minute) })
  })
}

function deskCycle(ground: Ground, random: Random, span: Span, everywhere: boolean): Fault[] {
  const desks = [...new Set(ground.pairings.map(({ desk }) => desk))]
  const kinds = [...(Object.keys(deskFaults) as DeskFaultKind[]), ...deskTroubles]
  const shares = new Map(desks.map((desk): [DeskId, (typeof kinds)[number][]] => [desk, everywhere ? [...kinds] : []]))
  const first = random.int(0, desks.length - 1)
  if (!everywhere) {
    for (const [n, kind] of shuffled(random, kinds).entries()) {
      const desk = desks[(n + first) % desks.length]
      if (desk !== undefined) shares.get(desk)?.push(kind)
    }
  }
  return [...shares].flatMap(([desk, mine]) =>
    inTurn(random, span, mine, 4, (name, during): Fault => ({ on: 'desk', name, desk, ...during })),
  )
}

function sourceCycle(random: Random, span: Span): Fault[] {
  const kinds = [...(Object.keys(sourceFaults) as SourceFaultKind[]), 'certificate' as const]
  return sourceIds.flatMap((source) =>
    inTurn(random, span, kinds, 6, (name, during): Fault => ({ on: 'source', name, source, ...during })),
  )
}

/** What happens to machines, not to single processes at single points. */
function machineCycle(random: Random, span: Span): Fault[] {
  const kinds = ['stop', 'stop', 'clock-ahead', 'clock-behind', 'kill-postgres', 'kill-backend', 'disk-full'] as const
  return inTurn(random, span, kinds, 5, (name, during): Fault => {
    const victim = random.next()
    switch (name) {
      case 'stop':
        return { on: 'process', name, victim, ...during }
      case 'clock-ahead':
        return { on: 'process', name, victim, byMs: hour, ...during }
      case 'clock-behind':
        return { on: 'process', name, victim, byMs: -hour, ...during }
      case 'disk-full':
        return {
          on: 'database',
          name,
          at: during.at,
          until: during.at + Math.min(during.until - during.at, 2.5 * minute),
        }
      default:
        return { on: 'database', name, at: during.at }
    }
  })
}

/** Named points in turn, every third kill anywhere. */
function kills(random: Random, { minutes, killEvery }: FaultOptions): Fault[] {
  const faults: Fault[] = []
  let named = shuffled(random, pointNames)
  for (let at = 3; at < minutes - quietEnd; at += killEvery * (0.7 + 0.6 * random.next())) {
    const moment = Math.round(at * minute)
    if (faults.length % 3 === 2) {
      faults.push({ on: 'process', name: 'kill-random', at: moment, victim: random.next() })
      continue
    }
    if (named.length === 0) named = shuffled(random, pointNames)
    const [point = 'before-call', ...others] = named
    named = others
    faults.push({ on: 'process', name: 'kill-at', at: moment, point, nth: random.int(1, 3) })
  }
  return faults
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const left = [...items]
  return items.flatMap(() => left.splice(random.int(0, left.length - 1), 1))
}
