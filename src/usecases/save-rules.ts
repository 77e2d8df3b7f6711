import { lockRules, type RuleValues, ruleRowsOf, saveRuleRows } from '../db/rules.ts'
import type { Client, Sql } from '../db/sql.ts'
import { withTransaction } from '../db/transaction.ts'
import { changedOnly } from './audit-words.ts'
import type { Deps } from './deps.ts'
import { withoutEmpty } from './integration-settings.ts'
import { defaultLifetimeHours, listRules, loadRuleGround, type RuleGround, type RuleList } from './list-rules.ts'
import { notFound } from './request-error.ts'
import { judgeRules, type RuleInput, type RulesChange } from './rule-judging.ts'
import { showOptions } from './show-options.ts'
import { writeAudit } from './write-audit.ts'

/**
 * Saves the given rows, all or none; rows that are not named stay. A row that is on must fit the desk's live lists. Opens no
 * ticket for what is wrong already, and touches none that is open. Throws `RequestError`.
 */
export async function saveRules(deps: Deps, input: RulesChange): Promise<RuleList> {
  const { integrationId, rows } = input
  const first = await loadRuleGround(deps, deps.pool, integrationId)
  if (first.options === null && rows.some(({ enabled }) => enabled)) await showOptions(deps, { psaId: first.psaId })
  const version = await withTransaction(deps.pool, async (client) => {
    const ground = await loadRuleGround(deps, client, integrationId)
    const before = await ruleRowsOf(client, integrationId)
    const saved = await writeRules(deps, client, ground, input)
    await tellRules(deps, client, input, before)
    return saved
  })
  const on = rows.filter(({ enabled }) => enabled).length
  deps.log.info({ integrationId, version, rows: rows.length, on, removed: input.remove?.length ?? 0 }, 'rules saved')
  return listRules(deps, { integrationId })
}

/** The rows that are other than before, by section and key; an absent one has no row of its own. */
async function tellRules(
  deps: Deps,
  client: Client,
  { integrationId, rows, remove = [] }: RulesChange,
  before: ReadonlyMap<string, RuleValues>,
): Promise<void> {
  const after = await ruleRowsOf(client, integrationId)
  const places = [...rows, ...remove].map(({ section, key }) => `${section}/${key}`)
  const named = (all: ReadonlyMap<string, RuleValues>) =>
    Object.fromEntries(places.map((place) => [place, ruleToAudit(all.get(place))]))
  const { rows: found } = await client.query<{ name: string }>('select name from integrations where id = $1', [
    integrationId,
  ])
  const subject = { kind: 'integration', id: integrationId, name: found[0]?.name ?? '' }
  await writeAudit(deps, client, { action: 'save-rules', subject, ...changedOnly(named(before), named(after)) })
}

function ruleToAudit(rule: RuleValues | undefined): Readonly<Record<string, unknown>> | null {
  if (rule === undefined) return null
  const { section, enabled, fields, delayMinutes, lifetimeHours } = rule
  const isStatus = section === 'warning' || section === 'critical'
  return { enabled, fields, ...(isStatus ? { delayMinutes } : { lifetimeHours }) }
}

/**
 * The same within a transaction that is under way. Returns the new version. `anyEventType`: types that this installation has not
 * seen yet may come from another one.
 */
export async function writeRules(
  deps: Deps,
  sql: Sql,
  ground: RuleGround,
  input: RulesChange,
  { anyEventType }: { anyEventType: boolean } = { anyEventType: false },
): Promise<number> {
  const { integrationId, rows, remove = [] } = input
  const locked = await lockRules(sql, integrationId)
  if (locked === null) throw notFound('integration', integrationId)
  await judgeRules(sql, ground, locked, input, { anyEventType })
  const version = locked.version + 1
  const isNamed = (place: { section: string; key: string }) =>
    [...rows, ...remove].some(({ section, key }) => section === place.section && key === place.key)
  const removed = [
    ...locked.removed.filter((place) => !isNamed(place)),
    ...remove.map(({ section, key }) => ({ section, key, version })),
  ]
  await saveRuleRows(sql, integrationId, version, rows.map(toValues), removed, deps.clock.now())
  return version
}

function toValues(row: RuleInput): RuleValues {
  const { section, key, enabled, delayMinutes = 0, lifetimeHours = defaultLifetimeHours } = row
  return { section, key, enabled, fields: withoutEmpty(row.fields), delayMinutes, lifetimeHours }
}
