import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** How many tests passed, failed and were skipped. `ended` is false until the run came to its end. */
export type Tally = { passed: number; failed: number; skipped: number; ended: boolean }

/**
 * Counts tests. With `TOCSIN_TALLY` the tally is kept in that file all the time, so that whoever started the run knows it
 * even when the runner is killed; without it the line `N passed, N failed, N skipped` is printed at the end.
 */
export function countReporter(file = process.env.TOCSIN_TALLY): Reporter {
  const running: Tally = { passed: 0, failed: 0, skipped: 0, ended: false }
  const keep = (tally: Tally): void => {
    if (file !== undefined) writeFileSync(file, JSON.stringify(tally))
  }
  return {
    onTestRunStart: () => keep(running),
    onTestCaseResult(test) {
      const { state } = test.result()
      if (state === 'pending') return
      running[state] += 1
      keep(running)
    },
    onTestRunEnd(modules, unhandled) {
      const tally = countAll(modules, unhandled)
      keep(tally)
      if (file === undefined) console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`)
    },
  }
}

/** A test that never ended, a file that could not be loaded, a hook that failed and an error outside of any test are failures. */
function countAll(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Tally {
  const tally: Tally = { passed: 0, failed: unhandled.length, skipped: 0, ended: true }
  for (const module of modules) {
    const failedBefore = tally.failed
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      tally[state === 'pending' ? 'failed' : state] += 1
    }
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) tally.failed += 1
    const broken = module.errors().length > 0 || module.state() === 'queued' || module.state() === 'pending'
    if (broken || (!module.ok() && tally.failed === failedBefore)) tally.failed += 1
  }
  return tally
}
