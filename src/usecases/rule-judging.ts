import type { PsaConnector, PsaOptions } from '../connectors/psa.ts'
import type { RuleSection } from '../core/rule.ts'
import type { FieldValues } from '../core/ticket.ts'
import { type RuleStand, ruleSavers, rulesSavedAfter } from '../db/rules.ts'
import type { Sql } from '../db/sql.ts'
import { unknownFields, withoutEmpty } from './integration-settings.ts'
import type { RuleGround } from './list-rules.ts'
import { noOptions } from './open-connection.ts'
import { type FieldIssue, invalidInput, RequestError } from './request-error.ts'

/** How a change of rules is judged, before it is saved and before it is only looked at. */

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

export type RulesChange = {
  readonly integrationId: number
  /** The version that was read; another one means that somebody saved meanwhile. */
  readonly version: number
  readonly rows: readonly RuleInput[]
  /** Rows that shall be as if never saved: off, or for an event type following its severity. */
  readonly remove?: readonly { readonly section: RuleSection; readonly key: string }[] | undefined
}

/**
 * Throws `RequestError` when these rows cannot be saved as rules stand now: somebody saved meanwhile (`changed-meanwhile`), a row
 * is wrong in itself (`invalid-input`), or one that is on does not fit the desk (`rule-problems`).
 */
export async function judgeRules(
  sql: Sql,
  ground: RuleGround,
  stand: RuleStand,
  input: RulesChange,
  { anyEventType }: { anyEventType: boolean } = { anyEventType: false },
): Promise<void> {
  const { rows, remove = [] } = input
  if (stand.version !== input.version) throw await changedMeanwhile(sql, input, stand)
  await refuseUnknown(sql, ground, anyEventType ? rows.filter(({ section }) => section !== 'event-type') : rows)
  const issues = [...doubles(rows, remove), ...rows.flatMap((row) => formIssues(ground.psa, row))]
  if (issues.length > 0) throw invalidInput(issues)
  const problems = deskProblems(ground.psa, ground.options, stand.general, rows)
  if (problems.length > 0) {
    const message = 'Nothing was saved: some rows that are on do not fit the desk. See the errors by row and field.'
    throw new RequestError('rule-problems', message, { errors: problems })
  }
}

async function changedMeanwhile(sql: Sql, input: RulesChange, stand: RuleStand): Promise<RequestError> {
  const changed = await rulesSavedAfter(sql, input.integrationId, input.version)
  const removed = stand.removed
    .filter(({ version }) => version > input.version)
    .map(({ section, key }) => ({ section, key }))
  const changedBy = await ruleSavers(sql, input.integrationId, input.version)
  const names = [...changed, ...removed].map(({ section, key }) => `${section}/${key}`).join(', ')
  const who = changedBy.length === 0 ? 'Somebody else' : changedBy.join(' and ')
  const message = `${who} saved the rules meanwhile (changed: ${names || 'nothing that is left'}). Nothing of yours was saved: read them again and repeat your change.`
  return new RequestError('changed-meanwhile', message, { version: stand.version, changed, removed, changedBy })
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
