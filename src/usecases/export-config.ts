import type { RuleSection } from '../core/rule.ts'
import type { FieldValues } from '../core/ticket.ts'
import type { ConnectionTable } from '../db/connections.ts'
import { loadRetentionAges, type RetentionAges } from '../db/retention-settings.ts'
import { listChannels } from '../db/source-channels.ts'
import type { Sql } from '../db/sql.ts'
import type { StoredChannels } from './channel-settings.ts'
import { channelsToFile } from './channels-file.ts'
import type { ConfigFile, ConnectionEntry, IntegrationEntry, SourceEntry } from './config-file.ts'
import type { Deps } from './deps.ts'
import { settingsFields } from './settings-fields.ts'

export type WholeConfig = {
  readonly tocsin: ConfigFile['tocsin']
  readonly retention: RetentionAges
  readonly sources: readonly SourceEntry[]
  readonly psas: readonly ConnectionEntry[]
  readonly integrations: readonly IntegrationEntry[]
}

/** All settings without secrets, always in the same order. `sql` may be a transaction that is under way. */
export async function exportConfig(
  deps: Pick<Deps, 'pool' | 'sources' | 'psas'>,
  sql: Sql = deps.pool,
): Promise<WholeConfig> {
  return {
    tocsin: 1,
    retention: await loadRetentionAges(sql),
    sources: await sourcesOf(deps, sql),
    psas: await connectionsOf(deps, sql, 'psas'),
    integrations: await integrationsOf(sql),
  }
}

async function sourcesOf(deps: Pick<Deps, 'sources' | 'psas'>, sql: Sql): Promise<SourceEntry[]> {
  const stored = await listChannels<StoredChannels>(sql)
  return (await connectionsOf(deps, sql, 'sources')).map((entry) => {
    if (deps.sources.get(entry.connector)?.pushed === undefined) return entry
    const settings = stored.find(({ sourceName }) => sourceName === entry.name)?.settings ?? null
    return { ...entry, channels: channelsToFile(settings) }
  })
}

async function connectionsOf(
  deps: Pick<Deps, 'sources' | 'psas'>,
  sql: Sql,
  table: ConnectionTable,
): Promise<ConnectionEntry[]> {
  const { rows } = await sql.query<{
    name: string
    connector: string
    settings: ConnectionEntry['settings']
    secrets: Record<string, string>
  }>(`select name, connector, settings, secrets from ${table} order by name`)
  return rows.map(({ name, connector, settings, secrets }) => {
    const schema = deps[table].get(connector)?.settings
    // Without its connector nobody knows which of the settings are secret.
    const shown = schema === undefined ? [] : settingsFields(schema).filter(({ secret }) => !secret)
    const entries = shown.flatMap(({ key }) => (settings[key] === undefined ? [] : [[key, settings[key]] as const]))
    return { name, connector, settings: Object.fromEntries(entries), secrets: Object.keys(secrets).sort() }
  })
}

type IntegrationRow = {
  id: number
  name: string
  source: string
  psa: string
  general: FieldValues
  titleTemplate: string
  descriptionTemplate: string
  repeats: 'note' | 'ticket'
  repeatNoteMinutes: number
  pausedUntil: Date | null
}

async function integrationsOf(sql: Sql): Promise<IntegrationEntry[]> {
  const { rows } = await sql.query<IntegrationRow>(
    `select i.id, i.name, s.name as source, p.name as psa, i.general, i.title_template as "titleTemplate",
       i.description_template as "descriptionTemplate", i.repeats, i.repeat_note_minutes as "repeatNoteMinutes",
       i.paused_until as "pausedUntil"
     from integrations i join sources s on s.id = i.source_id join psas p on p.id = i.psa_id order by i.name`,
  )
  const entries: IntegrationEntry[] = []
  for (const { id, general, pausedUntil, ...row } of rows) {
    entries.push({
      ...row,
      general: sorted(general),
      pausedUntil: pausedUntil?.toISOString() ?? null,
      mappings: await mappingsOf(sql, id),
      rules: await rulesOf(sql, id),
    })
  }
  return entries
}

async function mappingsOf(sql: Sql, integrationId: number): Promise<IntegrationEntry['mappings']> {
  const { rows } = await sql.query<IntegrationEntry['mappings'][number]>(
    `select t.key as tenant, t.name as "tenantName", m.account_id as account, m.account_name as "accountName"
     from mappings m join tenants t on t.id = m.tenant_id where m.integration_id = $1 order by t.key`,
    [integrationId],
  )
  return rows
}

async function rulesOf(sql: Sql, integrationId: number): Promise<IntegrationEntry['rules']> {
  const { rows } = await sql.query<{
    section: RuleSection
    key: string
    enabled: boolean
    fields: FieldValues
    delayMinutes: number
    lifetimeHours: number
  }>(
    `select section, key, enabled, fields, delay_minutes as "delayMinutes", lifetime_hours as "lifetimeHours"
     from rules where integration_id = $1 order by section, key`,
    [integrationId],
  )
  const rules: IntegrationEntry['rules'] = { warning: {}, critical: {}, severity: {}, 'event-type': {} }
  for (const { section, key, enabled, fields, delayMinutes, lifetimeHours } of rows) {
    const shared = { enabled, fields: sorted(fields) }
    if (section === 'warning' || section === 'critical') rules[section][key] = { ...shared, delayMinutes }
    else rules[section][key] = { ...shared, lifetimeHours }
  }
  return rules
}

function sorted(values: FieldValues): Record<string, string> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)))
}
