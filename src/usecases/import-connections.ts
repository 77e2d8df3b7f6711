import type { z } from 'zod'
import { type ConnectionTable, insertConnection, saveConnection } from '../db/connections.ts'
import { ensureDuty, hurryDuty } from '../db/duties.ts'
import type { Client } from '../db/sql.ts'
import { SecretBoxError } from '../lib/secret-box.ts'
import type { ConnectionEntry } from './config-file.ts'
import { judgeSettings } from './connection-settings.ts'
import { psaConnectorNamed } from './create-psa.ts'
import { sourceConnectorNamed } from './create-source.ts'
import type { Deps } from './deps.ts'
import { ensureHouseDuties, psaDuties, sourceDuties } from './ensure-duties.ts'
import { type StoredConnection, secretPlace } from './open-connection.ts'
import { type FieldIssue, invalidInput, RequestError } from './request-error.ts'
import { type SettingsField, settingsFields } from './settings-fields.ts'

/** A secret that a connection needs and does not have here. */
export type MissingSecret = {
  readonly table: ConnectionTable
  readonly connection: string
  readonly field: string
  readonly title: string
}

type Row = StoredConnection & { readonly updated_at: Date }

/** Writes connections that differ; those that are not named stay. Returns the secrets that must be entered. */
export async function writeConnections(
  deps: Deps,
  client: Client,
  table: ConnectionTable,
  entries: readonly ConnectionEntry[],
  now: Date,
): Promise<MissingSecret[]> {
  const issues = twice(entries).map(
    (name): FieldIssue => ({ field: `${table}.${name}`, message: 'This name stands twice.' }),
  )
  const missing: MissingSecret[] = []
  for (const entry of entries) {
    const place = `${table}.${entry.name}`
    await collect(place, issues, async () => {
      missing.push(...(await writeConnection(deps, client, table, entry, now)))
    })
  }
  if (issues.length > 0) throw invalidInput(issues)
  return missing
}

/** Names that are used more than once. */
export function twice(entries: readonly { readonly name: string }[]): string[] {
  const names = entries.map(({ name }) => name)
  return [...new Set(names.filter((name, n) => names.indexOf(name) !== n))]
}

/** Runs one part and keeps what is wrong with it under its place, so that one answer names everything. */
export async function collect(place: string, issues: FieldIssue[], part: () => Promise<void>): Promise<void> {
  try {
    await part()
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    const { errors = [{ field: '', message: error.message }] } = error.facts
    for (const { field, message, section, key } of errors) {
      const row = section === undefined ? [] : ['rules', section, key ?? '']
      issues.push({ field: [place, ...row, field].filter((part) => part !== '').join('.'), message })
    }
  }
}

async function writeConnection(
  deps: Deps,
  client: Client,
  table: ConnectionTable,
  entry: ConnectionEntry,
  now: Date,
): Promise<MissingSecret[]> {
  const { name } = entry
  const { rows } = await client.query<Row>(
    `select id, connector, name, settings, secrets, updated_at from ${table} where name = $1 for update`,
    [name],
  )
  const stored = rows[0] ?? null
  if (stored !== null && stored.connector !== entry.connector) {
    const message = `“${name}” is stored with the connector ${stored.connector}, which cannot change: choose another name.`
    throw invalidInput([{ field: 'connector', message }])
  }
  const connector =
    table === 'sources' ? sourceConnectorNamed(deps, entry.connector) : psaConnectorNamed(deps, entry.connector)
  const { plain, missing } = judgeWithoutSecrets(deps, table, connector.settings, entry, stored)
  const duties = table === 'sources' ? sourceDuties : psaDuties
  if (stored === null) {
    const id = await insertConnection(client, table, { connector: connector.id, name, settings: plain }, now)
    for (const kind of duties) await ensureDuty(client, kind, id, now)
    await ensureHouseDuties(client, now)
  } else if (!sameValues(stored.settings, plain)) {
    const values = { name, settings: plain, secrets: stored.secrets }
    await saveConnection(client, table, stored.id, stored.updated_at, values, now)
    for (const kind of duties) await hurryDuty(client, kind, stored.id, now)
  }
  return missing.map(({ key, title }) => ({ table, connection: name, field: key, title }))
}

/** Stands for a secret that must be entered, while the other settings are judged. Never stored. */
const placeholder = 'to-be-entered'

function judgeWithoutSecrets(
  deps: Deps,
  table: ConnectionTable,
  schema: z.ZodType,
  entry: ConnectionEntry,
  stored: StoredConnection | null,
): { plain: Readonly<Record<string, unknown>>; missing: readonly SettingsField[] } {
  const secrets = settingsFields(schema).filter(({ secret }) => secret)
  const given = secrets.filter(({ key }) => key in entry.settings)
  if (given.length > 0) {
    throw invalidInput(
      given.map(({ key }) => ({
        field: `settings.${key}`,
        message: 'Secrets do not belong into this file: take it out, and enter it in the console.',
      })),
    )
  }
  const absent = secrets.filter(({ key }) => !isReadable(deps, table, stored, key))
  const stand = Object.fromEntries(absent.map(({ key, required }) => [key, required ? placeholder : '']))
  // The document is whole: a setting that it does not name has its default, whatever is stored.
  const defaults = Object.fromEntries(
    settingsFields(schema).flatMap(({ key, secret }) => (secret ? [] : [[key, null]])),
  )
  const { plain } = judgeSettings(deps, table, schema, { ...defaults, ...entry.settings, ...stand }, stored)
  return { plain, missing: absent.filter(({ key, required }) => required || entry.secrets.includes(key)) }
}

function isReadable(deps: Deps, table: ConnectionTable, stored: StoredConnection | null, key: string): boolean {
  const sealed = stored?.secrets[key]
  if (stored === null || sealed === undefined) return false
  try {
    deps.box.open(sealed, secretPlace(table, stored.id, key))
    return true
  } catch (error) {
    if (error instanceof SecretBoxError) return false
    throw error
  }
}

function sameValues(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => a[key] === b[key])
}
