import type { z } from 'zod'
import type { ConnectionTable } from '../db/connections.ts'
import { SecretBoxError } from '../lib/secret-box.ts'
import type { Deps } from './deps.ts'
import { issuesToFields, sayIssue } from './input-words.ts'
import { type StoredConnection, secretPlace } from './open-connection.ts'
import { type FieldIssue, invalidInput, RequestError } from './request-error.ts'
import { secretKeys, settingsFields } from './settings-fields.ts'

/** How the settings of a connection are judged, sealed and shown. */

/** A connection as a person sees it: no secret, only the names of those that are set. */
export type ConnectionView = {
  readonly id: number
  readonly connector: string
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly secretsSet: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Fields by key. In a change, what is absent stays; `null` keeps a secret, and sets any other field to its default. */
export type SettingsInput = Readonly<Record<string, unknown>>

export type JudgedSettings = {
  /** Whole and parsed, secrets in the clear: for opening the connection, never for storing or showing. */
  readonly whole: unknown
  readonly plain: Readonly<Record<string, unknown>>
  /** Secrets that were given now, in the clear; an empty text clears one. */
  readonly fresh: Readonly<Record<string, string>>
}

/**
 * Judges settings by the connector's schema, over what is stored. A secret is kept only for the place that it was entered
 * for. Throws `RequestError` naming each wrong field.
 */
export function judgeSettings(
  deps: Pick<Deps, 'box'>,
  table: ConnectionTable,
  schema: z.ZodType,
  input: SettingsInput,
  stored: StoredConnection | null,
): JudgedSettings {
  const secrets = secretKeys(schema)
  const known = new Set(settingsFields(schema).map(({ key }) => key))
  const whole: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(stored?.settings ?? {})) if (known.has(key)) whole[key] = value
  const issues: FieldIssue[] = []
  for (const [key, value] of Object.entries(input)) {
    if (!known.has(key)) {
      const message = `There is no such setting. The settings are ${[...known].join(', ')}.`
      issues.push({ field: `settings.${key}`, message })
    } else if (value !== null) whole[key] = value
    else if (!secrets.has(key)) delete whole[key]
  }
  if (stored !== null) openKept(deps, table, stored, secrets, whole, issues)
  const parsed = schema.safeParse(whole, { error: sayIssue })
  if (!parsed.success) issues.push(...issuesToFields(parsed.error.issues, 'settings'))
  if (issues.length > 0 || !parsed.success) throw invalidInput(onePerField(issues))
  const values = Object.entries(parsed.data as Record<string, unknown>)
  const moved = stored === null ? [] : movedSecrets(schema, stored, Object.fromEntries(values), input)
  if (moved.length > 0) throw invalidInput(moved)
  return {
    whole: parsed.data,
    plain: Object.fromEntries(values.filter(([key]) => !secrets.has(key))),
    fresh: Object.fromEntries(
      values.flatMap(([key, value]) => (secrets.has(key) && input[key] != null ? [[key, String(value)]] : [])),
    ),
  }
}

/**
 * Secrets that would go to another place than they were entered for. Whoever may change an address could otherwise read them
 * there, though nothing shows them.
 */
function movedSecrets(
  schema: z.ZodType,
  stored: StoredConnection,
  values: Readonly<Record<string, unknown>>,
  input: SettingsInput,
): FieldIssue[] {
  const fields = settingsFields(schema)
  const moved = fields.filter(
    ({ key, place, default: usual }) => place && values[key] !== (stored.settings[key] ?? usual),
  )
  if (moved.length === 0) return []
  const what = moved.map(({ title }) => title).join(', ')
  const message = `Enter the secret again, because the address changed (${what}).`
  return fields
    .filter(({ key, secret }) => secret && key in stored.secrets && input[key] == null)
    .map(({ key }) => ({ field: `settings.${key}`, message }))
}

function openKept(
  deps: Pick<Deps, 'box'>,
  table: ConnectionTable,
  stored: StoredConnection,
  secrets: ReadonlySet<string>,
  whole: Record<string, unknown>,
  issues: FieldIssue[],
): void {
  for (const [key, sealed] of Object.entries(stored.secrets)) {
    if (!secrets.has(key) || key in whole) continue
    try {
      whole[key] = deps.box.open(sealed, secretPlace(table, stored.id, key))
    } catch (error) {
      if (!(error instanceof SecretBoxError)) throw error
      issues.push({ field: `settings.${key}`, message: error.message })
    }
  }
}

/** A secret that cannot be opened is then also missing: the first message says why. */
function onePerField(issues: readonly FieldIssue[]): FieldIssue[] {
  return issues.filter(({ field }, n) => issues.findIndex((other) => other.field === field) === n)
}

/** The sealed secrets to store: those given now, and those kept. */
export function sealSecrets(
  deps: Pick<Deps, 'box'>,
  table: ConnectionTable,
  id: number,
  fresh: Readonly<Record<string, string>>,
  kept: Readonly<Record<string, string>>,
): Record<string, string> {
  const entries = Object.entries(fresh).map(([field, plain]): [string, string] => [
    field,
    plain === '' ? '' : deps.box.seal(plain, secretPlace(table, id, field)),
  ])
  return Object.fromEntries(
    Object.entries({ ...kept, ...Object.fromEntries(entries) }).filter(([, text]) => text !== ''),
  )
}

type ConnectionRow = Omit<StoredConnection, 'settings'> & {
  readonly settings: Record<string, unknown>
  readonly created_at: Date
  readonly updated_at: Date
}

/** `schema` is absent when this version has no such connector any more: then no setting is shown. */
export function toConnectionView(row: ConnectionRow, schema: z.ZodType | undefined): ConnectionView {
  const shown = schema === undefined ? [] : settingsFields(schema).filter(({ secret }) => !secret)
  return {
    id: row.id,
    connector: row.connector,
    name: row.name,
    settings: Object.fromEntries(shown.flatMap(({ key }) => (key in row.settings ? [[key, row.settings[key]]] : []))),
    secretsSet: Object.keys(row.secrets).sort(),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** Runs a write and turns a name that another row has into a refusal. */
export async function orNameTaken<T>(what: string, name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown }
    if (code !== '23505' || typeof constraint !== 'string' || !constraint.endsWith('_name_key')) throw error
    throw new RequestError('name-taken', `There is already a ${what} named “${name}”: choose another name.`)
  }
}
