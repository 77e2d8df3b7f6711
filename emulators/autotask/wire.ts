// Stored rows to the JSON of answers: times as UTC with up to three fraction digits, fractional numbers with four.
import type { Entity } from './model/entity.ts'
import type { FieldDefinition, Row, Value } from './model/field.ts'

// In Node 24, not yet in TypeScript's library of this target.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

/** Which properties of a row to answer, as `IncludeFields` asked. */
export type Selection = { fields: readonly FieldDefinition[]; udfs: ReadonlySet<string> | 'all' | 'none' }

/** One row as the object to be turned into JSON. */
export function toWire(entity: Entity, row: Row, selection?: Selection): Record<string, unknown> {
  if (!selection) {
    const out: Record<string, unknown> = { ...row }
    for (const field of entity.converted) out[field.name] = convert(field, row[field.name] as Value)
    return out
  }
  const out: Record<string, unknown> = {}
  for (const field of selection.fields) out[field.name] = convert(field, row[field.name] as Value)
  const { udfs } = selection
  if (udfs !== 'none') {
    out.userDefinedFields = row.userDefinedFields.filter((udf) => udfs === 'all' || udfs.has(udf.name))
  }
  return out
}

/** `2026-11-22T07:01:12.2Z`: zeros at the end of the fraction are left out (autotask-api.md 2). */
export function formatTime(time: number): string {
  const text = new Date(time).toISOString()
  if (text.charCodeAt(22) !== 48) return text
  return `${text.slice(0, -1).replace(/\.?0+$/, '')}Z`
}

function convert(field: FieldDefinition, value: Value): unknown {
  if (typeof value !== 'number') return value
  if (field.dataType === 'datetime') return formatTime(value)
  return field.dataType === 'decimal' || field.dataType === 'double' ? rawJSON(value.toFixed(4)) : value
}
