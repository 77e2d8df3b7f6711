import { databaseClock } from '../core/measured.ts'
import { databaseClockAhead, saveProcessReport } from '../db/watch.ts'
import type { Deps } from './deps.ts'

/** Stores what only this process knows: its disk, the clocks and certificates it saw. Every process does so each minute. */
export async function reportProcess(deps: Pick<Deps, 'pool' | 'clock' | 'machine'>): Promise<void> {
  const { machine } = deps
  machine.sawClock(databaseClock, await databaseClockAhead(deps.pool))
  const certificates = machine.certificates().map(({ connection, endsAt, seenAt }) => ({
    connection,
    endsAt: endsAt.toISOString(),
    seenAt: seenAt.toISOString(),
  }))
  const report = { diskFreeBytes: await machine.diskFreeBytes(), clocks: machine.clocks(), certificates }
  await saveProcessReport(deps.pool, machine.process, report, deps.clock.now())
}
