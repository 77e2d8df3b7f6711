import { recommendRules } from '../../usecases/recommend-rules.ts'
import { showSetup } from '../../usecases/show-setup.ts'
import { answers, type Routes } from '../api.ts'
import { IdParams } from '../schemas/common.ts'
import { RecommendedRules, Setup } from '../schemas/setup.ts'

const tags = ['Set-up']

export const setupRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/setup',
    {
      schema: {
        operationId: 'show-setup',
        summary: 'How far the set-up has come, as it follows from what there is',
        tags,
        response: answers(Setup),
      },
    },
    () => showSetup(deps),
  )
  api.get(
    '/api/v1/integrations/:id/rules/recommended',
    {
      schema: {
        operationId: 'recommend-rules',
        summary: 'Rules that are good to begin with, with the values of the desk that fit best; writes nothing',
        tags,
        params: IdParams,
        response: answers(RecommendedRules),
      },
    },
    ({ params }) => recommendRules(deps, { integrationId: params.id }),
  )
}
