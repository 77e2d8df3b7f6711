import { z } from 'zod'

/** A field of a connection as data: the console draws its form from it. */
export type SettingsField = {
  readonly key: string
  readonly title: string
  readonly help: string
  readonly group: string
  readonly kind: 'text' | 'integer' | 'number' | 'boolean' | 'choice'
  /** Written and never read: an answer only tells whether it is set. */
  readonly secret: boolean
  readonly multiline: boolean
  /** Says where secrets are sent to: a change of it asks for every stored secret again. */
  readonly place: boolean
  readonly required: boolean
  readonly default: string | number | boolean | null
  readonly choices: readonly string[]
  /** Words for choices that do not speak for themselves. */
  readonly titles: Readonly<Record<string, string>>
  /** Only of use while another field has this value; null: always. */
  readonly when: { readonly key: string; readonly value: string } | null
  readonly minimum: number | null
  readonly maximum: number | null
}

type Property = {
  type?: string
  enum?: unknown[]
  default?: unknown
  minimum?: number
  maximum?: number
  title?: string
  help?: string
  group?: string
  secret?: boolean
  multiline?: boolean
  place?: boolean
  titles?: Record<string, string>
  when?: { key: string; value: string }
}

const read = new WeakMap<z.ZodType, readonly SettingsField[]>()

/** The fields of a connector's settings, in their order. */
export function settingsFields(schema: z.ZodType): readonly SettingsField[] {
  const known = read.get(schema)
  if (known !== undefined) return known
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const required = new Set(json.required ?? [])
  const fields = Object.entries(json.properties ?? {}).map(([key, property]) =>
    toField(key, property as Property, required.has(key)),
  )
  read.set(schema, fields)
  return fields
}

function toField(key: string, property: Property, required: boolean): SettingsField {
  const { title = key, help = '', group = '', secret = false, multiline = false, place = false } = property
  const { titles = {}, when = null } = property
  const fixed = property.default
  return {
    key,
    title,
    help,
    group,
    kind: kindOf(property),
    secret,
    multiline,
    place,
    required,
    default: typeof fixed === 'string' || typeof fixed === 'number' || typeof fixed === 'boolean' ? fixed : null,
    choices: (property.enum ?? []).map(String),
    titles,
    when,
    minimum: bounded(property.minimum),
    maximum: bounded(property.maximum),
  }
}

function kindOf({ type, enum: choices }: Property): SettingsField['kind'] {
  if (choices !== undefined) return 'choice'
  if (type === 'integer' || type === 'number' || type === 'boolean') return type
  return 'text'
}

/** Every integer has the bounds of what JSON can carry; those are no limits worth showing. */
function bounded(limit: number | undefined): number | null {
  return limit === undefined || Math.abs(limit) >= Number.MAX_SAFE_INTEGER ? null : limit
}

/** Keys of the fields that are stored sealed. */
export function secretKeys(schema: z.ZodType): ReadonlySet<string> {
  return new Set(
    settingsFields(schema)
      .filter(({ secret }) => secret)
      .map(({ key }) => key),
  )
}
