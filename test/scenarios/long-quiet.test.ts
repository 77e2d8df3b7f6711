import { expect, test } from 'vitest'
import type { StageRule } from '../../demo/rules.ts'
import { countingLog, linesBetween, type Snapshot, snapshot } from '../support/quiet-month.ts'
import { computersOf, expectSound, oneAtDesk, protectionOff, restartDue, setHost, stages } from '../support/scenario.ts'

/**
 * A month in which nothing changes: nothing grows, nothing is written at the desk, and the log stays short. Usually each
 * poll and reading comes every six hours; `TOCSIN_MONTH=full` has them come as often as in the product: 8,640 polls of the
 * computers, 43,200 of the events and as many readings of the desk, in some 25 minutes.
 */

const openStage = await stages()

const full = process.env.TOCSIN_MONTH === 'full'
const pace = full
  ? { computersEverySeconds: 300, eventsEverySeconds: 60, changesEverySeconds: 60 }
  : { computersEverySeconds: 21_600, eventsEverySeconds: 21_600, changesEverySeconds: 3_600 }
const stepMinutes = full ? 1 : 360
const stepsADay = 1_440 / stepMinutes

const rules: readonly StageRule[] = [
  { section: 'critical', what: 'all', fields: { priority: 'High' } },
  { section: 'warning', what: 'all', fields: { priority: 'Medium' } },
]

/** Tables of the governor's books: their rows come and go, within these. */
const bounded: Readonly<Record<string, number>> = {
  desk_minutes: 1_000,
  governor_minutes: 1_000,
  governor_slots: 100,
  governor_waits: 10,
  staged_computers: 0,
}

/**
 * Requests that a quiet desk may be asked an hour: at each turn one reading of changes and one of an open ticket, to see
 * whether it was deleted; every five minutes the desk's own count; once an hour the lists, which are five requests at
 * Autotask. At the product's pace that is 137 of the 10,000 that Autotask allows, and 77 while no ticket is open.
 */
const turnsAnHour = 60 / stepMinutes
const requestsAnHour = 2 * turnsAnHour + Math.min(12, turnsAnHour) + 5 * Math.min(1, turnsAnHour)

test('a month without changes leaves no trace', { timeout: full ? 14_400_000 : 300_000 }, async () => {
  const log = countingLog()
  const stage = await openStage({ ...pace, rules, log })
  const [first, second] = computersOf(stage, 'Alder')
  await setHost(stage, first, protectionOff)
  await setHost(stage, second, restartDue(stage))
  await stage.step(stepMinutes)
  await stage.steps(2 * stepsADay - 1, stepMinutes)
  expect([oneAtDesk(stage, first).open, oneAtDesk(stage, second).open]).toEqual([true, true])
  const begun = performance.now()
  const early = await snapshot(stage, log)
  for (let week = 0; week < 4; week += 1) {
    await stage.steps(7 * stepsADay, stepMinutes)
    // As the database does by itself, were the week not over in seconds.
    await stage.app.deps.pool.query('vacuum')
  }
  const late = await snapshot(stage, log)
  const hours = 28 * 24
  if (full) console.log(JSON.stringify(figures(early, late, (performance.now() - begun) / (28 * stepsADay))))

  expect(late.deskWrites - early.deskWrites).toBe(0)
  expect((late.deskRequests - early.deskRequests) / hours).toBeLessThanOrEqual(requestsAnHour)
  for (const [table, rows] of Object.entries(late.rows)) {
    const most = bounded[table]
    if (most === undefined) expect([table, rows]).toEqual([table, early.rows[table]])
    else expect(rows, table).toBeLessThanOrEqual(most)
  }
  expect(late.bytes - early.bytes).toBeLessThan(1_048_576)
  // A duty that goes well says so once a day; the first poll of a day is not always on that day's first step.
  expect(linesBetween(early, late, ['warn', 'error'])).toEqual({})
  const { 'info: duty done': signs = 0, ...others } = linesBetween(early, late, ['info'])
  expect(others).toEqual({})
  expect(signs).toBeLessThanOrEqual(28 * (early.rows.duties ?? 0))
  const journal = 300 * (late.journalled - early.journalled)
  expect(late.heapBytes - early.heapBytes - journal).toBeLessThan(8 * 1_048_576)
  expectSound(stage)
})

function figures(early: Snapshot, late: Snapshot, msAStep: number): object {
  const mb = (bytes: number) => Math.round(bytes / 104_857.6) / 10
  return {
    full,
    msAStep: Math.round(msAStep * 10) / 10,
    deskRequestsAnHour: (late.deskRequests - early.deskRequests) / (28 * 24),
    deskWrites: late.deskWrites - early.deskWrites,
    tablesMb: [mb(early.bytes), mb(late.bytes)],
    heapMb: [mb(early.heapBytes), mb(late.heapBytes)],
    journalled: [early.journalled, late.journalled],
    lines: linesBetween(early, late, ['info', 'warn', 'error', 'debug']),
    rows: late.rows,
  }
}
