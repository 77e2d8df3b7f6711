import type { Catalogue } from '../connectors/source.ts'
import type { TroubleLevel } from '../core/observation.ts'
import { cutText, defaultDescriptionTemplate, defaultTitleTemplate, fillTemplate } from '../core/texts.ts'
import { loadPsa } from '../db/psas.ts'
import type { Deps } from './deps.ts'
import { templateIssues } from './integration-settings.ts'
import { readSettings } from './open-connection.ts'
import { invalidInput, notFound } from './request-error.ts'
import { templateFieldsOf } from './write-decisions.ts'

export type PreviewTicketText = {
  readonly integrationId: number
  /** Absent: the stored ones. */
  readonly titleTemplate?: string | undefined
  readonly descriptionTemplate?: string | undefined
  /** A status description or an event type of the source; absent: the first of its catalogue. */
  readonly statusKey?: string | undefined
  readonly eventType?: string | undefined
  readonly level?: TroubleLevel | undefined
}

export type TicketTextPreview = {
  /** As the desk would get it, cut to its limit. */
  readonly title: string
  readonly titleIsCut: boolean
  readonly longestTitle: number
  readonly description: string
}

/** What a ticket would read like, with an invented computer and client. Throws `RequestError`. */
export async function previewTicketText(deps: Deps, input: PreviewTicketText): Promise<TicketTextPreview> {
  const row = await deps.db
    .selectFrom('integrations as i')
    .innerJoin('sources as s', 's.id', 'i.source_id')
    .select(['i.title_template', 'i.description_template', 'i.psa_id', 's.name', 's.connector'])
    .where('i.id', '=', input.integrationId)
    .executeTakeFirst()
  if (row === undefined) throw notFound('integration', input.integrationId)
  const titleTemplate = input.titleTemplate ?? row.title_template ?? defaultTitleTemplate
  const descriptionTemplate = input.descriptionTemplate ?? row.description_template ?? defaultDescriptionTemplate
  const issues = [
    ...templateIssues('titleTemplate', titleTemplate),
    ...templateIssues('descriptionTemplate', descriptionTemplate),
  ]
  if (issues.length > 0) throw invalidInput(issues)
  const source = deps.sources.get(row.connector)
  const about = aboutOf(source, input)
  const fields = templateFieldsOf(
    {
      ...about,
      detail: 'The text that the security product itself wrote stands here.',
      computerName: 'PC-EXAMPLE-01',
      since: deps.clock.now(),
      sourceName: row.name,
      link: 'https://console.example/computer/1',
      tenant: { tenantName: 'Example & Sons' },
    },
    input.level ?? 'critical',
  )
  const title = fillTemplate(titleTemplate, fields).replaceAll('\n', ' ')
  const longestTitle = await longestTitleOf(deps, row.psa_id)
  return {
    title: cutText(title, longestTitle),
    titleIsCut: title.length > longestTitle,
    longestTitle,
    description: fillTemplate(descriptionTemplate, fields),
  }
}

type About = {
  readonly kind: 'condition' | 'event'
  readonly what: string
  readonly advice: string
  readonly levelTitle: string | null
}

function aboutOf(
  source: { catalogue: Catalogue; describeStatus(key: string): { title: string; advice: string } } | undefined,
  input: PreviewTicketText,
): About {
  if (input.eventType !== undefined) {
    const type = source?.catalogue.eventTypes.find(({ key }) => key === input.eventType)
    const severity = source?.catalogue.severities.find((one) => one.severity === type?.usualSeverity)
    const levelTitle = severity?.title ?? 'Critical'
    return { kind: 'event', what: type?.title ?? input.eventType, advice: type?.advice ?? '', levelTitle }
  }
  const key = input.statusKey ?? source?.catalogue.statuses[0]?.key ?? ''
  const { title, advice } = source?.describeStatus(key) ?? { title: key, advice: '' }
  return { kind: 'condition', what: title, advice, levelTitle: null }
}

async function longestTitleOf(deps: Deps, psaId: number): Promise<number> {
  const psa = await loadPsa(deps.pool, psaId)
  const connector = psa === null ? undefined : deps.psas.get(psa.connector)
  if (psa === null || connector === undefined) throw notFound('PSA', psaId)
  return connector.facts(readSettings(deps, 'psas', psa, connector.settings)).maxTitle
}
