import type { PsaConnector, PsaOptions } from '../connectors/psa.ts'
import type { RuleSection } from '../core/rule.ts'
import type { FieldValues } from '../core/ticket.ts'
import { lockRules, type RuleValues, ruleRowsOf, rulesSavedAfter, saveRuleRows } from '../db/rules.ts'
import type { Client, Sql } from '../db/sql.ts'
import { withTransaction } from '../db/transaction.ts'
import { changedOnly } from './audit-words.ts'
import type { Deps } from './deps.ts'
import { unknownFields, withoutEmpty } from './integration-settings.ts'
import { defaultLifetimeHours, listRules, loadRuleGround, type RuleGround, type RuleList } from './list-rules.ts'
import { noOptions } from './open-connection.ts'
import { type FieldIssue, invalidInput, notFound, RequestError } from './request-error.ts'
import { showOptions } from './show-options.ts'
import { writeAudit } from './write-audit.ts'

export type RuleInput = {
  readonly section: RuleSection
  readonly key: string
  readonly enabled: boolean
  readonly fields: FieldValues
  /** Status rows only. */
  readonly delayMinutes?: number | undefined
  /** Event rows only. */
  readonly lifetimeHours?: number | undefined
}

export type SaveRules = {
  readonly integrationId: number
  /** The version that was read; another one means that somebody saved meanwhile. */
  readonly version: number
  readonly rows: readonly RuleInput[]
  /** Rows that shall be as if never saved: off, or for an event type following its severity. */
  readonly remove?: readonly { readonly section: RuleSection; readonly key: string }[] | undefined
}

/**
 * Saves the given rows, all or none; rows that are not named stay. A row that is on must fit the desk's live lists. Opens no
 * ticket for what is wrong already, and touches none that is open. Throws `RequestError`.
 */
export async function saveRules(deps: Deps, input: SaveRules): Promise<RuleList> {
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
  { integrationId, rows, remove = [] }: SaveRules,
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
  input: SaveRules,
  { anyEventType }: { anyEventType: boolean } = { anyEventType: false },
): Promise<number> {
  const { integrationId, rows, remove = [] } = input
  const locked = await lockRules(sql, integrationId)
  if (locked === null) throw notFound('integration', integrationId)
  if (locked.version !== input.version) throw await changedMeanwhile(sql, input, locked)
  await refuseUnknown(sql, ground, anyEventType ? rows.filter(({ section }) => section !== 'event-type') : rows)
  const issues = [...doubles(rows, remove), ...rows.flatMap((row) => formIssues(ground.psa, row))]
  if (issues.length > 0) throw invalidInput(issues)
  const problems = deskProblems(ground.psa, ground.options, locked.general, rows)
  if (problems.length > 0) {
    const message = 'Nothing was saved: some rows that are on do not fit the desk. See the errors by row and field.'
    throw new RequestError('rule-problems', message, { errors: problems })
  }
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

async function changedMeanwhile(
  sql: Sql,
  input: SaveRules,
  locked: { version: number; removed: readonly { section: string; key: string; version: number }[] },
): Promise<RequestError> {
  const changed = await rulesSavedAfter(sql, input.integrationId, input.version)
  const removed = locked.removed
    .filter(({ version }) => version > input.version)
    .map(({ section, key }) => ({ section, key }))
  const names = [...changed, ...removed].map(({ section, key }) => `${section}/${key}`).join(', ')
  const message = `Somebody else saved the rules meanwhile (changed: ${names || 'nothing that is left'}). Nothing of yours was saved: read them again and repeat your change.`
  return new RequestError('changed-meanwhile', message, { version: locked.version, changed, removed })
}

async function refuseUnknown(sql: Sql, ground: RuleGround, rows: readonly RuleInput[]): Promise<void> {
  const issues: FieldIssue[] = []
  for (const { section, key } of rows) {
    if (ground.isKnown(section, key) || (await isStored(sql, ground, section, key))) continue
    const what = section === 'severity' ? 'severity' : section === 'event-type' ? 'event type' : 'status description'
    issues.push({ section, key, field: 'key', message: `This source knows no ${what} “${key}”.` })
  }
  if (issues.length > 0) throw invalidInput(issues)
}

/** What was saved once may be saved again; an event type may also have been seen long ago. */
async function isStored(sql: Sql, ground: RuleGround, section: RuleSection, key: string): Promise<boolean> {
  const { rows } = await sql.query<{ known: boolean }>(
    `select exists (select from rules r join integrations i on i.id = r.integration_id
       where i.source_id = $1 and r.section = $2 and r.key = $3)
     or $2 = 'event-type' and exists (select from events where source_id = $1 and type = $3) as known`,
    [ground.sourceId, section, key],
  )
  return rows[0]?.known === true
}

function doubles(rows: readonly RuleInput[], remove: readonly { section: string; key: string }[]): FieldIssue[] {
  const seen = new Set<string>()
  return [...rows, ...remove].flatMap(({ section, key }) => {
    const place = `${section}/${key}`
    if (!seen.has(place)) {
      seen.add(place)
      return []
    }
    return [{ section, key, field: 'key', message: 'This row is named twice: name it once.' }]
  })
}

function formIssues(psa: PsaConnector, row: RuleInput): FieldIssue[] {
  const { section, key } = row
  const isStatus = section === 'warning' || section === 'critical'
  const issues = unknownFields(psa.ruleFields, row.fields, 'fields').map((issue) => ({ section, key, ...issue }))
  if (isStatus && row.lifetimeHours !== undefined) {
    issues.push({
      section,
      key,
      field: 'lifetimeHours',
      message: 'Only rules for events have a lifetime: leave it out.',
    })
  }
  if (!isStatus && row.delayMinutes !== undefined) {
    const message = 'Only rules for computer statuses have a delay: leave it out.'
    issues.push({ section, key, field: 'delayMinutes', message })
  }
  return issues
}

/** What the desk's lists say against rows that are on; what is wrong with the general settings is said once. */
function deskProblems(
  psa: PsaConnector,
  options: PsaOptions | null,
  general: FieldValues,
  rows: readonly RuleInput[],
): FieldIssue[] {
  const shared = new Set(psa.generalFields.map(({ key }) => key))
  const found = new Map<string, FieldIssue>()
  for (const row of rows) {
    if (!row.enabled) continue
    for (const { field, message } of psa.ruleProblems(options ?? noOptions, general, withoutEmpty(row.fields))) {
      const { section, key } = row
      const issue = shared.has(field)
        ? { field: `general.${field}`, message }
        : { section, key, field: `fields.${field}`, message }
      found.set(`${issue.section ?? ''}/${issue.key ?? ''}/${issue.field}/${message}`, issue)
    }
  }
  return [...found.values()]
}
