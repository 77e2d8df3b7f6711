import { type ConnectionView, toConnectionView } from './connection-settings.ts'
import type { Deps } from './deps.ts'

/** All PSAs by name, without their secrets. */
export async function listPsas(deps: Deps): Promise<ConnectionView[]> {
  const rows = await deps.db.selectFrom('psas').selectAll().orderBy('name').execute()
  return rows.map((row) => toConnectionView(row, deps.psas.get(row.connector)?.settings))
}
