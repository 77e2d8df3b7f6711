// An entity: its fields, how references to it look, and how its records are found.
import { type Field, field, type Row } from './field.ts'

/** What differs between entities. */
type EntityOptions = {
  /** As errors name it: "ticket object is invalid". */
  label: string
  /** As messages about a missing one name it: "Company 7 not found." */
  title: string
  /** Path of its list below the API root, with `{field}` where a parent's id stands. */
  path: string
  fields: readonly Field[]
  /** Names a reference shows beside the id; `name` is what `nameOf` gives. */
  reference?: readonly string[]
  nameOf?: (row: Row) => string
  /** Fields whose equality is found by an index. */
  indexes?: readonly string[]
  /** The flag that takes a record out of use. */
  inactive?: string
  /** Names of the vendor's model that are accepted and not kept. */
  ignored?: readonly string[]
  /** Whether every name of the vendor's model is known here, so that others can be refused. */
  isComplete?: boolean
  /** Sub-paths named in `_info`, as `<name>_href`. */
  links?: readonly string[]
  /** In the name of a reference's link: `board` for `board_href`. */
  link?: string
}

/** One entity. */
export type Entity = {
  readonly name: string
  readonly label: string
  readonly title: string
  readonly fields: readonly Field[]
  /** Fields a client may set and read back. */
  readonly kept: readonly Field[]
  readonly reference: readonly string[]
  readonly indexes: readonly string[]
  readonly inactive: string
  readonly ignored: ReadonlySet<string>
  readonly isComplete: boolean
  readonly links: readonly string[]
  readonly link: string
  /** A record in which every field has its initial value. */
  readonly blank: Readonly<Row>
  /** A field by its name, in any case. */
  field(name: string): Field | undefined
  nameOf(row: Row): string
  /** Path of a record below the API root. */
  pathOf(row: Row): string
}

/** Who changed a record and when; conditions may name these without `_info/`. */
export const stampFields: readonly Field[] = [
  field('time', 'lastUpdated'),
  field('text', 'updatedBy'),
  field('time', 'dateEntered'),
  field('text', 'enteredBy'),
]

/** Makes an entity. */
export function entity(name: string, options: EntityOptions): Entity {
  const byName = new Map(options.fields.map((one) => [one.name.toLowerCase(), one]))
  const blank: Row = { id: 0 }
  for (const one of options.fields) if (one.access !== 'write') blank[one.name] = one.initial
  for (const stamp of stampFields) blank[stamp.name] = null
  blank.id = 0
  return {
    name,
    label: options.label,
    title: options.title,
    fields: options.fields.filter((one) => one.access !== 'write'),
    kept: options.fields.filter((one) => one.access === 'normal'),
    reference: options.reference ?? ['name'],
    indexes: options.indexes ?? [],
    inactive: options.inactive ?? '',
    ignored: new Set(options.ignored?.map((one) => one.toLowerCase())),
    isComplete: options.isComplete ?? false,
    links: options.links ?? [],
    link: options.link ?? options.label,
    blank,
    field: (wanted) => byName.get(wanted.toLowerCase()),
    nameOf: options.nameOf ?? ((row) => textIn(row, 'name')),
    pathOf: (row) => `${options.path.replace(/\{(\w+)\}/g, (_, parent: string) => String(row[parent]))}/${row.id}`,
  }
}

/** A text field's value; '' when it has none. */
export function textIn(row: Row, name: string): string {
  const value = row[name]
  return typeof value === 'string' ? value : ''
}

/** A number, time or reference; null when it has none. */
export function numberIn(row: Row, name: string): number | null {
  const value = row[name]
  return typeof value === 'number' ? value : null
}

/** The numbers of a field that holds several. */
export function numbersIn(row: Row, name: string): number[] {
  const value = row[name]
  return Array.isArray(value) ? value.filter((one): one is number => typeof one === 'number') : []
}

/** What a reference to a record shows beside its id, by name. */
export function readReference(target: Entity, row: Row, name: string): string {
  return name === 'name' ? target.nameOf(row) : textIn(row, name)
}
