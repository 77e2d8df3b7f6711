// Stored records to the JSON of answers: references expanded, times as text, `_info` with stamps and links.
import { type Entity, numbersIn, readReference, stampFields } from '../model/entity.ts'
import type { Field, Row, Value } from '../model/field.ts'
import { type Store, tableOf } from '../store/store.ts'
import { partsIn, showCustomFields, showReference } from './parts.ts'
import { formatTime } from './time.ts'

/** Where links point: the API root of the router prefix, which never moves. */
export function linkBase(origin: string): string {
  return `${origin}/v4_6_release/apis/3.0/`
}

/** One record as the object to be turned into JSON. `only`: top-level names wanted, in lower case. */
export function toWire(
  store: Store,
  entity: Entity,
  row: Row,
  base: string,
  only?: ReadonlySet<string>,
): Record<string, unknown> {
  const { showNulls } = store.switches
  const out: Record<string, unknown> = {}
  const custom: Field[] = []
  for (const field of entity.fields) {
    if (only && !only.has(field.name.toLowerCase())) continue
    if (field.kind === 'custom') {
      custom.push(field)
      continue
    }
    const value = row[field.name] ?? null
    if (value === null) {
      if (showNulls) out[field.name] = null
    } else out[field.name] = show(store, field, value, row, base)
  }
  if (!only || only.has('_info')) out._info = info(entity, row, base)
  for (const field of custom) out[field.name] = showCustomFields(store, row)
  return out
}

function show(store: Store, field: Field, value: Value, row: Row, base: string): unknown {
  switch (field.kind) {
    case 'time':
      return formatTime(Number(value))
    case 'ref':
      return expand(store, field.to, Number(value), base)
    case 'refs':
      return numbersIn(row, field.name).map((id) => expand(store, field.to, id, base))
    case 'parts':
      return partsIn(row, field.name).map((part) =>
        typeof part.type === 'string' ? { ...part, type: { name: part.type } } : part,
      )
    default:
      return value
  }
}

/** `{id, name, _info: {board_href}}`, however little of it was sent. */
function expand(store: Store, to: string, id: number, base: string): object {
  const { entity, get } = tableOf(store, to)
  const row = get(id)
  if (!row) return showReference(store, to, id)
  const out: Record<string, unknown> = { id }
  for (const name of entity.reference) {
    const value = readReference(entity, row, name)
    if (value !== '') out[name] = value
  }
  out._info = { [`${entity.link}_href`]: base + entity.pathOf(row) }
  return out
}

function info(entity: Entity, row: Row, base: string): object {
  const out: Record<string, unknown> = {}
  for (const { name, kind } of stampFields) {
    const value = row[name]
    if (value !== null && value !== undefined) out[name] = kind === 'time' ? formatTime(Number(value)) : value
  }
  if (entity.links.length > 0) {
    const own = base + entity.pathOf(row)
    for (const link of entity.links) out[`${link}_href`] = `${own}/${link}`
  }
  return out
}
