import type { PsaOptions } from '../connectors/psa.ts'
import { defaultDescriptionTemplate, defaultTitleTemplate } from '../core/texts.ts'
import type { FieldValues } from '../core/ticket.ts'
import { insertIntegration } from '../db/integrations.ts'
import { loadPsa } from '../db/psas.ts'
import { orNameTaken } from './connection-settings.ts'
import type { Deps } from './deps.ts'
import { defaultValues, judgeIntegration, withoutEmpty } from './integration-settings.ts'
import type { IntegrationView } from './list-integrations.ts'
import { invalidInput } from './request-error.ts'
import { showIntegration } from './show-integration.ts'
import { psaConnectorOf } from './with-desk.ts'

export type CreateIntegration = {
  readonly name: string
  readonly sourceId: number
  readonly psaId: number
  /** Values of the desk's general fields; what is absent has the connector's default. */
  readonly general?: FieldValues | undefined
  readonly titleTemplate?: string | undefined
  readonly descriptionTemplate?: string | undefined
  readonly repeats?: 'note' | 'ticket' | undefined
  readonly repeatNoteMinutes?: number | undefined
  readonly pausedUntil?: Date | null | undefined
}

export const defaultRepeatNoteMinutes = 60

/** Pairs a source with a PSA: no tenant is mapped and every rule is off. Throws `RequestError`. */
export async function createIntegration(deps: Deps, input: CreateIntegration): Promise<IntegrationView> {
  const { name, sourceId, psaId } = input
  const source = await deps.db.selectFrom('sources').select('id').where('id', '=', sourceId).executeTakeFirst()
  const psa = await loadPsa(deps.pool, psaId)
  if (source === undefined || psa === null) {
    const field = source === undefined ? 'sourceId' : 'psaId'
    const kind = source === undefined ? `source ${sourceId}` : `PSA ${psaId}`
    throw invalidInput([{ field, message: `There is no ${kind}: connect it first.` }])
  }
  const connector = psaConnectorOf(deps, psa)
  const options = psa.options as PsaOptions | null
  const values = {
    name,
    general: withoutEmpty({ ...defaultValues(connector.generalFields, options), ...input.general }),
    titleTemplate: input.titleTemplate ?? defaultTitleTemplate,
    descriptionTemplate: input.descriptionTemplate ?? defaultDescriptionTemplate,
    repeats: input.repeats ?? 'note',
    repeatNoteMinutes: input.repeatNoteMinutes ?? defaultRepeatNoteMinutes,
    pausedUntil: input.pausedUntil ?? null,
  }
  const now = deps.clock.now()
  judgeIntegration(connector, options, values, now)
  const pair = { sourceId, psaId }
  const id = await orNameTaken('integration', name, () => insertIntegration(deps.pool, pair, values, now))
  deps.log.info({ integration: name, id, sourceId, psaId }, 'integration created')
  return showIntegration(deps, { id })
}
