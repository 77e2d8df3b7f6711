import type { PsaConnector } from '../connectors/psa.ts'
import { insertConnection, saveSecrets } from '../db/connections.ts'
import { ensureDuty } from '../db/duties.ts'
import { withTransaction } from '../db/transaction.ts'
import { connectionMade, connectionSubject } from './audit-words.ts'
import { judgeSettings, orNameTaken, sealSecrets } from './connection-settings.ts'
import type { CreateSource, SavedConnection } from './create-source.ts'
import type { Deps } from './deps.ts'
import { ensureHouseDuties, psaDuties } from './ensure-duties.ts'
import { invalidInput } from './request-error.ts'
import { showPsa } from './show-psa.ts'
import { tryPsa } from './try-connection.ts'
import { writeAudit } from './write-audit.ts'

/** Connects a PSA: judged, tried, stored, and its lists read from now on. Throws `RequestError`; then nothing is stored. */
export async function createPsa(deps: Deps, input: CreateSource): Promise<SavedConnection> {
  const connector = psaConnectorNamed(deps, input.connector)
  const { whole, plain, fresh } = judgeSettings(deps, 'psas', connector.settings, input.settings, null)
  const report = input.check === false ? null : await tryPsa(deps, connector, null, input.name, whole)
  const now = deps.clock.now()
  const id = await orNameTaken('PSA', input.name, () =>
    withTransaction(deps.pool, async (client) => {
      const made = await insertConnection(client, 'psas', { ...input, settings: plain }, now)
      await saveSecrets(client, 'psas', made, sealSecrets(deps, 'psas', made, fresh, {}))
      for (const kind of psaDuties) await ensureDuty(client, kind, made, now)
      await ensureHouseDuties(client, now)
      const subject = connectionSubject('psas', made, input.name)
      await writeAudit(deps, client, {
        action: 'create-psa',
        subject,
        ...connectionMade(connector.id, plain, fresh),
      })
      return made
    }),
  )
  deps.log.info({ psa: input.name, id, connector: connector.id, checked: report !== null }, 'PSA created')
  return { connection: await showPsa(deps, { id }), report }
}

/** Throws `RequestError` for a connector that this version does not have. */
export function psaConnectorNamed(deps: Pick<Deps, 'psas'>, id: string): PsaConnector {
  const connector = deps.psas.get(id)
  if (connector !== undefined) return connector
  const message = `There is no connector “${id}” for PSAs. There are: ${[...deps.psas.keys()].join(', ')}.`
  throw invalidInput([{ field: 'connector', message }])
}
