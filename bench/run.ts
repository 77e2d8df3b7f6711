import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConsoleMeasurement, consoleRow, consoleTable, measureConsole } from './console.ts'
import { type IngestMeasurement, ingestRow, ingestTable, measureIngest } from './ingest.ts'
import { measure } from './measure.ts'
import type { Measurement } from './measurement.ts'
import { type Options, readOptions } from './options.ts'
import { createAlertmanager } from './peers-alertmanager.ts'
import { createNodeRed } from './peers-node-red.ts'
import { isPollRow, measurePollRow } from './poll.ts'
import { readLines, report } from './report.ts'
import { chooseRows } from './rows.ts'
import type { Thing } from './thing.ts'
import { tocsin } from './tocsin.ts'

/** `npm run bench`: prints one JSON line per measurement, then tables. Each in fresh processes with a fresh folder. */

/** Programs of others are kept here from run to run, and never installed on the system. */
const cache = join(tmpdir(), 'tocsin-bench-cache')

function chooseThings(names: readonly string[], groupInterval: string): Thing[] {
  const things = [tocsin, createAlertmanager(cache, groupInterval), createNodeRed(cache)]
  return names.map((name) => {
    const thing = things.find((known) => known.name === name)
    if (thing !== undefined) return thing
    throw new Error(`“${name}” is not measured here; known are ${things.map((known) => known.name).join(', ')}.`)
  })
}

/** Row by row, and within a row by turns, so that what the machine does meanwhile meets all of them. */
async function measureAll(options: Options): Promise<Measurement[]> {
  const chosen = chooseRows(options.rows, options.scale)
  const programs = chooseThings(options.things, options.groupInterval)
  const versions = new Map<Thing, string>()
  for (const program of programs) versions.set(program, await program.prepare())
  const measurements: Measurement[] = []
  for (const row of chosen) {
    for (let run = 1; run <= options.runs; run += 1) {
      for (const program of programs) {
        const measurement = await measure(program, versions.get(program) ?? '', row, run)
        process.stdout.write(`${JSON.stringify(measurement)}\n`)
        measurements.push(measurement)
      }
    }
  }
  return measurements
}

async function main(args: readonly string[]): Promise<void> {
  const given = readOptions(args)
  if (given.rows.includes(consoleRow)) {
    const measured: ConsoleMeasurement[] = []
    const isGood = await measureConsole(given.scale, (one) => {
      process.stdout.write(`${JSON.stringify(one)}\n`)
      measured.push(one)
    })
    process.stdout.write(`\n${consoleTable(measured)}`)
    if (!isGood) process.exitCode = 1
    if (given.rows.length === 1) return
  }
  if (given.rows.includes(ingestRow)) {
    const measured: IngestMeasurement[] = []
    await measureIngest(given.scale, (one) => {
      process.stdout.write(`${JSON.stringify(one)}\n`)
      measured.push(one)
    })
    process.stdout.write(`\n${ingestTable(measured)}`)
    if (given.rows.length === 1) return
  }
  const polls = given.rows.filter(isPollRow)
  const lines: string[] = []
  for (const name of polls) {
    const line = JSON.stringify(await measurePollRow(name, given.scale))
    process.stdout.write(`${line}\n`)
    lines.push(line)
  }
  const options = {
    ...given,
    rows: given.rows.filter((name) => !isPollRow(name) && name !== consoleRow && name !== ingestRow),
  }
  const onlyPolls = polls.length > 0 && options.rows.length === 0
  const measured = onlyPolls ? [] : options.from === null ? await measureAll(options) : []
  const former = options.from === null ? lines.join('\n') : readFileSync(options.from, 'utf8')
  const measurements = [...measured, ...readLines(former)]
  const tables = report(measurements)
  process.stdout.write(`\n${tables}`)
  if (options.markdown !== null) writeFileSync(options.markdown, tables)
  if (measurements.some(({ failed }) => failed !== undefined)) process.exitCode = 1
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
