// Parts of records that are put together when they are shown.
import { numberIn, readReference, textIn } from '../model/entity.ts'
import type { Part, Row, Scalar } from '../model/field.ts'
import { type Store, tableOf } from '../store/store.ts'

/** A reference without its links: the id, and what the target shows beside it. */
export function showReference(store: Store, to: string, id: number): Part {
  const { entity, get } = tableOf(store, to)
  const row = get(id)
  const shown: Record<string, Scalar> = { id }
  if (row) for (const name of entity.reference) shown[name] = readReference(entity, row, name)
  return shown
}

/** Every custom field of the tenant with this record's values. */
export function showCustomFields(store: Store, row: Row): Part[] {
  const values = partsIn(row, 'customFields')
  return tableOf(store, 'CustomField')
    .all()
    .map((definition) => ({
      id: definition.id,
      caption: textIn(definition, 'caption'),
      type: textIn(definition, 'fieldTypeIdentifier'),
      entryMethod: 'EntryField',
      numberOfDecimals: numberIn(definition, 'numberDecimals'),
      value: values.find((one) => one.id === definition.id)?.value ?? null,
    }))
}

/** The elements of an array field that holds objects. */
export function partsIn(row: Row, name: string): readonly Part[] {
  const value = row[name]
  return Array.isArray(value) ? value.filter((one): one is Part => typeof one === 'object') : []
}
