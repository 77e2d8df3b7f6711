import type { Figure, Measurement } from './measurement.ts'
import { isPollLine, pollFigures, pollTitles } from './poll-figures.ts'
import { rows } from './rows.ts'
import { spreadOf } from './statistics.ts'
import { judge } from './targets.ts'

/** Tables of the measurements, in Markdown, which reads well as plain text too. */

type Column = { readonly title: string; readonly figure: Figure; readonly show: (value: number) => string }

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
const fraction = (value: number): string => value.toFixed(2)
const columns: readonly Column[] = [
  { title: 'opens/s', figure: 'opensPerSecond', show: whole },
  { title: 'closes/s', figure: 'closesPerSecond', show: whole },
  { title: 'urgent after, s', figure: 'urgentSeconds', show: fraction },
  { title: 'requests', figure: 'requests', show: whole },
  { title: 'requests a step', figure: 'requestsPerStep', show: fraction },
  { title: 'steps lost', figure: 'lost', show: whole },
  { title: 'doubled', figure: 'doubled', show: whole },
  { title: 'never closed', figure: 'neverClosed', show: whole },
  { title: 'peak at once', figure: 'peakInFlight', show: whole },
  { title: 'peak memory, MB', figure: 'peakMemoryBytes', show: (bytes) => whole(bytes / 1_000_000) },
  { title: 'CPU seconds', figure: 'cpuSeconds', show: fraction },
  { title: 'times parse + COPY', figure: 'timesParseCopy', show: fraction },
  { title: '% of one core', figure: 'percentOfOneCore', show: fraction },
  { title: 'seconds', figure: 'seconds', show: fraction },
]

/** A table for each row of the benchmark and one with the targets; medians, with least and most in brackets. */
export function report(measurements: readonly Measurement[]): string {
  const parts = [...rows, ...pollTitles]
    .filter(({ name }) => measurements.some(({ row }) => row === name))
    .flatMap(({ name, title }) => [`### ${name}: ${title}`, rowTable(measurements.filter(({ row }) => row === name))])
  const verdicts = judge(measurements).map(({ row, target, measured, met }) => [row, target, measured, met])
  const asked = ['### Targets', table(['row', 'target', 'measured', 'is it met'], verdicts)]
  return `${[...parts, ...(verdicts.length === 0 ? [] : asked)].join('\n\n')}\n`
}

function rowTable(measurements: readonly Measurement[]): string {
  const used = columns.filter(({ figure }) => measurements.some((one) => one[figure] !== undefined))
  const things = [...new Set(measurements.map(({ thing }) => thing))]
  const lines = things.map((thing) => {
    const runs = measurements.filter((one) => one.thing === thing)
    const version = runs.find((run) => run.version !== undefined)?.version ?? ''
    return [`${thing} ${version}`.trim(), String(runs.length), ...used.map((column) => cell(runs, column))]
  })
  const failures = measurements
    .filter(({ failed }) => failed !== undefined)
    .map(({ thing, run, failed }) => `${thing}, run ${run}, failed: ${failed}`)
  const grid = table(['program', 'runs', ...used.map(({ title }) => title)], lines)
  const loads = spreadOf(measurements.map(({ loadAtStart }) => loadAtStart))
  const load = `Load average when the runs began: ${loads?.min.toFixed(2)} to ${loads?.max.toFixed(2)}.`
  return [grid, ...failures, load].join('\n\n')
}

function cell(runs: readonly Measurement[], { figure, show }: Column): string {
  const spread = spreadOf(runs.flatMap((run) => run[figure] ?? []))
  if (spread === null) return 'n/a'
  const [median, min, max] = [show(spread.median), show(spread.min), show(spread.max)]
  return min === max ? median : `${median} (${min} to ${max})`
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((title, n) => Math.max(title.length, ...lines.map((line) => line[n]?.length ?? 0)))
  const draw = (cells: readonly string[]): string =>
    `| ${cells.map((text, n) => text.padEnd(widths[n] ?? 0)).join(' | ')} |`
  return [draw(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.map(draw)].join('\n')
}

/** The measurements among the lines of a former run's output; other lines are passed over. */
export function readLines(text: string): Measurement[] {
  const polls = new Map<string, number>()
  return text
    .split('\n')
    .filter((line) => line.startsWith('{"thing":') || line.startsWith('{"name":'))
    .flatMap((line) => {
      const read = JSON.parse(line) as Measurement | { name: string }
      if ('thing' in read) return [read]
      if (!isPollLine(read)) return []
      const run = (polls.get(read.name) ?? 0) + 1
      polls.set(read.name, run)
      return [pollFigures(read, run)]
    })
}
