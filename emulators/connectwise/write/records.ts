// Creating, changing and removing records that have no life of their own.
import { invalidObject, RefusalError, type ValidationError } from '../answers.ts'
import { type Entity, numberIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import type { Actor } from '../store/history.ts'
import { rowsWith, type Store, stamp, tableOf, timeNow } from '../store/store.ts'
import type { Table } from '../store/table.ts'
import { partsIn } from '../wire/parts.ts'
import type { Draft } from './draft.ts'
import { setReferences } from './references.ts'

/** A check of one entity's own; adds to `errors` and may complete the record. */
export type Check = (row: Row, before: Row | undefined, errors: ValidationError[]) => void

const noCheck: Check = () => {}

/** Stores a new record with `fixed` values (a parent's id). Throws `RefusalError`, storing nothing. */
export function createRecord(
  store: Store,
  table: Table,
  draft: Draft,
  actor: Actor,
  fixed: Record<string, number> = {},
  check = noCheck,
): Row {
  const row: Row = { ...table.entity.blank, ...fixed, id: table.nextId() }
  return save(store, table, row, undefined, draft, actor, check)
}

/** Changes a record as a PATCH does. Throws `RefusalError`, changing nothing. */
export function changeRecord(
  store: Store,
  table: Table,
  before: Row,
  draft: Draft,
  actor: Actor,
  check = noCheck,
): Row {
  return save(store, table, { ...before }, before, draft, actor, check)
}

/** What a PUT starts from: every field a client may set goes back to its initial value. */
export function emptied(entity: Entity, before: Row): Row {
  const row: Row = { ...before }
  for (const field of entity.kept) row[field.name] = field.initial
  return row
}

/** Replaces a record as a PUT does. Throws `RefusalError`, changing nothing. */
export function replaceRecord(
  store: Store,
  table: Table,
  before: Row,
  draft: Draft,
  actor: Actor,
  check = noCheck,
): Row {
  return save(store, table, emptied(table.entity, before), before, draft, actor, check)
}

/** Removes a record. Throws 409 for a company that others refer to. */
export function removeRecord(store: Store, table: Table, row: Row): void {
  const users = table.entity.name === 'Company' ? ['Ticket', 'Agreement', 'Configuration', 'Contact'] : []
  if (users.some((name) => rowsWith(store, name, 'company', row.id).length > 0)) {
    throw new RefusalError(409, 'Conflict', `${table.entity.title} ${row.id} is in use and cannot be deleted.`)
  }
  table.remove(row.id, timeNow(store))
}

/** Applies a draft and finds what is wrong with the result: unknown references and custom fields. */
export function applyDraft(
  store: Store,
  entity: Entity,
  row: Row,
  before: Row | undefined,
  draft: Draft,
  errors: ValidationError[],
): void {
  for (const field of entity.kept) {
    const value = draft.values[field.name]
    if (value !== undefined) row[field.name] = value
  }
  setReferences(store, entity, row, before, draft, errors)
  const customs = tableOf(store, 'CustomField')
  for (const part of partsIn(row, 'customFields')) {
    if (customs.get(Number(part.id))) continue
    const message = `Custom Field ${part.id} not found.`
    errors.push({ code: 'NotFound', message, resource: entity.label, field: 'customFields/id' })
  }
}

/** Finds the required fields that a record lacks; a wrong value that was reported already is not missing. */
export function checkRequired(entity: Entity, row: Row, errors: ValidationError[]): void {
  for (const field of entity.kept) {
    if (field.required !== 'always' || (row[field.name] !== null && row[field.name] !== '')) continue
    if (errors.some((one) => one.field.split('/')[0] === field.name)) continue
    errors.push(missing(entity, field.name))
  }
}

/** The error for a required field without a value. */
export function missing(entity: Entity, field: string): ValidationError {
  return { code: 'MissingRequiredField', message: `${field} is required.`, resource: entity.label, field }
}

function save(
  store: Store,
  table: Table,
  row: Row,
  before: Row | undefined,
  draft: Draft,
  actor: Actor,
  check: Check,
): Row {
  const { entity } = table
  const errors: ValidationError[] = []
  applyDraft(store, entity, row, before, draft, errors)
  checkRequired(entity, row, errors)
  check(row, before, errors)
  if (errors.length > 0) throw invalidObject(entity.label, errors)
  const now = timeNow(store)
  stamp(row, actor, now)
  table.put(row, now)
  return row
}

/** The computed fields of an addition. */
export const checkAddition: Check = (row) => {
  const quantity = numberIn(row, 'quantity') ?? 0
  const billed = Math.max(0, quantity - (numberIn(row, 'lessIncluded') ?? 0))
  const price = billed * (numberIn(row, 'unitPrice') ?? 0)
  const cost = quantity * (numberIn(row, 'unitCost') ?? 0)
  Object.assign(row, { billedQuantity: billed, extPrice: price, extCost: cost, margin: price - cost })
}
