import { z } from 'zod'
import { listRules } from '../../usecases/list-rules.ts'
import { openHeld } from '../../usecases/open-held.ts'
import { previewHeld } from '../../usecases/preview-held.ts'
import { previewRules } from '../../usecases/preview-rules.ts'
import { saveRules } from '../../usecases/save-rules.ts'
import { answers, type Routes } from '../api.ts'
import { Id, IdParams, IdText } from '../schemas/common.ts'
import { HeldOpened, HeldPreview, RuleList, RulesPreview, SaveRules } from '../schemas/rules.ts'

const tags = ['Rules']

export const ruleRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/integrations/:id/rules',
    {
      schema: {
        operationId: 'list-rules',
        summary: 'Every row that can be set, with its stored or default values',
        tags,
        params: IdParams,
        response: answers(RuleList),
      },
    },
    ({ params }) => listRules(deps, { integrationId: params.id }),
  )
  api.put(
    '/api/v1/integrations/:id/rules',
    {
      schema: {
        operationId: 'save-rules',
        summary: 'Save the named rows, all or none; opens no ticket for what is wrong already',
        tags,
        params: IdParams,
        body: SaveRules,
        response: answers(RuleList),
      },
    },
    ({ params, body, as }) => saveRules(as, { integrationId: params.id, ...body }),
  )
  api.post(
    '/api/v1/integrations/:id/rules/preview',
    {
      schema: {
        operationId: 'preview-rules',
        summary: 'What the given rows would open if they were saved; writes nothing',
        tags,
        params: IdParams,
        body: SaveRules,
        response: answers(RulesPreview),
      },
    },
    ({ params, body }) => previewRules(deps, { integrationId: params.id, ...body }),
  )
  api.get(
    '/api/v1/integrations/:id/held',
    {
      schema: {
        operationId: 'preview-held',
        summary: 'How many tickets would be opened for what is wrong already, by client and by rule',
        tags,
        params: IdParams,
        querystring: z.strictObject({ tenantId: IdText.optional() }),
        response: answers(HeldPreview),
      },
    },
    ({ params, query }) => previewHeld(deps, { integrationId: params.id, ...query }),
  )
  api.post(
    '/api/v1/integrations/:id/held',
    {
      schema: {
        operationId: 'open-held',
        summary: 'Open tickets for what is wrong already',
        tags,
        params: IdParams,
        body: z.strictObject({
          tenantId: Id.nullable().optional(),
          expected: z.int().min(0).describe('the total of the preview'),
        }),
        response: answers(HeldOpened),
      },
    },
    ({ params, body, as }) => openHeld(as, { integrationId: params.id, ...body }),
  )
}
