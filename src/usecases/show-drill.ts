import { loadDrill } from '../db/drills.ts'
import type { Deps } from './deps.ts'
import { type DrillView, toDrillView } from './drill-view.ts'
import { notFound } from './request-error.ts'

/** One drill, running or ended. Throws `RequestError`. */
export async function showDrill(deps: Deps, input: { id: number }): Promise<DrillView> {
  const row = await loadDrill(deps.pool, input.id)
  if (row === null) throw notFound('drill', input.id)
  return toDrillView(row)
}
