import { z } from 'zod'
import { acceptSequence } from '../../usecases/accept-sequence.ts'
import { listTenants } from '../../usecases/list-tenants.ts'
import { mapTenant } from '../../usecases/map-tenant.ts'
import { unmapTenant } from '../../usecases/unmap-tenant.ts'
import { answers, noContent, type Routes } from '../api.ts'
import { Flag, Id, IdParams, IdText, pageOf, pageQuery, Search } from '../schemas/common.ts'
import { Tenant, TenantMapped } from '../schemas/rules.ts'

const tags = ['Tenants']

export const tenantRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/tenants',
    {
      schema: {
        operationId: 'list-tenants',
        summary: 'The clients that sources see, with their mappings',
        tags,
        querystring: z.strictObject({
          ...pageQuery,
          sourceId: IdText.optional(),
          integrationId: IdText.optional(),
          mapped: Flag.optional(),
          search: Search.optional().describe("part of the tenant's or the account's name"),
        }),
        response: answers(pageOf(Tenant)),
      },
    },
    ({ query }) => listTenants(deps, query),
  )
  api.put(
    '/api/v1/tenants/:id/mapping',
    {
      schema: {
        operationId: 'map-tenant',
        summary: 'Map a tenant to an account, one to one; opens nothing',
        tags,
        params: IdParams,
        body: z.strictObject({ integrationId: Id, accountId: z.string().min(1).max(100) }),
        response: answers(TenantMapped),
      },
    },
    ({ params, body, as }) => mapTenant(as, { tenantId: params.id, ...body }),
  )
  api.delete(
    '/api/v1/tenants/:id/mapping',
    {
      schema: {
        operationId: 'unmap-tenant',
        summary: 'End a mapping; tickets that are not done stay and are closed as before',
        tags,
        params: IdParams,
        response: answers(z.object({ openTickets: z.int() })),
      },
    },
    ({ params, as }) => unmapTenant(as, { tenantId: params.id }),
  )
  api.post(
    '/api/v1/tenants/:id/accept-sequence',
    {
      schema: {
        operationId: 'accept-sequence',
        summary:
          'Let what a company sends next count, whatever its sequence: for a counter that began anew or was far too high',
        tags,
        params: IdParams,
        response: noContent,
      },
    },
    async ({ params, as }, reply) => {
      await acceptSequence(as, { tenantId: params.id })
      return reply.code(204).send()
    },
  )
}
