import { loadRetentionAges, type RetentionAges } from '../db/retention-settings.ts'
import type { Deps } from './deps.ts'

/** What is set for the whole installation. */
export type Settings = { readonly retention: RetentionAges }

export async function showSettings(deps: Pick<Deps, 'pool'>): Promise<Settings> {
  return { retention: await loadRetentionAges(deps.pool) }
}
