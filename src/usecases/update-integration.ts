import type { PsaOptions } from '../connectors/psa.ts'
import { saveIntegration } from '../db/integrations.ts'
import { withTransaction } from '../db/transaction.ts'
import { changedOnly, integrationToAudit } from './audit-words.ts'
import { orNameTaken } from './connection-settings.ts'
import type { CreateIntegration } from './create-integration.ts'
import type { Deps } from './deps.ts'
import { judgeIntegration, withoutEmpty } from './integration-settings.ts'
import type { IntegrationView } from './list-integrations.ts'
import { notFound } from './request-error.ts'
import { showIntegration } from './show-integration.ts'
import { mustLoadPsa, psaConnectorOf } from './with-desk.ts'
import { writeAudit } from './write-audit.ts'

export type UpdateIntegration = Omit<CreateIntegration, 'name' | 'sourceId' | 'psaId'> & {
  readonly id: number
  readonly name?: string | undefined
}

/**
 * Changes an integration; what is absent stays, and so does each general field that is absent. Tickets that are open keep what
 * they were opened with. Throws `RequestError`; then nothing is changed.
 */
export async function updateIntegration(deps: Deps, input: UpdateIntegration): Promise<IntegrationView> {
  const now = deps.clock.now()
  const [before] = await deps.db.selectFrom('integrations').selectAll().where('id', '=', input.id).execute()
  if (before === undefined) throw notFound('integration', input.id)
  const psa = await mustLoadPsa(deps, before.psa_id)
  await orNameTaken('integration', input.name ?? before.name, () =>
    withTransaction(deps.pool, async (client) => {
      const { rows } = await client.query<typeof before>('select * from integrations where id = $1 for update', [
        input.id,
      ])
      const row = rows[0]
      if (row === undefined) throw notFound('integration', input.id)
      const paused = row.paused_until !== null && row.paused_until > now ? row.paused_until : null
      const values = {
        name: input.name ?? row.name,
        general: withoutEmpty({ ...row.general, ...input.general }),
        titleTemplate: input.titleTemplate ?? row.title_template,
        descriptionTemplate: input.descriptionTemplate ?? row.description_template,
        repeats: input.repeats ?? row.repeats,
        repeatNoteMinutes: input.repeatNoteMinutes ?? row.repeat_note_minutes,
        pausedUntil: input.pausedUntil === undefined ? paused : input.pausedUntil,
      }
      judgeIntegration(psaConnectorOf(deps, psa), psa.options as PsaOptions | null, values, now)
      await saveIntegration(client, row.id, values, now)
      const stored = {
        name: row.name,
        general: row.general,
        titleTemplate: row.title_template,
        descriptionTemplate: row.description_template,
        repeats: row.repeats,
        repeatNoteMinutes: row.repeat_note_minutes,
        pausedUntil: row.paused_until,
      }
      const subject = { kind: 'integration', id: row.id, name: row.name }
      const change = changedOnly(integrationToAudit(stored), integrationToAudit(values))
      await writeAudit(deps, client, { action: 'update-integration', subject, ...change })
    }),
  )
  const { id, ...changed } = input
  deps.log.info({ id, fields: Object.keys(changed) }, 'integration updated')
  return showIntegration(deps, { id })
}
