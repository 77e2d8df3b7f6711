import type { FieldProblem, PsaField, PsaOptions } from '../connectors/psa.ts'
import type { Catalogue } from '../connectors/source.ts'
import { levelRank, type TroubleLevel } from '../core/observation.ts'
import type { RuleSection } from '../core/rule.ts'
import type { FieldValues } from '../core/ticket.ts'
import type { Deps } from './deps.ts'
import { defaultValues } from './integration-settings.ts'
import { defaultLifetimeHours, listRules, type RuleRowView } from './list-rules.ts'
import { noOptions } from './open-connection.ts'
import { notFound } from './request-error.ts'
import { showOptions } from './show-options.ts'
import { mustLoadPsa, psaConnectorOf } from './with-desk.ts'

/** What tickets of a level would get, to be changed before it is saved. */
export type RecommendedLevel = {
  readonly level: TroubleLevel
  readonly fields: FieldValues
  /** What the desk's lists say against it: a person has to choose. */
  readonly problems: readonly FieldProblem[]
}

export type RecommendedRule = Pick<RuleRowView, 'key' | 'title' | 'stored' | 'enabled'> & {
  readonly section: RuleSection
  /** Whose fields it takes. */
  readonly level: TroubleLevel
  readonly delayMinutes: number | null
  readonly lifetimeHours: number | null
}

export type RecommendedRules = {
  readonly integrationId: number
  /** To be named when saving. */
  readonly version: number
  readonly levels: readonly RecommendedLevel[]
  /** Most serious first. A row that is `stored` was decided by a person already. */
  readonly rows: readonly RecommendedRule[]
}

/**
 * The rules that are good to begin with, from the source's catalogue, with the values of this desk that fit best. Writes
 * nothing. Reads the desk's lists live when they were never read. Throws `RequestError`.
 */
export async function recommendRules(deps: Deps, input: { integrationId: number }): Promise<RecommendedRules> {
  const { integrationId } = input
  const integration = await deps.db
    .selectFrom('integrations as i')
    .innerJoin('sources as s', 's.id', 'i.source_id')
    .select(['i.psa_id', 'i.general', 's.connector'])
    .where('i.id', '=', integrationId)
    .executeTakeFirst()
  if (integration === undefined) throw notFound('integration', integrationId)
  await showOptions(deps, { psaId: integration.psa_id })
  const psa = await mustLoadPsa(deps, integration.psa_id)
  const connector = psaConnectorOf(deps, psa)
  const options = (psa.options as PsaOptions | null) ?? noOptions
  const { version, sections } = await listRules(deps, { integrationId })
  const catalogue = deps.sources.get(integration.connector)?.catalogue
  const places = catalogue === undefined ? [] : startersOf(catalogue)
  const rows = places.flatMap(({ section, key, level, delayMinutes }): RecommendedRule[] => {
    const row = sections[section].find((one) => one.key === key)
    if (row === undefined) return []
    const isStatus = section === 'warning' || section === 'critical'
    const kind = isStatus
      ? { delayMinutes, lifetimeHours: null }
      : { delayMinutes: null, lifetimeHours: defaultLifetimeHours }
    const { title, stored, enabled } = row
    return [{ section, key, title, level, stored, enabled, ...kind }]
  })
  const levels = [...new Set(rows.map(({ level }) => level))].map((level): RecommendedLevel => {
    const fields = starterValues(connector.ruleFields, options, level)
    return { level, fields, problems: connector.ruleProblems(options, integration.general, fields) }
  })
  return { integrationId, version, levels, rows }
}

type Starter = {
  readonly section: RuleSection
  readonly key: string
  readonly level: TroubleLevel
  readonly delayMinutes: number
}

/** What of a catalogue is recommended to begin with. */
function startersOf({ statuses, severities, eventTypes }: Catalogue): Starter[] {
  const ofStatuses = statuses.flatMap(({ key, starter }) =>
    (starter?.levels ?? []).map((level) => ({
      section: level,
      key,
      level,
      delayMinutes: starter?.delayMinutes ?? 0,
    })),
  )
  const ofSeverities = severities
    .filter(({ starter }) => starter === true)
    .map(({ severity }) => ({ section: 'severity' as const, key: severity, level: levelOf(severity), delayMinutes: 0 }))
  const ofTypes = eventTypes
    .filter(({ starter }) => starter === true)
    .map(({ key, usualSeverity }) => ({
      section: 'event-type' as const,
      key,
      level: levelOf(usualSeverity),
      delayMinutes: 0,
    }))
  const all: Starter[] = [...ofStatuses, ...ofSeverities, ...ofTypes]
  return all.sort((a, b) => levelRank(b.level) - levelRank(a.level))
}

/** As an event's ticket has it (core/decide.ts). */
function levelOf(severity: string): TroubleLevel {
  return severity === 'critical' ? 'critical' : 'warning'
}

/** The connector's defaults, and for each field the value whose label begins as wanted; else the only one there is. */
function starterValues(fields: readonly PsaField[], options: PsaOptions, level: TroubleLevel): FieldValues {
  const chosen = fields.flatMap(({ key, required, dependsOn, starter }): [string, string][] => {
    const live = (options.choices[key] ?? []).filter(({ active, parent }) => active && parent === undefined)
    const wanted = (starter?.[level] ?? [])
      .map((start) => live.find(({ label }) => label.trim().toLowerCase().startsWith(start.toLowerCase())))
      .find((option) => option !== undefined)
    const only = required && dependsOn === undefined && live.length === 1 ? live[0] : undefined
    const value = wanted ?? only
    return value === undefined ? [] : [[key, value.value]]
  })
  return { ...defaultValues(fields, options), ...Object.fromEntries(chosen) }
}
