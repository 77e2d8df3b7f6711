import { type FieldDefinition, parseFields, type Row } from './field.ts'
import { type UdfDefinition, udfsByEntity } from './udfs.ts'

/** One kind of record: its fields and how the emulator keeps it. */
export type Entity = {
  /** Singular, as in error texts: Ticket. */
  name: string
  /** Plural, as in paths: Tickets. Also the name of its table. */
  route: string
  /** In the order of answers. */
  fields: readonly FieldDefinition[]
  required: readonly FieldDefinition[]
  /** Fields whose stored form is not their answered form: times and fractional numbers. */
  converted: readonly FieldDefinition[]
  udfs: readonly UdfDefinition[]
  /** A row with every field unset, in the order of answers. */
  blank: Row
  /** Fields with an equality index. */
  indexes: readonly string[]
  /** The time field with an ordered index, or ''. */
  orderedBy: string
  sendsWebhooks: boolean
  /** Finds a field by its name in any case. */
  field(name: string): FieldDefinition | undefined
}

type EntityOptions = { indexes?: readonly string[]; orderedBy?: string; sendsWebhooks?: boolean }

/** Makes an entity from the text form of its fields. */
export function defineEntity(name: string, route: string, fieldText: string, options: EntityOptions = {}): Entity {
  const fields = parseFields(fieldText)
  const byName = new Map(fields.map((field) => [field.name, field]))
  for (const field of fields) byName.set(field.name.toLowerCase(), field)
  const blank: Record<string, unknown> = {}
  for (const field of fields) blank[field.name] = field.name === 'id' ? 0 : field.empty
  // Parsed JSON has the compact form of an object with fixed properties, which every copy of it then keeps.
  const compact = { ...(JSON.parse(JSON.stringify(blank)) as Row), userDefinedFields: Object.freeze([]) }
  return {
    name,
    route,
    fields,
    required: fields.filter((field) => field.isRequired),
    converted: fields.filter((field) => ['datetime', 'decimal', 'double'].includes(field.dataType)),
    udfs: udfsByEntity[name] ?? [],
    blank: compact,
    indexes: options.indexes ?? [],
    orderedBy: options.orderedBy ?? '',
    sendsWebhooks: options.sendsWebhooks ?? false,
    field: (wanted) => byName.get(wanted) ?? byName.get(wanted.toLowerCase()),
  }
}

/** The number in a field, or null when it is unset. */
export function numberIn(row: Row, field: string): number | null {
  const value = row[field]
  return typeof value === 'number' ? value : null
}

/** The text in a field; an unset one is ''. */
export function textIn(row: Row, field: string): string {
  const value = row[field]
  return typeof value === 'string' ? value : ''
}
