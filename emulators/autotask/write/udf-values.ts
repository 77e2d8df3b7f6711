import type { Entity } from '../model/entity.ts'
import type { UdfValue } from '../model/field.ts'

/** User-defined fields after an update: those sent replace or end, the others stay; in the order defined. */
export function mergeUdfs(entity: Entity, old: readonly UdfValue[], sent: readonly UdfValue[]): readonly UdfValue[] {
  if (sent.length === 0) return old
  const values = new Map([...old, ...sent].map((udf) => [udf.name, udf.value]))
  return entity.udfs.flatMap(({ name }) => {
    const value = values.get(name) ?? null
    return value === null ? [] : [{ name, value }]
  })
}

/** User-defined fields of a new record: what was sent, else the defaults. */
export function newUdfs(entity: Entity, sent: readonly UdfValue[]): readonly UdfValue[] {
  const defaults = entity.udfs.filter((udf) => udf.defaultValue !== '')
  if (defaults.length === 0 && sent.length === 0) return entity.blank.userDefinedFields
  return mergeUdfs(
    entity,
    defaults.map(({ name, defaultValue }) => ({ name, value: defaultValue })),
    sent,
  )
}
