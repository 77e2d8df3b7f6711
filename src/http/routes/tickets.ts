import { z } from 'zod'
import { giveUpTicket } from '../../usecases/give-up-ticket.ts'
import { listTickets } from '../../usecases/list-tickets.ts'
import { retryTicket } from '../../usecases/retry-ticket.ts'
import { showTicket } from '../../usecases/show-ticket.ts'
import { answers, type Routes } from '../api.ts'
import { Flag, IdParams, IdText, Level, pageOf, pageQuery, Search } from '../schemas/common.ts'
import { Ticket, TicketStory } from '../schemas/tickets.ts'

const tags = ['Tickets']

export const ticketRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/tickets',
    {
      schema: {
        operationId: 'list-tickets',
        summary: 'Tickets, newest first; without a state all but those that are done',
        tags,
        querystring: z.strictObject({
          ...pageQuery,
          state: z.enum(['waiting', 'open', 'closing', 'done', 'any']).optional(),
          stuck: Flag.optional(),
          level: Level.optional(),
          tenantId: IdText.optional(),
          integrationId: IdText.optional(),
          computer: Search.optional(),
          statusKey: Search.optional(),
          eventType: Search.optional(),
        }),
        response: answers(pageOf(Ticket)),
      },
    },
    ({ query }) => listTickets(deps, query),
  )
  api.get(
    '/api/v1/tickets/:id',
    {
      schema: {
        operationId: 'show-ticket',
        summary: 'One ticket with its whole story',
        tags,
        params: IdParams,
        response: answers(TicketStory),
      },
    },
    ({ params }) => showTicket(deps, params),
  )
  api.post(
    '/api/v1/tickets/:id/retry',
    {
      schema: {
        operationId: 'retry-ticket',
        summary: 'Try a ticket again at once, also one that is stuck',
        tags,
        params: IdParams,
        body: z.strictObject({
          presentSettings: z
            .boolean()
            .default(true)
            .describe('true takes over the settings of now; false sends it as it was decided'),
        }),
        response: answers(TicketStory),
      },
    },
    ({ params, body, as }) => retryTicket(as, { ...params, ...body }),
  )
  api.post(
    '/api/v1/tickets/:id/give-up',
    {
      schema: {
        operationId: 'give-up-ticket',
        summary: 'Let go of a ticket; what is at the desk stays as it is',
        tags,
        params: IdParams,
        body: z.strictObject({ reason: z.string().trim().min(1).max(1_000) }),
        response: answers(TicketStory),
      },
    },
    ({ params, body, as }) => giveUpTicket(as, { ...params, ...body }),
  )
}
