import { expect, test } from 'vitest'
import type { Measurement } from './measurement.ts'
import { readOptions } from './options.ts'
import { readLines, report } from './report.ts'
import { chooseRows } from './rows.ts'
import { judge } from './targets.ts'

function runsOf(thing: string, row: string, figures: readonly Partial<Measurement>[]): Measurement[] {
  return figures.map((figure, n) => ({ thing, row, run: n + 1, loadAtStart: 0.5, ...figure }))
}

const ours = runsOf('tocsin', 'ten-thousand', [
  {
    version: '0.1.0',
    opensPerSecond: 3_000,
    closesPerSecond: 4_000,
    peakMemoryBytes: 260_000_000,
    lost: 0,
    doubled: 0,
  },
  {
    version: '0.1.0',
    opensPerSecond: 4_200,
    closesPerSecond: 4_500,
    peakMemoryBytes: 240_000_000,
    lost: 0,
    doubled: 0,
  },
  {
    version: '0.1.0',
    opensPerSecond: 3_900,
    closesPerSecond: 3_500,
    peakMemoryBytes: 249_000_000,
    lost: 0,
    doubled: 1,
  },
])
const theirs = runsOf('alertmanager', 'ten-thousand', [
  { version: '0.25.0', opensPerSecond: 2_000, closesPerSecond: 2_500, lost: 0 },
  { version: '0.25.0', opensPerSecond: 2_500, closesPerSecond: 2_400, lost: 0 },
  { version: '0.25.0', opensPerSecond: 3_000, closesPerSecond: 2_600, lost: 0 },
])

test('a table has a line for each program, with medians and spread', () => {
  const tables = report([...ours, ...theirs])
  expect(tables).toContain('### ten-thousand: 10,000 conditions, desk answers at once')
  const line = tables.split('\n').find((text) => text.startsWith('| tocsin 0.1.0'))
  expect(line?.split('|').map((cell) => cell.trim())).toEqual([
    '',
    'tocsin 0.1.0',
    '3',
    '3,900 (3,000 to 4,200)',
    '4,000 (3,500 to 4,500)',
    '0',
    '0 (0 to 1)',
    '249 (240 to 260)',
    '',
  ])
})

test('what a program was not measured for is n/a, and columns that nobody has are left out', () => {
  const tables = report([...ours, ...theirs])
  const line = tables.split('\n').find((text) => text.startsWith('| alertmanager 0.25.0'))
  expect(line?.match(/n\/a/g)).toHaveLength(2)
  expect(tables).not.toContain('urgent after')
})

test('rates and memory are judged by the medians, what must never happen by the worst run', () => {
  const verdicts = judge([...ours, ...theirs]).map(({ target, measured, met }) => [target, measured, met])
  expect(verdicts).toEqual([
    ["at least 1.4 times Alertmanager's opens", '1.56 times', 'met'],
    ["at least 1.8 times Alertmanager's closes", '1.60 times', 'not met'],
    ['under 250 MB, PostgreSQL included', '249 MB', 'met'],
    ['none lost', '0 steps', 'met'],
    ['none doubled', '1 tickets', 'not met'],
  ])
})

test('one call too many in one run is not met', () => {
  const once = runsOf('tocsin', 'slow-desk', [{ peakInFlight: 3 }, { peakInFlight: 4 }, { peakInFlight: 3 }])
  expect(judge(once)).toMatchObject([{ measured: '4 at once', met: 'not met' }])
})

test('a ratio needs both programs, and a run that failed leaves a target open', () => {
  expect(judge(ours)[0]).toMatchObject({ met: 'not measured', measured: '' })
  const failed = runsOf('tocsin', 'lone-urgent', [{ urgentSeconds: 1 }, { failed: 'It broke.' }])
  expect(judge(failed)).toMatchObject([{ row: 'lone-urgent', met: 'not measured' }])
  expect(report(failed)).toContain('tocsin, run 2, failed: It broke.')
})

test('the lines of a former run make the same tables', () => {
  const printed = [...ours, ...theirs].map((one) => JSON.stringify(one)).join('\n')
  expect(readLines(`> tocsin@0.1.0 bench\n${printed}\n\n| a | b |\n`)).toEqual([...ours, ...theirs])
})

test('of the lines about polling the tables take what the targets ask', () => {
  const changed = { seconds: 60.5, peakMemoryMiB: 400, other: 1 }
  const million = { name: 'million-computers', computers: 1_000_000, tenants: 4_000, loadAtStart: 0, changed }
  const steady = { ...million, name: 'steady-hundred-thousand', percentOfOneCore: { unchanged: 2, changed: 3.5 } }
  const printed = [{ ...million, timesParseCopy: 3.2 }, steady, { name: 'other' }].map((line) => JSON.stringify(line))
  const read = readLines(printed.join('\n'))
  expect(read.map(({ row, run }) => [row, run])).toEqual([
    ['million-computers', 1],
    ['steady-hundred-thousand', 1],
  ])
  expect(judge(read).map(({ measured, met }) => [measured, met])).toEqual([
    ['3.20 times', 'not met'],
    ['419 MB', 'met'],
    ['3.50 %', 'met'],
  ])
  expect(report(read)).toContain('### million-computers: poll of 1,000,000 computers, 2 % changed')
})

test('options: peers mean three runs of three programs, and rows may be named in two ways', () => {
  expect(readOptions([])).toMatchObject({ peers: false, runs: 1, scale: 1, things: ['tocsin'], rows: [] })
  expect(readOptions(['--peers', '--rows', 'slow-desk,ten-thousand', '--scale', '0.1'])).toMatchObject({
    runs: 3,
    scale: 0.1,
    things: ['tocsin', 'alertmanager', 'node-red'],
    rows: ['slow-desk', 'ten-thousand'],
  })
  expect(readOptions(['slow-desk']).rows).toEqual(['slow-desk'])
  expect(() => readOptions(['--runs', 'many'])).toThrow('--runs must be a number above 0')
  expect(() => readOptions(['--nonsense'])).toThrow('npm run bench -- --peers')
})

test('rows are scaled, and a name that is no row is told', () => {
  expect(chooseRows(['ten-thousand'], 0.1)).toMatchObject([{ name: 'ten-thousand', conditions: 1_000 }])
  expect(() => chooseRows(['hundred'], 1)).toThrow('There is no row “hundred”')
})
