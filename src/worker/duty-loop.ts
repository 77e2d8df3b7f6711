import type { Deps } from '../usecases/deps.ts'
import { runNextDuty } from '../usecases/run-duty.ts'

/** Duties that run side by side in one process. */
const runners = 4
const lookEveryMs = 1_000

/** Claims due duties and runs them until the signal is aborted. */
export async function runDutyLoop(deps: Deps, signal: AbortSignal): Promise<void> {
  await Promise.all(Array.from({ length: runners }, () => runOneLoop(deps, signal)))
}

async function runOneLoop(deps: Deps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      if (!(await runNextDuty(deps, signal))) await pause(signal)
    } catch (error) {
      if (!signal.aborted) deps.log.error({ err: error }, 'duty loop failed; trying again')
      await pause(signal)
    }
  }
}

// Real time: a scenario on a clock of its own runs duties itself.
function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, lookEveryMs)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
