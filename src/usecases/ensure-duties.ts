import { loadDrillPlans } from '../db/drills.ts'
import { type DutyKind, ensureDuty } from '../db/duties.ts'
import type { Sql } from '../db/sql.ts'
import type { Deps } from './deps.ts'

/** What has to be done again and again for each source, and for each desk. */
export const sourceDuties: readonly DutyKind[] = ['poll-computers', 'poll-events']
export const psaDuties: readonly DutyKind[] = ['read-options', 'read-changes']

/** The duties without a subject. */
export const houseDuties: readonly DutyKind[] = ['keep-house', 'forget-old', 'watch-self', 'tell-webhook']

export async function ensureHouseDuties(sql: Sql, now: Date): Promise<void> {
  for (const kind of houseDuties) await ensureDuty(sql, kind, 0, now)
}

/** Makes sure that every stored connection has its duties; for the start of a server. */
export async function ensureDuties(deps: Deps): Promise<void> {
  const now = deps.clock.now()
  const sources = await deps.db.selectFrom('sources').select('id').execute()
  const psas = await deps.db.selectFrom('psas').select('id').execute()
  for (const { id } of sources) for (const kind of sourceDuties) await ensureDuty(deps.pool, kind, id, now)
  for (const { id } of psas) for (const kind of psaDuties) await ensureDuty(deps.pool, kind, id, now)
  for (const { psaId } of await loadDrillPlans(deps.pool)) await ensureDuty(deps.pool, 'conduct-drill', psaId, now)
  await ensureHouseDuties(deps.pool, now)
}
