import type { FieldProblem, PsaConnector, PsaOptions } from '../connectors/psa.ts'
import type { EventTraits, SourceConnector } from '../connectors/source.ts'
import type { RuleSection } from '../core/rule.ts'
import type { FieldValues } from '../core/ticket.ts'
import { loadPsa } from '../db/psas.ts'
import { seenKeys } from '../db/rules.ts'
import type { Sql } from '../db/sql.ts'
import type { Deps } from './deps.ts'
import { traitsOf } from './event-traits.ts'
import { defaultValues } from './integration-settings.ts'
import { notFound } from './request-error.ts'
import { psaConnectorOf } from './with-desk.ts'

/** Event rows without a row of their own time live for a day (kaspersky-msp-product.md 2.3). */
export const defaultLifetimeHours = 24

/** A condition that holds gets its ticket at once. */
const defaultDelayMinutes = 0

export type RuleRowView = {
  readonly key: string
  readonly title: string
  readonly advice: string
  /** Key of the catalogue's product whose rules it is among; null: the source has one product. */
  readonly product: string | null
  /** False: nobody saved it yet. Such a row is off; an event type without a row follows its severity. */
  readonly stored: boolean
  readonly enabled: boolean
  readonly fields: FieldValues
  /** Status rows only: a condition that ends within this time gets no ticket. */
  readonly delayMinutes: number | null
  /** Event rows only: older events get no ticket. */
  readonly lifetimeHours: number | null
  /** What no longer fits the desk, as judged with its last read lists. */
  readonly problems: readonly FieldProblem[]
  readonly updatedAt: Date | null
}

export type RuleList = {
  readonly integrationId: number
  /** To be named when saving. */
  readonly version: number
  /** What the general settings and a row have when nobody chose: the connector's own, looked up in the live lists. */
  readonly defaults: {
    readonly general: FieldValues
    readonly fields: FieldValues
    readonly delayMinutes: number
    readonly lifetimeHours: number
  }
  readonly sections: Readonly<Record<RuleSection, readonly RuleRowView[]>>
}

/** Every row that can be set: those of the source's catalogue, those it reported, and those that are stored. */
export async function listRules(deps: Deps, input: { integrationId: number }): Promise<RuleList> {
  const ground = await loadRuleGround(deps, deps.pool, input.integrationId)
  const stored = await deps.db
    .selectFrom('rules')
    .selectAll()
    .where('integration_id', '=', input.integrationId)
    .orderBy('key')
    .execute()
  const fresh = defaultValues(ground.psa.ruleFields, ground.options)
  const rowsOf = (section: RuleSection): RuleRowView[] => {
    const mine = new Map(stored.filter((row) => row.section === section).map((row) => [row.key, row]))
    const places = ground.places[section]
    const others = [...mine.keys()]
      .filter((key) => !places.has(key))
      .map((key) => ({ key, ...ground.words(section, key) }))
    const isStatus = section === 'warning' || section === 'critical'
    return [...[...places].map(([key, words]) => ({ key, ...words })), ...others].map(({ key, title, advice }) => {
      const row = mine.get(key)
      return {
        key,
        title,
        advice,
        product: ground.productOf(section, key),
        stored: row !== undefined,
        enabled: row?.enabled ?? false,
        fields: row?.fields ?? fresh,
        delayMinutes: isStatus ? (row?.delay_minutes ?? defaultDelayMinutes) : null,
        lifetimeHours: isStatus ? null : (row?.lifetime_hours ?? defaultLifetimeHours),
        problems: row?.problems ?? [],
        updatedAt: row?.updated_at ?? null,
      }
    })
  }
  return {
    integrationId: input.integrationId,
    version: ground.version,
    defaults: {
      general: defaultValues(ground.psa.generalFields, ground.options),
      fields: fresh,
      delayMinutes: defaultDelayMinutes,
      lifetimeHours: defaultLifetimeHours,
    },
    sections: {
      warning: rowsOf('warning'),
      critical: rowsOf('critical'),
      severity: rowsOf('severity'),
      'event-type': rowsOf('event-type'),
    },
  }
}

type Words = { readonly title: string; readonly advice: string }

/** What rules of one integration are made from and judged by. */
export type RuleGround = {
  readonly version: number
  readonly sourceId: number
  readonly psaId: number
  readonly psa: PsaConnector
  /** Null: the desk's lists were never read. */
  readonly options: PsaOptions | null
  /** Rows that may be set, by section and key, in the order in which they are shown. */
  readonly places: Readonly<Record<RuleSection, ReadonlyMap<string, Words>>>
  words(section: RuleSection, key: string): Words
  /** Key of the product whose rules a row is among; null where there is only one. */
  productOf(section: RuleSection, key: string): string | null
  traits(eventType: string): EventTraits
  /** Whether a row may be set: it is shown, or a status description that the connector has words for. */
  isKnown(section: RuleSection, key: string): boolean
}

/** Throws `RequestError` when the integration is gone. */
export async function loadRuleGround(deps: Deps, sql: Sql, integrationId: number): Promise<RuleGround> {
  const { rows } = await sql.query<{ version: number; sourceId: number; psaId: number; connector: string }>(
    `select i.version, i.source_id as "sourceId", i.psa_id as "psaId", s.connector
     from integrations i join sources s on s.id = i.source_id where i.id = $1`,
    [integrationId],
  )
  const row = rows[0]
  if (row === undefined) throw notFound('integration', integrationId)
  const psa = await loadPsa(sql, row.psaId)
  if (psa === null) throw notFound('PSA', row.psaId)
  const source = deps.sources.get(row.connector)
  const seen = await seenKeys(sql, row.sourceId)
  const words = (section: RuleSection, key: string): Words => wordsOf(source, section, key)
  const { version, sourceId, psaId } = row
  const places = placesOf(source, seen)
  return {
    version,
    sourceId,
    psaId,
    psa: psaConnectorOf(deps, psa),
    options: psa.options as PsaOptions | null,
    places,
    words,
    productOf: (section, key) => productOf(source, section, key),
    traits: traitsOf(source),
    isKnown(section, key) {
      if (places[section].has(key)) return true
      return (section === 'warning' || section === 'critical') && words(section, key).title !== key
    },
  }
}

function placesOf(
  source: SourceConnector | undefined,
  seen: Awaited<ReturnType<typeof seenKeys>>,
): RuleGround['places'] {
  const catalogue = source?.catalogue ?? { statuses: [], severities: [], eventTypes: [] }
  const statuses = (level: 'warning' | 'critical'): Map<string, Words> => {
    const listed = catalogue.statuses
      .filter(({ levels }) => levels.includes(level))
      .map(({ key, title, advice }): [string, Words] => [key, { title, advice }])
    const known = new Set(catalogue.statuses.map(({ key }) => key))
    const reported = seen.statuses
      .filter((key) => !known.has(key))
      .map((key): [string, Words] => [key, wordsOf(source, level, key)])
    return new Map([...listed, ...reported])
  }
  const types = catalogue.eventTypes.map(({ key, title, advice }): [string, Words] => [key, { title, advice }])
  const reported = seen.eventTypes.map(({ key, title }): [string, Words] => [
    key,
    { title: title === '' ? key : title, advice: '' },
  ])
  return {
    warning: statuses('warning'),
    critical: statuses('critical'),
    severity: new Map(catalogue.severities.map(({ severity, title }) => [severity, { title, advice: '' }])),
    'event-type': new Map([...reported, ...types].sort(([, a], [, b]) => a.title.localeCompare(b.title, 'en'))),
  }
}

function productOf(source: SourceConnector | undefined, section: RuleSection, key: string): string | null {
  const products = source?.catalogue.products
  if (source === undefined || products === undefined) return null
  switch (section) {
    case 'severity':
      return products.find(({ hasSeverities }) => hasSeverities)?.key ?? null
    case 'event-type':
      return traitsOf(source)(key).product
    default:
      return source.describeStatus(key).product ?? null
  }
}

function wordsOf(source: SourceConnector | undefined, section: RuleSection, key: string): Words {
  if (section === 'severity' || section === 'event-type') return { title: key, advice: '' }
  const described = source?.describeStatus(key)
  return { title: described?.title ?? key, advice: described?.advice ?? '' }
}
