import type { FieldProblem } from '../connectors/psa.ts'
import type { FieldValues } from '../core/ticket.ts'
import type { Deps } from './deps.ts'
import { generalProblems } from './integration-settings.ts'
import { deskSettingsOf, mustLoadPsa } from './with-desk.ts'

export type IntegrationView = {
  readonly id: number
  readonly name: string
  readonly sourceId: number
  readonly sourceName: string
  readonly sourceConnector: string
  readonly psaId: number
  readonly psaName: string
  readonly psaConnector: string
  readonly general: FieldValues
  readonly titleTemplate: string
  readonly descriptionTemplate: string
  /** A repeat of an event while its ticket is open: a note on it, or a ticket of its own. */
  readonly repeats: 'note' | 'ticket'
  readonly repeatNoteMinutes: number
  /** A pause that ended stands here until somebody ends it by hand, so that nobody misses its end. */
  readonly pausedUntil: Date | null
  /** Null: not by a person at the console, or not known. */
  readonly pausedBy: string | null
  readonly pauseNote: string
  /** What `save-rules` must name. */
  readonly rulesVersion: number
  readonly mappedTenants: number
  readonly openTickets: number
  /** What of the general settings no longer fits the desk. */
  readonly problems: readonly FieldProblem[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** All integrations by name. */
export async function listIntegrations(deps: Deps, input: { id?: number } = {}): Promise<IntegrationView[]> {
  const rows = await deps.db
    .selectFrom('integrations as i')
    .innerJoin('sources as s', 's.id', 'i.source_id')
    .innerJoin('psas as p', 'p.id', 'i.psa_id')
    .select(['s.name as source_name', 's.connector as source_connector', 'p.name as psa_name', 'p.connector'])
    .selectAll('i')
    .select(({ selectFrom, fn }) => [
      selectFrom('mappings as m')
        .select(fn.countAll<number>().as('count'))
        .whereRef('m.integration_id', '=', 'i.id')
        .as('mapped'),
      selectFrom('tickets as t')
        .select(fn.countAll<number>().as('count'))
        .whereRef('t.integration_id', '=', 'i.id')
        .where('t.done_at', 'is', null)
        .as('open'),
    ])
    .$if(input.id !== undefined, (query) => query.where('i.id', '=', input.id ?? 0))
    .orderBy('i.name')
    .execute()
  return Promise.all(
    rows.map(async (row) => {
      const connector = deps.psas.get(row.connector)
      const { options } = deskSettingsOf(await mustLoadPsa(deps, row.psa_id))
      return {
        id: row.id,
        name: row.name,
        sourceId: row.source_id,
        sourceName: row.source_name,
        sourceConnector: row.source_connector,
        psaId: row.psa_id,
        psaName: row.psa_name,
        psaConnector: row.connector,
        general: row.general,
        titleTemplate: row.title_template,
        descriptionTemplate: row.description_template,
        repeats: row.repeats,
        repeatNoteMinutes: row.repeat_note_minutes,
        pausedUntil: row.paused_until,
        pausedBy: row.paused_by,
        pauseNote: row.pause_note,
        rulesVersion: row.version,
        mappedTenants: row.mapped ?? 0,
        openTickets: row.open ?? 0,
        problems: connector === undefined ? [] : generalProblems(connector, options, row.general),
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      }
    }),
  )
}
