import type { AutotaskReady } from '../emulators/autotask/main.ts'
import type { KscReady } from '../emulators/ksc/main.ts'
import type { Option } from '../src/connectors/psa.ts'
import { createIntegration } from '../src/usecases/create-integration.ts'
import { createPsa } from '../src/usecases/create-psa.ts'
import { createSource } from '../src/usecases/create-source.ts'
import type { Deps } from '../src/usecases/deps.ts'
import { listAccounts } from '../src/usecases/list-accounts.ts'
import { listRules } from '../src/usecases/list-rules.ts'
import { listTenants } from '../src/usecases/list-tenants.ts'
import { mapTenant } from '../src/usecases/map-tenant.ts'
import { type RuleInput, saveRules } from '../src/usecases/save-rules.ts'
import { type DeskOptions, showOptions } from '../src/usecases/show-options.ts'
import { ruleOf, type StageRule } from './rules.ts'

/** What a person would do in the console on the first day, through the same use cases. */

export type Connections = {
  readonly ksc: KscReady & { readonly port: number }
  readonly autotask: AutotaskReady
  readonly computersEverySeconds: number
  readonly eventsEverySeconds: number
  readonly changesEverySeconds: number
  readonly namesAllReasons: boolean
}

/** Connects both sides. The first reading of the source is then due. */
export async function connectBoth(deps: Deps, given: Connections): Promise<{ sourceId: number; psaId: number }> {
  const { ksc, autotask, computersEverySeconds, eventsEverySeconds, changesEverySeconds, namesAllReasons } = given
  const source = await createSource(deps, {
    connector: 'ksc',
    name: 'Kaspersky Security Center',
    settings: {
      address: '127.0.0.1',
      port: ksc.port,
      user: ksc.user,
      password: ksc.password,
      fingerprint: ksc.fingerprint256,
      timeoutSeconds: 10,
      computersEverySeconds,
      eventsEverySeconds,
      namesAllReasons,
    },
  })
  const psa = await createPsa(deps, {
    connector: 'autotask',
    name: 'Autotask',
    settings: {
      user: autotask.user,
      secret: autotask.secret,
      integrationCode: autotask.integrationCode,
      baseUrl: autotask.url,
      timeoutSeconds: 10,
      changesEverySeconds,
    },
  })
  return { sourceId: source.connection.id, psaId: psa.connection.id }
}

/** Pairs source and desk with the texts and values that the connectors propose. */
export async function pairBoth(
  deps: Deps,
  pair: { sourceId: number; psaId: number },
  more: { repeats: 'note' | 'ticket'; repeatNoteMinutes: number },
): Promise<number> {
  const { id } = await createIntegration(deps, { name: 'Endpoint security', ...pair, ...more })
  return id
}

/** Maps every tenant to the company that `companyOf` names; null leaves it unmapped. */
export async function mapTenants(
  deps: Deps,
  ids: { integrationId: number; psaId: number },
  companyOf: (tenant: string) => string | null,
): Promise<void> {
  const accounts = new Map((await listAccounts(deps, { psaId: ids.psaId })).map(({ name, id }) => [name, id]))
  const { items } = await listTenants(deps, { limit: 100_000 })
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
      const fields = { ...row.fields, ...labelsToValues(desk, rule.fields ?? {}) }
      return [{ section, key: row.key, enabled, fields, ...kind }]
    })
  })
  const lost = rules.find(
    ({ section, what }) => what !== 'all' && !sections[section].some(({ title }) => title === what),
  )
  if (lost !== undefined) throw new Error(`The source has no row “${lost.what}” in the section ${lost.section}.`)
  if (rows.length > 0) await saveRules(deps, { integrationId: ids.integrationId, version, rows })
}

function labelsToValues(desk: DeskOptions, labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([key, label]) => {
      const list: readonly Option[] | undefined = desk.choices[key]
      if (list === undefined) return [key, label]
      const found = list.find((option) => option.active && option.label === label)
      if (found === undefined) throw new Error(`The desk has no ${key} “${label}”.`)
      return [key, found.value]
    }),
  )
}
