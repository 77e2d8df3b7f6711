import { eventRule, type Rules, statusRule } from '../core/rule.ts'
import { loadGround } from '../db/ground.ts'
import { decisionWords, idleReasons } from './decision-words.ts'
import type { Deps } from './deps.ts'
import { type ConditionView, findConditionView } from './list-conditions.ts'
import { findTicketView } from './list-tickets.ts'
import { notFound } from './request-error.ts'
import type { DecisionView } from './show-ticket.ts'
import type { TicketView } from './ticket-view.ts'
import { presentWords, type TicketNow, ticketWords } from './ticket-words.ts'

export type Explanation<Subject> = {
  readonly subject: Subject
  /** The answer in plain words: what was decided last, what is true now, and what would change it. */
  readonly answer: string
  /** What was decided last; null: nothing yet. */
  readonly decision: DecisionView | null
  readonly now: TicketNow
  readonly ticket: TicketView | null
}

/** Why is there a ticket, or none, for this condition? Throws `RequestError`. */
export async function explainCondition(deps: Deps, input: { id: number }): Promise<Explanation<ConditionView>> {
  const condition = await findConditionView(deps, input.id)
  if (condition === null) throw notFound('condition', input.id)
  const decision = await latestDecision(deps, 'condition_id', input.id)
  const ground = (await loadGround(deps.pool, [condition.tenantId])).get(condition.tenantId)
  const integration = ground?.mapping?.integration
  const rule = integration === undefined ? undefined : conditionRule(integration.rules, condition)
  const now = await presentOf(deps, condition.tenantId, integration, rule?.enabled ?? false)
  const found = condition.ticket === null ? null : await findTicketView(deps, condition.ticket.id)
  const ticket = found?.view ?? null
  return { subject: condition, decision, now, ticket, answer: answerFor(condition, decision, now, ticket) }
}

function conditionRule(rules: Rules, { level, statusKey, eventSeverity }: ConditionView) {
  return eventSeverity === null ? statusRule(rules, level, statusKey) : eventRule(rules, statusKey, null)
}

function answerFor(
  condition: ConditionView,
  decision: DecisionView | null,
  now: TicketNow,
  ticket: TicketView | null,
): string {
  const past = decision === null ? ['Nothing has been decided about this yet.'] : [decision.words]
  if (ticket !== null) return [...past, ticketWords(ticket)].join(' ')
  if (condition.endedAt !== null) return [...past, 'It has ended, so no ticket is needed any more.'].join(' ')
  const present = presentWords(now)
  const way =
    present.length === 0
      ? ['Nothing stands against a ticket now: open it through “open what held before”.']
      : [
          ...present,
          'After that, open it through “open what held before”: changes are never applied to what is wrong already.',
        ]
  return [...past, ...way].join(' ')
}

/** The latest decision about a condition or an event that says something. */
export async function latestDecision(
  deps: Deps,
  column: 'condition_id' | 'event_id',
  id: number,
): Promise<DecisionView | null> {
  const latest = deps.db
    .selectFrom('decisions')
    .select(['id', 'at', 'outcome', 'reason'])
    .where(column, '=', id)
    .orderBy('id', 'desc')
    .limit(1)
  const telling = await latest.where('reason', 'not in', [...idleReasons]).executeTakeFirst()
  const row = telling ?? (await latest.executeTakeFirst())
  return row === undefined ? null : { ...row, words: decisionWords[row.reason] }
}

/** What is true now about a tenant and a rule. */
export async function presentOf(
  deps: Deps,
  tenantId: number,
  integration: { readonly id: number; readonly pausedUntil: Date | null } | undefined,
  ruleOn: boolean,
): Promise<TicketNow> {
  const tenant = await deps.db
    .selectFrom('tenants')
    .select(['failing_since', 'vanished_at'])
    .where('id', '=', tenantId)
    .executeTakeFirst()
  const paused = integration?.pausedUntil ?? null
  return {
    mapped: integration !== undefined,
    integrationId: integration?.id ?? null,
    ruleOn,
    pausedUntil: paused !== null && paused > deps.clock.now() ? paused : null,
    tenantFailingSince: tenant?.failing_since ?? null,
    tenantVanishedAt: tenant?.vanished_at ?? null,
  }
}
