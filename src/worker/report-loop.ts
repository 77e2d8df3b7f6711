import { systemClock } from '../lib/clock.ts'
import type { Deps } from '../usecases/deps.ts'
import { reportProcess } from '../usecases/report-process.ts'

const everyMs = 60_000

/** Reports what only this process knows, whatever its role, until the signal is aborted. */
export async function runReportLoop(deps: Deps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await reportProcess(deps)
    } catch (error) {
      if (!signal.aborted) deps.log.warn({ err: error }, 'this process could not report; trying again')
    }
    // Real time, whatever clock the rest goes by.
    await systemClock.sleep(everyMs, signal)
  }
}
