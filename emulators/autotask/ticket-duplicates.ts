import { textIn } from './model/entity.ts'
import type { Row } from './model/field.ts'
import { type Store, tableOf } from './store/store.ts'
import { isOpen } from './store/tally.ts'

/**
 * The open ticket of the same company that a new one repeats, when the tenant handles duplicates (autotask-api.md 5.6);
 * the switch `duplicateHandling` says by which text they are recognised.
 */
export function findDuplicate(store: Store, row: Row): Row | undefined {
  const field = store.switches.duplicateHandling
  if (field === 'off' || textIn(row, field) === '') return undefined
  const table = tableOf(store, 'Ticket')
  const wanted = textIn(row, field).toLowerCase()
  const ids = table.find('companyID', row.companyID as number) ?? []
  for (const id of ids) {
    const other = table.get(id)
    if (other && isOpen(other) && textIn(other, field).toLowerCase() === wanted) return other
  }
  return undefined
}
