import type { Figure, Measurement } from './measurement.ts'
import { spreadOf } from './statistics.ts'

/** What the design's table of numbers asks of Tocsin, and whether the runs meet it. */

export type Verdict = {
  readonly row: string
  readonly target: string
  readonly measured: string
  readonly met: 'met' | 'not met' | 'not measured'
}

type Target = {
  readonly row: string
  readonly target: string
  /** The figure that is compared, and its words; null when a run that it needs is missing. */
  readonly figure: (runs: Runs) => number | null
  readonly meets: (figure: number) => boolean
  readonly words: (figure: number) => string
}

/** Rates and memory by their median; what must never happen, by its worst run. */
type Runs = (thing: string, figure: Figure) => number | null

const medians: ReadonlySet<Figure> = new Set([
  'opensPerSecond',
  'closesPerSecond',
  'peakMemoryBytes',
  'requestsPerStep',
])

const megabyte = 1_000_000
const inMegabytes = (bytes: number): string => `${Math.round(bytes / megabyte)} MB`

function atLeastTimes(row: string, times: number, figure: 'opensPerSecond' | 'closesPerSecond'): Target {
  const what = figure === 'opensPerSecond' ? 'opens' : 'closes'
  return {
    row,
    target: `at least ${times} times Alertmanager's ${what}`,
    figure: (runs) => {
      const ours = runs('tocsin', figure)
      const theirs = runs('alertmanager', figure)
      return ours === null || theirs === null ? null : ours / theirs
    },
    meets: (ratio) => ratio >= times,
    words: (ratio) => `${ratio.toFixed(2)} times`,
  }
}

function atMost(row: string, figure: Figure, most: number, target: string, words: (value: number) => string): Target {
  return { row, target, figure: (runs) => runs('tocsin', figure), meets: (value) => value <= most, words }
}

function below(row: string, figure: Figure, limit: number, target: string, words: (value: number) => string): Target {
  return { row, target, figure: (runs) => runs('tocsin', figure), meets: (value) => value < limit, words }
}

const count =
  (what: string) =>
  (value: number): string =>
    `${Number.isInteger(value) ? value : value.toFixed(2)} ${what}`

const targets: readonly Target[] = [
  atLeastTimes('ten-thousand', 1.4, 'opensPerSecond'),
  atLeastTimes('ten-thousand', 1.8, 'closesPerSecond'),
  below('ten-thousand', 'peakMemoryBytes', 250 * megabyte, 'under 250 MB, PostgreSQL included', inMegabytes),
  atMost('ten-thousand', 'lost', 0, 'none lost', count('steps')),
  atMost('ten-thousand', 'doubled', 0, 'none doubled', count('tickets')),
  atLeastTimes('fifty-thousand', 4, 'opensPerSecond'),
  below('fifty-thousand', 'peakMemoryBytes', 300 * megabyte, 'under 300 MB, PostgreSQL included', inMegabytes),
  atMost('fifty-a-second', 'requestsPerStep', 1.05, 'at most 1.05 requests a step', count('requests')),
  atMost('fifty-a-second', 'lost', 0, 'none lost', count('steps')),
  atMost('slow-desk', 'peakInFlight', 3, 'never above the 3 calls at once that were granted', count('at once')),
  atMost('kill-after-cleared', 'neverClosed', 0, 'every ticket is closed', count('never closed')),
  below('lone-urgent', 'urgentSeconds', 2, 'at the desk in under 2 s', count('s')),
  atMost('million-computers', 'timesParseCopy', 3, 'at most 3 times parse + COPY of the same data', count('times')),
  below('million-computers', 'peakMemoryBytes', 500 * megabyte, 'under 500 MB, PostgreSQL included', inMegabytes),
  below('steady-hundred-thousand', 'percentOfOneCore', 10, 'under 10 % of one core', count('%')),
]

/** One verdict for each target of the rows that were run. */
export function judge(measurements: readonly Measurement[]): Verdict[] {
  const measured = new Set(measurements.map(({ row }) => row))
  return targets
    .filter(({ row }) => measured.has(row))
    .map(({ row, target, figure, meets, words }) => {
      const value = figure((thing, name) => figureOf(measurements, row, thing, name))
      if (value === null) return { row, target, measured: '', met: 'not measured' }
      return { row, target, measured: words(value), met: meets(value) ? 'met' : 'not met' }
    })
}

/** Null when a run of it failed or none was made: the rest would tell half the truth. */
function figureOf(measurements: readonly Measurement[], row: string, thing: string, figure: Figure): number | null {
  const runs = measurements.filter((one) => one.row === row && one.thing === thing)
  const values = runs.flatMap((run) => run[figure] ?? [])
  const spread = spreadOf(values)
  if (spread === null || values.length < runs.length) return null
  return medians.has(figure) ? spread.median : spread.max
}
