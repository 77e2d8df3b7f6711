import { z } from 'zod'
import { checkPsa } from '../../usecases/check-psa.ts'
import { createPsa } from '../../usecases/create-psa.ts'
import { deletePsa } from '../../usecases/delete-psa.ts'
import { listAccounts } from '../../usecases/list-accounts.ts'
import { listPsas } from '../../usecases/list-psas.ts'
import { showOptions } from '../../usecases/show-options.ts'
import { showPsa } from '../../usecases/show-psa.ts'
import { updatePsa } from '../../usecases/update-psa.ts'
import { answers, noContent, type Routes } from '../api.ts'
import { Flag, IdParams, listOf, Search } from '../schemas/common.ts'
import {
  Account,
  CheckConnection,
  CheckReport,
  Connection,
  CreateConnection,
  DeskOptions,
  SavedConnection,
  UpdateConnection,
} from '../schemas/connections.ts'

const tags = ['PSAs']

export const psaRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/psas',
    {
      schema: {
        operationId: 'list-psas',
        summary: 'All PSAs, without their secrets',
        tags,
        response: answers(listOf(Connection)),
      },
    },
    () => listPsas(deps),
  )
  api.post(
    '/api/v1/psas',
    {
      schema: {
        operationId: 'create-psa',
        summary: 'Connect a PSA; it is tried first unless check is false',
        tags,
        body: CreateConnection,
        response: answers(SavedConnection),
      },
    },
    ({ body, as }) => createPsa(as, body),
  )
  api.post(
    '/api/v1/psas/check',
    {
      schema: {
        operationId: 'check-psa',
        summary: 'Try a connection and store nothing',
        tags,
        body: CheckConnection,
        response: answers(CheckReport),
      },
    },
    ({ body, as }) => checkPsa(as, body),
  )
  api.get(
    '/api/v1/psas/:id',
    { schema: { operationId: 'show-psa', summary: 'One PSA', tags, params: IdParams, response: answers(Connection) } },
    ({ params }) => showPsa(deps, params),
  )
  api.patch(
    '/api/v1/psas/:id',
    {
      schema: {
        operationId: 'update-psa',
        summary: 'Change a PSA; it is tried first unless check is false',
        tags,
        params: IdParams,
        body: UpdateConnection,
        response: answers(SavedConnection),
      },
    },
    ({ params, body, as }) => updatePsa(as, { ...params, ...body }),
  )
  api.delete(
    '/api/v1/psas/:id',
    {
      schema: {
        operationId: 'delete-psa',
        summary: 'Delete a PSA that no integration uses',
        tags,
        params: IdParams,
        response: noContent,
      },
    },
    async ({ params, as }, reply) => {
      await deletePsa(as, params)
      return reply.code(204).send()
    },
  )
  api.get(
    '/api/v1/psas/:id/accounts',
    {
      schema: {
        operationId: 'list-accounts',
        summary: 'Active accounts of the desk, read live, with the tenants that are mapped to them',
        tags,
        params: IdParams,
        querystring: z.strictObject({ search: Search.optional() }),
        response: answers(listOf(Account)),
      },
    },
    ({ params, query }) => listAccounts(deps, { psaId: params.id, ...query }),
  )
  api.get(
    '/api/v1/psas/:id/options',
    {
      schema: {
        operationId: 'show-options',
        summary: 'The fields of tickets with the live lists of the desk, as last read',
        tags,
        params: IdParams,
        querystring: z.strictObject({ refresh: Flag.optional().describe('true reads them now') }),
        response: answers(DeskOptions),
      },
    },
    ({ params, query }) => showOptions(deps, { psaId: params.id, ...query }),
  )
}
