import type { Rule, RuleSection, Rules } from '../core/rule.ts'
import type { FieldValues } from '../core/ticket.ts'
import type { Sql } from './sql.ts'

/** What decides about the tickets of one tenant: its mapping, and the integration with its rules. */
export type TenantGround = {
  readonly tenantId: number
  readonly tenantKey: string
  readonly tenantName: string
  readonly baselineAt: Date | null
  readonly mapping: { readonly accountId: string; readonly integration: GroundIntegration } | null
}

export type GroundIntegration = {
  readonly id: number
  readonly psaId: number
  readonly general: FieldValues
  readonly titleTemplate: string
  readonly descriptionTemplate: string
  readonly repeats: 'note' | 'ticket'
  readonly pausedUntil: Date | null
  readonly rules: Rules
}

type Row = {
  tenant_id: number
  tenant_key: string
  tenant_name: string
  baseline_at: Date | null
  account_id: string | null
  id: number | null
  psa_id: number
  general: FieldValues
  title_template: string
  description_template: string
  repeats: 'note' | 'ticket'
  paused_until: Date | null
}

/** Reads the ground of the named tenants, by tenant id. */
export async function loadGround(sql: Sql, tenantIds: readonly number[]): Promise<Map<number, TenantGround>> {
  // Held until the judgement is stored, so that a ticket that is decided now is seen by who moves the mapping next.
  await sql.query('select from mappings where tenant_id = any($1) order by tenant_id for key share', [tenantIds])
  const { rows } = await sql.query<Row>(
    `select t.id as tenant_id, t.key as tenant_key, t.name as tenant_name, t.baseline_at, m.account_id,
       i.id, i.psa_id, i.general, i.title_template, i.description_template, i.repeats, i.paused_until
     from tenants t left join mappings m on m.tenant_id = t.id left join integrations i on i.id = m.integration_id
     where t.id = any($1)`,
    [tenantIds],
  )
  const integrations = await loadIntegrations(sql, rows)
  return new Map(
    rows.map((row) => {
      const integration = row.id === null ? undefined : integrations.get(row.id)
      const mapping =
        row.account_id === null || integration === undefined ? null : { accountId: row.account_id, integration }
      const { tenant_id: tenantId, tenant_key: tenantKey, tenant_name: tenantName, baseline_at: baselineAt } = row
      return [tenantId, { tenantId, tenantKey, tenantName, baselineAt, mapping }]
    }),
  )
}

async function loadIntegrations(sql: Sql, rows: readonly Row[]): Promise<Map<number, GroundIntegration>> {
  const byId = new Map(rows.flatMap((row) => (row.id === null ? [] : [[row.id, row] as const])))
  const rules = await loadRules(sql, [...byId.keys()])
  return new Map(
    [...byId].map(([id, row]) => [
      id,
      {
        id,
        psaId: row.psa_id,
        general: row.general,
        titleTemplate: row.title_template,
        descriptionTemplate: row.description_template,
        repeats: row.repeats,
        pausedUntil: row.paused_until,
        rules: rules.get(id) ?? emptyRules(),
      },
    ]),
  )
}

type MutableRules = Record<RuleSection, Map<string, Rule>>

function emptyRules(): MutableRules {
  return { warning: new Map(), critical: new Map(), severity: new Map(), 'event-type': new Map() }
}

/** All rule rows of the integrations, by integration id. */
async function loadRules(sql: Sql, integrationIds: readonly number[]): Promise<Map<number, Rules>> {
  const { rows } = await sql.query<{
    integration_id: number
    section: RuleSection
    key: string
    enabled: boolean
    fields: FieldValues
    delay_minutes: number
    lifetime_hours: number
  }>(
    `select integration_id, section, key, enabled, fields, delay_minutes, lifetime_hours
     from rules where integration_id = any($1)`,
    [integrationIds],
  )
  const found = new Map<number, MutableRules>()
  for (const row of rows) {
    const rules = found.get(row.integration_id) ?? emptyRules()
    found.set(row.integration_id, rules)
    const { enabled, fields, delay_minutes: delayMinutes, lifetime_hours: lifetimeHours } = row
    rules[row.section].set(row.key, { enabled, fields, delayMinutes, lifetimeHours })
  }
  return found
}
