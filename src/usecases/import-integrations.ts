import type { PsaOptions } from '../connectors/psa.ts'
import type { RuleSection } from '../core/rule.ts'
import { type IntegrationValues, insertIntegration, saveIntegration } from '../db/integrations.ts'
import { loadPsa } from '../db/psas.ts'
import type { Client, Sql } from '../db/sql.ts'
import type { ConfigFile, IntegrationEntry } from './config-file.ts'
import { removeIntegration } from './delete-integration.ts'
import { removePsa } from './delete-psa.ts'
import { removeSource } from './delete-source.ts'
import type { Deps } from './deps.ts'
import { collect, twice } from './import-connections.ts'
import { dropMappings, writeMappings } from './import-mappings.ts'
import { judgeIntegration, withoutEmpty } from './integration-settings.ts'
import { defaultLifetimeHours, loadRuleGround } from './list-rules.ts'
import { type FieldIssue, invalidInput, notFound } from './request-error.ts'
import type { RuleInput } from './rule-judging.ts'
import { writeRules } from './save-rules.ts'
import { psaConnectorOf } from './with-desk.ts'

type Row = {
  id: number
  sourceId: number
  psaId: number
  source: string
  psa: string
} & IntegrationValues

/** Makes the integrations those of the document: their settings, mappings and rules; removes the others. */
export async function writeIntegrations(
  deps: Deps,
  client: Client,
  entries: readonly IntegrationEntry[],
  now: Date,
): Promise<void> {
  const issues = twice(entries).map(
    (name): FieldIssue => ({
      field: `integrations.${name}`,
      message: 'This name stands twice.',
    }),
  )
  const names = entries.map(({ name }) => name)
  const others = await client.query<{ id: number; name: string }>(
    'select id, name from integrations where name <> all($1) order by name',
    [names],
  )
  for (const { id } of others.rows) await removeIntegration(client, id)
  const ids = new Map<IntegrationEntry, number>()
  for (const entry of entries) {
    await collect(`integrations.${entry.name}`, issues, async () => {
      ids.set(entry, await writeIntegration(deps, client, entry, now))
    })
  }
  if (issues.length > 0) throw invalidInput(issues)
  // A tenant may have moved from one integration to another, so all old mappings go before a new one comes.
  for (const [entry, id] of ids) await dropMappings(client, id, entry, now)
  for (const [entry, id] of ids) {
    const place = `integrations.${entry.name}`
    await collect(place, issues, () => writeMappings(client, id, entry, now))
    await collect(place, issues, () => writeEntryRules(deps, client, id, entry))
  }
  if (issues.length > 0) throw invalidInput(issues)
}

/** Removes the connections that the document leaves out. Throws `RequestError` when one is still used. */
export async function removeOthers(client: Client, file: ConfigFile): Promise<void> {
  const others = async (table: 'sources' | 'psas', names: readonly string[]) => {
    const sql = `select id from ${table} where name <> all($1) order by name`
    return (await client.query<{ id: number }>(sql, [names])).rows
  }
  if (file.sources !== undefined) {
    const names = file.sources.map(({ name }) => name)
    for (const { id } of await others('sources', names)) await removeSource(client, id)
  }
  if (file.psas !== undefined) {
    const names = file.psas.map(({ name }) => name)
    for (const { id } of await others('psas', names)) await removePsa(client, id)
  }
}

async function writeIntegration(deps: Deps, client: Client, entry: IntegrationEntry, now: Date): Promise<number> {
  const { rows } = await client.query<Row>(
    `select i.id, i.source_id as "sourceId", i.psa_id as "psaId", s.name as source, p.name as psa, i.name, i.general,
       i.title_template as "titleTemplate", i.description_template as "descriptionTemplate", i.repeats,
       i.repeat_note_minutes as "repeatNoteMinutes", i.paused_until as "pausedUntil"
     from integrations i join sources s on s.id = i.source_id join psas p on p.id = i.psa_id
     where i.name = $1 for update of i`,
    [entry.name],
  )
  const stored = rows[0]
  if (stored !== undefined && (stored.source !== entry.source || stored.psa !== entry.psa)) {
    const message = `“${entry.name}” joins “${stored.source}” and “${stored.psa}”, which cannot change: choose another name.`
    throw invalidInput([{ field: stored.source === entry.source ? 'psa' : 'source', message }])
  }
  const sourceId = stored?.sourceId ?? (await idNamed(client, 'sources', entry.source))
  const psaId = stored?.psaId ?? (await idNamed(client, 'psas', entry.psa))
  const psa = await loadPsa(client, psaId)
  if (psa === null) throw notFound('PSA', psaId)
  const { name, titleTemplate, descriptionTemplate, repeats, repeatNoteMinutes } = entry
  const paused = entry.pausedUntil === null ? null : new Date(entry.pausedUntil)
  // A pause that is over, in an old file or in the database, is no pause.
  const pausedUntil = paused !== null && paused > now ? paused : null
  const general = withoutEmpty(entry.general)
  const values = { name, general, titleTemplate, descriptionTemplate, repeats, repeatNoteMinutes, pausedUntil }
  judgeIntegration(psaConnectorOf(deps, psa), psa.options as PsaOptions | null, values, now)
  if (stored === undefined) return insertIntegration(client, { sourceId, psaId }, values, now)
  if (!sameIntegration(stored, values)) await saveIntegration(client, stored.id, values, now)
  return stored.id
}

async function idNamed(sql: Sql, table: 'sources' | 'psas', name: string): Promise<number> {
  const { rows } = await sql.query<{ id: number }>(`select id from ${table} where name = $1`, [name])
  const [row] = rows
  if (row !== undefined) return row.id
  const field = table === 'sources' ? 'source' : 'psa'
  throw invalidInput([{ field, message: `There is no “${name}”: add it to the ${table} of this file.` }])
}

function sameIntegration(stored: IntegrationValues, values: IntegrationValues): boolean {
  return (
    stored.titleTemplate === values.titleTemplate &&
    stored.descriptionTemplate === values.descriptionTemplate &&
    stored.repeats === values.repeats &&
    stored.repeatNoteMinutes === values.repeatNoteMinutes &&
    stored.pausedUntil?.getTime() === values.pausedUntil?.getTime() &&
    sameFields(stored.general, values.general)
  )
}

function sameFields(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => a[key] === b[key])
}

async function writeEntryRules(
  deps: Deps,
  client: Client,
  integrationId: number,
  entry: IntegrationEntry,
): Promise<void> {
  const ground = await loadRuleGround(deps, client, integrationId)
  const { rows: stored } = await client.query<RuleInput & { delayMinutes: number; lifetimeHours: number }>(
    `select section, key, enabled, fields, delay_minutes as "delayMinutes", lifetime_hours as "lifetimeHours"
     from rules where integration_id = $1`,
    [integrationId],
  )
  const wanted = rowsOf(entry)
  const before = new Map(stored.map((row) => [`${row.section}/${row.key}`, row]))
  const rows = wanted.filter((row) => {
    const known = before.get(`${row.section}/${row.key}`)
    const { delayMinutes = 0, lifetimeHours = defaultLifetimeHours } = row
    return !(
      known !== undefined &&
      known.enabled === row.enabled &&
      known.delayMinutes === delayMinutes &&
      known.lifetimeHours === lifetimeHours &&
      sameFields(known.fields, withoutEmpty(row.fields))
    )
  })
  const named = new Set(wanted.map(({ section, key }) => `${section}/${key}`))
  const remove = stored.filter(({ section, key }) => !named.has(`${section}/${key}`))
  if (rows.length === 0 && remove.length === 0) return
  await writeRules(
    deps,
    client,
    ground,
    { integrationId, version: ground.version, rows, remove },
    { anyEventType: true },
  )
}

function rowsOf(entry: IntegrationEntry): RuleInput[] {
  return (Object.keys(entry.rules) as RuleSection[]).flatMap((section) =>
    Object.entries(entry.rules[section]).map(([key, row]) => ({ section, key, ...row })),
  )
}
