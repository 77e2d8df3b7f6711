import { type DutyKind, ensureDuty } from '../db/duties.ts'
import type { Sql } from '../db/sql.ts'
import type { Deps } from './deps.ts'

/** What has to be done again and again for each source, and for each desk. */
export const sourceDuties: readonly DutyKind[] = ['poll-computers', 'poll-events']
export const psaDuties: readonly DutyKind[] = ['read-options', 'read-changes']

/** The one duty without a subject. */
export function ensureHouseDuty(sql: Sql, now: Date): Promise<void> {
  return ensureDuty(sql, 'keep-house', 0, now)
}

/** Makes sure that every stored connection has its duties; for the start of a server. */
export async function ensureDuties(deps: Deps): Promise<void> {
  const now = deps.clock.now()
  const sources = await deps.db.selectFrom('sources').select('id').execute()
  const psas = await deps.db.selectFrom('psas').select('id').execute()
  for (const { id } of sources) for (const kind of sourceDuties) await ensureDuty(deps.pool, kind, id, now)
  for (const { id } of psas) for (const kind of psaDuties) await ensureDuty(deps.pool, kind, id, now)
  await ensureHouseDuty(deps.pool, now)
}
