import type { Measurement } from './measurement.ts'

/** The rows about polling print more than the tables show: what the tables take of their lines. */

export const pollTitles = [
  { name: 'million-computers', title: 'poll of 1,000,000 computers, 2 % changed' },
  { name: 'steady-hundred-thousand', title: '100,000 computers polled every 5 minutes' },
] as const

type PollLine = {
  readonly name: string
  readonly computers: number
  readonly loadAtStart: number
  readonly changed: { readonly seconds: number; readonly peakMemoryMiB: number }
  readonly timesParseCopy?: number
  readonly percentOfOneCore?: { readonly unchanged: number; readonly changed: number }
}

export function isPollLine(line: object): line is PollLine {
  return 'name' in line && 'changed' in line && pollTitles.some(({ name }) => name === line.name)
}

/** `run` counts from 1. */
export function pollFigures(line: PollLine, run: number): Measurement {
  const { name, computers, loadAtStart, changed, timesParseCopy, percentOfOneCore } = line
  return {
    thing: 'tocsin',
    row: name,
    run,
    conditions: computers,
    loadAtStart,
    seconds: changed.seconds,
    peakMemoryBytes: changed.peakMemoryMiB * 1_024 * 1_024,
    ...(timesParseCopy !== undefined && { timesParseCopy }),
    ...(percentOfOneCore !== undefined && {
      percentOfOneCore: Math.max(percentOfOneCore.unchanged, percentOfOneCore.changed),
    }),
  }
}
