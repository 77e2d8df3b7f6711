import { insertDrill, latestDrills, loadDrillPlan } from '../db/drills.ts'
import { hurryDuty } from '../db/duties.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { type DrillView, toDrillView } from './drill-view.ts'
import { noPlan } from './show-drill-plan.ts'
import { writeAudit } from './write-audit.ts'

/**
 * Opens a test ticket at the desk and closes it, through the whole real path. The answer is the drill as it begins, or the one
 * that runs already; `show-drill` tells how it goes. Throws `RequestError` when nobody has set it up.
 */
export async function runDrill(deps: Deps, input: { psaId: number }): Promise<DrillView> {
  const plan = await loadDrillPlan(deps.pool, input.psaId)
  if (plan === null) throw noPlan(input.psaId)
  const now = deps.clock.now()
  const row = await withTransaction(deps.pool, async (client) => {
    const begun = await insertDrill(client, plan, 'person', now)
    await hurryDuty(client, 'poll-computers', plan.sourceId, now)
    await hurryDuty(client, 'conduct-drill', plan.psaId, now)
    if (begun !== null) {
      const subject = { kind: 'psa', id: plan.psaId, name: plan.psaName }
      await writeAudit(deps, client, { action: 'run-drill', subject, before: null, after: { drill: begun.id } })
    }
    return begun
  })
  if (row !== null) deps.log.info({ psa: plan.psaName, drill: row.id, askedBy: 'person' }, 'drill begun')
  const [shown] = row === null ? await latestDrills(deps.pool, plan.psaId, 1) : [row]
  if (shown === undefined) throw noPlan(input.psaId)
  return toDrillView(shown)
}
