import type { SettingsField } from '../api/generated/types.gen.ts'

/** What a person has entered for a connection, and what of it goes to the server. Pure. */

/**
 * Values by key as the form holds them: text as it is typed, also of numbers. A secret is empty while it is to be kept, and
 * `false` when the stored one is to be removed.
 */
export type SettingsDraft = Readonly<Record<string, string | boolean>>

type Stored = Readonly<Record<string, unknown>>
type Input = Record<string, string | number | boolean | null>

/** What the form shows at first: what is stored, else the connector's defaults. */
export function settingsDraft(fields: readonly SettingsField[], stored: Stored = {}): SettingsDraft {
  return Object.fromEntries(
    fields.map(({ key, kind, secret, default: usual }) => {
      if (secret) return [key, '']
      const value = stored[key] ?? usual
      if (kind === 'boolean') return [key, value === true]
      return [key, value == null ? '' : String(value)]
    }),
  )
}

/** For a new connection: everything, but what is left empty and must be filled in, so that the server names it. */
export function newSettings(fields: readonly SettingsField[], draft: SettingsDraft): Input {
  const entries = fields.flatMap((field): [string, Input[string]][] => {
    const value = sentValue(field, draft)
    const isMissing = value === '' && (field.required || field.secret)
    return isMissing || value === null ? [] : [[field.key, value]]
  })
  return Object.fromEntries(entries)
}

/** For a stored connection: only what was touched, so that nobody else's change is undone. */
export function changedSettings(fields: readonly SettingsField[], draft: SettingsDraft, first: SettingsDraft): Input {
  const touched = fields.filter(({ key }) => draft[key] !== first[key])
  return Object.fromEntries(touched.map((field) => [field.key, sentValue(field, draft)]))
}

function sentValue({ key, kind, secret }: SettingsField, draft: SettingsDraft): Input[string] {
  const value = draft[key] ?? ''
  if (secret) return value === false ? '' : String(value)
  if (typeof value === 'boolean' || (kind !== 'integer' && kind !== 'number')) return value
  const text = value.trim()
  if (text === '') return null
  // What is no number goes as it is: the server says what it must be.
  return Number.isNaN(Number(text)) ? text : Number(text)
}

/** Titles of the fields that say where secrets go to, and that were changed: then every stored secret is asked for again. */
export function movedPlaces(
  fields: readonly SettingsField[],
  draft: SettingsDraft,
  first: SettingsDraft,
): readonly string[] {
  return fields.filter(({ key, place }) => place && draft[key] !== first[key]).map(({ title }) => title)
}

/** Whether a field is of use with the values that are chosen now. */
export function isShown({ when }: SettingsField, draft: SettingsDraft): boolean {
  return when === null || draft[when.key] === when.value
}

/** Titles of the fields that are other than the connector proposes, by what is stored or entered. */
export function changedFromUsual(
  fields: readonly SettingsField[],
  draft: SettingsDraft,
  secretsSet: readonly string[],
): readonly string[] {
  const usual = settingsDraft(fields)
  return fields
    .filter(({ key, secret }) => draft[key] !== usual[key] || (secret && secretsSet.includes(key)))
    .map(({ title }) => title)
}

export type FieldGroup = {
  readonly name: string
  readonly fields: readonly SettingsField[]
  /** Nothing of it has to be entered: as the connector proposes it, it suits most. */
  readonly isOptional: boolean
}

/** The fields by their groups, in the order of the first of each. */
export function groupsOf(fields: readonly SettingsField[]): readonly FieldGroup[] {
  return [...Map.groupBy(fields, ({ group }) => group)].map(([name, members]) => ({
    name,
    fields: members,
    isOptional: members.every(({ required, when }) => !required && when === null),
  }))
}
