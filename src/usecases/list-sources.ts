import { type ConnectionView, toConnectionView } from './connection-settings.ts'
import type { Deps } from './deps.ts'

/** All sources by name, without their secrets. */
export async function listSources(deps: Deps): Promise<ConnectionView[]> {
  const rows = await deps.db.selectFrom('sources').selectAll().orderBy('name').execute()
  return rows.map((row) => toConnectionView(row, deps.sources.get(row.connector)?.settings))
}
