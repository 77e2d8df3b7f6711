import type { Gate } from '../connectors/http.ts'
import type { PsaOptions } from '../connectors/psa.ts'
import { type UsageReading, vendorShare } from '../core/budget.ts'
import { lanes } from '../core/lane.ts'
import { grantedByLane, grantedByMinute, loadUsage, saveUsage } from '../db/desk-budget.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
import type { PsaRow } from '../db/psas.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import type { Governor } from './governor.ts'
import { noOptions, openPsa } from './open-connection.ts'

/**
 * How often the vendor's count is read once it comes near to where calls are slowed down; before, five times less often.
 * The reading counts too, and takes at most so much of our hour.
 */
const soonestMs = 60_000
const latestMs = 1_800_000
const readingPart = 0.02
const nearShare = 0.4
const farTimes = 5

/**
 * Reads the vendor's own count of its hourly limit, where it tells and when it is time: other programs spend from the
 * same limit, and it answers more slowly the more of it is used. Throws `ConnectorError`.
 */
export async function readUsage(
  deps: Deps,
  duty: Duty,
  row: PsaRow,
  governor: Governor,
  perHour: number,
  signal: AbortSignal,
): Promise<void> {
  const now = deps.clock.now()
  const last = await loadUsage(deps.pool, row.id)
  if (!(await isDue(deps, row.id, perHour, last, now))) return
  const gate: Gate = {
    acquire: (endpoint, cancel) =>
      governor.acquire(endpoint, cancel, { lane: lanes.housekeeping, begun: true, forUsage: true }),
  }
  const options = (row.options as PsaOptions | null) ?? noOptions
  const open = openPsa(deps, row, { options, generals: row.generals }, gate, signal)
  try {
    const usage = await open.connector.readUsage?.(open.context)
    if (usage === undefined) return
    const at = deps.clock.now()
    const from = at.getTime() - usage.windowMinutes * 60_000
    const minutes = await grantedByMinute(deps.pool, row.id, at)
    const ours = minutes.reduce((sum, { minute, count }) => (minute.getTime() > from ? sum + count : sum), 0)
    await withTransaction(deps.pool, async (client) => {
      await guardDuty(client, duty)
      await saveUsage(client, row.id, { ...usage, ours, at })
    })
  } finally {
    await open.close()
  }
}

async function isDue(
  deps: Deps,
  psaId: number,
  perHour: number,
  last: UsageReading | null,
  now: Date,
): Promise<boolean> {
  if (last === null) return true
  const { hour } = await grantedByLane(deps.pool, psaId, now)
  const near = (vendorShare({ hour, usage: last }, now) ?? 1) >= nearShare
  const often = Math.max(soonestMs, 3_600_000 / (perHour * readingPart))
  return now.getTime() - last.at.getTime() >= Math.min(latestMs, near ? often : farTimes * often)
}
