// How the emulator describes a field of a record, and what a stored record looks like.

/** A plain stored value. */
export type Scalar = string | number | boolean | null

/** One element of an array field: a custom field's value, a communication item. */
export type Part = { readonly [name: string]: Scalar }

/** What a field holds: references are ids (null: none), times are milliseconds. */
export type Value = Scalar | readonly string[] | readonly number[] | readonly Part[]

/** A stored record. Beside its fields it carries `lastUpdated`, `updatedBy`, `dateEntered`, `enteredBy`. */
export type Row = { id: number; [field: string]: Value }

/** `parts` are objects inside the record; `custom` are values of the tenant's custom fields. */
export type Kind =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'flag'
  | 'time'
  | 'choice'
  | 'ref'
  | 'refs'
  | 'texts'
  | 'integers'
  | 'parts'
  | 'custom'

/** One field of an entity. */
export type Field = {
  name: string
  kind: Kind
  /** Longest text. */
  max: number
  /** What a choice may be. */
  values: readonly string[]
  /** Table that a reference points to. */
  to: string
  /** Names within a part. */
  parts: readonly string[]
  /** `read`: set by the server; `write`: taken by POST and PATCH and never returned. */
  access: 'normal' | 'read' | 'write'
  /** `put`: only a replacement must give it (connectwise-api.md 7, "required on updates"). */
  required: 'no' | 'always' | 'put'
  /** The reference must belong to the ticket's board. */
  ofBoard: boolean
  filterable: boolean
  initial: Value
}

type Options = Partial<Omit<Field, 'name' | 'kind'>>

const plain: Omit<Field, 'name' | 'kind'> = {
  max: Number.POSITIVE_INFINITY,
  values: [],
  to: '',
  parts: [],
  access: 'normal',
  required: 'no',
  ofBoard: false,
  filterable: true,
  initial: null,
}

/** A field of any kind. */
export function field(kind: Kind, name: string, options: Options = {}): Field {
  return { ...plain, name, kind, ...options }
}

/** Fields of one kind that need nothing but their names. */
export function fields(kind: Kind, names: string, options: Options = {}): Field[] {
  return names.split(' ').map((name) => field(kind, name, options))
}

/** A text with its greatest length in characters. */
export function text(name: string, max: number, options: Options = {}): Field {
  return field('text', name, { max, ...options })
}

/** A reference to a record of the table `to`. */
export function ref(name: string, to: string, options: Options = {}): Field {
  return field('ref', name, { to, ...options })
}
