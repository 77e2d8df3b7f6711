import type { DecisionOutcome, DecisionReason } from '../core/decide.ts'
import type { FieldValues } from '../core/ticket.ts'
import { decisionWords } from './decision-words.ts'
import type { Deps } from './deps.ts'
import { type ConditionView, findConditionView } from './list-conditions.ts'
import { type EventView, findEventView } from './list-events.ts'
import { findTicketView } from './list-tickets.ts'
import { notFound } from './request-error.ts'
import type { TicketView } from './ticket-view.ts'

/** A decision with its reason in plain words. */
export type DecisionView = {
  readonly id: number
  readonly at: Date
  readonly outcome: DecisionOutcome
  readonly reason: DecisionReason
  readonly words: string
}

/** What was done at the desk, and what it answered. */
export type StepView = {
  readonly id: number
  readonly at: Date
  readonly step: string
  readonly reason: string
  readonly result: string
  readonly message: string
  readonly durationMs: number
}

export type TicketStory = {
  readonly ticket: TicketView
  readonly description: string
  readonly reference: string
  readonly general: FieldValues
  readonly fields: FieldValues
  readonly condition: ConditionView | null
  readonly event: EventView | null
  /** Oldest first, the latest 200 of each. */
  readonly decisions: readonly DecisionView[]
  readonly steps: readonly StepView[]
}

const longestStory = 200

/** One ticket with its whole story. Throws `RequestError`. */
export async function showTicket(deps: Deps, input: { id: number }): Promise<TicketStory> {
  const found = await findTicketView(deps, input.id)
  const row = await deps.db
    .selectFrom('tickets')
    .select(['description', 'reference', 'general', 'fields'])
    .where('id', '=', input.id)
    .executeTakeFirst()
  if (found === null || row === undefined) throw notFound('ticket', input.id)
  const { conditionId, eventId } = found.view
  const decisions = await deps.db
    .selectFrom('decisions')
    .select(['id', 'at', 'outcome', 'reason'])
    .where('ticket_id', '=', input.id)
    .orderBy('id', 'desc')
    .limit(longestStory)
    .execute()
  const steps = await deps.db
    .selectFrom('ticket_steps')
    .select(['id', 'at', 'step', 'reason', 'result', 'message', 'duration_ms as durationMs'])
    .where('ticket_id', '=', input.id)
    .orderBy('id', 'desc')
    .limit(longestStory)
    .execute()
  return {
    ticket: found.view,
    ...row,
    condition: conditionId === null ? null : await findConditionView(deps, conditionId),
    event: eventId === null ? null : await findEventView(deps, eventId),
    decisions: decisions.reverse().map((one) => ({ ...one, words: decisionWords[one.reason] })),
    steps: steps.reverse(),
  }
}
