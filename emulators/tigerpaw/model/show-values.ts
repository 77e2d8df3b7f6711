// From stored values to the properties of an answer.
import { formatDate } from '../wire/dates.ts'
import type { Json } from '../wire/xml-write.ts'
import { addressFields, type Field, type Value, type Values } from './fields.ts'

/** All properties of a model, unset ones as null. `offset` is the tenant's time zone in minutes. */
export function showValues(fields: readonly Field[], values: Values, offset: number): Record<string, Json> {
  const shown: Record<string, Json> = {}
  for (const field of fields) shown[field.name] = showValue(field, values[field.name], offset)
  return shown
}

function showValue(field: Field, value: Value | undefined, offset: number): Json {
  if (value === null || value === undefined) return null
  if (field.kind === 'date' && typeof value === 'number') return formatDate(value, offset)
  if (field.kind === 'address' && typeof value === 'object') {
    return Object.fromEntries(addressFields.map((name) => [name, value[name] ?? null]))
  }
  return value
}
