import { saveConnection } from '../db/connections.ts'
import { hurryDuty } from '../db/duties.ts'
import { withTransaction } from '../db/transaction.ts'
import { connectionChanged, connectionSubject } from './audit-words.ts'
import { judgeSettings, orNameTaken, sealSecrets } from './connection-settings.ts'
import { psaConnectorNamed } from './create-psa.ts'
import type { SavedConnection } from './create-source.ts'
import type { Deps } from './deps.ts'
import { psaDuties } from './ensure-duties.ts'
import { showPsa } from './show-psa.ts'
import { tryPsa } from './try-connection.ts'
import { savedMeanwhile, type UpdateConnection } from './update-source.ts'
import { mustLoadPsa } from './with-desk.ts'
import { writeAudit } from './write-audit.ts'

/**
 * Changes a PSA. Its hold ends, its lists are read at once, and the workers open it anew. Throws `RequestError`; then
 * nothing is changed.
 */
export async function updatePsa(deps: Deps, input: UpdateConnection): Promise<SavedConnection> {
  const row = await mustLoadPsa(deps, input.id)
  const connector = psaConnectorNamed(deps, row.connector)
  const name = input.name ?? row.name
  const judged = judgeSettings(deps, 'psas', connector.settings, input.settings ?? {}, row)
  const report = input.check === false ? null : await tryPsa(deps, connector, row, name, judged.whole)
  const secrets = sealSecrets(deps, 'psas', row.id, judged.fresh, row.secrets)
  const now = deps.clock.now()
  await orNameTaken('PSA', name, () =>
    withTransaction(deps.pool, async (client) => {
      const values = { name, settings: judged.plain, secrets }
      if (!(await saveConnection(client, 'psas', row.id, row.updatedAt, values, now))) throw savedMeanwhile(name)
      for (const kind of psaDuties) await hurryDuty(client, kind, row.id, now)
      const subject = connectionSubject('psas', row.id, row.name)
      const change = connectionChanged(row, { name, settings: judged.plain }, judged.fresh)
      await writeAudit(deps, client, { action: 'update-psa', subject, ...change })
    }),
  )
  deps.log.info({ psa: name, id: row.id, fields: Object.keys(input.settings ?? {}) }, 'PSA updated')
  return { connection: await showPsa(deps, { id: row.id }), report }
}
