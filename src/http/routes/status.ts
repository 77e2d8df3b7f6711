import { z } from 'zod'
import { hurryDuty } from '../../usecases/hurry-duty.ts'
import { showOverview } from '../../usecases/show-overview.ts'
import { showStatus } from '../../usecases/show-status.ts'
import { answers, type Routes } from '../api.ts'
import { Moment } from '../schemas/common.ts'
import { Overview } from '../schemas/overview.ts'
import { Status } from '../schemas/status.ts'

const tags = ['Status']

export const statusRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/status',
    {
      schema: { operationId: 'show-status', summary: 'How everything is doing', tags, response: answers(Status) },
    },
    () => showStatus(deps),
  )
  api.get(
    '/api/v1/overview',
    {
      schema: {
        operationId: 'show-overview',
        summary: 'What is wrong now by client and by reason, and the tickets of the last thirty days',
        tags,
        querystring: z.strictObject({ zone: z.string().min(1).max(60).default('UTC').describe('IANA time zone') }),
        response: answers(Overview),
      },
    },
    ({ query, as }) => showOverview(as, query),
  )
  api.post(
    '/api/v1/duties/hurry',
    {
      schema: {
        operationId: 'hurry-duty',
        summary: 'Make a poll or reading due now',
        tags,
        body: z.strictObject({
          kind: z.enum([
            'poll-computers',
            'poll-events',
            'read-changes',
            'read-options',
            'keep-house',
            'forget-old',
            'watch-self',
            'tell-webhook',
            'conduct-drill',
            'poll-mailbox',
          ]),
          subjectId: z.int().min(0).describe('id of the source or the PSA; 0 for a duty of no connection'),
        }),
        response: answers(z.object({ dueAt: Moment, running: z.boolean() })),
      },
    },
    ({ body, as }) => hurryDuty(as, body),
  )
}
