import type { CheckReport, SourceConnector } from '../connectors/source.ts'
import { insertConnection, saveSecrets } from '../db/connections.ts'
import { ensureDuty } from '../db/duties.ts'
import { withTransaction } from '../db/transaction.ts'
import { connectionMade, connectionSubject } from './audit-words.ts'
import {
  type ConnectionView,
  judgeSettings,
  orNameTaken,
  type SettingsInput,
  sealSecrets,
} from './connection-settings.ts'
import type { Deps } from './deps.ts'
import { ensureHouseDuties, sourceDuties } from './ensure-duties.ts'
import { invalidInput } from './request-error.ts'
import { showSource } from './show-source.ts'
import { trySource } from './try-connection.ts'
import { writeAudit } from './write-audit.ts'

export type CreateSource = {
  readonly connector: string
  readonly name: string
  readonly settings: SettingsInput
  /** False saves without trying the connection. */
  readonly check?: boolean | undefined
}

export type SavedConnection = {
  readonly connection: ConnectionView
  /** What was seen; null when it was not tried. */
  readonly report: CheckReport | null
}

/** Connects a source: judged, tried, stored, and polled from now on. Throws `RequestError`; then nothing is stored. */
export async function createSource(deps: Deps, input: CreateSource): Promise<SavedConnection> {
  const connector = sourceConnectorNamed(deps, input.connector)
  const { whole, plain, fresh } = judgeSettings(deps, 'sources', connector.settings, input.settings, null)
  const report = input.check === false ? null : await trySource(deps, connector, 0, input.name, whole)
  const now = deps.clock.now()
  const id = await orNameTaken('source', input.name, () =>
    withTransaction(deps.pool, async (client) => {
      const made = await insertConnection(client, 'sources', { ...input, settings: plain }, now)
      await saveSecrets(client, 'sources', made, sealSecrets(deps, 'sources', made, fresh, {}))
      for (const kind of sourceDuties) await ensureDuty(client, kind, made, now)
      await ensureHouseDuties(client, now)
      const subject = connectionSubject('sources', made, input.name)
      await writeAudit(deps, client, {
        action: 'create-source',
        subject,
        ...connectionMade(connector.id, plain, fresh),
      })
      return made
    }),
  )
  deps.log.info({ source: input.name, id, connector: connector.id, checked: report !== null }, 'source created')
  return { connection: await showSource(deps, { id }), report }
}

/** Throws `RequestError` for a connector that this version does not have. */
export function sourceConnectorNamed(deps: Pick<Deps, 'sources'>, id: string): SourceConnector {
  const connector = deps.sources.get(id)
  if (connector !== undefined) return connector
  const message = `There is no connector “${id}” for sources. There are: ${[...deps.sources.keys()].join(', ')}.`
  throw invalidInput([{ field: 'connector', message }])
}
