import type { Deps } from '../usecases/deps.ts'
import { beginNextDuty } from '../usecases/run-duty.ts'

/**
 * Duties side by side in one process, in groups, so that slow servers hold up neither the desks nor the house: polls
 * that hang leave readings and tidying alone, and those that hang for long make room for others of their group.
 */
type Group = {
  readonly kinds: NonNullable<Parameters<typeof beginNextDuty>[2]>
  /** Duties at once, of those that have not run for long. */
  readonly brisk: number
  /** Duties at once in all: each poll holds a connection to the database, of which a process has twelve. */
  readonly most: number
}

const polls = ['poll-computers', 'poll-events', 'poll-mailbox'] as const
const readings = ['read-changes', 'read-options'] as const
const groups: readonly Group[] = [
  { kinds: { only: polls }, brisk: 4, most: 6 },
  { kinds: { only: readings }, brisk: 3, most: 6 },
  { kinds: { but: [...polls, ...readings] }, brisk: 3, most: 5 },
]
const lookEveryMs = 1_000
/** A duty that has run for longer counts as slow. */
const slowMs = 30_000

/** Claims due duties and runs them until the signal is aborted. */
export async function runDutyLoop(deps: Deps, signal: AbortSignal): Promise<void> {
  await Promise.all(groups.map((group) => runGroup(deps, group, signal)))
}

async function runGroup(deps: Deps, { kinds, brisk, most }: Group, signal: AbortSignal): Promise<void> {
  /** Since when each runs, in real ms. */
  const running = new Map<Promise<void>, number>()
  let bell: () => void = () => undefined

  function hasRoom(): boolean {
    const slow = [...running.values()].filter((since) => performance.now() - since > slowMs).length
    return running.size < most && running.size - slow < brisk
  }

  /** False when nothing is due. */
  async function begin(): Promise<boolean> {
    const begun = await beginNextDuty(deps, signal, kinds)
    if (begun === null) return false
    const run: Promise<void> = begun.done
      .catch((error: unknown) => tell(error))
      .finally(() => {
        running.delete(run)
        bell()
      })
    running.set(run, performance.now())
    return true
  }

  function tell(error: unknown): void {
    if (!signal.aborted) deps.log.error({ err: error }, 'duty loop failed; trying again')
  }

  while (!signal.aborted) {
    try {
      if (hasRoom() && (await begin())) continue
    } catch (error) {
      tell(error)
    }
    await pause(signal, (done) => {
      bell = done
    })
  }
  await Promise.all(running.keys())
}

// Real time: a scenario on a clock of its own runs duties itself.
function pause(signal: AbortSignal, onBell: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, lookEveryMs)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    onBell(done)
    signal.addEventListener('abort', done)
  })
}
