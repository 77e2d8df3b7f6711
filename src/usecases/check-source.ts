import type { CheckReport } from '../connectors/source.ts'
import { judgeSettings, type SettingsInput } from './connection-settings.ts'
import { sourceConnectorNamed } from './create-source.ts'
import type { Deps } from './deps.ts'
import { invalidInput, notFound } from './request-error.ts'
import { trySource } from './try-connection.ts'

export type CheckConnection = {
  /** A stored connection to try, with `settings` laid over its own; without it `connector` and `settings` are tried. */
  readonly id?: number | undefined
  readonly connector?: string | undefined
  readonly settings?: SettingsInput | undefined
}

/** Tries a connection and stores nothing. Throws `RequestError`. */
export async function checkSource(deps: Deps, input: CheckConnection): Promise<CheckReport> {
  const { id, connector: named } = input
  if (id === undefined) {
    if (named === undefined) throw nothingToCheck()
    const connector = sourceConnectorNamed(deps, named)
    const { whole } = judgeSettings(deps, 'sources', connector.settings, input.settings ?? {}, null)
    return trySource(deps, connector, 0, 'not saved yet', whole)
  }
  const row = await deps.db.selectFrom('sources').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw notFound('source', id)
  const connector = sourceConnectorNamed(deps, row.connector)
  const { whole } = judgeSettings(deps, 'sources', connector.settings, input.settings ?? {}, row)
  return trySource(deps, connector, row.id, row.name, whole)
}

export function nothingToCheck(): Error {
  return invalidInput([{ field: 'id', message: 'Name a stored connection by its id, or give connector and settings.' }])
}
