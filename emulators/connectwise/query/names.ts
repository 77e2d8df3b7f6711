// What the names in conditions, orders and projections stand for: only what a GET returns.
import { badCondition } from '../answers.ts'
import { type Entity, readReference, stampFields } from '../model/entity.ts'
import type { Field, Part, Row, Scalar, Value } from '../model/field.ts'
import { rowsWith, type Store, tableOf } from '../store/store.ts'

/** How values of a name compare. */
export type ReaderKind = 'text' | 'number' | 'flag' | 'time' | 'choice' | 'reference'

/** Reads the value behind a name. */
export type Reader<Subject> = {
  path: string
  kind: ReaderKind
  /** What a choice may be. */
  values: readonly string[]
  /** The stored field whose value this is, when an index could find it; else ''. */
  stored: string
  read(subject: Subject): Scalar
  /** For a name that has several values at once. */
  many?: (subject: Subject) => readonly Scalar[]
}

/** Turns a name into its reader. Throws `ApiFindCondition` for a name that is not known. */
export type Names<Subject> = (path: string) => Reader<Subject>

const kinds: Partial<Record<Field['kind'], ReaderKind>> = {
  text: 'text',
  integer: 'number',
  decimal: 'number',
  flag: 'flag',
  time: 'time',
  choice: 'choice',
  ref: 'reference',
}

/** The way tickets are found by their devices (connectwise-api.md 5). */
export const devicePath = 'configuration/id'

/** Names of an entity's records. */
export function namesOf(store: Store, entity: Entity): Names<Row> {
  return (path) => {
    const [head = '', tail, ...rest] = path.split('/')
    if (rest.length > 0) throw unknown(path)
    if (entity.name === 'Ticket' && path.toLowerCase() === devicePath) return devices(store, path)
    const stamp = stampNamed(tail === undefined ? head : head.toLowerCase() === '_info' ? tail : '')
    if (stamp) return reader(path, stamp, '')
    const field = entity.field(head)
    if (!field?.filterable || !entity.fields.includes(field) || isHidden(store, entity, field)) throw unknown(path)
    if (tail === undefined) return reader(path, field, field.kind === 'ref' ? '' : field.name)
    return throughReference(store, field, path, tail)
  }
}

/** Names within the elements of one array field, for `childConditions`: `types/name`, `communicationItems/value`. */
export function childNames(store: Store, field: Field): Names<Part> {
  return (path) => {
    const name = path.slice(path.indexOf('/') + 1)
    const known = field.kind === 'parts' ? field.parts : ['id', ...referenceNames(store, field.to)]
    const found = known.find((one) => one.toLowerCase() === name.toLowerCase())
    if (!path.includes('/') || found === undefined) throw unknown(path)
    return partReader(path, found)
  }
}

/** Names within a custom field's value, for `customFieldConditions`. */
export const customNames: Names<Part> = (path) => {
  const found = ['id', 'caption', 'type', 'value'].find((one) => one === path.toLowerCase())
  if (found === undefined) throw unknown(path)
  return partReader(path, found)
}

function stampNamed(name: string): Field | undefined {
  return stampFields.find((one) => one.name.toLowerCase() === name.toLowerCase())
}

function isHidden(store: Store, entity: Entity, field: Field): boolean {
  return store.switches.boardsHideInactiveFlag && entity.name === 'Board' && field.name === 'inactiveFlag'
}

function reader(path: string, field: Field, stored: string): Reader<Row> {
  const kind = kinds[field.kind]
  if (kind === undefined) throw unknown(path)
  return { path, kind, values: field.values, stored, read: (row) => scalar(row[field.name]) }
}

function throughReference(store: Store, field: Field, path: string, tail: string): Reader<Row> {
  if (field.kind !== 'ref') throw unknown(path)
  const base = { path, values: [] }
  if (tail.toLowerCase() === 'id') {
    return { ...base, kind: 'number', stored: field.name, read: (row) => scalar(row[field.name]) }
  }
  const table = tableOf(store, field.to)
  const name = table.entity.reference.find((one) => one.toLowerCase() === tail.toLowerCase())
  if (name === undefined) throw unknown(path)
  return {
    ...base,
    kind: 'text',
    stored: '',
    read(row) {
      const id = row[field.name]
      const target = typeof id === 'number' ? table.get(id) : undefined
      return target ? readReference(table.entity, target, name) : null
    },
  }
}

function devices(store: Store, path: string): Reader<Row> {
  const many = (row: Row): Scalar[] =>
    rowsWith(store, 'TicketDevice', 'ticket', row.id).map((link) => scalar(link.configuration))
  return { path, kind: 'number', values: [], stored: '', read: (row) => many(row)[0] ?? null, many }
}

/** The type of a part's value is that of the value itself, so it is compared as it comes. */
function partReader(path: string, name: string): Reader<Part> {
  const kind = name === 'id' ? 'number' : name === 'defaultFlag' ? 'flag' : 'text'
  const read = (part: Part): Scalar => part[name] ?? null
  return { path, kind, values: [], stored: '', read: kind === 'text' ? (part) => asText(read(part)) : read }
}

function asText(value: Scalar): Scalar {
  return value === null ? null : String(value)
}

function referenceNames(store: Store, target: string): readonly string[] {
  return tableOf(store, target).entity.reference
}

function scalar(value: Value | undefined): Scalar {
  return value === undefined || typeof value === 'object' ? null : value
}

function unknown(path: string): Error {
  return badCondition(`${path} is not a recognized name.`)
}
