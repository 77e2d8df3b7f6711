import type { PsaOptions } from '../connectors/psa.ts'
import type { FieldValues } from '../core/ticket.ts'
import { saveIntegration } from '../db/integrations.ts'
import { withTransaction } from '../db/transaction.ts'
import { changedOnly, integrationToAudit } from './audit-words.ts'
import { orNameTaken } from './connection-settings.ts'
import type { CreateIntegration } from './create-integration.ts'
import type { Deps } from './deps.ts'
import { judgeIntegration, withoutEmpty } from './integration-settings.ts'
import type { IntegrationView } from './list-integrations.ts'
import { notFound, RequestError } from './request-error.ts'
import { showIntegration } from './show-integration.ts'
import { mustLoadPsa, psaConnectorOf } from './with-desk.ts'
import { writeAudit } from './write-audit.ts'

export type UpdateIntegration = Omit<CreateIntegration, 'name' | 'sourceId' | 'psaId'> & {
  readonly id: number
  readonly name?: string | undefined
  /** The general fields as the person saw them: when one that is to be changed is another by now, nothing is saved. */
  readonly generalSeen?: FieldValues | undefined
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
      refuseUnseen(input, row.general)
      const values = {
        name: input.name ?? row.name,
        general: withoutEmpty({ ...row.general, ...input.general }),
        titleTemplate: input.titleTemplate ?? row.title_template,
        descriptionTemplate: input.descriptionTemplate ?? row.description_template,
        repeats: input.repeats ?? row.repeats,
        repeatNoteMinutes: input.repeatNoteMinutes ?? row.repeat_note_minutes,
        pausedUntil: input.pausedUntil === undefined ? row.paused_until : input.pausedUntil,
      }
      // A pause that ended stays to be seen, and is no reason to refuse another change.
      const judged = { ...values, pausedUntil: input.pausedUntil ?? null }
      judgeIntegration(psaConnectorOf(deps, psa), psa.options as PsaOptions | null, judged, now)
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
  const { id, generalSeen: _, ...changed } = input
  deps.log.info({ id, fields: Object.keys(changed) }, 'integration updated')
  return showIntegration(deps, { id })
}

/** Two people at the same settings: what one of them has not seen is not overwritten. */
function refuseUnseen({ general = {}, generalSeen }: UpdateIntegration, stored: FieldValues): void {
  if (generalSeen === undefined) return
  const changed = Object.keys(general)
    .filter((key) => (stored[key] ?? '') !== (generalSeen[key] ?? '') && (stored[key] ?? '') !== general[key])
    .map((key) => ({ section: 'general', key }))
  if (changed.length === 0) return
  const names = changed.map(({ key }) => key).join(', ')
  const message = `Somebody else changed these settings meanwhile: ${names}. Nothing of yours was saved: read them again and repeat your change.`
  throw new RequestError('changed-meanwhile', message, { changed })
}
