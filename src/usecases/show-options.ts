import type { Option, PsaField } from '../connectors/psa.ts'
import type { Deps } from './deps.ts'
import { readOptions } from './read-options.ts'
import { deskSettingsOf, mustLoadPsa, psaConnectorOf, withDesk } from './with-desk.ts'

export type DeskOptions = {
  /** When the lists were read; null: never yet. */
  readonly readAt: Date | null
  readonly generalFields: readonly PsaField[]
  readonly ruleFields: readonly PsaField[]
  /** Live values by field; a field without a list here takes any value. */
  readonly choices: Readonly<Record<string, readonly Option[]>>
}

/**
 * The fields of a desk's tickets with their lists, as last read. `refresh`, or lists never read, reads them live and judges the
 * rules by them. Throws `RequestError`.
 */
export async function showOptions(
  deps: Deps,
  input: { psaId: number; refresh?: boolean | undefined },
): Promise<DeskOptions> {
  const stored = await mustLoadPsa(deps, input.psaId)
  if (input.refresh === true || stored.options === null) {
    await withDesk(deps, stored, (open) => readOptions(deps, stored, open))
  }
  const row = await mustLoadPsa(deps, input.psaId)
  const { generalFields, ruleFields } = psaConnectorOf(deps, row)
  return { readAt: row.optionsAt, generalFields, ruleFields, choices: deskSettingsOf(row).options.choices }
}
