// Create, update and delete of every entity that has no life of its own.
import { RefusalError } from '../answers.ts'
import type { Entity } from '../model/entity.ts'
import type { Row, Value } from '../model/field.ts'
import type { Actor } from '../store/history.ts'
import { type Store, timeNow } from '../store/store.ts'
import type { Table } from '../store/table.ts'
import type { Draft } from './body.ts'
import { checkRow } from './checks.ts'
import { mergeUdfs, newUdfs } from './udf-values.ts'

/** Fields the service fills, wherever an entity has them. */
const createdTimes = ['createDate', 'createDateTime', 'createdDateTime']
const touchedTimes = ['lastActivityDate', 'lastModifiedDate', 'lastModifiedTime', 'lastTrackedModifiedDateTime']
const creators = ['creatorResourceID', 'createdByResourceID', 'createdByPersonID']

/** A further check of one entity; adds to `errors`. */
export type ExtraCheck = (row: Row, before: Row | undefined, errors: string[]) => void

/** Stores a new record and gives it. Throws `RefusalError`, storing nothing. */
export function createRecord(store: Store, table: Table, draft: Draft, actor: Actor, check?: ExtraCheck): Row {
  const { entity } = table
  const now = timeNow(store)
  const row: Row = { ...entity.blank, id: table.takeId() }
  Object.assign(row, draft.values)
  row.userDefinedFields = newUdfs(entity, draft.udfs)
  if ('isActive' in row && draft.values.isActive === undefined && !entity.field('isActive')?.isRequired) {
    row.isActive = true
  }
  for (const name of [...createdTimes, ...touchedTimes]) if (name in row) row[name] = now
  for (const name of creators) if (name in row) row[name] = actor.resourceID
  if ('impersonatorCreatorResourceID' in row) row.impersonatorCreatorResourceID = actor.impersonatorID
  checkAndPut(store, table, row, undefined, draft, check)
  return row
}

/** Replaces a record by its changed form and gives that. Throws `RefusalError`, changing nothing. */
export function updateRecord(
  store: Store,
  table: Table,
  before: Row,
  draft: Draft,
  actor: Actor,
  check?: ExtraCheck,
): Row {
  const now = timeNow(store)
  const row: Row = { ...before, ...draft.values }
  row.userDefinedFields = mergeUdfs(table.entity, before.userDefinedFields, draft.udfs)
  for (const name of touchedTimes) if (name in row) row[name] = now
  if ('impersonatorUpdaterResourceID' in row && actor.impersonatorID !== null) {
    row.impersonatorUpdaterResourceID = actor.resourceID
  }
  checkAndPut(store, table, row, before, draft, check)
  return row
}

/** Extends a draft to what PUT means: writable fields left out become unset (autotask-api.md 2). */
export function toFullDraft(entity: Entity, draft: Draft): Draft {
  const values: Record<string, Value> = { ...draft.values }
  for (const field of entity.fields) {
    if (field.name !== 'id' && !field.isReadOnly && !field.isFixed) values[field.name] ??= field.empty
  }
  const sent = new Set(draft.udfs.map((udf) => udf.name))
  const unsent = entity.udfs.filter((udf) => !sent.has(udf.name)).map(({ name }) => ({ name, value: null }))
  return { ...draft, values, udfs: [...draft.udfs, ...unsent] }
}

/** The record an update or delete means. Throws `RefusalError` when there is none. */
export function findRecord(table: Table, id: number | null, operation: 'update' | 'delete'): Row {
  if (id === null) throw new RefusalError(['Missing Required Field: id'])
  const row = table.get(id)
  if (row) return row
  throw new RefusalError([noRecord(operation)])
}

/** The text for a record that is not there; recorded for DELETE (autotask-api.md 8). */
export function noRecord(operation: 'update' | 'delete'): string {
  return (
    'No message. No matching records found. The logged in Resource may not have the required permissions to ' +
    `${operation} the data.`
  )
}

function checkAndPut(
  store: Store,
  table: Table,
  row: Row,
  before: Row | undefined,
  draft: Draft,
  check: ExtraCheck | undefined,
): void {
  const errors: string[] = []
  checkRow(store, table.entity, row, before, draft, errors)
  check?.(row, before, errors)
  if (errors.length > 0) throw new RefusalError(errors)
  table.put(row, timeNow(store))
}
