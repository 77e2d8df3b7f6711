import { nextDrillAt } from '../core/drill.ts'
import { latestDrills, loadDrillPlan } from '../db/drills.ts'
import type { Deps } from './deps.ts'
import { type DrillPlanView, toDrillView } from './drill-view.ts'
import { RequestError } from './request-error.ts'

const shown = 20

/** How a desk is drilled, with its latest drills. Throws `RequestError` when nobody has set that up. */
export async function showDrillPlan(deps: Deps, input: { psaId: number }): Promise<DrillPlanView> {
  const plan = await loadDrillPlan(deps.pool, input.psaId)
  if (plan === null) throw noPlan(input.psaId)
  const drills = await latestDrills(deps.pool, input.psaId, shown)
  const { psaId, integrationId, tenantId, schedule, createdAt } = plan
  const nextAt = nextDrillAt(schedule, createdAt, drills[0]?.begunAt ?? null)
  return { psaId, integrationId, tenantId, schedule, nextAt, drills: drills.map(toDrillView) }
}

export function noPlan(psaId: number): RequestError {
  const message = `There is no drill for PSA ${psaId}: choose its account and fields first (save-drill-plan).`
  return new RequestError('not-found', message)
}
