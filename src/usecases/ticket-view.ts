import type { EndReason } from '../core/condition.ts'
import type { TroubleLevel } from '../core/observation.ts'
import type { FieldValues, Outcome, Phase, Want } from '../core/ticket.ts'
import type { StoredFailure } from '../db/tables.ts'

/**
 * Where a ticket stands, in one word: `waiting` to be opened at the desk, `open` there, `closing` when its end is decided and not
 * yet done, `done`.
 */
export type TicketState = 'waiting' | 'open' | 'closing' | 'done'

/** A failure as it is shown: the connector's own words. */
export type FailureView = { readonly kind: string; readonly reason: string; readonly message: string }

export type TicketView = {
  readonly id: number
  readonly state: TicketState
  /** Stopped until a person helps; `failure` says why. */
  readonly stuck: boolean
  readonly failure: FailureView | null
  /** When it is tried again; null when nothing is to be done. */
  readonly nextTryAt: Date | null
  readonly title: string
  readonly level: TroubleLevel
  readonly integrationId: number
  readonly psaId: number
  readonly tenantId: number
  readonly tenantName: string
  readonly accountId: string
  readonly computerName: string
  readonly statusKey: string | null
  readonly eventType: string | null
  readonly conditionId: number | null
  readonly eventId: number | null
  readonly deskTicketId: string | null
  /** The number under which people know it; some desks tell it only when they are read the next time. */
  readonly deskNumber: string | null
  /** Address at the desk; empty when unknown. */
  readonly link: string
  /** Not to be opened before this moment. */
  readonly notBefore: Date | null
  readonly repeats: number
  /** A person reopened it: Tocsin leaves it alone. */
  readonly released: boolean
  readonly endReason: EndReason | null
  readonly outcome: Outcome | null
  readonly createdAt: Date
  readonly openedAt: Date | null
  readonly closedAt: Date | null
  readonly doneAt: Date | null
}

/** A row of `tickets` with the names it needs from its neighbours. */
export type TicketViewRow = {
  id: number
  want: Want
  phase: Phase
  stuck: boolean
  failure: StoredFailure | null
  due_at: Date | null
  title: string
  level: TroubleLevel
  integration_id: number
  psa_id: number
  tenant_id: number
  tenant_name: string
  account_id: string
  computer_name: string | null
  event_computer_name: string | null
  status_key: string | null
  event_type: string | null
  condition_id: number | null
  event_id: number | null
  desk_ticket_id: string | null
  desk_number: string | null
  not_before: Date | null
  repeats: number
  released: boolean
  end_reason: EndReason | null
  outcome: Outcome | null
  created_at: Date
  opened_at: Date | null
  closed_at: Date | null
  done_at: Date | null
  general: FieldValues
  fields: FieldValues
}

export function ticketState(row: { done_at: Date | null; want: Want; phase: Phase }): TicketState {
  if (row.done_at !== null) return 'done'
  if (row.want !== 'open') return 'closing'
  if (row.phase === 'absent') return 'waiting'
  return row.phase === 'open' ? 'open' : 'closing'
}

export function toFailureView(failure: StoredFailure | null): FailureView | null {
  if (failure === null) return null
  const { kind, reason, message } = failure
  return { kind, reason, message }
}

export function toTicketView(row: TicketViewRow, link: string): TicketView {
  return {
    id: row.id,
    state: ticketState(row),
    stuck: row.stuck && row.done_at === null,
    failure: toFailureView(row.failure),
    nextTryAt: row.due_at,
    title: row.title,
    level: row.level,
    integrationId: row.integration_id,
    psaId: row.psa_id,
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    accountId: row.account_id,
    computerName: row.computer_name ?? row.event_computer_name ?? '',
    statusKey: row.status_key,
    eventType: row.event_type,
    conditionId: row.condition_id,
    eventId: row.event_id,
    deskTicketId: row.desk_ticket_id,
    deskNumber: row.desk_number || null,
    link,
    notBefore: row.not_before,
    repeats: row.repeats,
    released: row.released,
    endReason: row.end_reason,
    outcome: row.outcome,
    createdAt: row.created_at,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
    doneAt: row.done_at,
  }
}
