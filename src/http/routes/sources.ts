import { checkSource } from '../../usecases/check-source.ts'
import { createSource } from '../../usecases/create-source.ts'
import { deleteSource } from '../../usecases/delete-source.ts'
import { listSources } from '../../usecases/list-sources.ts'
import { showSource } from '../../usecases/show-source.ts'
import { updateSource } from '../../usecases/update-source.ts'
import { answers, noContent, type Routes } from '../api.ts'
import { IdParams, listOf } from '../schemas/common.ts'
import {
  CheckConnection,
  CheckReport,
  Connection,
  CreateConnection,
  SavedConnection,
  UpdateConnection,
} from '../schemas/connections.ts'

const tags = ['Sources']

export const sourceRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/sources',
    {
      schema: {
        operationId: 'list-sources',
        summary: 'All sources, without their secrets',
        tags,
        response: answers(listOf(Connection)),
      },
    },
    () => listSources(deps),
  )
  api.post(
    '/api/v1/sources',
    {
      schema: {
        operationId: 'create-source',
        summary: 'Connect a source; it is tried first unless check is false',
        tags,
        body: CreateConnection,
        response: answers(SavedConnection),
      },
    },
    ({ body, as }) => createSource(as, body),
  )
  api.post(
    '/api/v1/sources/check',
    {
      schema: {
        operationId: 'check-source',
        summary: 'Try a connection and store nothing',
        tags,
        body: CheckConnection,
        response: answers(CheckReport),
      },
    },
    ({ body, as }) => checkSource(as, body),
  )
  api.get(
    '/api/v1/sources/:id',
    {
      schema: {
        operationId: 'show-source',
        summary: 'One source',
        tags,
        params: IdParams,
        response: answers(Connection),
      },
    },
    ({ params }) => showSource(deps, params),
  )
  api.patch(
    '/api/v1/sources/:id',
    {
      schema: {
        operationId: 'update-source',
        summary: 'Change a source; it is tried first unless check is false',
        tags,
        params: IdParams,
        body: UpdateConnection,
        response: answers(SavedConnection),
      },
    },
    ({ params, body, as }) => updateSource(as, { ...params, ...body }),
  )
  api.delete(
    '/api/v1/sources/:id',
    {
      schema: {
        operationId: 'delete-source',
        summary: 'Delete a source that no integration uses',
        tags,
        params: IdParams,
        response: noContent,
      },
    },
    async ({ params, as }, reply) => {
      await deleteSource(as, params)
      return reply.code(204).send()
    },
  )
}
