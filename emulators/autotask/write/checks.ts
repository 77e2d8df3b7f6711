// Checks that hold for every entity: required, length, picklist, reference. Texts: autotask-api.md 5.4 and 8.
import { type Entity, numberIn } from '../model/entity.ts'
import type { FieldDefinition, Row, Value } from '../model/field.ts'
import { picklistOf, type Store } from '../store/store.ts'
import type { Draft } from './body.ts'

/**
 * Checks a row about to be stored; `before` is the row it replaces. Only what changed is checked, so that a record with
 * an old value that was retired since can still be worked on. Adds to `errors`.
 */
export function checkRow(
  store: Store,
  entity: Entity,
  row: Row,
  before: Row | undefined,
  draft: Draft,
  errors: string[],
): void {
  for (const field of entity.required) {
    const value = row[field.name]
    if (value === null || value === '') errors.push(`Missing Required Field: ${field.name}`)
  }
  for (const name in draft.values) {
    const value = draft.values[name] ?? null
    if (value === null || value === '' || value === before?.[name]) continue
    const field = entity.field(name)
    if (field) checkValue(store, entity, row, field, value, errors)
  }
  for (const udf of draft.udfs) {
    const length = entity.udfs.find((one) => one.name === udf.name)?.length ?? 0
    if (length > 0 && (udf.value?.length ?? 0) > length) errors.push(tooLong(udf.name, length))
  }
}

function checkValue(
  store: Store,
  entity: Entity,
  row: Row,
  field: FieldDefinition,
  value: string | number | boolean,
  errors: string[],
): void {
  if (field.length > 0 && String(value).length > field.length) errors.push(tooLong(field.name, field.length))
  if (field.isPickList) checkPicklist(store, entity, row, field, Number(value), errors)
  // The work type of a ticket has a text of its own.
  if (field.reference === '' || (field.name === 'billingCodeID' && entity.name === 'Ticket')) return
  if (!refersToActive(store, field, Number(value))) errors.push(badReference(field))
}

function checkPicklist(
  store: Store,
  entity: Entity,
  row: Row,
  field: FieldDefinition,
  value: number,
  errors: string[],
): void {
  const known = picklistOf(store, entity.name, field.name)?.get(value)
  if (!known?.isActive) {
    errors.push(`Picklist value [${value}] does not exist for ${field.name}. ; on record number [1].`)
    return
  }
  if (field.picklistParent === '') return
  const parent = numberIn(row, field.picklistParent)
  if (known.parentValue !== String(parent)) errors.push(`Value does not exist for child picklist: ${field.name}`)
}

/** Whether the record a field points at exists and is active. */
function refersToActive(store: Store, field: FieldDefinition, id: number): boolean {
  const row = store.tables.get(field.reference)?.get(id)
  if (!row) return false
  // A webhook gets its rows while it is still switched off.
  if (field.reference === 'TicketWebhook') return true
  const active: Value | undefined = row.isActive as Value | undefined
  return active === undefined || active === null || active === true || active === 1
}

/** The text for a reference to nothing, or to something inactive. */
export function badReference(field: FieldDefinition): string {
  return `Reference value on field: ${field.name} of type: ${field.reference} does not exist or is invalid.`
}

// The real wording is not recorded (autotask-api.md 12.14); that the field is named is.
function tooLong(name: string, length: number): string {
  return `The value of ${name} exceeds the maximum length of ${length} characters.; on record number [1].`
}
