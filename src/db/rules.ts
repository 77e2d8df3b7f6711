import type { RuleSection } from '../core/rule.ts'
import type { FieldValues } from '../core/ticket.ts'
import type { Sql } from './sql.ts'

export type RuleRow = {
  integrationId: number
  section: RuleSection
  key: string
  enabled: boolean
  fields: FieldValues
  delayMinutes: number
  lifetimeHours: number
  problems: readonly { field: string; message: string }[]
}

/** Enabled rules of all integrations that use a desk, with the general settings each stands under. */
export async function enabledRulesOfDesk(sql: Sql, psaId: number): Promise<(RuleRow & { general: FieldValues })[]> {
  const { rows } = await sql.query<RuleRow & { general: FieldValues }>(
    `select r.integration_id as "integrationId", r.section, r.key, r.enabled, r.fields, r.delay_minutes as "delayMinutes",
       r.lifetime_hours as "lifetimeHours", r.problems, i.general
     from rules r join integrations i on i.id = r.integration_id where i.psa_id = $1 and r.enabled`,
    [psaId],
  )
  return rows
}

export async function saveRuleProblems(sql: Sql, rule: RuleRow, problems: RuleRow['problems']): Promise<void> {
  await sql.query('update rules set problems = $4 where integration_id = $1 and section = $2 and key = $3', [
    rule.integrationId,
    rule.section,
    rule.key,
    JSON.stringify(problems),
  ])
}
