import type { Row, Value } from '../model/field.ts'
import { type Store, stamp, tableOf, timeNow } from '../store/store.ts'

const setupActor = { by: 'person', memberId: 0, identifier: 'zAdmin' } as const

/** Puts a record in as it is: what is seeded is not held to the rules of the API. */
export function put(store: Store, name: string, values: Record<string, Value>): Row {
  const table = tableOf(store, name)
  const row: Row = { ...table.entity.blank, id: table.nextId(), ...values }
  const now = timeNow(store)
  stamp(row, setupActor, now)
  table.put(row, now)
  return row
}
