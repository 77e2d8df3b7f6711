import { z } from 'zod'
import { addTenants } from '../../usecases/add-tenants.ts'
import { findAccounts } from '../../usecases/find-accounts.ts'
import { listMappings } from '../../usecases/list-mappings.ts'
import { mapTenants } from '../../usecases/map-tenants.ts'
import { removeTenants } from '../../usecases/remove-tenants.ts'
import { suggestMappings } from '../../usecases/suggest-mappings.ts'
import { answers, type Routes } from '../api.ts'
import { Flag, IdParams, pageQuery, Search } from '../schemas/common.ts'
import {
  FoundAccounts,
  MappingList,
  MappingSuggestions,
  MappingView,
  MapTenants,
  TenantIds,
  TenantsMapped,
  TenantsRemoved,
} from '../schemas/mappings.ts'

const tags = ['Tenants']
const refresh = Flag.optional().describe('true reads the accounts from the desk now')

/** Which tenant is which account: lists, suggestions, and many at once. */
export const mappingRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/integrations/:id/tenants',
    {
      schema: {
        operationId: 'list-mappings',
        summary: 'The tenants of an integration with their accounts, by name',
        tags,
        params: IdParams,
        querystring: z.strictObject({
          ...pageQuery,
          view: MappingView.optional(),
          search: Search.optional().describe("part of the tenant's or the account's name, or the account's number"),
        }),
        response: answers(MappingList),
      },
    },
    ({ params, query }) => listMappings(deps, { integrationId: params.id, ...query }),
  )
  api.get(
    '/api/v1/integrations/:id/mapping-suggestions',
    {
      schema: {
        operationId: 'suggest-mappings',
        summary: 'Which accounts the unmapped tenants may be, by their names; maps nothing',
        tags,
        params: IdParams,
        querystring: z.strictObject({ refresh }),
        response: answers(MappingSuggestions),
      },
    },
    ({ params, query }) => suggestMappings(deps, { integrationId: params.id, ...query }),
  )
  api.post(
    '/api/v1/integrations/:id/mappings',
    {
      schema: {
        operationId: 'map-tenants',
        summary: 'Map many tenants at once; each row tells what became of it. Opens nothing',
        tags,
        params: IdParams,
        body: MapTenants,
        response: answers(TenantsMapped),
      },
    },
    ({ params, body, as }) => mapTenants(as, { integrationId: params.id, ...body }),
  )
  api.post(
    '/api/v1/integrations/:id/tenants/remove',
    {
      schema: {
        operationId: 'remove-tenants',
        summary: 'Take tenants out of an integration; mappings end, tickets at the desk are closed as before',
        tags,
        params: IdParams,
        body: TenantIds,
        response: answers(TenantsRemoved),
      },
    },
    ({ params, body, as }) => removeTenants(as, { integrationId: params.id, ...body }),
  )
  api.post(
    '/api/v1/integrations/:id/tenants/add',
    {
      schema: {
        operationId: 'add-tenants',
        summary: 'Bring tenants back that were removed from an integration',
        tags,
        params: IdParams,
        body: TenantIds,
        response: answers(z.object({ added: z.int() })),
      },
    },
    ({ params, body, as }) => addTenants(as, { integrationId: params.id, ...body }),
  )
  api.get(
    '/api/v1/psas/:id/accounts/known',
    {
      schema: {
        operationId: 'find-accounts',
        summary: 'Look for accounts in a list of the desk that is at most five minutes old',
        tags,
        params: IdParams,
        querystring: z.strictObject({
          ...pageQuery,
          search: Search.optional().describe('part of a name or number'),
          mapped: Flag.optional().describe('false: accounts without any tenant'),
          refresh,
        }),
        response: answers(FoundAccounts),
      },
    },
    ({ params, query }) => findAccounts(deps, { psaId: params.id, ...query }),
  )
}
