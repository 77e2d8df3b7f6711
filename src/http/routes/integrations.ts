import { createIntegration } from '../../usecases/create-integration.ts'
import { deleteIntegration } from '../../usecases/delete-integration.ts'
import { listIntegrations } from '../../usecases/list-integrations.ts'
import { pauseIntegration } from '../../usecases/pause-integration.ts'
import { previewTicketText } from '../../usecases/preview-ticket-text.ts'
import { showIntegration } from '../../usecases/show-integration.ts'
import { updateIntegration } from '../../usecases/update-integration.ts'
import { answers, noContent, type Routes } from '../api.ts'
import { IdParams, listOf } from '../schemas/common.ts'
import {
  CreateIntegration,
  Integration,
  PauseIntegration,
  PreviewTicketText,
  TicketTextPreview,
  UpdateIntegration,
} from '../schemas/connections.ts'

const tags = ['Integrations']

export const integrationRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/integrations',
    {
      schema: {
        operationId: 'list-integrations',
        summary: 'All integrations',
        tags,
        response: answers(listOf(Integration)),
      },
    },
    () => listIntegrations(deps),
  )
  api.post(
    '/api/v1/integrations',
    {
      schema: {
        operationId: 'create-integration',
        summary: 'Pair a source with a PSA; no tenant is mapped and every rule is off',
        tags,
        body: CreateIntegration,
        response: answers(Integration),
      },
    },
    ({ body, as }) => createIntegration(as, body),
  )
  api.post(
    '/api/v1/integrations/preview-text',
    {
      schema: {
        operationId: 'preview-ticket-text',
        summary: 'What a ticket would read like, with an invented computer and client',
        tags,
        body: PreviewTicketText,
        response: answers(TicketTextPreview),
      },
    },
    ({ body }) => previewTicketText(deps, body),
  )
  api.get(
    '/api/v1/integrations/:id',
    {
      schema: {
        operationId: 'show-integration',
        summary: 'One integration',
        tags,
        params: IdParams,
        response: answers(Integration),
      },
    },
    ({ params }) => showIntegration(deps, params),
  )
  api.patch(
    '/api/v1/integrations/:id',
    {
      schema: {
        operationId: 'update-integration',
        summary: 'Change an integration; tickets that are open keep what they were opened with',
        tags,
        params: IdParams,
        body: UpdateIntegration,
        response: answers(Integration),
      },
    },
    ({ params, body, as }) => updateIntegration(as, { ...params, ...body }),
  )
  api.put(
    '/api/v1/integrations/:id/pause',
    {
      schema: {
        operationId: 'pause-integration',
        summary: 'Open no new tickets until a moment, or end that; closing goes on',
        tags,
        params: IdParams,
        body: PauseIntegration,
        response: answers(Integration),
      },
    },
    ({ params, body, as }) => pauseIntegration(as, { ...params, ...body }),
  )
  api.delete(
    '/api/v1/integrations/:id',
    {
      schema: {
        operationId: 'delete-integration',
        summary: 'Delete an integration whose tickets are all done, with its mappings, rules and history',
        tags,
        params: IdParams,
        response: noContent,
      },
    },
    async ({ params, as }, reply) => {
      await deleteIntegration(as, params)
      return reply.code(204).send()
    },
  )
}
