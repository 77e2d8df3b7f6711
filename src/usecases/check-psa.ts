import type { CheckReport } from '../connectors/source.ts'
import { type CheckConnection, nothingToCheck } from './check-source.ts'
import { judgeSettings } from './connection-settings.ts'
import { psaConnectorNamed } from './create-psa.ts'
import type { Deps } from './deps.ts'
import { tryPsa } from './try-connection.ts'
import { mustLoadPsa } from './with-desk.ts'

/** Tries a connection to a PSA and stores nothing. Throws `RequestError`. */
export async function checkPsa(deps: Deps, input: CheckConnection): Promise<CheckReport> {
  const { id, connector: named } = input
  if (id === undefined) {
    if (named === undefined) throw nothingToCheck()
    const connector = psaConnectorNamed(deps, named)
    const { whole } = judgeSettings(deps, 'psas', connector.settings, input.settings ?? {}, null)
    return tryPsa(deps, connector, null, 'not saved yet', whole)
  }
  const row = await mustLoadPsa(deps, id)
  const connector = psaConnectorNamed(deps, row.connector)
  const { whole } = judgeSettings(deps, 'psas', connector.settings, input.settings ?? {}, row)
  return tryPsa(deps, connector, row, row.name, whole)
}
