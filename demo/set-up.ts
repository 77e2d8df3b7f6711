import type { Option, PsaField } from '../src/connectors/psa.ts'
import { createIntegration } from '../src/usecases/create-integration.ts'
import { createPsa } from '../src/usecases/create-psa.ts'
import { createSource } from '../src/usecases/create-source.ts'
import type { Deps } from '../src/usecases/deps.ts'
import { listAccounts } from '../src/usecases/list-accounts.ts'
import { listRules } from '../src/usecases/list-rules.ts'
import { listTenants } from '../src/usecases/list-tenants.ts'
import { mapTenant } from '../src/usecases/map-tenant.ts'
import type { RuleInput } from '../src/usecases/rule-judging.ts'
import { saveRules } from '../src/usecases/save-rules.ts'
import { type DeskOptions, showOptions } from '../src/usecases/show-options.ts'
import type { Labels } from './desks/desk-kind.ts'
import { ruleOf, type StageRule } from './rules.ts'
import type { Cast, Intervals, WorldIntegration } from './world-parts.ts'

/** What a person would do in the console on the first day, through the same use cases. */

/** Numbers in Tocsin; of sources and desks by their ids, of integrations by their names. */
export type Ids = {
  readonly sources: ReadonlyMap<string, number>
  readonly psas: ReadonlyMap<string, number>
  readonly integrations: ReadonlyMap<string, number>
}

/** Connects all sides. The first reading of each source is then due. */
export async function connectAll(
  deps: Deps,
  { sources, desks }: Cast,
  every: Intervals,
): Promise<Omit<Ids, 'integrations'>> {
  const ids = { sources: new Map<string, number>(), psas: new Map<string, number>() }
  for (const { id, connector, name, settings, intervals } of sources) {
    const made = await createSource(deps, { connector, name, settings: { ...settings, ...intervals(every) } })
    ids.sources.set(id, made.connection.id)
  }
  for (const { id, name, settings, intervals } of desks) {
    const made = await createPsa(deps, { connector: id, name, settings: { ...settings, ...intervals(every) } })
    ids.psas.set(id, made.connection.id)
  }
  return ids
}

/** Lets the sources that are never asked send to us. `serve` starts the API and gives its address; without such a source it is not called. */
export async function joinSources(
  deps: Deps,
  { sources }: Pick<Cast, 'sources'>,
  connected: Omit<Ids, 'integrations'>,
  serve: () => Promise<string>,
): Promise<void> {
  for (const { id, join } of sources) {
    if (join !== undefined) await join({ deps, sourceId: idOf(connected.sources, id), address: await serve() })
  }
}

/** Pairs, maps, and saves the rules; whoever was listed by then held what is wrong before. */
export async function pairAll(deps: Deps, cast: Cast, connected: Omit<Ids, 'integrations'>): Promise<Ids> {
  const integrations = new Map<string, number>()
  for (const plan of cast.integrations) {
    const sourceId = idOf(connected.sources, plan.source)
    const psaId = idOf(connected.psas, plan.desk)
    const desk = cast.desks.find(({ id }) => id === plan.desk)
    const integrationId = await pairBoth(deps, { sourceId, psaId }, desk?.kind.general ?? {}, plan)
    integrations.set(plan.name, integrationId)
    await mapTenants(deps, { sourceId, psaId, integrationId }, plan.companyOf)
    await saveStageRules(deps, { integrationId, psaId }, plan.rules)
  }
  return { ...connected, integrations }
}

/** The number behind a name. Throws when there is none. */
export function idOf(ids: ReadonlyMap<string, number>, name: string): number {
  const id = ids.get(name)
  if (id === undefined) throw new Error(`There is no “${name}”; there are ${[...ids.keys()].join(', ')}.`)
  return id
}

/** Pairs source and desk with the texts and values that the connectors propose, and what they leave to people. */
async function pairBoth(
  deps: Deps,
  pair: { sourceId: number; psaId: number },
  labels: Labels,
  { name, repeats, repeatNoteMinutes }: WorldIntegration,
): Promise<number> {
  const desk = await showOptions(deps, { psaId: pair.psaId })
  const general = labelsToValues(desk.generalFields, desk, labels)
  const { id } = await createIntegration(deps, { name, ...pair, general, repeats, repeatNoteMinutes })
  return id
}

async function mapTenants(
  deps: Deps,
  ids: { sourceId: number; psaId: number; integrationId: number },
  companyOf: WorldIntegration['companyOf'],
): Promise<void> {
  const accounts = new Map((await listAccounts(deps, { psaId: ids.psaId })).map(({ name, id }) => [name, id]))
  const { items } = await listTenants(deps, { sourceId: ids.sourceId, limit: 100_000 })
  for (const { id, name } of items) {
    const company = companyOf(name)
    if (company === null) continue
    const accountId = accounts.get(company)
    if (accountId === undefined) throw new Error(`The desk has no company “${company}” for “${name}”.`)
    await mapTenant(deps, { tenantId: id, integrationId: ids.integrationId, accountId })
  }
}

/** Saves all rows that the rules speak of. */
export async function saveStageRules(
  deps: Deps,
  ids: { integrationId: number; psaId: number },
  rules: readonly StageRule[],
): Promise<void> {
  const desk = await showOptions(deps, { psaId: ids.psaId })
  const { version, sections } = await listRules(deps, { integrationId: ids.integrationId })
  const rows = Object.entries(sections).flatMap(([name, listed]) => {
    const section = name as StageRule['section']
    return listed.flatMap((row): RuleInput[] => {
      const rule = ruleOf(rules, section, row.title)
      if (rule === undefined) return []
      const { enabled = true, delayMinutes = 0, lifetimeHours = 24 } = rule
      const kind = section === 'warning' || section === 'critical' ? { delayMinutes } : { lifetimeHours }
      const fields = { ...row.fields, ...labelsToValues(desk.ruleFields, desk, rule.fields ?? {}) }
      return [{ section, key: row.key, enabled, fields, ...kind }]
    })
  })
  const lost = rules.find(
    ({ section, what }) => what !== 'all' && !sections[section].some(({ title }) => title === what),
  )
  if (lost !== undefined) throw new Error(`The source has no row “${lost.what}” in the section ${lost.section}.`)
  if (rows.length > 0) await saveRules(deps, { integrationId: ids.integrationId, version, rows })
}

/** A list may depend on a field before it: the types of a board. */
function labelsToValues(fields: readonly PsaField[], desk: DeskOptions, labels: Labels): Record<string, string> {
  const unknown = Object.keys(labels).find((key) => !fields.some((field) => field.key === key))
  if (unknown !== undefined) throw new Error(`The desk has no field ${unknown}.`)
  const values: Record<string, string> = {}
  for (const { key, dependsOn } of fields) {
    const label = labels[key]
    if (label === undefined) continue
    const list: readonly Option[] | undefined = desk.choices[key]
    const parent = dependsOn === undefined ? undefined : values[dependsOn]
    const found = list?.find(
      (one) => one.active && one.label === label && (one.parent === undefined || one.parent === parent),
    )
    if (list !== undefined && found === undefined) throw new Error(`The desk has no ${key} “${label}”.`)
    values[key] = found?.value ?? label
  }
  return values
}
