import { type ConnectionView, toConnectionView } from './connection-settings.ts'
import type { Deps } from './deps.ts'
import { notFound } from './request-error.ts'

/** One source without its secrets. Throws `RequestError`. */
export async function showSource(deps: Deps, input: { id: number }): Promise<ConnectionView> {
  const row = await deps.db.selectFrom('sources').selectAll().where('id', '=', input.id).executeTakeFirst()
  if (row === undefined) throw notFound('source', input.id)
  return toConnectionView(row, deps.sources.get(row.connector)?.settings)
}
