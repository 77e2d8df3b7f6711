// A workflow rule of the tenant: reacts right after a PATCH, so that 200 does not prove the final state.
import { numberIn } from './model/entity.ts'
import type { Row } from './model/field.ts'
import type { Store } from './store/store.ts'
import { updateTicket } from './tickets.ts'

/** Lets the rule of the switch `workflowRevert` act on a ticket the API just changed (autotask-api.md 5.5). */
export function afterApiUpdate(store: Store, before: Row, after: Row): void {
  const rule = store.switches.workflowRevert
  if (!rule || numberIn(after, 'status') !== rule.from || numberIn(before, 'status') === rule.from) return
  store.switches.workflowRevert = rule.times > 1 ? { ...rule, times: rule.times - 1 } : null
  const actor = { by: 'person', resourceID: store.account.resourceID, impersonatorID: null, via: 'workflow' } as const
  updateTicket(store, after, { id: after.id, values: { status: rule.to }, udfs: [] }, actor)
}
