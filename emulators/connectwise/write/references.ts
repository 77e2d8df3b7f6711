// Looking up what a write refers to.
import type { ValidationError } from '../answers.ts'
import type { Entity } from '../model/entity.ts'
import { readReference } from '../model/entity.ts'
import type { Field, Row } from '../model/field.ts'
import { rowsWith, type Store, tableOf } from '../store/store.ts'
import type { Draft, GivenReference } from './draft.ts'

/**
 * Sets the references of a draft in `row`, but those that a board decides about. `before` is the record as it was, whose
 * references stay good. What is not found goes to `errors`.
 */
export function setReferences(
  store: Store,
  entity: Entity,
  row: Row,
  before: Row | undefined,
  draft: Draft,
  errors: ValidationError[],
): void {
  for (const [name, given] of Object.entries(draft.references)) {
    const field = entity.field(name)
    if (!field || field.ofBoard) continue
    row[field.name] = given === null ? null : lookUp(store, entity, field, given, before?.[field.name], errors)
  }
  for (const [name, all] of Object.entries(draft.lists)) {
    const field = entity.field(name)
    if (!field) continue
    const ids = all.map((given) => given && lookUp(store, entity, field, given, null, errors))
    row[field.name] = ids.filter((id) => id !== null)
  }
}

/** The record that a reference names among `candidates`, whatever case its texts are in. */
export function findGiven(
  candidates: readonly Row[],
  entity: Entity,
  given: NonNullable<GivenReference>,
): Row | undefined {
  const wanted = String(given.value).toLowerCase()
  return candidates.find((row) =>
    given.key === 'id' ? row.id === given.value : readReference(entity, row, given.key).toLowerCase() === wanted,
  )
}

/** Whether a record is out of use: archived, inactive, deleted. */
export function isInactive(entity: Entity, row: Row): boolean {
  return entity.inactive !== '' && row[entity.inactive] === true
}

/** Gives the id, or null with an error. A record out of use stays where it is but cannot be chosen anew. */
function lookUp(
  store: Store,
  entity: Entity,
  field: Field,
  given: NonNullable<GivenReference>,
  present: Row[string] | undefined,
  errors: ValidationError[],
): number | null {
  const target = tableOf(store, field.to)
  const row = findGiven(candidatesFor(store, field.to, given), target.entity, given)
  const isDeleted = row?.deletedFlag === true
  const place = { resource: entity.label, field: `${field.name}/${given.key}` }
  if (!row || (isDeleted && row.id !== present)) {
    errors.push({ code: 'NotFound', message: `${target.entity.title} ${given.value} not found.`, ...place })
    return null
  }
  if (row.id !== present && isInactive(target.entity, row)) {
    const message = `${target.entity.title} ${target.entity.nameOf(row)} is inactive.`
    errors.push({ code: 'InvalidField', message, ...place })
    return null
  }
  return row.id
}

function candidatesFor(store: Store, to: string, given: NonNullable<GivenReference>): Row[] {
  const table = tableOf(store, to)
  if (given.key === 'id') {
    const row = table.get(Number(given.value))
    return row ? [row] : []
  }
  return table.entity.indexes.includes(given.key) ? rowsWith(store, to, given.key, given.value) : table.all()
}
