// A workflow rule of the tenant that re-opens what the API closed, so that 200 does not prove the final state.
import { numberIn } from '../model/entity.ts'
import type { Row } from '../model/field.ts'
import { rowsWith, type Store } from '../store/store.ts'
import { isOpen } from '../store/tally.ts'
import { emptyDraft } from '../write/draft.ts'
import { changeTicket } from './tickets.ts'

/** Lets the rule of the switch `workflowReopen` act on a ticket that the API just changed. */
export function afterApiChange(store: Store, before: Row, after: Row): void {
  const rule = store.switches.workflowReopen
  if (!rule || isOpen(after) || !isOpen(before)) return
  const statuses = rowsWith(store, 'BoardStatus', 'board', numberIn(after, 'board') ?? 0)
  const status = statuses.find((one) => one.name === rule.to)
  if (!status) return
  store.switches.workflowReopen = rule.times > 1 ? { ...rule, times: rule.times - 1 } : null
  const actor = { by: 'person', memberId: store.account.memberId, identifier: 'workflow', via: 'workflow' } as const
  changeTicket(store, after, { ...emptyDraft(), references: { status: { key: 'id', value: status.id } } }, actor)
}
