import type { PsaOptions } from '../connectors/psa.ts'
import { defaultDescriptionTemplate, defaultTitleTemplate } from '../core/texts.ts'
import type { FieldValues } from '../core/ticket.ts'
import { insertIntegration } from '../db/integrations.ts'
import { loadPsa } from '../db/psas.ts'
import { withTransaction } from '../db/transaction.ts'
import { integrationToAudit } from './audit-words.ts'
import { orNameTaken } from './connection-settings.ts'
import type { Deps } from './deps.ts'
import { defaultValues, judgeIntegration, withoutEmpty } from './integration-settings.ts'
import type { IntegrationView } from './list-integrations.ts'
import { invalidInput, RequestError } from './request-error.ts'
import { showIntegration } from './show-integration.ts'
import { showOptions } from './show-options.ts'
import { psaConnectorOf } from './with-desk.ts'
import { writeAudit } from './write-audit.ts'

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

const defaultRepeatNoteMinutes = 60

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
  const options = (psa.options as PsaOptions | null) ?? (await firstOptions(deps, psaId))
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
  const id = await orNameTaken('integration', name, () =>
    withTransaction(deps.pool, async (client) => {
      const made = await insertIntegration(client, pair, values, now)
      const subject = { kind: 'integration', id: made, name }
      const after = { ...pair, ...integrationToAudit(values) }
      await writeAudit(deps, client, { action: 'create-integration', subject, before: null, after })
      return made
    }),
  )
  deps.log.info({ integration: name, id, sourceId, psaId }, 'integration created')
  return showIntegration(deps, { id })
}

/** Some defaults are labels of live lists. A desk that cannot be asked now leaves those fields empty. */
async function firstOptions(deps: Deps, psaId: number): Promise<PsaOptions | null> {
  try {
    const { choices } = await showOptions(deps, { psaId })
    return { choices, extra: {} }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    deps.log.warn({ psaId, message: error.message }, 'the lists of the desk could not be read for the defaults')
    return null
  }
}
