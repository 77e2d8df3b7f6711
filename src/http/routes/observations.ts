import { z } from 'zod'
import { explainCondition } from '../../usecases/explain-condition.ts'
import { explainEvent } from '../../usecases/explain-event.ts'
import { listConditions } from '../../usecases/list-conditions.ts'
import { listEvents } from '../../usecases/list-events.ts'
import { answers, type Routes } from '../api.ts'
import { IdParams, IdText, Level, pageOf, pageQuery, Search, Severity } from '../schemas/common.ts'
import { Condition, ConditionExplanation, Event, EventExplanation } from '../schemas/tickets.ts'

const tags = ['Conditions and events']

export const observationRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/conditions',
    {
      schema: {
        operationId: 'list-conditions',
        summary: 'Status descriptions that hold on computers, newest first',
        tags,
        querystring: z.strictObject({
          ...pageQuery,
          state: z.enum(['holding', 'ended', 'any']).optional(),
          sourceId: IdText.optional(),
          tenantId: IdText.optional(),
          level: Level.optional(),
          computer: Search.optional(),
          statusKey: Search.optional(),
        }),
        response: answers(pageOf(Condition)),
      },
    },
    ({ query }) => listConditions(deps, query),
  )
  api.get(
    '/api/v1/conditions/:id/explanation',
    {
      schema: {
        operationId: 'explain-condition',
        summary: 'Why is there a ticket, or none, for this condition?',
        tags,
        params: IdParams,
        response: answers(ConditionExplanation),
      },
    },
    ({ params }) => explainCondition(deps, params),
  )
  api.get(
    '/api/v1/events',
    {
      schema: {
        operationId: 'list-events',
        summary: 'Events at Warning and above, newest first',
        tags,
        querystring: z.strictObject({
          ...pageQuery,
          sourceId: IdText.optional(),
          tenantId: IdText.optional(),
          severity: Severity.optional(),
          type: Search.optional(),
          computer: Search.optional(),
        }),
        response: answers(pageOf(Event)),
      },
    },
    ({ query }) => listEvents(deps, query),
  )
  api.get(
    '/api/v1/events/:id/explanation',
    {
      schema: {
        operationId: 'explain-event',
        summary: 'Why is there a ticket, or none, for this event?',
        tags,
        params: IdParams,
        response: answers(EventExplanation),
      },
    },
    ({ params }) => explainEvent(deps, params),
  )
}
