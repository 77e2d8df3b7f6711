// Fields of Autotask entities, written as one short line each and parsed once at start.

/** A stored value: times are milliseconds since 1970, booleans and numbers are themselves. */
export type Value = string | number | boolean | null

/** One user-defined field of a row, by its name. */
export type UdfValue = { readonly name: string; readonly value: string | null }

/** One record. Rows are never changed in place: an update puts a new row in its stead. */
export type Row = { id: number; userDefinedFields: readonly UdfValue[]; [field: string]: Value | readonly UdfValue[] }

/** Data types as `entityInformation/fields` names them (autotask-api.md 4). */
export type DataType = 'string' | 'integer' | 'long' | 'short' | 'boolean' | 'datetime' | 'decimal' | 'double'

/** What Autotask's metadata and our checks need to know of a field. */
export type FieldDefinition = {
  name: string
  dataType: DataType
  /** Longest text; 0 for all but strings. */
  length: number
  isRequired: boolean
  isReadOnly: boolean
  /** Taken on create, ignored afterwards. */
  isFixed: boolean
  isQueryable: boolean
  isPickList: boolean
  /** Field whose value decides which values of this picklist fit, or ''. */
  picklistParent: string
  /** Singular name of the entity referred to, or ''. */
  reference: string
  /** What an unset value is answered as: some texts are '', some null (autotask-api.md 5.9). */
  empty: Value
}

const types: Record<string, DataType> = {
  s: 'string',
  i: 'integer',
  L: 'long',
  h: 'short',
  b: 'boolean',
  d: 'datetime',
  c: 'decimal',
  n: 'double',
}

/**
 * Parses lines of `name type [flags]`. Types: s<length>, i(nteger), L(ong), h (short), b(oolean), d(atetime), c (decimal),
 * n (double). Flags: R required, ro read-only, io insert-only, nq not queryable, P picklist, P<field> picklist under a
 * parent, >Entity reference, '' unset texts are empty instead of null. Throws on a line it cannot read.
 */
export function parseFields(text: string): FieldDefinition[] {
  const fields = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(parseField)
  const [id, ...rest] = fields
  if (id?.name !== 'id') throw new Error('the first field of an entity must be its id')
  // Answers carry the id first, the rest in alphabetical order (autotask-api.md 2).
  return [id, ...rest.sort((a, b) => compareNames(a.name, b.name))]
}

function parseField(line: string): FieldDefinition {
  const [name = '', type = '', ...flags] = line.split(/\s+/)
  const dataType = types[type.charAt(0)]
  if (!dataType) throw new Error(`no such field type in "${line}"`)
  const picklist = flags.find((flag) => flag.startsWith('P'))
  return {
    name,
    dataType,
    length: dataType === 'string' ? Number(type.slice(1)) : 0,
    isRequired: flags.includes('R'),
    isReadOnly: flags.includes('ro'),
    isFixed: flags.includes('io'),
    isQueryable: !flags.includes('nq'),
    isPickList: picklist !== undefined,
    picklistParent: picklist?.slice(1) ?? '',
    reference: flags.find((flag) => flag.startsWith('>'))?.slice(1) ?? '',
    empty: flags.includes("''") ? '' : null,
  }
}

function compareNames(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()]
  return x < y ? -1 : x > y ? 1 : 0
}
