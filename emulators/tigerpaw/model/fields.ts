// The words in which the models below are written down: `Name:kind`, separated by white space.

/**
 * How a value is read and written. `split` and `optional` are the two date objects of requests (tigerpaw-api.md 2.5);
 * `nothing` is accepted and has no effect here.
 */
export type FieldKind = 'text' | 'int' | 'number' | 'yes' | 'date' | 'split' | 'optional' | 'address' | 'nothing'

/** A property of a model. */
export type Field = { readonly name: string; readonly kind: FieldKind }

/** An address inside an order. */
export type Address = Readonly<Record<string, string | null>>

/** A stored value; dates are milliseconds. */
export type Value = string | number | boolean | Address | null

/** Stored values by property name; unset ones may be missing. */
export type Values = Readonly<Record<string, Value>>

const kinds: Readonly<Record<string, FieldKind>> = {
  t: 'text',
  i: 'int',
  n: 'number',
  y: 'yes',
  d: 'date',
  s: 'split',
  o: 'optional',
  a: 'address',
  x: 'nothing',
}

/** Reads a list of `Name:letter`. Throws on a letter that is no kind: a slip in this emulator. */
export function toFields(list: string): readonly Field[] {
  return list
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const [name = '', letter = ''] = entry.split(':')
      const kind = kinds[letter]
      if (kind === undefined) throw new Error(`the field ${entry} is of no kind`)
      return { name, kind }
    })
}

/** Parts of an address, in the vendor's order. */
export const addressFields: readonly string[] = [
  'Name',
  'Address1',
  'Address2',
  'City',
  'State',
  'PostalCode',
  'Country',
  'ContactName',
  'ContactPhone',
]
