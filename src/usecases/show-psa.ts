import { type ConnectionView, toConnectionView } from './connection-settings.ts'
import type { Deps } from './deps.ts'
import { notFound } from './request-error.ts'

/** One PSA without its secrets. Throws `RequestError`. */
export async function showPsa(deps: Deps, input: { id: number }): Promise<ConnectionView> {
  const row = await deps.db.selectFrom('psas').selectAll().where('id', '=', input.id).executeTakeFirst()
  if (row === undefined) throw notFound('PSA', input.id)
  return toConnectionView(row, deps.psas.get(row.connector)?.settings)
}
