import { saveConnection } from '../db/connections.ts'
import { hurryDuty } from '../db/duties.ts'
import { withTransaction } from '../db/transaction.ts'
import { connectionChanged, connectionSubject } from './audit-words.ts'
import { judgeSettings, orNameTaken, type SettingsInput, sealSecrets } from './connection-settings.ts'
import { type SavedConnection, sourceConnectorNamed } from './create-source.ts'
import type { Deps } from './deps.ts'
import { sourceDuties } from './ensure-duties.ts'
import { notFound, RequestError } from './request-error.ts'
import { showSource } from './show-source.ts'
import { trySource } from './try-connection.ts'
import { writeAudit } from './write-audit.ts'

export type UpdateConnection = {
  readonly id: number
  readonly name?: string | undefined
  /** What is absent stays; `null` keeps a secret, and sets any other field to its default. */
  readonly settings?: SettingsInput | undefined
  readonly check?: boolean | undefined
}

/** Changes a source and polls it at once. Throws `RequestError`; then nothing is changed. */
export async function updateSource(deps: Deps, input: UpdateConnection): Promise<SavedConnection> {
  const row = await deps.db.selectFrom('sources').selectAll().where('id', '=', input.id).executeTakeFirst()
  if (row === undefined) throw notFound('source', input.id)
  const connector = sourceConnectorNamed(deps, row.connector)
  const name = input.name ?? row.name
  const judged = judgeSettings(deps, 'sources', connector.settings, input.settings ?? {}, row)
  const report = input.check === false ? null : await trySource(deps, connector, row.id, name, judged.whole)
  const secrets = sealSecrets(deps, 'sources', row.id, judged.fresh, row.secrets)
  const now = deps.clock.now()
  await orNameTaken('source', name, () =>
    withTransaction(deps.pool, async (client) => {
      const values = { name, settings: judged.plain, secrets }
      if (!(await saveConnection(client, 'sources', row.id, row.updated_at, values, now))) throw savedMeanwhile(name)
      for (const kind of sourceDuties) await hurryDuty(client, kind, row.id, now)
      const subject = connectionSubject('sources', row.id, row.name)
      const change = connectionChanged(row, { name, settings: judged.plain }, judged.fresh)
      await writeAudit(deps, client, { action: 'update-source', subject, ...change })
    }),
  )
  deps.log.info({ source: name, id: row.id, fields: Object.keys(input.settings ?? {}) }, 'source updated')
  return { connection: await showSource(deps, { id: row.id }), report }
}

/** Somebody else saved, or deleted, the same connection while this one was being tried. */
export function savedMeanwhile(name: string): RequestError {
  const message = `“${name}” was changed by somebody else meanwhile: read it again and repeat your change.`
  return new RequestError('changed-meanwhile', message)
}
