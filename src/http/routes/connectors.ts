import { listConnectors } from '../../usecases/list-connectors.ts'
import { answers, type Routes } from '../api.ts'
import { ConnectorList } from '../schemas/connections.ts'

export const connectorRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/connectors',
    {
      schema: {
        operationId: 'list-connectors',
        summary: 'All that forms are drawn from: connectors, their settings, catalogues and rule fields',
        tags: ['Connectors'],
        response: answers(ConnectorList),
      },
    },
    async () => listConnectors(deps),
  )
}
