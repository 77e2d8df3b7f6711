import { eventRule } from '../core/rule.ts'
import { loadGround } from '../db/ground.ts'
import type { Deps } from './deps.ts'
import { traitsOf } from './event-traits.ts'
import { type Explanation, latestDecision, presentOf } from './explain-condition.ts'
import { type EventView, findEventView } from './list-events.ts'
import { findTicketView } from './list-tickets.ts'
import { notFound } from './request-error.ts'
import { presentWords, ticketWords } from './ticket-words.ts'

/** Why is there a ticket, or none, for this event? Throws `RequestError`. */
export async function explainEvent(deps: Deps, input: { id: number }): Promise<Explanation<EventView>> {
  const event = await findEventView(deps, input.id)
  if (event === null) throw notFound('event', input.id)
  const decision = await latestDecision(deps, 'event_id', input.id)
  const ground = (await loadGround(deps.pool, [event.tenantId])).get(event.tenantId)
  const integration = ground?.mapping?.integration
  const source = await deps.db
    .selectFrom('sources')
    .select('connector')
    .where('id', '=', event.sourceId)
    .executeTakeFirst()
  const { followsSeverity } = traitsOf(deps.sources.get(source?.connector ?? ''))(event.type)
  const severity = followsSeverity ? event.severity : null
  const rule = integration === undefined ? undefined : eventRule(integration.rules, event.type, severity)
  const now = await presentOf(deps, event.tenantId, integration, rule?.enabled ?? false)
  const found = event.ticketId === null ? null : await findTicketView(deps, event.ticketId)
  const past = decision?.words ?? 'Nothing has been decided about this yet.'
  const rest =
    found === null
      ? [
          ...presentWords(now),
          'An event is judged once, when it is received; the next one is judged by the rules of then.',
        ]
      : [ticketWords(found.view)]
  return { subject: event, decision, now, ticket: found?.view ?? null, answer: [past, ...rest].join(' ') }
}
