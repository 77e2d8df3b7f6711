// `fields`: which parts of a record to answer. `_info` comes only when it is named (connectwise-api.md 5).
import type { Entity } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import type { Store } from '../store/store.ts'
import { toWire } from '../wire/wire.ts'

/** Turns records into answers. */
export type Show = (row: Row) => Record<string, unknown>

/** Reads `fields`; names that do not exist are passed over. */
export function readProjection(store: Store, entity: Entity, fields: string, base: string): Show {
  const paths = fields
    .split(',')
    .map((path) => path.trim().toLowerCase().split('/'))
    .filter(([head]) => head !== '')
  if (paths.length === 0) return (row) => toWire(store, entity, row, base)
  const heads = new Set(paths.map(([head]) => head ?? ''))
  return (row) => pick(toWire(store, entity, row, base, heads), paths)
}

function pick(value: Record<string, unknown>, paths: readonly (readonly string[])[]): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) {
    const wanted = paths.filter(([head]) => head === name.toLowerCase()).map(([, ...rest]) => rest)
    if (wanted.length > 0) out[name] = wanted.some((rest) => rest.length === 0) ? inner : pickInner(inner, wanted)
  }
  return out
}

function pickInner(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (Array.isArray(value)) return value.map((one) => pickInner(one, paths))
  return typeof value === 'object' && value !== null ? pick(value as Record<string, unknown>, paths) : value
}
